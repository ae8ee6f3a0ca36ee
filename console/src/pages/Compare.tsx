import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useMemo } from "react";
import { useSearchParams } from "react-router";

import { comparisons } from "../api/comparisons";
import { isGone } from "../api/refusal";
import { results } from "../api/results";
import { runs } from "../api/runs";
import type { Comparison, Run } from "../api/types";
import { Change } from "../compare/Change";
import { DeltaTable } from "../compare/DeltaTable";
import { figureOf, metricName, showFigure, type Compared } from "../compare/delta";
import type { Overlaid } from "../compare/overlay";
import { RunPicker } from "../compare/RunPicker";
import { Clamped } from "../components/Clamped";
import { Empty } from "../components/Empty";
import { Figure } from "../components/Figure";
import { Problem } from "../components/Problem";
import { RouterButton, RouterLink } from "../components/RouterLink";
import { useTitle } from "../components/useTitle";
import { useFormat, useMessages } from "../i18n/language";
import { say } from "../i18n/said";
import { plannedMs } from "../run/planned";
import "../compare/compare.css";

const OverlayCharts = lazy(() => import("../compare/OverlayCharts"));

/** Two runs beside each other: `?runs=base,candidate`. */
export default function Compare() {
  const messages = useMessages();
  const [parameters, setParameters] = useSearchParams();
  const [baseId = "", candidateId = ""] = (parameters.get("runs") ?? "").split(",");
  const base = useQuery({ ...runs.one(baseId), enabled: baseId !== "" });
  const candidate = useQuery({ ...runs.one(candidateId), enabled: candidateId !== "" });
  useTitle(messages.compare.title);

  const known = base.data ?? candidate.data;
  const isMissing = { base: isGone(base.error), candidate: isGone(candidate.error) };
  const failed = [base, candidate].find((query) => query.isError && !query.data && !isGone(query.error));
  if (failed) return <Problem error={failed.error} retry={() => void failed.refetch()} isPolling />;
  const toScenarios = (
    <Empty
      title={messages.compare.nothing}
      hint={messages.compare.nothingHint}
      action={<RouterButton to="/scenarios">{messages.home.toScenarios}</RouterButton>}
    />
  );
  if (baseId === "" && candidateId === "") return toScenarios;
  const missing = (
    <>
      {isMissing.base && <Alert type="error">{messages.compare.baseMissing(baseId)}</Alert>}
      {isMissing.candidate && <Alert type="error">{messages.compare.candidateMissing(candidateId)}</Alert>}
    </>
  );
  if (!known && [base, candidate].some(({ isFetching }) => isFetching)) return <Spinner size="large" />;
  if (!known) {
    return (
      <SpaceBetween size="l">
        {missing}
        {toScenarios}
      </SpaceBetween>
    );
  }

  const choose = (first: string, second: string) =>
    setParameters((now) => new URLSearchParams([...[...now].filter(([name]) => name !== "runs"), ["runs", `${first},${second}`]]), {
      replace: true,
      preventScrollReset: true,
    });
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          description={<Tested runs={[base.data, candidate.data]} />}
          actions={
            <Button iconName="refresh" disabled={!base.data || !candidate.data} onClick={() => choose(candidateId, baseId)}>
              {messages.compare.swap}
            </Button>
          }
        >
          {messages.compare.title}
        </Header>
      }
    >
      <SpaceBetween size="l">
        {missing}
        <Container>
          <ColumnLayout columns={2}>
            <RunPicker
              label={messages.compare.base}
              hint={messages.compare.baseHint}
              scenarioId={(base.data ?? known).scenarioId}
              chosen={base.data}
              choose={(runId) => choose(runId, candidateId)}
            />
            <RunPicker
              label={messages.compare.candidate}
              hint={messages.compare.candidateHint}
              scenarioId={(candidate.data ?? known).scenarioId}
              chosen={candidate.data}
              choose={(runId) => choose(baseId, runId)}
            />
          </ColumnLayout>
        </Container>
        {base.data && candidate.data && <Both base={base.data} candidate={candidate.data} />}
      </SpaceBetween>
    </ContentLayout>
  );
}

