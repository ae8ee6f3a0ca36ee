import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";

import type { Run } from "../api/types";
import { useMessages } from "../i18n/language";
import type { View } from "./useView";

const ALL = "";

/** Which label and region the charts are of. */
export function SubjectPickers({ run, labels, view }: { run: Run; labels: readonly string[]; view: View }) {
  const messages = useMessages();
  const { label, region } = view.subject;
  const regions = run.scenario.traffic.map((traffic) => traffic.region);
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <Picker
        name={messages.run.label}
        all={messages.run.allLabels}
        values={labels}
        chosen={label}
        choose={(chosen) => view.choose({ label: chosen })}
      />
      {regions.length > 1 && (
        <Picker
          name={messages.run.region}
          all={messages.run.allRegions}
          values={regions}
          chosen={region}
          choose={(chosen) => view.choose({ region: chosen })}
        />
      )}
    </SpaceBetween>
  );
}

interface PickerProps {
  name: string;
  all: string;
  values: readonly string[];
  chosen: string | null;
  choose(value: string | null): void;
}

function Picker({ name, all, values, chosen, choose }: PickerProps) {
  const options = [{ value: ALL, label: all }, ...values.map((value) => ({ value, label: value }))];
  return (
    <Select
      ariaLabel={name}
      inlineLabelText={name}
      filteringType={values.length > 10 ? "auto" : "none"}
      expandToViewport
      options={options}
      selectedOption={chosen === null ? (options[0] ?? null) : { value: chosen, label: chosen }}
      onChange={({ detail }) => choose(detail.selectedOption.value || null)}
    />
  );
}
