import ContentLayout from "@cloudscape-design/components/content-layout";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import Alert from "@cloudscape-design/components/alert";
import Container from "@cloudscape-design/components/container";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { Navigate, useParams } from "react-router";

import { Refusal } from "../api/refusal";
import { results } from "../api/results";
import { isOver, runs } from "../api/runs";
import type { Results, Run as RunView } from "../api/types";
import { Problem } from "../components/Problem";
import { useTitle } from "../components/useTitle";
import { useFormat, useMessages } from "../i18n/language";
import { Charts } from "../run/Charts";
import { Details } from "../run/Details";
import { RunHeader } from "../run/RunHeader";
import { RunNotices } from "../run/RunNotices";
import { Stages } from "../run/Stages";
import { resultTiles, subjectOfResults } from "../run/resultTiles";
import { Tiles, useLiveTiles } from "../run/Tiles";
import { useCourse } from "../run/useCourse";
import { useLive, type Live } from "../run/useLive";
import { useView } from "../run/useView";
import "../run/outdated.css";

/** One page from launch to report: when the run ends, its figures become the final ones in place. */
export default function Run() {
  const messages = useMessages();
  const { runId = "" } = useParams();
  const query = useQuery(runs.one(runId));
  useTitle(query.data && messages.run.title(query.data.scenario.name));
  if (query.data?.trigger === "validation") return <Navigate replace to={`/runs/${runId}/validation`} />;
  if (query.data) return <Loaded key={runId} run={query.data} />;
  if (query.isError) return <Problem error={query.error} retry={() => void query.refetch()} isPolling />;
  return <Spinner size="large" />;
}

function Loaded({ run }: { run: RunView }) {
  const messages = useMessages();
  const view = useView();
  const live = useLive(run, view.subject);
  const course = useCourse(run, live, view.subject, view.window);
  const over = isOver(run.status);
  const query = useQuery({ ...results.of(run.runId, over ? view.window : null), enabled: over });
  const hasNone = query.error instanceof Refusal && query.error.code === "NO_RESULTS";
  const final = over ? query.data : undefined;
  // Figures of another part of the run stay until those of this one come, and are not taken for them.
  const isOutdated = final !== undefined && query.isPlaceholderData;
  const isComputing = isOutdated || (over && course.isOutdated);

  const liveTiles = useLiveTiles(live, course.course);
  const resultSubject = subjectOfResults(view.subject);
  const format = useFormat();
  const labels = useLabels(run, live, final);
  return (
    <ContentLayout
      header={<RunHeader run={run} results={isOutdated ? undefined : final} course={course.isOutdated ? null : course.course} />}
    >
      <SpaceBetween size="l">
        <RunNotices run={run} />
        <Stages run={run} />
        {hasNone && (
          <Alert type="warning" header={messages.run.noResults}>
            {messages.run.noResultsHint}
          </Alert>
        )}
        {query.isError && !hasNone && <Problem error={query.error} retry={() => void query.refetch()} />}
        {!over && <Tiles subject={view.subject} tiles={liveTiles} />}
        {final && (
          <div className={isOutdated ? "outdated" : undefined} aria-busy={isOutdated}>
            <Tiles
              subject={resultSubject}
              hint={view.subject.region !== resultSubject.region ? messages.run.labelOfAllRegions : undefined}
              tiles={resultTiles(final, resultSubject, messages, format)}
            />
          </div>
        )}
        {over && query.isLoading && (
          <Container>
            <StatusIndicator type="loading">{messages.run.computing}</StatusIndicator>
          </Container>
        )}
        {!hasNone && <Charts run={run} course={course} live={live} view={view} labels={labels} loadMs={final?.durationMs} isComputing={isComputing} />}
        <div className={isOutdated ? "outdated" : undefined} aria-busy={isOutdated}>
          <Details run={run} results={final} feed={live?.feed ?? null} course={course.course} view={view} />
        </div>
      </SpaceBetween>
    </ContentLayout>
  );
}

/** The labels that can be chosen: those with samples, or else those that the scenario promises. */
function useLabels(run: RunView, live: Live | null, final: Results | undefined): readonly string[] {
  const heard = live?.labels;
  return useMemo(() => {
    if (final) return Object.keys(final.byLabel);
    const { workload } = run.scenario;
    const promised = workload.kind === "http" ? workload.requests.map(({ label }) => label) : [];
    return [...new Set([...promised, ...(heard ?? [])])].sort();
  }, [run.scenario, heard, final]);
}
