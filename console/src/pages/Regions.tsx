import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { deleteRegion, regions } from "../api/regions";
import { system } from "../api/system";
import type { Region } from "../api/types";
import { useNotices } from "../app/notices";
import { Confirm } from "../components/Confirm";
import { Empty } from "../components/Empty";
import { Problem } from "../components/Problem";
import { useTitle } from "../components/useTitle";
import { useFormat, useMessages } from "../i18n/language";
import { RegionForm } from "../settings/RegionForm";
import { emptySite, siteOf, type SiteDraft } from "../settings/site";

/** Where load can come from. */
export default function Regions() {
  const messages = useMessages();
  const notices = useNotices();
  const query = useQuery(regions.all());
  const isAdmin = useQuery(system.me()).data?.role === "admin";
  const [form, setForm] = useState<{ draft: SiteDraft; isNew: boolean } | null>(null);
  const [doomed, setDoomed] = useState<string | null>(null);
  useTitle(messages.regions.title);
  if (query.isError && !query.data) {
    return <Problem error={query.error} retry={() => void query.refetch()} />;
  }
  const add = <Button onClick={() => setForm({ draft: emptySite(), isNew: true })}>{messages.regions.add}</Button>;
  return (
    <>
      <Table
        variant="full-page"
        header={
          <Header variant="awsui-h1-sticky" description={messages.regions.hint} actions={isAdmin && add}>
            {messages.regions.title}
          </Header>
        }
        columnDefinitions={[
          { id: "name", header: messages.regions.name, cell: ({ name }) => name, isRowHeader: true, minWidth: 130 },
          {
            id: "onDemand",
            header: messages.regions.onDemand,
            cell: ({ vcpu }) => <Use vcpu={vcpu.onDemand} name={messages.regions.onDemand} />,
          },
          { id: "spot", header: messages.regions.spot, cell: ({ vcpu }) => <Use vcpu={vcpu.spot} name={messages.regions.spot} /> },
          { id: "site", header: messages.regions.site, cell: ({ site }) => <Site site={site} /> },
          ...(isAdmin
            ? [
                {
                  id: "actions",
                  header: messages.scenarios.actions,
                  cell: (region: Region) => (
                    <SpaceBetween direction="horizontal" size="xs">
                      <Button
                        wrapText={false}
                        ariaLabel={messages.regions.edit(region.name)}
                        onClick={() => setForm({ draft: siteOf(region), isNew: false })}
                      >
                        {messages.common.edit}
                      </Button>
                      <Button
                        wrapText={false}
                        ariaLabel={`${messages.common.remove} ${region.name}`}
                        onClick={() => setDoomed(region.name)}
                      >
                        {messages.common.remove}
                      </Button>
                    </SpaceBetween>
                  ),
                },
              ]
            : []),
        ]}
        items={query.data?.items ?? []}
        trackBy="name"
        loading={query.isPending}
        loadingText={messages.common.loading}
        enableKeyboardNavigation
        wrapLines
        ariaLabels={{ tableLabel: messages.regions.title, selectionGroupLabel: messages.regions.title }}
        empty={<Empty title={messages.regions.none} hint={messages.regions.noneHint} action={isAdmin && add} />}
      />
      {form && <RegionForm initial={form.draft} isNew={form.isNew} close={() => setForm(null)} />}
      {doomed !== null && (
        <Confirm
          title={messages.regions.remove(doomed)}
          text={messages.regions.removeText}
          action={messages.common.remove}
          word={doomed}
          perform={async () => {
            await deleteRegion(doomed);
            notices.tell({ type: "success", header: messages.regions.removed(doomed) });
          }}
          close={() => setDoomed(null)}
        />
      )}
    </>
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

function Site({ site: { cluster, taskDefinition, machine } }: { site: Region["site"] }) {
  const messages = useMessages();
  return (
    <>
      {messages.regions.runsIn(cluster, taskDefinition)}
      {machine && (
        <Box color="text-body-secondary" fontSize="body-s">
          {`${messages.editor.vcpus(machine.vcpu)}, ${messages.editor.gb(machine.memoryGb)}`}
        </Box>
      )}
    </>
  );
}
