import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import { useQuery } from "@tanstack/react-query";

import { isComparable } from "../api/comparisons";
import { runs } from "../api/runs";
import type { Run } from "../api/types";
import { useFormat, useMessages } from "../i18n/language";

interface Props {
  label: string;
  hint: string;
  scenarioId: string;
  chosen: Run | undefined;
  choose(runId: string): void;
}

/** Runs to choose from. */
const NEWEST = 50;

/** Which run of a scenario is held against another. */
export function RunPicker({ label, hint, scenarioId, chosen, choose }: Props) {
  const messages = useMessages();
  const format = useFormat();
  const query = useQuery(runs.ofScenario(scenarioId, { limit: NEWEST }));
  const option = ({ runId, startAt, createdAt, summary, note }: Pick<Run, "runId" | "startAt" | "createdAt" | "summary"> & { note?: string | null }) => ({
    value: runId,
    label: format.instant(startAt ?? createdAt),
    description: messages.compare.option(format.ms(summary?.p95), format.rate(summary?.throughput)),
    ...(note && { tags: [note] }),
  });
  const options = (query.data?.items ?? [])
    .filter((run) => isComparable({ status: run.status, summary: run.summary ?? null }))
    .map((run) => option({ ...run, startAt: run.startAt ?? null, summary: run.summary ?? null }));
  return (
    <FormField label={label} description={hint} stretch>
      <Select
        placeholder={messages.compare.choose}
        options={options}
        filteringType="auto"
        statusType={query.isPending ? "loading" : "finished"}
        loadingText={messages.common.loading}
        empty={messages.runs.none}
        selectedOption={chosen ? option(chosen) : null}
        onChange={({ detail }) => detail.selectedOption.value && choose(detail.selectedOption.value)}
      />
    </FormField>
  );
}
