import Header from "@cloudscape-design/components/header";
import Table from "@cloudscape-design/components/table";
import { useQuery } from "@tanstack/react-query";

import { system } from "../api/system";
import { Empty } from "../components/Empty";
import { Problem } from "../components/Problem";
import { useTitle } from "../components/useTitle";
import { useMessages } from "../i18n/language";

export default function Regions() {
  const messages = useMessages();
  const regions = useQuery(system.regions());
  useTitle(messages.regions.title);
  if (regions.isError) {
    return <Problem error={regions.error} retry={() => void regions.refetch()} />;
  }
  return (
    <Table
      variant="full-page"
      header={
        <Header variant="awsui-h1-sticky" description={messages.regions.hint}>
          {messages.regions.title}
        </Header>
      }
      columnDefinitions={[
        { id: "name", header: messages.regions.name, cell: ({ name }) => name, isRowHeader: true },
      ]}
      items={regions.data?.items ?? []}
      loading={regions.isPending}
      loadingText={messages.common.loading}
      ariaLabels={{ tableLabel: messages.regions.title, selectionGroupLabel: messages.regions.title }}
      empty={<Empty title={messages.regions.none} hint={messages.regions.noneHint} />}
    />
  );
}
