import Box from "@cloudscape-design/components/box";
import Toggle from "@cloudscape-design/components/toggle";
import { useState } from "react";

import type { Exchange } from "../api/types";
import { useFormat, useMessages } from "../i18n/language";
import { pretty } from "./text";

/** What was sent or came back, as text and nothing else: no markup of it is ever that of the page. */
export function Body({ name, body }: { name: string; body: Exchange["request"]["body"] }) {
  const messages = useMessages();
  const format = useFormat();
  const [isPretty, setPretty] = useState(true);
  if (!body || (body.text === "" && body.bytes === 0)) return <Box color="text-status-inactive">{messages.exchange.noBody}</Box>;
  if (body.text === null) {
    return <Box color="text-status-inactive">{messages.exchange.binary(format.bytes(body.bytes))}</Box>;
  }
  const laidOut = pretty(body.text);
  return (
    <div>
      {laidOut !== null && (
        <Toggle checked={isPretty} onChange={({ detail }) => setPretty(detail.checked)}>
          {messages.exchange.pretty}
        </Toggle>
      )}
      <pre className="exchange-body" tabIndex={0} aria-label={name}>
        {isPretty && laidOut !== null ? laidOut : body.text}
      </pre>
      {body.cut && (
        <Box color="text-body-secondary" fontSize="body-s">
          {messages.exchange.cutBody(format.bytes(body.bytes))}
        </Box>
      )}
    </div>
  );
}
