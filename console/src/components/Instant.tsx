import { useFormat } from "../i18n/language";

interface Props {
  at: string | null | undefined;
  /** Names the zone beside the time; in a table it would be repeated on every row. */
  withZone?: boolean;
}

/** An instant in the reader's zone; the zone and UTC on hover. */
export function Instant({ at, withZone = false }: Props) {
  const format = useFormat();
  if (!at) return <>{format.instant(at)}</>;
  const [local, zone] = [format.instant(at), format.zone(at)];
  return (
    <time dateTime={at} title={`${local} ${zone} = ${format.utc(at)}`}>
      {withZone ? `${local} ${zone}` : local}
    </time>
  );
}
