import { FailureRate } from "../components/FailureRate";
import { LocalTable } from "../components/LocalTable";
import { useFormat, useMessages } from "../i18n/language";
import { RECENT_INTERVALS, type LiveLabel } from "../live/feed";

/** The last seconds of a run that goes on, label by label. */
export function LiveLabels({ labels }: { labels: readonly LiveLabel[] }) {
  const messages = useMessages();
  const format = useFormat();
  const rate = ({ requests, stepMs }: LiveLabel) => (stepMs > 0 ? (requests * 1_000) / stepMs : null);
  const share = ({ requests, failures }: LiveLabel) => (requests > 0 ? failures / requests : null);
  return (
    <LocalTable
      name="labels"
      title={messages.run.tabLabels}
      description={messages.run.lastSeconds(format.duration(labels[0]?.stepMs ?? RECENT_INTERVALS * 1_000))}
      items={labels}
      fixed="name"
      sorting={{ column: "name", descending: false }}
      rowId={({ label }) => label}
      columns={[
        { id: "name", header: messages.run.label, value: ({ label }) => label, minWidth: 160 },
        { id: "throughput", header: messages.run.throughput, value: rate, cell: (row) => format.rate(rate(row)) },
        { id: "failures", header: messages.run.failureShare, value: share, cell: (row) => <FailureRate share={share(row)} /> },
        { id: "p50", header: messages.run.p50, value: ({ p50 }) => p50, cell: ({ p50 }) => format.ms(p50) },
        { id: "p95", header: messages.run.p95, value: ({ p95 }) => p95, cell: ({ p95 }) => format.ms(p95) },
        { id: "p99", header: messages.run.p99, value: ({ p99 }) => p99, cell: ({ p99 }) => format.ms(p99) },
      ]}
      empty={messages.common.none}
    />
  );
}
