import Container from "@cloudscape-design/components/container";
import Tabs, { type TabsProps } from "@cloudscape-design/components/tabs";
import { useMemo } from "react";

import { isOver } from "../api/runs";
import type { Results, Run } from "../api/types";
import { ScenarioFacts } from "../components/ScenarioFacts";
import { useMessages } from "../i18n/language";
import type { Course } from "../live/course";
import type { Snapshot } from "../live/feed";
import { Artifacts } from "./Artifacts";
import { Criteria } from "./Criteria";
import { Errors } from "./Errors";
import { FiguresTable, rowsOf, type Row } from "./FiguresTable";
import { LiveLabels } from "./LiveLabels";
import { Logs } from "./Logs";
import { sumsOf } from "./sums";
import type { View } from "./useView";
import { Workers } from "./Workers";

interface Props {
  run: Run;
  results: Results | undefined;
  /** What is heard of a run that goes on; its subject is what the charts are of. */
  feed: Snapshot | null;
  course: Course | null;
  view: View;
}

/** Everything under the charts. */
export function Details({ run, results, feed, course, view }: Props) {
  const messages = useMessages();
  const { scenario } = run;
  const over = isOver(run.status);
  // Tables of figures are drawn anew only when figures are.
  const figures = useMemo(() => (results ? figureTabs(scenario, results, messages) : []), [scenario, results, messages]);
  const tabs: TabsProps.Tab[] = [
    ...figures,
    ...(feed && !over
      ? [{ id: "labels", label: messages.run.tabLabels, content: <LiveLabels labels={feed.byLabel} /> }]
      : []),
    { id: "workers", label: messages.run.tabWorkers, content: <Workers run={run} course={course} /> },
    { id: "logs", label: messages.run.tabLogs, content: <Logs run={run} /> },
    ...(over
      ? [{ id: "artifacts", label: messages.run.tabArtifacts, content: <Artifacts runId={run.runId} /> }]
      : []),
    { id: "scenario", label: messages.run.tabScenario, content: <ScenarioFacts scenario={run.scenario} /> },
  ];
  const active = tabs.find(({ id }) => id === view.tab) ?? tabs[0];
  return (
    <Container>
      <Tabs
        tabs={tabs}
        activeTabId={active?.id ?? ""}
        onChange={({ detail }) => view.choose({ tab: detail.activeTabId })}
        ariaLabel={messages.run.title(run.scenario.name)}
      />
    </Container>
  );
}

function figureTabs(scenario: Run["scenario"], results: Results, messages: ReturnType<typeof useMessages>): TabsProps.Tab[] {
  const { total, byLabel, byRegion, transactions, errors } = results;
  const table = (id: string, label: string, subject: string, groups: typeof byLabel, sums: Row[]) => ({
    id,
    label,
    content: (
      <FiguresTable name={id} title={label} subject={subject} rows={rowsOf(groups)} sums={sums} />
    ),
  });
  return [
    table("labels", messages.run.tabLabels, messages.run.label, byLabel, sumsOf(scenario, results, messages)),
    ...(Object.keys(byRegion).length > 1
      ? [table("regions", messages.run.tabRegions, messages.run.region, byRegion, [{ name: messages.run.all, figures: total }])]
      : []),
    ...(Object.keys(transactions).length > 0
      ? [table("transactions", messages.run.tabTransactions, messages.run.label, transactions, [])]
      : []),
    { id: "errors", label: `${messages.run.tabErrors} (${errors.length})`, content: <Errors groups={errors} isPart={results.window !== undefined} /> },
    { id: "criteria", label: messages.run.tabCriteria, content: <Criteria results={results} /> },
  ];
}
