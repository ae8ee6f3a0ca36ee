import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";

import type { Exchange } from "../api/types";
import { Instant } from "../components/Instant";
import { useFormat, useMessages } from "../i18n/language";
import { Body } from "./Body";
import { requestText, responseText } from "./text";
import "./exchange.css";

/** One request beside its answer. */
export function ExchangeView({ exchange }: { exchange: Exchange }) {
  const messages = useMessages();
  const format = useFormat();
  const { request, response, assertions, redacted, subRequests, success, elapsedMs, at, thread, label } = exchange;
  return (
    <SpaceBetween size="s">
      <SpaceBetween direction="horizontal" size="m">
        <StatusIndicator type={success ? "success" : "error"}>
          {[response.code, response.message].filter(Boolean).join(" ")}
        </StatusIndicator>
        <span>{format.ms(elapsedMs)}</span>
        <Instant at={at} />
        <Box color="text-body-secondary">{thread}</Box>
      </SpaceBetween>
      {assertions.map(({ name, message }) => (
        <Alert key={`${name} ${message}`} type="error" header={`${messages.run.assertion}: ${name}`}>
          {message}
        </Alert>
      ))}
      <ColumnLayout columns={2}>
        <SpaceBetween size="xs">
          <Side title={messages.run.request} text={requestText(exchange)} />
          <Box fontWeight="bold">{[request.method, request.url].filter(Boolean).join(" ") || label}</Box>
          <Headers headers={request.headers} />
          <Body name={messages.exchange.requestBody} body={request.body} />
        </SpaceBetween>
        <SpaceBetween size="xs">
          <Side title={messages.run.response} text={responseText(exchange)} />
          <Box fontWeight="bold">{[response.code, response.message].filter(Boolean).join(" ")}</Box>
          <Headers headers={response.headers} />
          <Body name={messages.exchange.responseBody} body={response.body} />
        </SpaceBetween>
      </ColumnLayout>
      {subRequests.length > 0 && (
        <ExpandableSection headerText={messages.exchange.subRequests(subRequests.length)}>
          <ol>
            {subRequests.map(({ url, code, elapsedMs: ms }, index) => (
              <li key={index}>{`${code} ${url} (${format.ms(ms)})`}</li>
            ))}
          </ol>
        </ExpandableSection>
      )}
      {redacted.length > 0 && (
        <Box color="text-body-secondary" fontSize="body-s">
          {messages.exchange.redacted(redacted.join(", "))}
        </Box>
      )}
    </SpaceBetween>
  );
}

function Side({ title, text }: { title: string; text: string }) {
  const messages = useMessages();
  return (
    <Header
      variant="h3"
      actions={
        <CopyToClipboard
          variant="icon"
          textToCopy={text}
          copyButtonAriaLabel={`${messages.exchange.copy}: ${title}`}
          copySuccessText={messages.exchange.copied}
          copyErrorText={messages.exchange.notCopied}
        />
      }
    >
      {title}
    </Header>
  );
}

/** So few need not be opened first. */
const FEW = 12;

function Headers({ headers }: { headers: Exchange["request"]["headers"] }) {
  const messages = useMessages();
  if (headers.length === 0) return null;
  return (
    <ExpandableSection headerText={messages.exchange.headers(headers.length)} defaultExpanded={headers.length <= FEW}>
      <dl className="exchange-headers">
        {headers.flatMap(({ name, value }, index) => [<dt key={`${index} name`}>{name}</dt>, <dd key={`${index} value`}>{value}</dd>])}
      </dl>
    </ExpandableSection>
  );
}
