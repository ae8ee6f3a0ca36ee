import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import Table from "@cloudscape-design/components/table";
import { useQuery } from "@tanstack/react-query";

import { system } from "../api/system";
import type { Region } from "../api/types";
import { Empty } from "../components/Empty";
import { Problem } from "../components/Problem";
import { useTitle } from "../components/useTitle";
import { useFormat, useMessages } from "../i18n/language";

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
        { id: "onDemand", header: messages.regions.onDemand, cell: ({ vcpu }) => <Use vcpu={vcpu.onDemand} name={messages.regions.onDemand} /> },
        { id: "spot", header: messages.regions.spot, cell: ({ vcpu }) => <Use vcpu={vcpu.spot} name={messages.regions.spot} /> },
      ]}
      items={regions.data?.items ?? []}
      loading={regions.isPending}
      loadingText={messages.common.loading}
      enableKeyboardNavigation
      ariaLabels={{ tableLabel: messages.regions.title, selectionGroupLabel: messages.regions.title }}
      empty={<Empty title={messages.regions.none} hint={messages.regions.noneHint} />}
    />
  );
}

/** How much of a quota is in use. */
function Use({ vcpu: { quota, used }, name }: { vcpu: Region["vcpu"]["spot"]; name: string }) {
  const messages = useMessages();
  const format = useFormat();
  if (quota === null) return <Box color="text-status-inactive">{messages.regions.unknown}</Box>;
  const text = messages.common.of(format.integer(used), messages.editor.vcpus(quota));
  return <ProgressBar ariaLabel={name} value={quota > 0 ? (100 * (used ?? 0)) / quota : 0} additionalInfo={text} />;
}
