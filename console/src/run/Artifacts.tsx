import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import Table from "@cloudscape-design/components/table";
import { useQuery } from "@tanstack/react-query";

import { workers } from "../api/workers";
import { Empty } from "../components/Empty";
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
    <Table
      variant="embedded"
      header={<Header variant="h3">{messages.run.tabArtifacts}</Header>}
      items={query.data?.items ?? []}
      loading={query.isPending}
      loadingText={messages.common.loading}
      enableKeyboardNavigation
      ariaLabels={{ tableLabel: messages.run.tabArtifacts, selectionGroupLabel: messages.run.tabArtifacts }}
      columnDefinitions={[
        {
          id: "name",
          header: messages.run.file,
          isRowHeader: true,
          cell: ({ name, url }) => (
            <Link href={url} external={false} target="_blank" rel="noopener">
              {name}
            </Link>
          ),
        },
        { id: "worker", header: messages.run.worker, cell: ({ worker }) => worker },
        { id: "region", header: messages.run.region, cell: ({ region }) => region },
        { id: "size", header: messages.run.size, cell: ({ size }) => format.bytes(size) },
      ]}
      empty={<Empty title={messages.run.artifactsNone} hint={messages.run.artifactsNoneHint} />}
    />
  );
}
