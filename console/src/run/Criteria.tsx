import Header from "@cloudscape-design/components/header";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import Alert from "@cloudscape-design/components/alert";
import SpaceBetween from "@cloudscape-design/components/space-between";

import type { Results } from "../api/types";
import { useFormat, useMessages } from "../i18n/language";
import { sayEvent } from "../i18n/said";

/** What the run had to reach, what was observed, and whether the figures can be trusted. */
export function Criteria({ results: { verdict, validity, window } }: { results: Results }) {
  const messages = useMessages();
  const format = useFormat();
  return (
    <SpaceBetween size="m">
      {validity.reasons.map((reason) => (
        <Alert key={reason.code} type="warning" header={messages.run.validity[validity.grade]}>
          {sayEvent(reason, messages)}
        </Alert>
      ))}
      <Table
        variant="embedded"
        header={
          <Header variant="h3" {...(window && { counter: `(${messages.run.ofWhole})` })}>
            {messages.run.tabCriteria}
          </Header>
        }
        items={verdict.criteria}
        ariaLabels={{ tableLabel: messages.run.tabCriteria, selectionGroupLabel: messages.run.tabCriteria }}
        columnDefinitions={[
          {
            id: "criterion",
            header: messages.run.criterion,
            isRowHeader: true,
            cell: ({ label, metric, op, value }) =>
              `${label === "*" ? messages.run.allLabels : label}: ${messages.metric[metric]} ${op} ${format.measured(value)}`,
          },
          { id: "observed", header: messages.run.observed, cell: ({ observed }) => (observed === null ? messages.common.none : format.measured(observed)) },
          {
            id: "outcome",
            header: messages.run.outcome,
            cell: ({ passed }) => (
              <StatusIndicator type={passed ? "success" : "error"}>
                {passed ? messages.run.criterionPassed : messages.run.criterionFailed}
              </StatusIndicator>
            ),
          },
        ]}
      />
    </SpaceBetween>
  );
}
