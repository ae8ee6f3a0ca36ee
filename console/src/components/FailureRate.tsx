import Box from "@cloudscape-design/components/box";

import { useFormat } from "../i18n/language";

/** A failure rate; red as soon as there is one. */
export function FailureRate({ share }: { share: number | null }) {
  const format = useFormat();
  return <Box color={share ? "text-status-error" : "inherit"}>{format.percent(share)}</Box>;
}
