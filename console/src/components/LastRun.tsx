import Box from "@cloudscape-design/components/box";
import SpaceBetween from "@cloudscape-design/components/space-between";

import type { RunEntry } from "../api/types";
import { useMessages } from "../i18n/language";
import { Instant } from "./Instant";
import { RouterLink } from "./RouterLink";
import { RunStatus } from "./RunStatus";

/** When a scenario ran last, and what came of it. */
export function LastRun({ run }: { run: RunEntry | null | undefined }) {
  const messages = useMessages();
  if (!run) return <Box color="text-status-inactive">{messages.scenarios.neverRun}</Box>;
  return (
    <SpaceBetween size="xxxs">
      <RouterLink to={`/runs/${run.runId}`}>
        <Instant at={run.startAt ?? run.createdAt} />
      </RouterLink>
      <RunStatus status={run.status} degraded={run.degraded} />
    </SpaceBetween>
  );
}
