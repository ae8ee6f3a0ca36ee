import Box from "@cloudscape-design/components/box";

import type { Comparison } from "../api/types";
import { Empty } from "../components/Empty";
import { LocalTable, type LocalColumn } from "../components/LocalTable";
import { useFormat, useMessages } from "../i18n/language";
import { Change } from "./Change";
import { figureOf, metricName, RESOLUTION_MS, showFigure, WORTH, type Compared } from "./delta";

interface Row {
  label: string;
  pair: Comparison["labels"][string];
}

const METRICS: Compared[] = ["throughput", "failureRate", "mean", "p50", "p95", "p99", "requests", "min", "p75", "p90", "p999", "max"];
/** As many of them are shown at first. */
const FIRST = 6;

/** Every label of both runs, with what has changed. */
export function DeltaTable({ comparison: { labels } }: { comparison: Comparison }) {
  const messages = useMessages();
  const format = useFormat();
  const rows = Object.entries(labels).map(([label, pair]) => ({ label, pair }));
  const { "*": all, ...rest } = labels;
  const columns: LocalColumn<Row>[] = [
    {
      id: "label",
      header: messages.run.label,
      minWidth: 160,
      value: ({ label }) => label,
      cell: ({ label, pair }) => (
        <>
          {label === "*" ? messages.run.all : label}
          {pair.base === null && <Side text={messages.compare.onlyCandidate} />}
          {pair.candidate === null && <Side text={messages.compare.onlyBase} />}
        </>
      ),
    },
    ...METRICS.map((metric, index) => ({
      id: metric,
      header: metricName(metric, messages),
      isOptional: index >= FIRST,
      minWidth: 130,
      value: ({ pair }: Row) => pair.delta?.[metric].relative ?? pair.delta?.[metric].absolute,
      cell: ({ pair }: Row) => (
        <>
          {showFigure(pair.base && figureOf(pair.base, metric), metric, format)} →{" "}
          {showFigure(pair.candidate && figureOf(pair.candidate, metric), metric, format)}
          <div>
            <Change metric={metric} delta={pair.delta?.[metric]} />
          </div>
        </>
      ),
    })),
  ];
  return (
    <LocalTable
      name="labels"
      title={messages.run.tabLabels}
      description={messages.compare.coloured(format.percent(WORTH), format.ms(RESOLUTION_MS))}
      items={rows.filter(({ label }) => label in rest)}
      pinned={all ? [{ label: "*", pair: all }] : []}
      columns={columns}
      fixed="label"
      sorting={{ column: "p95", descending: true }}
      rowId={({ label }) => label}
      empty={<Empty title={messages.common.none} />}
    />
  );
}

function Side({ text }: { text: string }) {
  return (
    <Box color="text-body-secondary" fontSize="body-s">
      {text}
    </Box>
  );
}
