import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { isComparable } from "../api/comparisons";
import { runs } from "../api/runs";
import type { Run } from "../api/types";
import { useMessages } from "../i18n/language";

/** Leads to this run beside another of its scenario. */
export function CompareMenu({ run, baselineRunId }: { run: Run; baselineRunId: string | null }) {
  const messages = useMessages();
  const navigate = useNavigate();
  const earlier = useQuery(runs.before(run.scenarioId, run.createdAt)).data?.items ?? [];
  const previous = earlier.find(({ status, summary }) => isComparable({ status, summary: summary ?? null }));
  const hasBaseline = baselineRunId !== null && baselineRunId !== run.runId;
  const noBaseline = baselineRunId === null ? messages.compare.noBaseline : messages.compare.isBaseline;
  const bases: Record<string, string> = {
    ...(hasBaseline && { baseline: baselineRunId }),
    ...(previous && { previous: previous.runId }),
    other: "",
  };
  return (
    <ButtonDropdown
      items={[
        { id: "baseline", text: messages.compare.withBaseline, disabled: !hasBaseline, disabledReason: noBaseline },
        { id: "previous", text: messages.compare.withPrevious, disabled: !previous, disabledReason: messages.compare.noPrevious },
        { id: "other", text: messages.compare.withOther },
      ]}
      onItemClick={({ detail }) => void navigate(`/compare?runs=${bases[detail.id] ?? ""},${run.runId}`)}
    >
      {messages.compare.with}
    </ButtonDropdown>
  );
}
