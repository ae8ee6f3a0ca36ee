import Button from "@cloudscape-design/components/button";

import type { ScenarioEntry } from "../api/types";
import { useMessages } from "../i18n/language";
import { RouterButton } from "./RouterLink";
import { useRunNow } from "./useRunNow";

/** Starts a scenario, or leads to the run of it that is not over. */
export function RunButton({ scenario }: { scenario: Pick<ScenarioEntry, "scenarioId" | "activeRunId" | "name"> }) {
  const messages = useMessages();
  const { start, starting } = useRunNow();
  const { scenarioId, activeRunId, name } = scenario;
  return activeRunId ? (
    <RouterButton
      to={`/runs/${activeRunId}`}
      iconName="status-in-progress"
      wrapText={false}
      ariaLabel={`${messages.scenario.showRun}: ${name}`}
    >
      {messages.scenario.showRun}
    </RouterButton>
  ) : (
    <Button
      iconName="caret-right-filled"
      wrapText={false}
      loading={starting === scenarioId}
      ariaLabel={`${messages.common.run} ${name}`}
      onClick={() => void start(scenarioId)}
    >
      {messages.common.run}
    </Button>
  );
}