/** The scenario of both, or of each, one a line. */
function Tested({ runs }: { runs: (Run | undefined)[] }) {
  const names = new Map(runs.flatMap((run) => (run ? [[run.scenarioId, run.scenario.name] as const] : [])));
  return [...names].map(([scenarioId, name]) => (
    <RouterLink key={scenarioId} to={`/scenarios/${scenarioId}`}>
      <Clamped text={name} />
    </RouterLink>
  ));
}

function Both({ base, candidate }: { base: Run; candidate: Run }) {
  const messages = useMessages();
  const query = useQuery(comparisons.of(base.runId, candidate.runId));
  if (query.isError) return <Problem error={query.error} retry={() => void query.refetch()} />;
  if (!query.data) return <Spinner size="large" />;
  return (
    <SpaceBetween size="l">
      {query.data.said.length > 0 && (
        <Alert type="warning" header={messages.compare.warnings}>
          <ul>
            {query.data.said.map((warning) => (
              <li key={warning.detail}>{say(warning, messages)}</li>
            ))}
          </ul>
        </Alert>
      )}
      <Headline comparison={query.data} />
      <Courses base={base} candidate={candidate} labels={Object.keys(query.data.labels).filter((label) => label !== "*")} />
      <Container>
        <DeltaTable comparison={query.data} />
      </Container>
    </SpaceBetween>
  );
}

const HEADLINE: Compared[] = ["throughput", "failureRate", "p50", "p95", "p99"];

function Headline({ comparison: { labels } }: { comparison: Comparison }) {
  const messages = useMessages();
  const format = useFormat();
  const pair = labels["*"];
  if (!pair) return null;
  return (
    <Container header={<Header variant="h2">{messages.run.allLabels}</Header>}>
      <ColumnLayout columns={HEADLINE.length} variant="text-grid" minColumnWidth={190}>
        {HEADLINE.map((metric) => (
          <div key={metric}>
            <Box variant="awsui-key-label">{metricName(metric, messages)}</Box>
            <Figure value={showFigure(pair.candidate && figureOf(pair.candidate, metric), metric, format)} />
            <div>
              <Change metric={metric} delta={pair.delta?.[metric]} />
            </div>
          </div>
        ))}
      </ColumnLayout>
    </Container>
  );
}

const ALL = "";

function Courses({ base, candidate, labels }: { base: Run; candidate: Run; labels: string[] }) {
  const messages = useMessages();
  const [parameters, setParameters] = useSearchParams();
  const label = parameters.get("label");
  const subject = { label, region: null };
  const [first, second] = [
    useQuery(results.series(base.runId, subject, null, true)),
    useQuery(results.series(candidate.runId, subject, null, true)),
  ];
  const options = [{ value: ALL, label: messages.run.allLabels }, ...labels.map((name) => ({ value: name, label: name }))];
  const choose = (chosen: string | undefined) =>
    setParameters(
      (now) => new URLSearchParams([...[...now].filter(([name]) => name !== "label"), ...(chosen ? [["label", chosen]] : [])] as string[][]),
      { replace: true, preventScrollReset: true },
    );
  const failed = [first, second].find((query) => query.isError && !query.data);
  const overlaid = useMemo<[Overlaid, Overlaid] | null>(() => {
    if (!first.data || !second.data) return null;
    return [
      { series: first.data, loadMs: plannedMs(base) },
      { series: second.data, loadMs: plannedMs(candidate) },
    ];
  }, [first.data, second.data, base, candidate]);
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <Select
              ariaLabel={messages.run.label}
              inlineLabelText={messages.run.label}
              expandToViewport
              filteringType={labels.length > 10 ? "auto" : "none"}
              options={options}
              selectedOption={options.find(({ value }) => value === (label ?? ALL)) ?? null}
              onChange={({ detail }) => choose(detail.selectedOption.value)}
            />
          }
        >
          {messages.run.charts}
        </Header>
      }
    >
      {failed && <Problem error={failed.error} retry={() => void failed.refetch()} />}
      {overlaid ? (
        <Suspense fallback={<Spinner />}>
          <OverlayCharts base={overlaid[0]} candidate={overlaid[1]} />
        </Suspense>
      ) : (
        !failed && <Spinner />
      )}
    </Container>
  );
}
