import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Grid from "@cloudscape-design/components/grid";
import Header from "@cloudscape-design/components/header";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useQuery } from "@tanstack/react-query";

import { regions } from "../api/regions";
import { useFormat, useMessages } from "../i18n/language";
import type { TrafficDraft } from "./draft";
import { errorAt } from "./fieldErrors";
import { Group } from "./Group";
import { totals } from "./loadCurve";
import { replaced, type SectionProps } from "./section";
import { TextField } from "./TextField";

/** What one JMeter worker is known to carry well. */
const ADVISED_USERS = 2_000;
const COLUMNS = [3, 2, 3, 3, 1].map((xxs) => ({ colspan: { default: 12, xxs } }));

export function TrafficSection({ draft, errors, change }: SectionProps) {
  const messages = useMessages();
  const { traffic } = draft;
  const hasUsers = draft.shape.kind === "users";
  const offered = useQuery(regions.all()).data?.items.map(({ name }) => name) ?? [];
  const free = offered.filter((name) => traffic.every(({ region }) => region !== name));
  const set = (index: number, part: Partial<TrafficDraft>) => change({ traffic: replaced(traffic, index, part) });
  const sum = totals(traffic);
  return (
    <Container header={<Header variant="h2">{messages.editor.traffic}</Header>}>
      <Group error={errorAt(errors, "/traffic")}>
        <SpaceBetween size="s">
          {traffic.map((item, index) => (
            <div key={index} role="group" aria-label={item.region}>
              <Grid gridDefinition={COLUMNS}>
                <FormField label={messages.editor.region} errorText={errorAt(errors, `/traffic/${index}/region`)} stretch>
                  <Select
                    placeholder={messages.editor.chooseRegion}
                    options={[...free, item.region].filter(Boolean).sort().map((value) => ({ value, label: value }))}
                    selectedOption={item.region ? { value: item.region, label: item.region } : null}
                    onChange={({ detail }) => set(index, { region: detail.selectedOption.value ?? "" })}
                  />
                </FormField>
                <TextField
                  label={messages.editor.workers}
                  type="number"
                  errors={errors}
                  pointer={`/traffic/${index}/workers`}
                  value={item.workers}
                  onChange={(workers) => set(index, { workers })}
                  stretch
                />
                {hasUsers ? (
                  <TextField
                    label={messages.editor.virtualUsers}
                    type="number"
                    errors={errors}
                    pointer={`/traffic/${index}/virtualUsers`}
                    value={item.virtualUsers}
                    onChange={(virtualUsers) => set(index, { virtualUsers })}
                    stretch
                  />
                ) : (
                  <span />
                )}
                {hasUsers ? <PerWorker item={item} /> : <span />}
                {traffic.length > 1 ? (
                  <Box padding={{ top: "xl" }}>
                    <Button
                      iconName="remove"
                      variant="icon"
                      ariaLabel={messages.editor.removeRegion(item.region)}
                      onClick={() => change({ traffic: traffic.filter((_, i) => i !== index) })}
                    />
                  </Box>
                ) : (
                  <span />
                )}
              </Grid>
            </div>
          ))}
          <SpaceBetween direction="horizontal" size="l" alignItems="center">
            <Button
              iconName="add-plus"
              disabled={free.length === 0}
              onClick={() =>
                change({ traffic: [...traffic, { region: free[0] ?? "", workers: "1", virtualUsers: "10" }] })
              }
            >
              {messages.editor.addRegion}
            </Button>
            <Box fontWeight="bold">
              {`${messages.editor.total}: ${messages.scenario.workers(sum.workers)}, `}
              {hasUsers ? messages.scenario.users(sum.virtualUsers) : messages.editor.planTimes(sum.workers)}
            </Box>
          </SpaceBetween>
        </SpaceBetween>
      </Group>
    </Container>
  );
}

function PerWorker({ item }: { item: TrafficDraft }) {
  const messages = useMessages();
  const format = useFormat();
  const users = Number(item.virtualUsers) / Number(item.workers);
  const isMany = users > ADVISED_USERS;
  return (
    <div>
      <Box variant="awsui-key-label">{messages.editor.perWorker}</Box>
      <Box padding={{ top: "xxs" }}>{Number.isFinite(users) ? format.number(users) : messages.common.none}</Box>
      {isMany && (
        <StatusIndicator type="warning">{messages.editor.manyUsers(format.integer(ADVISED_USERS))}</StatusIndicator>
      )}
    </div>
  );
}
