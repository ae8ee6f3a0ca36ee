import Box from "@cloudscape-design/components/box";

import type { Delta } from "../api/types";
import { useFormat, useMessages } from "../i18n/language";
import { judge, showDelta, type Compared } from "./delta";

const COLOURS = { better: "text-status-success", worse: "text-status-error", alike: "text-body-secondary" } as const;

/** How much a figure has changed; green when that is good, red when it is not. */
export function Change({ metric, delta }: { metric: Compared; delta: Delta | undefined }) {
  const messages = useMessages();
  const format = useFormat();
  const judgement = delta ? judge(metric, delta) : "alike";
  return (
    <Box variant="span" color={COLOURS[judgement]} fontWeight={judgement === "alike" ? "normal" : "bold"}>
      {showDelta(delta, metric, format, messages)}
      {judgement !== "alike" && <span className="compare-judgement"> {messages.compare[judgement]}</span>}
    </Box>
  );
}
