import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Popover, { type PopoverProps } from "@cloudscape-design/components/popover";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useRef, useState } from "react";

import type { Window } from "../api/results";
import { useFormat, useMessages } from "../i18n/language";
import { parseClock } from "./clock";
import type { View } from "./useView";

interface Props {
  view: View;
  /** The end of the run, in milliseconds; null before it is known. */
  endMs: number | null;
  /** Whether what the page shows is not of this part yet. */
  isComputing: boolean;
}

/** Which part of the run the figures are of; for those who do not drag over a chart, too. */
export function WindowPicker({ view: { window, choose }, endMs, isComputing }: Props) {
  const messages = useMessages();
  const format = useFormat();
  const popover = useRef<PopoverProps.Ref>(null);
  const apply = (chosen: Window) => {
    choose({ window: chosen });
    // It lies over the charts that are asked for.
    popover.current?.focus();
  };
  return (
    <SpaceBetween direction="horizontal" size="s" alignItems="center">
      {window && (
        <Box variant="span" fontWeight="bold">
          {messages.run.window(format.clock(window.from / 1_000), format.clock(window.to / 1_000))}
        </Box>
      )}
      {isComputing && <StatusIndicator type="loading">{messages.run.computing}</StatusIndicator>}
      {window && !isComputing && <Box variant="span">{messages.run.windowOf}</Box>}
      {window && (
        <Button iconName="zoom-out" onClick={() => choose({ window: null })}>
          {messages.run.whole}
        </Button>
      )}
      <Popover
        ref={popover}
        triggerType="text"
        dismissAriaLabel={messages.common.dismiss}
        header={messages.run.part}
        content={<Fields window={window} endMs={endMs} choose={apply} />}
      >
        {messages.run.choosePart}
      </Popover>
    </SpaceBetween>
  );
}

function Fields({ window, endMs, choose }: Pick<Props, "endMs"> & { window: Window | null; choose(window: Window): void }) {
  const messages = useMessages();
  const format = useFormat();
  const clock = (ms: number | undefined) => (ms === undefined ? "" : format.clock(ms / 1_000));
  const [from, setFrom] = useState(clock(window?.from));
  const [to, setTo] = useState(clock(window?.to));
  const [start, end] = [parseClock(from), parseClock(to)];
  const [isAsked, setAsked] = useState(false);
  const isReversed = start !== null && end !== null && start >= end;
  const isBeyond = start !== null && endMs !== null && start * 1_000 >= endMs;
  const wrong = (value: number | null) => (isAsked && value === null ? messages.run.clockWrong : undefined);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        setAsked(true);
        if (start !== null && end !== null && !isReversed && !isBeyond) choose({ from: start * 1_000, to: end * 1_000 });
      }}
    >
      <SpaceBetween size="xs">
        <FormField label={messages.run.from} constraintText={messages.run.clockHint} errorText={isAsked && isBeyond ? messages.run.partBeyond(clock(endMs ?? 0)) : wrong(start)}>
          <Input value={from} placeholder="0:30" onChange={({ detail }) => setFrom(detail.value)} />
        </FormField>
        <FormField label={messages.run.to} errorText={isAsked && isReversed ? messages.run.partReversed : wrong(end)}>
          <Input value={to} placeholder="1:30" onChange={({ detail }) => setTo(detail.value)} />
        </FormField>
        <Button>{messages.table.confirm}</Button>
      </SpaceBetween>
    </form>
  );
}
