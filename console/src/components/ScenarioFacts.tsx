import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";

import { useMessages } from "../i18n/language";
import { scenarioFacts, type ScenarioDocument } from "./scenarioFacts";

/** What a scenario says, for reading. */
export function ScenarioFacts({ scenario }: { scenario: ScenarioDocument }) {
  const messages = useMessages();
  return (
    <KeyValuePairs
      columns={3}
      items={scenarioFacts(scenario, messages).map(({ name, lines }) => ({
        label: name,
        value: lines.length === 0 ? messages.common.none : lines.map((line, index) => <div key={index}>{line}</div>),
      }))}
    />
  );
}
