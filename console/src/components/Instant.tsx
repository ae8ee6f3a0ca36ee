import { useFormat } from "../i18n/language";

/** An instant in the reader's zone; UTC on hover. */
export function Instant({ at }: { at: string | null | undefined }) {
  const format = useFormat();
  if (!at) return <>{format.instant(at)}</>;
  return (
    <time dateTime={at} title={format.utc(at)}>
      {format.instant(at)}
    </time>
  );
}
