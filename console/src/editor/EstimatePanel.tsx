import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { memo } from "react";

import { Refusal } from "../api/refusal";
import type { Estimate } from "../api/types";
import { problemText } from "../components/Problem";
import { useFormat, useMessages } from "../i18n/language";
import type { Draft } from "./draft";
import { useEstimate } from "./useEstimate";
import "./estimate.css";

/** What a run of the draft takes and costs, and what is missing for it. */
export const EstimatePanel = memo(function EstimatePanel({ draft }: { draft: Draft }) {
  const messages = useMessages();
  const format = useFormat();
  const { estimate, isPending, error } = useEstimate(draft);
  return (
    <div role="status" aria-label={messages.estimate.title} aria-busy={isPending}>
      <Box variant="awsui-key-label">
        {messages.estimate.title} {isPending && <Spinner />}
      </Box>
      {estimate ? (
        <SpaceBetween size="xs">
          <div>
            <Box variant="span" fontSize="heading-l" fontWeight="bold">
              {estimate.complete ? format.dollars(estimate.dollars) : messages.estimate.atLeast(format.dollars(estimate.dollars))}
            </Box>{" "}
            <Box variant="span" color="text-body-secondary">
              {messages.estimate.onAws}
            </Box>
          </div>
          <Box color="text-body-secondary">
            {messages.estimate.tasks(estimate.workers, estimate.vcpu, estimate.memoryGb)}
            <br />
            {messages.estimate.paidFor(format.duration(estimate.durationMs))}
          </Box>
          <Machine estimate={estimate} />
          <Shortfalls estimate={estimate} />
          <ExpandableSection headerText={messages.estimate.items} variant="footer">
            <Items estimate={estimate} />
          </ExpandableSection>
        </SpaceBetween>
      ) : (
        !isPending && <Box color="text-body-secondary">{reasonFor(error, messages)}</Box>
      )}
    </div>
  );
});

/** A draft that is not finished yet is no failure. */
function reasonFor(error: unknown, messages: ReturnType<typeof useMessages>): string {
  const isUnfinished = error === null || (error instanceof Refusal && error.status === 422);
  return isUnfinished ? messages.estimate.unfinished : problemText(error, messages);
}

/** Where the name of a machine's quota is a figure's unit. */
const UNITS: Readonly<Record<string, string>> = { "memory in GB": "GB" };

/** What the machine bears that the tasks of all regions share; on Fargate there is none. */
function Machine({ estimate: { quotas } }: { estimate: Estimate }) {
  const messages = useMessages();
  const format = useFormat();
  const own = quotas.filter(({ region }) => region === null);
  if (own.length === 0) return null;
  const parts = own.map(({ name, needed, quota }) => `${messages.common.of(format.integer(needed), format.integer(quota))} ${UNITS[name] ?? messages.estimate.quotaNames[name] ?? name}`);
  return <Box color="text-body-secondary">{`${messages.estimate.thisMachine}: ${parts.join(", ")}`}</Box>;
}

function Shortfalls({ estimate: { quotas } }: { estimate: Estimate }) {
  const messages = useMessages();
  const format = useFormat();
  const short = quotas.filter(({ shortfall }) => shortfall > 0);
  if (short.length === 0) return null;
  return (
    <SpaceBetween size="xs">
      {short.map(({ region, name, code, needed, quota, used, shortfall }) => (
        <Alert
          key={`${region} ${name}`}
          type="warning"
          header={messages.estimate.shortfall(region ?? messages.estimate.thisMachine, format.integer(shortfall))}
        >
          {messages.estimate.quota(messages.estimate.quotaNames[name] ?? name, format.integer(needed), format.integer(quota), format.integer(used))}{" "}
          {code ? messages.estimate.raise(code) : messages.estimate.shrink}
        </Alert>
      ))}
    </SpaceBetween>
  );
}

function Items({ estimate: { items } }: { estimate: Estimate }) {
  const messages = useMessages();
  const format = useFormat();
  const [oldest] = items.flatMap(({ price }) => (price ? [price.asOf] : [])).sort();
  return (
    <>
      <table className="estimate-items">
        <tbody>
          {items.map(({ region, item, quantity, unit, dollars, price }) => (
            <tr key={`${region} ${item}`}>
              <td>
                {messages.pricedItem[item]}
                <div>
                  {region}, {quantity === null ? messages.estimate.unknown : `${format.number(quantity)} ${messages.estimate.units[unit] ?? unit}`}
                </div>
              </td>
              <td>
                {price ? (
                  <a href={price.source} target="_blank" rel="noopener noreferrer" title={messages.estimate.priceOf(format.price(price.usd), price.asOf)}>
                    {format.dollars(dollars)}
                  </a>
                ) : quantity === null ? (
                  messages.common.none
                ) : (
                  messages.estimate.noPrice
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {oldest && (
        <Box color="text-body-secondary" fontSize="body-s">
          {messages.estimate.asOf(oldest)}
        </Box>
      )}
    </>
  );
}
