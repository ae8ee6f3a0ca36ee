import type { Run, Script } from "../api/types";
import type { Messages } from "../i18n/en";
import type { Format } from "../i18n/format";

export type ScenarioDocument = Run["scenario"];

export interface Fact {
  name: string;
  lines: string[];
}

/** What a scenario says, in words; it names its script by an id alone. */
export function scenarioFacts(scenario: ScenarioDocument, messages: Messages, format: Format, script?: Script): Fact[] {
  const { worker, start, criteria, description } = scenario;
  return [
    { name: messages.scenario.workload, lines: workload(scenario, messages, format, script) },
    {
      name: messages.scenario.shape,
      lines: [shape(scenario, messages), `${messages.editor.drain}: ${scenario.shape.drain}`],
    },
    { name: messages.scenario.traffic, lines: traffic(scenario, messages) },
    {
      name: messages.editor.advanced,
      lines: [
        `${messages.editor.vcpus(worker.vcpu)}, ${messages.editor.gb(worker.memoryGb)}`,
        ...(worker.spot ? [messages.editor.spot] : []),
        `${messages.editor.quorum}: ${format.measured(`${Number((start.quorum * 100).toFixed(4))}%`)}`,
        `${messages.editor.startTimeout}: ${start.timeout}`,
      ],
    },
    {
      name: messages.editor.criteria,
      lines: criteria.map(({ label, metric, op, value }) => `${label} ${messages.metric[metric]} ${op} ${value}`),
    },
    { name: messages.editor.tags, lines: scenario.tags },
    ...(description ? [{ name: messages.scenario.description, lines: [description] }] : []),
  ];
}

/** More would make a list of what the tables show anyway. */
const MOST_REQUESTS = 5;

function workload({ workload: given }: ScenarioDocument, messages: Messages, format: Format, script?: Script): string[] {
  if (given.kind === "script") {
    const name = script ? `${messages.scenario.script}: ${script.fileName}, ${format.bytes(script.size)}` : messages.scenario.script;
    return [name, ...(given.entry ? [given.entry] : [])];
  }
  const shown = given.requests.slice(0, MOST_REQUESTS).map(({ method, url }) => `${method} ${url}`);
  return [messages.scenario.http(given.requests.length), ...shown, ...(given.requests.length > shown.length ? ["…"] : [])];
}

function shape({ shape: given }: ScenarioDocument, messages: Messages): string {
  return given.kind === "users"
    ? messages.scenario.shapeUsers(given.rampUp, given.hold)
    : messages.scenario.shapeScript(given.maxDuration);
}

function traffic({ traffic: regions }: ScenarioDocument, messages: Messages): string[] {
  return regions.map(({ region, workers, virtualUsers }) =>
    [
      region,
      messages.scenario.workers(workers),
      ...(virtualUsers != null ? [messages.scenario.users(virtualUsers)] : []),
    ].join(", "),
  );
}
