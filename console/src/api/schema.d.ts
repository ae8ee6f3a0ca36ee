// Made by `npm run generate` from crates/api/openapi.json, sha256 f20cb2d325b2240f91df673eae11082f3e36801e399cdabb31686a71d0b91026

export interface paths {
    "/api/v1/estimate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Estimates what a run of a scenario takes and costs, and whether quotas allow it. Nothing is kept.
         * @description Prices are those of a dated table; a region without a price says so. The content of a script is not looked at.
         *
         *     Needs the role `viewer`.
         */
        post: operations["createEstimate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Says who the caller is and what they may do.
         * @description Needs the role `viewer`.
         */
        get: operations["getMe"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Answers this document. It needs no token: it is the same for everyone, and no secret. */
        get: operations["getOpenApi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/regions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the regions on offer, by name, with how much may run there and how much does.
         * @description Needs the role `viewer`.
         */
        get: operations["listRegions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/regions/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Offers a region, or changes where its workers run. What ECS does not know there is refused.
         * @description Runs that have been launched keep their tasks, which are looked for in the new place: change it while nothing runs.
         *
         *     Needs the role `admin`.
         */
        put: operations["putRegion"];
        post?: never;
        /**
         * Takes a region off offer. Scenarios that name it stay, and are refused when they are saved or run.
         * @description The results of its runs stay; the log lines of its workers cannot be read any more.
         *
         *     Needs the role `admin`.
         */
        delete: operations["deleteRegion"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the runs of all scenarios, deleted ones included, newest first.
         * @description Needs the role `viewer`.
         */
        get: operations["listRuns"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{runId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Reads a run as it is now.
         * @description Needs the role `viewer`.
         */
        get: operations["getRun"];
        put?: never;
        post?: never;
        /**
         * Deletes a run that is over, with everything that it stored. It can be repeated if it was broken off.
         * @description Needs the role `operator`.
         */
        delete: operations["deleteRun"];
        options?: never;
        head?: never;
        /**
         * Changes a run's note, or whether it is pinned.
         * @description Needs the role `operator`.
         */
        patch: operations["patchRun"];
        trace?: never;
    };
    "/api/v1/runs/{runId}/artifacts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists what the workers of a run left behind, with links to download it.
         * @description Needs the role `viewer`.
         */
        get: operations["listArtifacts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{runId}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ends a run; results so far are kept. A run that is over stays as it is.
         * @description Needs the role `operator`.
         */
        post: operations["cancelRun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{runId}/compare/{candidateId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Compares a run with an earlier one, the base: by label both figures and how they differ.
         * @description Needs the role `viewer`.
         */
        get: operations["compareRuns"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{runId}/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Answers how to subscribe to the run's live figures.
         * @description Needs the role `viewer`.
         */
        get: operations["getLive"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{runId}/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Reads a worker's log, oldest first. `nextCursor` is there at the end too: more may come.
         * @description Needs the role `viewer`.
         */
        get: operations["getLogs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{runId}/results": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Reads the results of a run that is over, or the exact figures of a window of it.
         * @description With a window, `total`, `steady`, `byLabel`, `byRegion`, `transactions` and `errors` are of that window; everything
         *     else is of the whole run.
         *
         *     Needs the role `viewer`.
         */
        get: operations["getResults"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{runId}/series": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Reads the course of a run, also while it goes on: a point for each step, without holes.
         * @description Needs the role `viewer`.
         */
        get: operations["getSeries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{runId}/validation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Reads what a validation has seen: every request and its answer, also while it goes on.
         * @description Credentials are taken out; `redacted` of an exchange names them.
         *
         *     Needs the role `viewer`.
         */
        get: operations["getValidation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{runId}/workers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists all workers of a run, by region and number. They are kept for nine days.
         * @description Needs the role `viewer`.
         */
        get: operations["listWorkers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scenarios": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists scenarios, newest first.
         * @description Needs the role `viewer`.
         */
        get: operations["listScenarios"];
        put?: never;
        /**
         * Creates a scenario. Everything that can be known to be wrong is refused now, script content included.
         * @description Needs the role `operator`.
         */
        post: operations["createScenario"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scenarios/{scenarioId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Reads a scenario.
         * @description Needs the role `viewer`.
         */
        get: operations["getScenario"];
        /**
         * Replaces a scenario, if it still has the version in `If-Match`.
         * @description Needs the role `operator`.
         */
        put: operations["putScenario"];
        post?: never;
        /**
         * Deletes a scenario that is not running. Its runs and their results stay, under `/runs`, until they are deleted.
         * @description Needs the role `operator`.
         */
        delete: operations["deleteScenario"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scenarios/{scenarioId}/baseline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Makes a completed run of the scenario its baseline. The scenario's version stays.
         * @description Needs the role `operator`.
         */
        put: operations["putBaseline"];
        post?: never;
        /**
         * Leaves the scenario without a baseline. The run stays.
         * @description Needs the role `operator`.
         */
        delete: operations["deleteBaseline"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scenarios/{scenarioId}/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the runs of one scenario, newest first.
         * @description Needs the role `viewer`.
         */
        get: operations["listScenarioRuns"];
        put?: never;
        /**
         * Starts a run of a scenario.
         * @description A repeated request with the same `Idempotency-Key` and body within 24 hours answers with the run of the first.
         *
         *     Needs the role `operator`.
         */
        post: operations["createRun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scenarios/{scenarioId}/validate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tries a scenario out: one worker in its first region, one user, one iteration, at most 60 s of load.
         * @description Every thread group that has users gets one, who goes through it once; setUp and tearDown groups run as they are. It is
         *     a run like any other, with `trigger` `validation`, and in no history; while it is active the scenario has no other run.
         *     The think time of listed requests is left out, and the scenario's criteria do not count.
         *
         *     Needs the role `operator`.
         */
        post: operations["validateScenario"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scripts/{scriptId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Reads what a script consists of.
         * @description Needs the role `viewer`.
         */
        get: operations["getScript"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/scripts/{scriptId}/files/{path}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Reads a file of a script.
         * @description Needs the role `viewer`.
         */
        get: operations["getScriptFile"];
        /**
         * Makes another script, in which this file is replaced or, in a zip, added. The old one stays as it is.
         * @description A plan must be well-formed; whether it can run is decided when a scenario is saved with the new script.
         *
         *     Needs the role `operator`.
         */
        put: operations["putScriptFile"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/system": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Says which version answers, what time it is there, and what its limits are.
         * @description Needs the role `viewer`.
         */
        get: operations["getSystem"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/uploads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Announces a script and answers how to upload it.
         * @description Needs the role `operator`.
         */
        post: operations["createUpload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description The run of a validation. */
        Accepted: {
            runId: components["schemas"]["RunId"];
        };
        ArtifactsAnswer: components["schemas"]["Page_Artifact"] | components["schemas"]["Elsewhere"];
        /** @description What the quantities rest on. */
        Assumptions: {
            /**
             * Format: int64
             * @description Of a typical line of live figures.
             */
            liveLineBytes: number;
            /**
             * Format: int64
             * @description What a worker logs besides.
             */
            logBytes: number;
            /**
             * Format: int64
             * @description What a request sends, headers and encryption included, its body besides.
             */
            requestBytes: number;
            /**
             * Format: int64
             * @description How long a request takes, think time besides.
             */
            responseMs: number;
            /**
             * Format: double
             * @description Requests of a user in a second, where a script decides.
             */
            scriptRequestsPerSecond: number;
            /**
             * Format: int64
             * @description From the launch of a task to the opening of its gate: image, engine, script.
             */
            startUpMs: number;
            /**
             * Format: int64
             * @description Who watch the live feed.
             */
            viewers: number;
            /**
             * Format: int64
             * @description From the end of the drain to the end of the task: the last uploads.
             */
            windDownMs: number;
        };
        /** @description The run to hold others against. */
        Baseline: {
            runId: components["schemas"]["RunId"];
        };
        /** @example 300ms */
        Bound: string;
        /** @description The short form of [`Times`]. */
        Brief: {
            /** Format: double */
            max: number | null;
            /** Format: double */
            mean: number | null;
            /** Format: double */
            p95: number | null;
        };
        /**
         * @description What kind of problem it is, for programs; `type` is its URN.
         * @enum {string}
         */
        Code: "MALFORMED" | "UNAUTHENTICATED" | "FORBIDDEN" | "NOT_FOUND" | "NO_RESULTS" | "METHOD_NOT_ALLOWED" | "RUN_ACTIVE" | "STALE_VERSION" | "IS_BASELINE" | "NOT_COLLECTED" | "IDEMPOTENCY_KEY_REUSED" | "CONFLICT" | "TOO_LARGE" | "UNSUPPORTED_MEDIA_TYPE" | "INVALID" | "PRECONDITION_REQUIRED" | "TOO_MANY_REQUESTS" | "INTERNAL" | "UNAVAILABLE";
        /** @description Two runs beside each other. */
        Comparison: {
            base: components["schemas"]["RunId"];
            candidate: components["schemas"]["RunId"];
            /** @description By label; `*` is all requests. */
            labels: {
                [key: string]: components["schemas"]["Pair"];
            };
            /** @description The warnings in their order with codes and values, for those who say them in words of their own. */
            said: components["schemas"]["Said"][];
            /** @description Why the figures may differ for other reasons than the target; a sentence each. */
            warnings: string[];
        };
        ComparisonAnswer: components["schemas"]["Comparison"] | components["schemas"]["Elsewhere"];
        /** @description One item in one region. */
        Cost: {
            /** Format: double */
            dollars: number | null;
            item: components["schemas"]["PricedItem"];
            price: components["schemas"]["Price"] | null;
            /**
             * Format: double
             * @description Null when nothing is known of it: a plan that sets its own users.
             */
            quantity: number | null;
            region: components["schemas"]["Region"];
            /** @example vCPU-hour */
            unit: string;
        };
        /** @description One condition on the figures of a run. */
        Criterion: {
            /** @description A label, or `*` for all requests. */
            label: string;
            metric: components["schemas"]["Metric"];
            op: components["schemas"]["Op"];
            value: components["schemas"]["Bound"];
        };
        /** @description One condition on the figures of a run. */
        CriterionInput: {
            /** @description A label, or `*` for all requests. */
            label?: string | null;
            metric: components["schemas"]["Metric"];
            op: components["schemas"]["Op"];
            value: components["schemas"]["Bound"];
        };
        /** @description One criterion and what was observed. */
        CriterionResult: components["schemas"]["Criterion"] & {
            /** @description In the unit of the bound; null when there was nothing to observe, which passes no criterion. */
            observed: string | null;
            passed: boolean;
        };
        /** @description A difference; positive when the candidate has more. */
        Delta: {
            /**
             * Format: double
             * @description candidate − base, in the figure's own unit: times in milliseconds, a rate of failures as a fraction of one. Null
             *     when one of them has no such figure.
             */
            absolute: number | null;
            /**
             * Format: double
             * @description absolute / base; null also when the base is 0.
             */
            relative: number | null;
        };
        /** @description How the candidate's figures differ from the base's. */
        Deltas: {
            failureRate: components["schemas"]["Delta"];
            max: components["schemas"]["Delta"];
            mean: components["schemas"]["Delta"];
            min: components["schemas"]["Delta"];
            p50: components["schemas"]["Delta"];
            p75: components["schemas"]["Delta"];
            p90: components["schemas"]["Delta"];
            p95: components["schemas"]["Delta"];
            p99: components["schemas"]["Delta"];
            p999: components["schemas"]["Delta"];
            requests: components["schemas"]["Delta"];
            throughput: components["schemas"]["Delta"];
        };
        /** @example 1h30m */
        Duration: string;
        /** @description Where an answer lies that is larger than 4 MB. */
        Elsewhere: {
            /** @description Good for 15 minutes; the object is the JSON that would have been the answer. */
            url: string;
        };
        /**
         * @description The program that generates the load.
         * @enum {string}
         */
        Engine: "jmeter";
        /** @description A run as a history lists it: without the snapshot of its scenario and without its plan. */
        Entry: {
            createdAt: components["schemas"]["Timestamp"];
            degraded: boolean;
            endedAt?: components["schemas"]["Timestamp"] | null;
            note?: string | null;
            pinned: boolean;
            reason?: components["schemas"]["Reason"] | null;
            ref?: string | null;
            runId: components["schemas"]["RunId"];
            scenarioId: components["schemas"]["ScenarioId"];
            /** @description The scenario's name as it was. */
            scenarioName: string;
            startAt?: components["schemas"]["Timestamp"] | null;
            status: components["schemas"]["Status"];
            summary?: components["schemas"]["Summary"] | null;
            trigger: components["schemas"]["Trigger"];
            workers: components["schemas"]["WorkerCounts"];
        };
        /** @description Failures that are alike. */
        ErrorGroup: {
            /** @description The message of the failed assertion, normalised; null when none failed. */
            assertion: string | null;
            code: string;
            /** Format: int64 */
            count: number;
            firstAt: components["schemas"]["Timestamp"];
            label: string;
            lastAt: components["schemas"]["Timestamp"];
            /** @description The response message with ids and numbers normalised. */
            message: string;
            sample: components["schemas"]["Exchange"] | null;
            /**
             * @description Failed exchanges, at most five, unless the scenario's `captureErrors` is false. They are of the whole run, also
             *     where the count is of a window.
             */
            samples: components["schemas"]["Exchange"][];
        };
        /** @description What a run takes and costs. */
        Estimate: {
            assumptions: components["schemas"]["Assumptions"];
            /** @description False when an item has no price or no known quantity: then it costs more than `dollars`. */
            complete: boolean;
            /**
             * Format: double
             * @description US dollars, of all items with a price.
             */
            dollars: number;
            /**
             * Format: int64
             * @description From the launch of the first task to the end of the last: what is paid for.
             */
            durationMs: number;
            items: components["schemas"]["Cost"][];
            /**
             * Format: int64
             * @description Of all workers.
             */
            memoryGb: number;
            /** @description What limits the run, with what is missing. */
            quotas: components["schemas"]["Quota"][];
            spot: boolean;
            /**
             * Format: int64
             * @description Of all workers.
             */
            vcpu: number;
            /**
             * Format: int32
             * @description Each is a task.
             */
            workers: number;
        };
        /** @description One request and its answer. Credentials are taken out and long texts cut; a text that was cut ends with `…`. */
        Exchange: {
            /** @description The assertions that failed. */
            assertions: components["schemas"]["FailedAssertion"][];
            /** @description When the request began, by the worker's clock. */
            at: components["schemas"]["Timestamp"];
            /** @description Something was left out or shortened, to keep the exchange small. */
            cut: boolean;
            /** Format: int64 */
            elapsedMs: number;
            /** @description The name of the sampler. */
            label: string;
            phase: components["schemas"]["ExchangePhase"];
            /**
             * @description Names of headers, of parameters of the address and of fields of the bodies whose values are taken out because
             *     they look like credentials. The headers are taken out whole.
             */
            redacted: string[];
            request: components["schemas"]["ExchangeRequest"];
            response: components["schemas"]["ExchangeResponse"];
            /** @description The hops of a redirect, or the resources of a page, when the sampler followed them; at most 20. */
            subRequests: components["schemas"]["SubRequest"][];
            success: boolean;
            /** @description The virtual user: the engine's thread, which begins with the name of its group. */
            thread: string;
        };
        /** @description The beginning of a body. */
        ExchangeBody: {
            /**
             * Format: int64
             * @description The size of the whole body, decompressed; of what was sent, the size as text.
             */
            bytes: number;
            /** @description `text` is only the beginning. */
            cut: boolean;
            /** @description Null when it is not text. */
            text: string | null;
        };
        ExchangeHeader: {
            name: string;
            value: string;
        };
        /**
         * @description When a sample runs.
         * @enum {string}
         */
        ExchangePhase: "setup" | "load" | "teardown";
        /** @description What was sent. */
        ExchangeRequest: {
            body: components["schemas"]["ExchangeBody"] | null;
            headers: components["schemas"]["ExchangeHeader"][];
            /** @description Null for what is not HTTP. */
            method: string | null;
            /** @description Null when it could not be made, or for what is not HTTP. */
            url: string | null;
        };
        /** @description What came back. */
        ExchangeResponse: {
            body: components["schemas"]["ExchangeBody"] | null;
            /** @description The status, or the engine's own words such as `Non HTTP response code: java.net.ConnectException`. */
            code: string;
            headers: components["schemas"]["ExchangeHeader"][];
            message: string;
        };
        /** @description How a worker ended. */
        Exit: {
            /**
             * Format: int32
             * @description The engine's exit code, or the worker's own when the engine never ran.
             */
            code: number;
            /** @description What a person needs to know; of a dead engine its own last words. */
            detail: string;
            /** @description What `detail` names besides, in its order. */
            values?: string[];
            /** @description Which sentence `detail` is, for those who say it in words of their own. Absent where only `detail` tells it. */
            words?: string;
        };
        /** @example 200-399 */
        ExpectStatus: string;
        FailedAssertion: {
            message: string;
            name: string;
        };
        /** @description The figures of a set of samples. */
        Figures: {
            /** Format: int64 */
            bytesReceived: number;
            /** Format: int64 */
            bytesSent: number;
            /** @description How often each response code was received. */
            codes: {
                [key: string]: number;
            };
            connectMs: components["schemas"]["Brief"];
            /**
             * Format: double
             * @description Failures / requests; null without requests.
             */
            failureRate: number | null;
            /** Format: int64 */
            failures: number;
            /** Format: int64 */
            requests: number;
            responseTimeMs: components["schemas"]["ResponseTime"];
            /** Format: int64 */
            successes: number;
            /**
             * Format: double
             * @description Requests per second of the duration; null when there was none.
             */
            throughput: number | null;
            ttfbMs: components["schemas"]["Brief"];
            /** Format: int64 */
            virtualUsersMax: number;
        };
        /** @description A file of a script. */
        File: {
            /** @description Within the archive, without a folder that wraps everything. */
            path: string;
            /**
             * Format: int64
             * @description In bytes.
             */
            size: number;
        };
        /** @enum {string} */
        Grade: "valid" | "degraded" | "invalid";
        /** @description HTTP requests that each virtual user sends in turn, over and over. */
        Http: {
            engine: components["schemas"]["Engine"];
            followRedirects: boolean;
            requests: components["schemas"]["Request"][];
            /** @description The pause of a virtual user before each request. */
            thinkTime: components["schemas"]["Duration"];
            /** @description For connecting, and again for every read. */
            timeout: components["schemas"]["Duration"];
        };
        /** @description HTTP requests that each virtual user sends in turn, over and over. */
        HttpInput: {
            engine?: components["schemas"]["Engine"] | null;
            followRedirects?: boolean | null;
            requests: components["schemas"]["RequestInput"][];
            thinkTime?: components["schemas"]["Duration"] | null;
            timeout?: components["schemas"]["Duration"] | null;
        };
        /** @description The bounds that an editor wants to know. */
        Limits: {
            scenarioBytes: number;
            /** Format: int64 */
            uploadBytes: number;
            /** Format: int64 */
            usersPerWorker: number;
            /** Format: int64 */
            workersPerRegion: number;
        };
        /** @description One line of a worker's log. */
        Line: {
            at: components["schemas"]["Timestamp"];
            text: string;
        };
        /** @description How to read the live feed: an MQTT 3.1.1 subscription to one topic, over WebSocket. */
        LiveView: {
            /** @description The client must use this one. */
            clientId: string;
            /** @description Ask again for a connection after this. */
            expiresAt: components["schemas"]["Timestamp"];
            password: string | null;
            protocol: components["schemas"]["Protocol"];
            /** @example oleada/runs/run_01KAR8Z6VBN6E1CT9W2QK0H3FM/live */
            topic: string;
            /** @description Signed: connect to it as it is, soon. */
            url: string;
            username: string | null;
        };
        /** @description What a machine bears, all tasks on it together. */
        Machine: {
            /** Format: int64 */
            memoryGb: number;
            /** Format: int64 */
            vcpu: number;
        };
        /** @description The caller. */
        Me: {
            /**
             * @description `person:` and a name, or `token:` and a token's id.
             * @example token:tok_01KAR8Z6VBN6E1CT9W2QK0H3FM
             */
            principal: string;
            role: components["schemas"]["Role"];
        };
        /**
         * @description Methods that a request may use.
         * @enum {string}
         */
        Method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS";
        /**
         * @description A figure that a criterion may speak of.
         * @enum {string}
         */
        Metric: "min" | "mean" | "p50" | "p75" | "p90" | "p95" | "p99" | "p999" | "max" | "failureRate" | "throughput";
        /** @description What there was beyond the exchanges that are kept. */
        Omitted: {
            /**
             * Format: int64
             * @description Those of the samples that failed.
             */
            failures: number;
            /** Format: int64 */
            samples: number;
        };
        /**
         * @description How the observed figure must stand to the bound.
         * @enum {string}
         */
        Op: "<" | "<=" | ">" | ">=";
        /**
         * @description Whether a run met its criteria.
         * @enum {string}
         */
        Outcome: "passed" | "failed";
        /** @description A JSON merge patch (RFC 7396) on the scenario. */
        Overrides: {
            criteria: Record<string, never>[];
            shape: Record<string, never>;
            traffic: Record<string, never>[];
            workload?: components["schemas"]["WorkloadOverrides"] | null;
        };
        /** @description A page of a list. */
        Page_Artifact: {
            items: {
                /** @description Such as `kpi.jtl.gz`: the raw samples. */
                name: string;
                region: components["schemas"]["Region"];
                /**
                 * Format: int64
                 * @description In bytes.
                 */
                size: number;
                /** @description Good for 15 minutes. */
                url: string;
                /** Format: int32 */
                worker: number;
            }[];
            /** @description Where the list goes on; null at its end. */
            nextCursor: string | null;
        };
        /** @description A page of a list. */
        Page_Entry: {
            items: {
                createdAt: components["schemas"]["Timestamp"];
                degraded: boolean;
                endedAt?: components["schemas"]["Timestamp"] | null;
                note?: string | null;
                pinned: boolean;
                reason?: components["schemas"]["Reason"] | null;
                ref?: string | null;
                runId: components["schemas"]["RunId"];
                scenarioId: components["schemas"]["ScenarioId"];
                /** @description The scenario's name as it was. */
                scenarioName: string;
                startAt?: components["schemas"]["Timestamp"] | null;
                status: components["schemas"]["Status"];
                summary?: components["schemas"]["Summary"] | null;
                trigger: components["schemas"]["Trigger"];
                workers: components["schemas"]["WorkerCounts"];
            }[];
            /** @description Where the list goes on; null at its end. */
            nextCursor: string | null;
        };
        /** @description A page of a list. */
        Page_Line: {
            items: {
                at: components["schemas"]["Timestamp"];
                text: string;
            }[];
            /** @description Where the list goes on; null at its end. */
            nextCursor: string | null;
        };
        /** @description A page of a list. */
        Page_RegionView: {
            items: {
                name: components["schemas"]["Region"];
                site: components["schemas"]["SiteView"];
                vcpu: components["schemas"]["Vcpus"];
            }[];
            /** @description Where the list goes on; null at its end. */
            nextCursor: string | null;
        };
        /** @description A page of a list. */
        Page_ScenarioEntry: {
            items: {
                activeRunId: components["schemas"]["RunId"] | null;
                baselineRunId: components["schemas"]["RunId"] | null;
                createdAt: components["schemas"]["Timestamp"];
                description: string;
                lastRun: components["schemas"]["Entry"] | null;
                name: string;
                scenarioId: components["schemas"]["ScenarioId"];
                tags: string[];
                updatedAt: components["schemas"]["Timestamp"];
                /** Format: int64 */
                version: number;
            }[];
            /** @description Where the list goes on; null at its end. */
            nextCursor: string | null;
        };
        /** @description A page of a list. */
        Page_WorkerView: {
            items: {
                /**
                 * Format: double
                 * @description As a share of what it was given.
                 */
                cpu: number | null;
                exit: components["schemas"]["Exit"] | null;
                /** Format: int64 */
                failures: number;
                readyAt: components["schemas"]["Timestamp"] | null;
                region: components["schemas"]["Region"];
                /** Format: int64 */
                requests: number;
                /**
                 * Format: int64
                 * @description Gate opened − `startAt`.
                 */
                startSkewMs: number | null;
                state: components["schemas"]["State"];
                /** Format: int32 */
                virtualUsers: number;
                /**
                 * Format: int32
                 * @description 0-based over the whole run.
                 */
                worker: number;
            }[];
            /** @description Where the list goes on; null at its end. */
            nextCursor: string | null;
        };
        /** @description One label, or all requests, in both runs. */
        Pair: {
            base: components["schemas"]["Figures"] | null;
            candidate: components["schemas"]["Figures"] | null;
            delta: components["schemas"]["Deltas"] | null;
        };
        /** @description A worker that is included only up to some instant. */
        PartialWorker: {
            region: components["schemas"]["Region"];
            /**
             * Format: int64
             * @description Milliseconds from `startAt` up to which its samples are complete.
             */
            untilMs: number;
            /** Format: int32 */
            worker: number;
        };
        PhaseCounts: {
            /** Format: int64 */
            failures: number;
            /** Format: int64 */
            requests: number;
        };
        /** @description Samples outside of the load phase. */
        Phases: {
            setup: components["schemas"]["PhaseCounts"];
            teardown: components["schemas"]["PhaseCounts"];
        };
        /** @description The plan's own thread groups, untouched, on every worker. */
        Plan: {
            /** @description How long requests that are under way at that end may take to finish. */
            drain: components["schemas"]["Duration"];
            /** @description When the load is ended if the plan has not ended by itself. */
            maxDuration: components["schemas"]["Duration"];
        };
        /** @description The plan's own thread groups, untouched, on every worker. */
        PlanInput: {
            drain?: components["schemas"]["Duration"] | null;
            maxDuration?: components["schemas"]["Duration"] | null;
        };
        /** @description The samples that ended within one step. Times are in milliseconds, and null without samples. */
        Point: {
            /**
             * Format: double
             * @description The share of its processors that the busiest of these workers used at its busiest; null where none was measured.
             */
            cpu: number | null;
            /** Format: int64 */
            failures: number;
            /** Format: double */
            max: number | null;
            /** Format: double */
            mean: number | null;
            /** Format: double */
            p50: number | null;
            /** Format: double */
            p90: number | null;
            /** Format: double */
            p95: number | null;
            /** Format: double */
            p99: number | null;
            /** Format: int64 */
            requests: number;
            /**
             * Format: int32
             * @description Seconds from `startAt` to the begin of the step.
             */
            t: number;
            /**
             * Format: int64
             * @description The most within the step, over the workers asked for, whatever the label.
             */
            virtualUsers: number;
        };
        /** @description The price of one unit: the first tier that is paid for, without tax, discounts and free tiers. */
        Price: {
            /**
             * Format: date
             * @description The day on which the source said so.
             */
            asOf: string;
            /** @example https://aws.amazon.com/fargate/pricing/ */
            source: string;
            /**
             * Format: double
             * @description US dollars.
             */
            usd: number;
        };
        /**
         * @description Something that AWS has a price for.
         * @enum {string}
         */
        PricedItem: "fargateVcpuHour" | "fargateGbHour" | "fargateSpotVcpuHour" | "fargateSpotGbHour" | "fargateDiskGbHour" | "publicIpv4Hour" | "logsGb" | "iotMillionMessages" | "egressGb";
        /** @description One thing that is wrong with an input. */
        Problem: {
            /**
             * @description What kind of thing is wrong, for those who say it in words of their own. Absent where only `detail` tells it.
             * @example OUT_OF_RANGE
             */
            code?: string;
            detail: string;
            /** @description A JSON pointer (RFC 6901) into the document that was sent. */
            pointer: string;
            /**
             * @description What `detail` names besides, in its order: bounds, or a name.
             * @example [
             *       "1",
             *       "1000"
             *     ]
             */
            values?: string[];
        };
        /** @description The body of every answer with a status of 400 or more. */
        ProblemDetails: {
            /** @description Absent where a gateway refused before the product was asked. */
            code?: components["schemas"]["Code"];
            /** @description What happened this time and what to do. */
            detail: string;
            /**
             * @description Every part of the request that is wrong. A pointer is a JSON pointer into the body, or `?` and the name of a
             *     query parameter.
             */
            errors?: components["schemas"]["Problem"][];
            /** @description What to quote when asking for help; also in the header `x-request-id`. */
            requestId?: string;
            /** @description With `RUN_ACTIVE`: the run that stands in the way. */
            runId?: components["schemas"]["RunId"];
            /** Format: int32 */
            status: number;
            title: string;
            /**
             * @description `urn:oleada:problem:` and the code in kebab case.
             * @example urn:oleada:problem:invalid
             */
            type: string;
            /** @description What `detail` names besides, in its order. */
            values?: string[];
            /** @description Which sentence `detail` is, for those who say it in words of their own. Absent where only `detail` tells it. */
            words?: string;
        };
        /** @enum {string} */
        Protocol: "mqtt";
        /** @description A limit, what a run needs of it, and what there is of it. */
        Quota: {
            /**
             * @description By which it is found in Service Quotas; null for a machine.
             * @example L-3032A538
             */
            code: string | null;
            /**
             * @description As Service Quotas calls it.
             * @example Fargate On-Demand vCPU resource count
             */
            name: string;
            /** Format: int64 */
            needed: number;
            /**
             * Format: int64
             * @description Null when it could not be read.
             */
            quota: number | null;
            region: components["schemas"]["Region"] | null;
            /**
             * Format: int64
             * @description How much is missing; 0 when it is enough, or not known.
             */
            shortfall: number;
            /**
             * Format: int64
             * @description By tasks of Oleada that run now.
             */
            used: number;
        };
        /** @description Why a run failed or was cancelled, for a person to act on. */
        Reason: {
            code: components["schemas"]["ReasonCode"];
            /** @description What happened and what to do. */
            detail: string;
            /** @description What `detail` names besides, in its order. */
            values?: string[];
            /** @description Which sentence `detail` is, for those who say it in words of their own. Absent where only `detail` tells it. */
            words?: string;
        };
        /** @enum {string} */
        ReasonCode: "CANCELLED" | "QUOTA_EXCEEDED" | "LAUNCH_REFUSED" | "START_TIMEOUT" | "WORKERS_LOST" | "ENGINE_FAILED" | "SETUP_FAILED" | "NO_SAMPLES" | "CONTROL_PLANE_FAILED";
        /** @example us-east-1 */
        Region: string;
        /** @description A region on offer. */
        RegionView: {
            name: components["schemas"]["Region"];
            site: components["schemas"]["SiteView"];
            vcpu: components["schemas"]["Vcpus"];
        };
        /** @description One HTTP request. */
        Request: {
            body?: string | null;
            expectStatus: components["schemas"]["ExpectStatus"];
            headers: {
                [key: string]: string;
            };
            /** @description The name in the results; method and path when it is left out. */
            label: string;
            method: components["schemas"]["Method"];
            /** @description `http` or `https`, absolute. */
            url: string;
        };
        /** @description One HTTP request. */
        RequestInput: {
            body?: string | null;
            expectStatus?: components["schemas"]["ExpectStatus"] | number | null;
            headers?: {
                [key: string]: string;
            } | null;
            /** @description The name in the results; method and path when it is left out. */
            label?: string | null;
            method?: components["schemas"]["Method"] | null;
            /** @description `http` or `https`, absolute. */
            url: string;
        };
        /** @description Response times of all samples, and of the successful ones. */
        ResponseTime: components["schemas"]["Times"] & {
            successful: components["schemas"]["Times"];
        };
        /** @description Everything that a run, or a window of it, measured. */
        Results: {
            byLabel: {
                [key: string]: components["schemas"]["Figures"];
            };
            byRegion: {
                [key: string]: components["schemas"]["Figures"];
            };
            degraded: boolean;
            /**
             * Format: int64
             * @description `startAt` to the end of the load phase, drain excluded.
             */
            durationMs: number;
            endedAt: components["schemas"]["Timestamp"];
            endedEarly: components["schemas"]["Timestamp"] | null;
            errors: components["schemas"]["ErrorGroup"][];
            /**
             * Format: int64
             * @description Samples that still ran when the drain was over, and were cut.
             */
            interrupted: number;
            phases: components["schemas"]["Phases"];
            runId: components["schemas"]["RunId"];
            scenarioId: components["schemas"]["ScenarioId"];
            startAt: components["schemas"]["Timestamp"];
            status: components["schemas"]["Status"];
            /** @description `total` for the hold alone. */
            steady: components["schemas"]["Figures"];
            total: components["schemas"]["Figures"];
            /** @description Rows of transaction controllers. They are no requests, and in no other figure. */
            transactions: {
                [key: string]: components["schemas"]["Figures"];
            };
            validity: components["schemas"]["Validity"];
            verdict: components["schemas"]["Verdict"];
            /** @description The part of the run that the figures are of; absent when it is the whole. */
            window?: components["schemas"]["Window"];
            workers: components["schemas"]["Workers"];
        };
        ResultsAnswer: components["schemas"]["Results"] | components["schemas"]["Elsewhere"];
        /**
         * @description Roles, each with all that the one before it may do.
         * @enum {string}
         */
        Role: "viewer" | "operator" | "admin";
        /** @example run_01KAR8Z6VBN6E1CT9W2QK0H3FM */
        RunId: string;
        /** @description What a person may change of a run; what is left out stays. */
        RunPatch: {
            /** @description Null removes it. */
            note?: string | null;
            pinned?: boolean;
        };
        /** @description What to change for this run only, and what to note. */
        RunRequest: {
            note?: string | null;
            overrides?: components["schemas"]["Overrides"] | null;
            /** @description The caller's own reference, such as a commit. */
            ref?: string | null;
        };
        /** @description A run, from the request to its end. */
        RunView: {
            createdAt: components["schemas"]["Timestamp"];
            /** @description Some workers were lost, and enough delivered. */
            degraded: boolean;
            endedAt: components["schemas"]["Timestamp"] | null;
            note: string | null;
            pinned: boolean;
            reason: components["schemas"]["Reason"] | null;
            /** @description The caller's own reference, such as a commit. */
            ref: string | null;
            runId: components["schemas"]["RunId"];
            /** @description The scenario as it was, with the overrides of this run. */
            scenario: components["schemas"]["Scenario"];
            scenarioId: components["schemas"]["ScenarioId"];
            /** Format: int64 */
            scenarioVersion: number;
            stages: components["schemas"]["Stage"][];
            startAt: components["schemas"]["Timestamp"] | null;
            status: components["schemas"]["Status"];
            summary: components["schemas"]["Summary"] | null;
            trigger: components["schemas"]["Trigger"];
            warnings: components["schemas"]["Warning"][];
            workers: components["schemas"]["WorkerCounts"];
        };
        /** @description A sentence for a person, and where it is of a known kind, its code and the values in it: see [`said!`]. */
        Said: {
            /** @description What kind of sentence it is, for those who say it in words of their own. Absent where only `detail` tells it. */
            code?: string;
            detail: string;
            /** @description What `detail` names besides, in its order. */
            values?: string[];
        };
        /** @description A scenario as a person wrote it, with every default filled in. */
        Scenario: {
            /** @description Whether some failed requests are kept with their answers, to be looked at; without credentials. */
            captureErrors: boolean;
            criteria: components["schemas"]["Criterion"][];
            description: string;
            /** @description Whether workers send live figures while they run. */
            live: boolean;
            name: string;
            shape: components["schemas"]["Shape"];
            start: components["schemas"]["Start"];
            tags: string[];
            traffic: components["schemas"]["Traffic"][];
            worker: components["schemas"]["WorkerSize"];
            workload: components["schemas"]["Workload"];
        };
        /** @description A scenario as a list shows it. */
        ScenarioEntry: {
            activeRunId: components["schemas"]["RunId"] | null;
            baselineRunId: components["schemas"]["RunId"] | null;
            createdAt: components["schemas"]["Timestamp"];
            description: string;
            lastRun: components["schemas"]["Entry"] | null;
            name: string;
            scenarioId: components["schemas"]["ScenarioId"];
            tags: string[];
            updatedAt: components["schemas"]["Timestamp"];
            /** Format: int64 */
            version: number;
        };
        /** @example scn_01KAR8Z6VBN6E1CT9W2QK0H3FM */
        ScenarioId: string;
        /** @description A scenario as a person wrote it, with every default filled in. */
        ScenarioInput: {
            /** @description Whether some failed requests are kept with their answers, to be looked at; without credentials. */
            captureErrors?: boolean | null;
            criteria?: components["schemas"]["CriterionInput"][] | null;
            description?: string | null;
            /** @description Whether workers send live figures while they run. */
            live?: boolean | null;
            name: string;
            shape: components["schemas"]["ShapeInput"];
            start?: components["schemas"]["StartInput"] | null;
            tags?: string[] | null;
            traffic: components["schemas"]["TrafficInput"][];
            worker?: components["schemas"]["WorkerSizeInput"] | null;
            workload: components["schemas"]["WorkloadInput"];
        };
        /** @description A scenario and what is known of it. */
        ScenarioView: components["schemas"]["Scenario"] & {
            activeRunId: components["schemas"]["RunId"] | null;
            baselineRunId: components["schemas"]["RunId"] | null;
            createdAt: components["schemas"]["Timestamp"];
            scenarioId: components["schemas"]["ScenarioId"];
            updatedAt: components["schemas"]["Timestamp"];
            /**
             * Format: int64
             * @description Counts the edits, from 1; what `If-Match` wants.
             */
            version: number;
            /** @description What a run of it would warn of. */
            warnings: components["schemas"]["Warning"][];
        };
        /** @description A script of the user's: one plan, or an archive with the plan, its data and its plugins. */
        Script: {
            engine: components["schemas"]["Engine"];
            /** @description The plan within the archive; may be left out when there is exactly one. */
            entry?: string | null;
            /** @description Read in the plan with `${__P(name)}`. */
            properties: {
                [key: string]: string;
            };
            scriptId: components["schemas"]["ScriptId"];
            /** @description Java system properties (`-D`). */
            systemProperties: {
                [key: string]: string;
            };
        };
        /** @description A file of a script. */
        ScriptFile: {
            path: string;
            /** @description Why it is not shown. */
            problem: string | null;
            /** @description The same with its code and values, for those who say it in words of their own; absent where `problem` is null. */
            said?: components["schemas"]["Said"];
            /**
             * Format: int64
             * @description In bytes.
             */
            size: number;
            /** @description Null when the file is not shown: it is not text, or has more than 1 MiB. */
            text: string | null;
        };
        /** @example scr_01KAR8Z6VBN6E1CT9W2QK0H3FM */
        ScriptId: string;
        /** @description A script of the user's: one plan, or an archive with the plan, its data and its plugins. */
        ScriptInput: {
            data?: unknown[] | null;
            engine?: components["schemas"]["Engine"] | null;
            /** @description The plan within the archive; may be left out when there is exactly one. */
            entry?: string | null;
            /** @description Read in the plan with `${__P(name)}`. */
            properties?: {
                [key: string]: string;
            } | null;
            scriptId: components["schemas"]["ScriptId"];
            secrets?: Record<string, never> | null;
            /** @description Java system properties (`-D`). */
            systemProperties?: {
                [key: string]: string;
            } | null;
        };
        /** @description What a file shall hold, in UTF-8. */
        ScriptText: {
            /** @description At most 1 MiB in UTF-8, without control characters but tab and line breaks. */
            text: string;
        };
        /** @description A script; it never changes. */
        ScriptView: {
            announcedAt: components["schemas"]["Timestamp"];
            fileName: string;
            /** @description Empty until it is uploaded. */
            files: components["schemas"]["File"][];
            /** @description Why nothing in it can run; null when nothing is wrong with the upload itself. */
            problem: string | null;
            /** @description The same with its code and values, for those who say it in words of their own; absent where `problem` is null. */
            said?: components["schemas"]["Said"];
            scriptId: components["schemas"]["ScriptId"];
            /** @description In hex. */
            sha256: string;
            /**
             * Format: int64
             * @description In bytes.
             */
            size: number;
            /** @description Whether the upload is complete. */
            uploaded: boolean;
        };
        /** @description One point a step, without holes. */
        Series: {
            /**
             * Format: int32
             * @description Seconds from `startAt` that every live worker has uploaded. Points beyond it may still grow.
             */
            completeUntil: number;
            points: components["schemas"]["Point"][];
            /** Format: int64 */
            stepMs: number;
        };
        /** @description The course of the load. */
        Shape: (components["schemas"]["Users"] & {
            /** @enum {string} */
            kind: "users";
        }) | (components["schemas"]["Plan"] & {
            /** @enum {string} */
            kind: "script";
        });
        ShapeInput: {
            drain?: components["schemas"]["Duration"] | null;
            /** @description How long all of them stay, from the end of the ramp. */
            hold: components["schemas"]["Duration"];
            /** @enum {string} */
            kind: "users";
            rampUp?: components["schemas"]["Duration"] | null;
        } | {
            drain?: components["schemas"]["Duration"] | null;
            /** @enum {string} */
            kind: "script";
            maxDuration?: components["schemas"]["Duration"] | null;
        };
        /** @description Where workers shall run. */
        SiteRequest: {
            /** @description The name of an ECS cluster, which should be Oleada's own. */
            cluster: string;
            /** @description The container of the task definition that is the worker. */
            container: string;
            logGroup: string;
            /** @description Of the names of log streams. */
            logPrefix: string;
            machine?: components["schemas"]["Machine"] | null;
            /** @description Whether each task gets a public address. */
            publicIp?: boolean | null;
            securityGroups?: string[] | null;
            /** @description Empty where tasks need no network of their own. */
            subnets?: string[] | null;
            /** @description The family of the task definition; its newest revision is used. */
            taskDefinition: string;
        };
        /** @description Where workers run in the region. */
        SiteView: {
            cluster: string;
            container: string;
            logGroup: string;
            logPrefix: string;
            machine: components["schemas"]["Machine"] | null;
            publicIp: boolean;
            securityGroups: string[];
            subnets: string[];
            taskDefinition: string;
        };
        Stage: {
            endedAt?: components["schemas"]["Timestamp"] | null;
            name: components["schemas"]["StageName"];
            startedAt: components["schemas"]["Timestamp"];
        };
        /**
         * @description A step of a run on its way.
         * @enum {string}
         */
        StageName: "plan" | "launch" | "awaitReady" | "release" | "watch" | "collect" | "cleanUp";
        /** @description When a run may start. */
        Start: {
            /**
             * Format: double
             * @description The share of planned workers without which the run fails; more than 0, at most 1.
             */
            quorum: number;
            /** @description How long workers may take to get ready. */
            timeout: components["schemas"]["Duration"];
        };
        /** @description When a run may start. */
        StartInput: {
            /**
             * Format: double
             * @description The share of planned workers without which the run fails; more than 0, at most 1.
             */
            quorum?: number | null;
            timeout?: components["schemas"]["Duration"] | null;
        };
        /** @description Gate opened − `startAt`. */
        StartSkew: {
            /**
             * Format: int64
             * @description The largest absolute skew of any worker; null when none was reported.
             */
            max: number | null;
        };
        /** @enum {string} */
        State: "assigned" | "ready" | "running" | "done" | "lost";
        /**
         * @description Where a run stands.
         * @enum {string}
         */
        Status: "queued" | "launching" | "ready" | "running" | "stopping" | "collecting" | "completed" | "failed" | "cancelled";
        /** @description A request that a sampler made on its way. */
        SubRequest: {
            code: string;
            /** Format: int64 */
            elapsedMs: number;
            success: boolean;
            url: string;
        };
        /** @description The headline figures of a run, for histories. */
        Summary: {
            /**
             * Format: int64
             * @description Of the load phase, drain excluded. Absent in results of before it was kept.
             */
            durationMs?: number;
            /**
             * Format: double
             * @description Failures / requests; null when there was no request.
             */
            failureRate: number | null;
            /**
             * Format: double
             * @description Milliseconds; null when there was no request.
             */
            p95: number | null;
            /** Format: int64 */
            requests: number;
            /**
             * Format: double
             * @description Requests per second over the load phase; null when there was none.
             */
            throughput: number | null;
            verdict: components["schemas"]["Outcome"];
        };
        /** @description What answers here. */
        System: {
            engines: components["schemas"]["Engine"][];
            /** @description Where scenarios and results are kept. Workers run in the regions that are on offer, of which it need not be one. */
            hub: components["schemas"]["Region"];
            limits: components["schemas"]["Limits"];
            /** @description The server's clock. */
            time: components["schemas"]["Timestamp"];
            /** @example 0.1.0 */
            version: string;
        };
        /** @description Times in milliseconds; all null without samples. */
        Times: {
            /** Format: double */
            max: number | null;
            /** Format: double */
            mean: number | null;
            /** Format: double */
            min: number | null;
            /** Format: double */
            p50: number | null;
            /** Format: double */
            p75: number | null;
            /** Format: double */
            p90: number | null;
            /** Format: double */
            p95: number | null;
            /** Format: double */
            p99: number | null;
            /** Format: double */
            p999: number | null;
            /** Format: double */
            stdev: number | null;
        };
        /** @example 2026-11-23T09:00:00.000Z */
        Timestamp: string;
        /** @description The share of one region. */
        Traffic: {
            region: components["schemas"]["Region"];
            /**
             * Format: int32
             * @description The region's total. Absent with shape `script`.
             */
            virtualUsers?: number | null;
            /** Format: int32 */
            workers: number;
        };
        /** @description The share of one region. */
        TrafficInput: {
            region: components["schemas"]["Region"];
            /**
             * Format: int32
             * @description The region's total. Absent with shape `script`.
             */
            virtualUsers?: number | null;
            /** Format: int32 */
            workers: number;
        };
        /**
         * @description Who started a run.
         * @enum {string}
         */
        Trigger: "person" | "api" | "schedule" | "validation";
        /** @description A script that is about to be uploaded. */
        UploadRequest: {
            /**
             * @description `.jmx` or `.zip`.
             * @example plan.jmx
             */
            fileName: string;
            /** @description Of the whole file, in hex. */
            sha256: string;
            /**
             * Format: int64
             * @description In bytes.
             */
            size: number;
        };
        /** @description The request that uploads the script. Its signature holds it to the announced length and checksum. */
        UploadView: {
            expiresAt: components["schemas"]["Timestamp"];
            /** @description Must be sent as they are. */
            headers: {
                [key: string]: string;
            };
            /** @example PUT */
            method: string;
            /** @description What a scenario names, once the upload is done. */
            scriptId: components["schemas"]["ScriptId"];
            url: string;
        };
        /** @description A closed model: so many virtual users, each sending when its last answer has come. */
        Users: {
            /** @description How long requests that are under way at the end may take to finish. */
            drain: components["schemas"]["Duration"];
            /** @description How long all of them stay, from the end of the ramp. */
            hold: components["schemas"]["Duration"];
            /** @description How long the users take to start, evenly. */
            rampUp: components["schemas"]["Duration"];
        };
        /** @description A closed model: so many virtual users, each sending when its last answer has come. */
        UsersInput: {
            drain?: components["schemas"]["Duration"] | null;
            /** @description How long all of them stay, from the end of the ramp. */
            hold: components["schemas"]["Duration"];
            rampUp?: components["schemas"]["Duration"] | null;
        };
        /** @description What a validation has seen so far, and how it ended. */
        Validation: {
            createdAt: components["schemas"]["Timestamp"];
            endedAt: components["schemas"]["Timestamp"] | null;
            /**
             * @description The first 200 of the load, and the first 50 of setUp and of tearDown groups, in the order in which they ended. A
             *     body has up to 32 KB; behind 1.5 MB in all, an exchange has up to 8 KB.
             */
            exchanges: components["schemas"]["Exchange"][];
            /** @description Warnings and errors of the engine's own log, oldest first. */
            log: string[];
            /** @description What there was beyond these. */
            omitted: components["schemas"]["Omitted"];
            outcome: components["schemas"]["Outcome"] | null;
            problem: components["schemas"]["ValidationProblem"] | null;
            runId: components["schemas"]["RunId"];
            scenarioId: components["schemas"]["ScenarioId"];
            startAt: components["schemas"]["Timestamp"] | null;
            status: components["schemas"]["Status"];
            warnings: components["schemas"]["Warning"][];
        };
        ValidationAnswer: components["schemas"]["Validation"] | components["schemas"]["Elsewhere"];
        /** @description Where a scenario is broken. */
        ValidationProblem: {
            /** @description `REQUEST_FAILED`, or the code of the run's reason. */
            code: string;
            /** @description The engine's own words where there are any. */
            detail: string;
            /** @description The name of the element that failed, when it is known. */
            element: string | null;
            /** @description What `detail` names besides, in its order. */
            values?: string[];
            /** @description Which sentence `detail` is, for those who say it in words of their own. Absent where only `detail` tells it. */
            words?: string;
        };
        /** @description Whether the figures say something of the target, or of the generators. */
        Validity: {
            grade: components["schemas"]["Grade"];
            reasons: components["schemas"]["ValidityReason"][];
        };
        ValidityReason: {
            /** @description Such as `GENERATOR_CPU`. */
            code: string;
            detail: string;
            /** @description What `detail` names besides, in its order. */
            values?: string[];
            /** @description Which sentence `detail` is, for those who say it in words of their own. Absent where only `detail` tells it. */
            words?: string;
        };
        Vcpu: {
            /**
             * Format: int64
             * @description How many may run at once in the account; null when it could not be read.
             */
            quota: number | null;
            /**
             * Format: int64
             * @description How many the tasks of Oleada's cluster have reserved; null when it could not be read. What runs elsewhere in the
             *     account is not counted.
             */
            used: number | null;
        };
        /** @description vCPUs of Fargate; each kind has a quota of its own. */
        Vcpus: {
            onDemand: components["schemas"]["Vcpu"];
            spot: components["schemas"]["Vcpu"];
        };
        /** @description Whether the run reached what its scenario asks for. */
        Verdict: {
            criteria: components["schemas"]["CriterionResult"][];
            outcome: components["schemas"]["Outcome"];
        };
        /** @description Something that a reader of the results must know. */
        Warning: {
            /** @description Such as `TOO_MANY_LABELS`. */
            code: string;
            detail: string;
            /** @description What `detail` names besides, in its order. */
            values?: string[];
            /** @description Which sentence `detail` is, for those who say it in words of their own. Absent where only `detail` tells it. */
            words?: string;
        };
        /** @description Milliseconds from `startAt`, the end excluded, as they were applied: whole steps of the stored series. */
        Window: {
            /** Format: int64 */
            fromMs: number;
            /** Format: int64 */
            toMs: number;
        };
        /** @description How many workers stand where. */
        WorkerCounts: {
            /** Format: int32 */
            done: number;
            /** Format: int32 */
            lost: number;
            /** Format: int32 */
            planned: number;
            /**
             * Format: int32
             * @description Got to the gate, whatever became of them.
             */
            ready: number;
            /** Format: int32 */
            running: number;
        };
        /** @description The size of one worker: a Fargate task. */
        WorkerSize: {
            /**
             * Format: int32
             * @description The share of memory that the engine's heap may take.
             */
            heapPercent: number;
            /** Format: int32 */
            memoryGb: number;
            spot: boolean;
            /** Format: int32 */
            vcpu: number;
        };
        /** @description The size of one worker: a Fargate task. */
        WorkerSizeInput: {
            /**
             * Format: int32
             * @description The share of memory that the engine's heap may take.
             */
            heapPercent?: number | null;
            /** Format: int32 */
            memoryGb?: number | null;
            spot?: boolean | null;
            /** Format: int32 */
            vcpu?: number | null;
        };
        /** @description Whose samples are in the figures. */
        Workers: {
            /**
             * Format: int32
             * @description Workers that uploaded at least one segment.
             */
            included: number;
            /** @description Those of the included whose load was cut short. */
            partial: components["schemas"]["PartialWorker"][];
            /** Format: int32 */
            planned: number;
            startSkewMs: components["schemas"]["StartSkew"];
        };
        /** @description A list of up to thousands, or where it lies. */
        WorkersAnswer: components["schemas"]["Page_WorkerView"] | components["schemas"]["Elsewhere"];
        /** @description What the virtual users do. */
        Workload: (components["schemas"]["Http"] & {
            /** @enum {string} */
            kind: "http";
        }) | (components["schemas"]["Script"] & {
            /** @enum {string} */
            kind: "script";
        });
        WorkloadInput: {
            engine?: components["schemas"]["Engine"] | null;
            followRedirects?: boolean | null;
            /** @enum {string} */
            kind: "http";
            requests: components["schemas"]["RequestInput"][];
            thinkTime?: components["schemas"]["Duration"] | null;
            timeout?: components["schemas"]["Duration"] | null;
        } | {
            data?: unknown[] | null;
            engine?: components["schemas"]["Engine"] | null;
            /** @description The plan within the archive; may be left out when there is exactly one. */
            entry?: string | null;
            /** @enum {string} */
            kind: "script";
            /** @description Read in the plan with `${__P(name)}`. */
            properties?: {
                [key: string]: string;
            } | null;
            scriptId: components["schemas"]["ScriptId"];
            secrets?: Record<string, never> | null;
            /** @description Java system properties (`-D`). */
            systemProperties?: {
                [key: string]: string;
            } | null;
        };
        WorkloadOverrides: {
            properties: Record<string, never>;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    createEstimate: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ScenarioInput"];
            };
        };
        responses: {
            /** @description The estimate */
            200: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Estimate"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not JSON */
            415: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not a scenario, or not of regions on offer */
            422: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    getMe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The caller */
            200: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    getOpenApi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OpenAPI 3.1 */
            200: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    listRegions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All regions */
            200: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_RegionView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    putRegion: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: components["schemas"]["Region"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SiteRequest"];
            };
        };
        responses: {
            /** @description The region as it is now */
            200: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RegionView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not the name of a region */
            404: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description A run uses it (`RUN_ACTIVE`, with `runId`) */
            409: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not JSON */
            415: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not a place where workers could run */
            422: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    deleteRegion: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: components["schemas"]["Region"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is off offer */
            204: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Bad Request */
            400: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description No such region */
            404: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description A run uses it (`RUN_ACTIVE`, with `runId`) */
            409: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    listRuns: {
        parameters: {
            query?: {
                /** @description Any of these. */
                status?: components["schemas"]["Status"][];
                /** @description Created at this instant or later. */
                from?: string;
                /** @description Created before this instant. */
                to?: string;
                /** @description How many items a page has at most. */
                limit?: number;
                /** @description `nextCursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of runs */
            200: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Entry"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not a cursor of this list */
            422: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    getRun: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                runId: components["schemas"]["RunId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The run */
            200: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description No such run */
            404: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    deleteRun: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                runId: components["schemas"]["RunId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Bad Request */
            400: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description No such run */
            404: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description It is not over (`RUN_ACTIVE`), or the baseline of its scenario (`IS_BASELINE`) */
            409: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    patchRun: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                runId: components["schemas"]["RunId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RunPatch"];
            };
        };
        responses: {
            /** @description The run as it is now */
            200: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description No such run */
            404: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not JSON */
            415: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not a change that can be made */
            422: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    listArtifacts: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                runId: components["schemas"]["RunId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The files */
            200: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArtifactsAnswer"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description No such run */
            404: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    cancelRun: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                runId: components["schemas"]["RunId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The run, which will end soon */
            202: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description No such run */
            404: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    compareRuns: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The base */
                runId: components["schemas"]["RunId"];
                candidateId: components["schemas"]["RunId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Both runs */
            200: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ComparisonAnswer"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description No such run, or one left no results (`NO_RESULTS`) */
            404: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description One is not over (`NOT_COLLECTED`) */
            409: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    getLive: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                runId: components["schemas"]["RunId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How to subscribe */
            200: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LiveView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description No such run */
            404: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    getLogs: {
        parameters: {
            query: {
                /** @description The worker's number. */
                worker: number;
                /** @description How many lines a page has at most. */
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path: {
                runId: components["schemas"]["RunId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Lines; none while the worker has not written any */
            200: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Line"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description No such run, or no such worker in it */
            404: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not a cursor of this log */
            422: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    getResults: {
        parameters: {
            query?: {
                /** @description Milliseconds from `startAt`. */
                from?: number;
                /** @description Milliseconds from `startAt`, more than `from`; not included. */
                to?: number;
            };
            header?: never;
            path: {
                runId: components["schemas"]["RunId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The results */
            200: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ResultsAnswer"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description No such run, or it left no results (`NO_RESULTS`) */
            404: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description The run is not over (`NOT_COLLECTED`) */
            409: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not a window */
            422: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    getSeries: {
        parameters: {
            query?: {
                /** @description All requests when it is left out or `*`. */
                label?: string;
                /** @description All regions when it is left out. */
                region?: components["schemas"]["Region"];
                /** @description How many points at most; steps get wider until they do. */
                maxPoints?: number;
                /** @description Milliseconds from `startAt`. */
                from?: number;
                /** @description Milliseconds from `startAt`, more than `from`; not included. */
                to?: number;
            };
            header?: never;
            path: {
                runId: components["schemas"]["RunId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The points; none before the run has started */
            200: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Series"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description No such run */
            404: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not a window */
            422: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    getValidation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                runId: components["schemas"]["RunId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What there is by now */
            200: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ValidationAnswer"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description No such run, or it is no validation */
            404: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    listWorkers: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                runId: components["schemas"]["RunId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The workers */
            200: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkersAnswer"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description No such run */
            404: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    listScenarios: {
        parameters: {
            query?: {
                /** @description Exactly this tag. */
                tag?: string;
                /** @description Somewhere in the name or the description, whatever the case. */
                q?: string;
                /** @description How many items a page has at most. */
                limit?: number;
                /** @description `nextCursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of scenarios */
            200: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_ScenarioEntry"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not a cursor of this list */
            422: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    createScenario: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ScenarioInput"];
            };
        };
        responses: {
            /** @description The scenario */
            201: {
                headers: {
                    /** @description Its version */
                    ETag?: string;
                    /** @description Its path */
                    Location?: string;
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScenarioView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not JSON */
            415: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not a scenario that could run */
            422: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    getScenario: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                scenarioId: components["schemas"]["ScenarioId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The scenario */
            200: {
                headers: {
                    /** @description Its version */
                    ETag?: string;
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScenarioView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description No such scenario */
            404: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    putScenario: {
        parameters: {
            query?: never;
            header: {
                /** @description The version that was edited, in quotes */
                "If-Match": string;
            };
            path: {
                scenarioId: components["schemas"]["ScenarioId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ScenarioInput"];
            };
        };
        responses: {
            /** @description The scenario as it is now */
            200: {
                headers: {
                    /** @description Its version */
                    ETag?: string;
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScenarioView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description No such scenario */
            404: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description It has another version */
            409: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not JSON */
            415: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not a scenario that could run */
            422: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description No `If-Match` */
            428: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    deleteScenario: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                scenarioId: components["schemas"]["ScenarioId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Bad Request */
            400: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description No such scenario */
            404: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description It is running */
            409: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    putBaseline: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                scenarioId: components["schemas"]["ScenarioId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Baseline"];
            };
        };
        responses: {
            /** @description The scenario as it is now */
            200: {
                headers: {
                    /** @description Its version */
                    ETag?: string;
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScenarioView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description No such scenario */
            404: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description The run is not over (`NOT_COLLECTED`) */
            409: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not JSON */
            415: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not a completed run of this scenario that has results */
            422: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    deleteBaseline: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                scenarioId: components["schemas"]["ScenarioId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description There is none */
            204: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Bad Request */
            400: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description No such scenario */
            404: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    listScenarioRuns: {
        parameters: {
            query?: {
                /** @description Any of these. */
                status?: components["schemas"]["Status"][];
                /** @description Created at this instant or later. */
                from?: string;
                /** @description Created before this instant. */
                to?: string;
                /** @description How many items a page has at most. */
                limit?: number;
                /** @description `nextCursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                scenarioId: components["schemas"]["ScenarioId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of runs */
            200: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Entry"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description No such scenario */
            404: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not a cursor of this list */
            422: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    createRun: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repeated request count once */
                "Idempotency-Key"?: string | null;
            };
            path: {
                scenarioId: components["schemas"]["ScenarioId"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RunRequest"] | null;
            };
        };
        responses: {
            /** @description The run */
            202: {
                headers: {
                    /** @description Its path */
                    Location?: string;
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description No such scenario */
            404: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description A run of it is active (`RUN_ACTIVE`, with `runId`), or the key was used with another body (`IDEMPOTENCY_KEY_REUSED`) */
            409: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not JSON */
            415: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description The scenario with these overrides could not run */
            422: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    validateScenario: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                scenarioId: components["schemas"]["ScenarioId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What it sees comes under `/runs/{runId}/validation` */
            202: {
                headers: {
                    /** @description The path of the validation */
                    Location?: string;
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description No such scenario */
            404: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description A run of it is active (`RUN_ACTIVE`, with `runId`) */
            409: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description The scenario could not run */
            422: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    getScript: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                scriptId: components["schemas"]["ScriptId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The script */
            200: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScriptView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description No such script */
            404: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    getScriptFile: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                scriptId: components["schemas"]["ScriptId"];
                /** @description As the script lists it; its slashes may be encoded */
                path: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file */
            200: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScriptFile"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description No such script, or no such file in it */
            404: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    putScriptFile: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                scriptId: components["schemas"]["ScriptId"];
                /** @description Relative, with slashes, which may be encoded */
                path: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ScriptText"];
            };
        };
        responses: {
            /** @description The new script */
            201: {
                headers: {
                    /** @description Its path */
                    Location?: string;
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScriptView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description No such script */
            404: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not JSON */
            415: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not a file that the script can have, a plan that cannot be read, or a script of more than 100 MiB, which is not edited here */
            422: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    getSystem: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The system */
            200: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["System"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
    createUpload: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UploadRequest"];
            };
        };
        responses: {
            /** @description How to upload it */
            201: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadView"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Too large */
            413: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not JSON */
            415: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Not a script that can be uploaded */
            422: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description What to quote when asking for help. */
                    "x-request-id"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemDetails"];
                };
            };
        };
    };
}
