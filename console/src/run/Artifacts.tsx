import Link from "@cloudscape-design/components/link";
import { useQuery } from "@tanstack/react-query";

import { workers } from "../api/workers";
import { Empty } from "../components/Empty";
import { LocalTable } from "../components/LocalTable";
import { Problem } from "../components/Problem";
import { useFormat, useMessages } from "../i18n/language";

/** The files that the workers left behind. */
export function Artifacts({ runId }: { runId: string }) {
  const messages = useMessages();
  const format = useFormat();
  const query = useQuery(workers.artifacts(runId));
  if (query.isError && !query.data) {
    return <Problem error={query.error} retry={() => void query.refetch()} />;
  }
  return (
    <LocalTable
      name="artifacts"
      title={messages.run.tabArtifacts}
      items={query.data?.items ?? []}
      isLoading={query.isPending}
      fixed="name"
      sorting={{ column: "worker", descending: false }}
      rowId={({ worker, name }) => `${worker} ${name}`}
      columns={[
        {
          id: "name",
          header: messages.run.file,
          value: ({ name }) => name,
          cell: ({ name, url }) => (
            <Link href={url} external={false} target="_blank" rel="noopener">
              {name}
            </Link>
          ),
        },
        { id: "worker", header: messages.run.worker, value: ({ worker }) => worker },
        { id: "region", header: messages.run.region, value: ({ region }) => region },
        { id: "size", header: messages.run.size, value: ({ size }) => size, cell: ({ size }) => format.bytes(size) },
      ]}
      empty={<Empty title={messages.run.artifactsNone} hint={messages.run.artifactsNoneHint} />}
    />
  );
}
