import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import { useQuery } from "@tanstack/react-query";

import { scripts } from "../api/uploads";
import { useFormat, useMessages } from "../i18n/language";
import { scenarioFacts, type ScenarioDocument } from "./scenarioFacts";

/** What a scenario says, for reading. */
export function ScenarioFacts({ scenario }: { scenario: ScenarioDocument }) {
  const messages = useMessages();
  const format = useFormat();
  const { workload } = scenario;
  const scriptId = workload.kind === "script" ? workload.scriptId : null;
  const script = useQuery({ ...scripts.one(scriptId ?? ""), enabled: scriptId !== null }).data;
  return (
    <KeyValuePairs
      columns={3}
      items={scenarioFacts(scenario, messages, format, script).map(({ name, lines }) => ({
        label: name,
        value: lines.length === 0 ? messages.common.none : lines.map((line, index) => <div key={index}>{line}</div>),
      }))}
    />
  );
}
