import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Badge from "@cloudscape-design/components/badge";

import type { Run } from "../api/types";
import { useMessages } from "../i18n/language";
import type { Messages } from "../i18n/en";

type Document = Run["scenario"];

/** What a scenario says, for reading. */
export function ScenarioFacts({ scenario }: { scenario: Document }) {
  const messages = useMessages();
  return (
    <KeyValuePairs
      columns={3}
      items={[
        { label: messages.scenario.workload, value: workload(scenario, messages) },
        { label: messages.scenario.shape, value: shape(scenario, messages) },
        { label: messages.scenario.traffic, value: traffic(scenario, messages) },
        {
          label: messages.editor.advanced,
          value: `${messages.editor.vcpus(scenario.worker.vcpu)}, ${messages.editor.gb(scenario.worker.memoryGb)}`,
        },
        {
          label: messages.editor.criteria,
          value:
            scenario.criteria
              .map(({ label, metric, op, value }) => `${label} ${messages.metric[metric]} ${op} ${value}`)
              .join("; ") || messages.common.none,
        },
        {
          label: messages.editor.tags,
          value:
            scenario.tags.length === 0
              ? messages.common.none
              : scenario.tags.map((tag) => <Badge key={tag}>{tag}</Badge>),
        },
        ...(scenario.description ? [{ label: messages.scenario.description, value: scenario.description }] : []),
      ]}
    />
  );
}

function workload({ workload: given }: Document, messages: Messages): string {
  return given.kind === "http" ? messages.scenario.http(given.requests.length) : messages.scenario.script;
}

function shape({ shape: given }: Document, messages: Messages): string {
  return given.kind === "users"
    ? messages.scenario.shapeUsers(given.rampUp, given.hold)
    : messages.scenario.shapeScript(given.maxDuration);
}

function traffic({ traffic: regions }: Document, messages: Messages) {
  return regions.map(({ region, workers, virtualUsers }) => (
    <div key={region}>
      {[
        region,
        messages.scenario.workers(workers),
        ...(virtualUsers != null ? [messages.scenario.users(virtualUsers)] : []),
      ].join(", ")}
    </div>
  ));
}
