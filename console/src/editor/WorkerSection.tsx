import Checkbox from "@cloudscape-design/components/checkbox";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { useMessages } from "../i18n/language";
import type { Draft } from "./draft";
import { errorAt } from "./fieldErrors";
import { Foldable } from "./Foldable";
import type { SectionProps } from "./section";
import { TextField } from "./TextField";

/** Fargate's sizes: least and most memory in GB, and the step between. */
const SIZES: Record<number, { from: number; to: number; step: number }> = {
  1: { from: 2, to: 8, step: 1 },
  2: { from: 4, to: 16, step: 1 },
  4: { from: 8, to: 30, step: 1 },
  8: { from: 16, to: 60, step: 4 },
  16: { from: 32, to: 120, step: 8 },
};

export function memoriesOf(vcpu: number): number[] {
  const size = SIZES[vcpu];
  if (!size) return [];
  return Array.from({ length: (size.to - size.from) / size.step + 1 }, (_, i) => size.from + i * size.step);
}

export function WorkerSection({ draft, errors, change }: SectionProps) {
  const messages = useMessages();
  const { worker, start } = draft;
  const setWorker = (part: Partial<Draft["worker"]>) => change({ worker: { ...worker, ...part } });
  const setStart = (part: Partial<Draft["start"]>) => change({ start: { ...start, ...part } });
  const chooseVcpu = (vcpu: number) => {
    const memories = memoriesOf(vcpu);
    const memoryGb = memories.includes(worker.memoryGb) ? worker.memoryGb : (memories[0] ?? worker.memoryGb);
    setWorker({ vcpu, memoryGb });
  };
  const options = (values: number[], text: (n: number) => string) =>
    values.map((n) => ({ value: String(n), label: text(n) }));
  return (
    <Foldable
      title={messages.editor.advanced}
      variant="container"
      hasError={[...errors.keys()].some((pointer) => /^\/(worker|start)\//.test(pointer))}
    >
      <SpaceBetween size="l">
        <ColumnLayout columns={3}>
          <FormField label={messages.editor.vcpu} errorText={errorAt(errors, "/worker/vcpu")}>
            <Select
              options={options(Object.keys(SIZES).map(Number), messages.editor.vcpus)}
              selectedOption={{ value: String(worker.vcpu), label: messages.editor.vcpus(worker.vcpu) }}
              onChange={({ detail }) => chooseVcpu(Number(detail.selectedOption.value))}
            />
          </FormField>
          <FormField label={messages.editor.memory} errorText={errorAt(errors, "/worker/memoryGb")}>
            <Select
              options={options(memoriesOf(worker.vcpu), messages.editor.gb)}
              selectedOption={{ value: String(worker.memoryGb), label: messages.editor.gb(worker.memoryGb) }}
              onChange={({ detail }) => setWorker({ memoryGb: Number(detail.selectedOption.value) })}
            />
          </FormField>
          <TextField
            label={messages.editor.heap}
            hint={messages.editor.heapHint}
            type="number"
            errors={errors}
            pointer="/worker/heapPercent"
            value={worker.heapPercent}
            onChange={(heapPercent) => setWorker({ heapPercent })}
          />
          <TextField
            label={messages.editor.quorum}
            hint={messages.editor.quorumHint}
            type="number"
            errors={errors}
            pointer="/start/quorum"
            value={start.quorumPercent}
            onChange={(quorumPercent) => setStart({ quorumPercent })}
          />
          <TextField
            label={messages.editor.startTimeout}
            hint={messages.editor.startTimeoutHint}
            errors={errors}
            pointer="/start/timeout"
            value={start.timeout}
            onChange={(timeout) => setStart({ timeout })}
          />
        </ColumnLayout>
        <Checkbox
          checked={worker.spot}
          description={messages.editor.spotHint}
          onChange={({ detail }) => setWorker({ spot: detail.checked })}
        >
          {messages.editor.spot}
        </Checkbox>
        <Checkbox
          checked={draft.live}
          description={messages.editor.liveHint}
          onChange={({ detail }) => change({ live: detail.checked })}
        >
          {messages.editor.live}
        </Checkbox>
        <Checkbox
          checked={draft.captureErrors}
          description={messages.editor.captureErrorsHint}
          onChange={({ detail }) => change({ captureErrors: detail.checked })}
        >
          {messages.editor.captureErrors}
        </Checkbox>
      </SpaceBetween>
    </Foldable>
  );
}
