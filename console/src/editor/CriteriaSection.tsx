import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";

import type { Metric, Op } from "../api/types";
import { useMessages } from "../i18n/language";
import type { CriterionDraft } from "./draft";
import { errorAt } from "./fieldErrors";
import { Group } from "./Group";
import { replaced, type SectionProps } from "./section";

const OPS: Op[] = ["<", "<=", ">", ">="];

export function CriteriaSection({ draft: { criteria }, errors, change }: SectionProps) {
  const messages = useMessages();
  const set = (index: number, part: Partial<CriterionDraft>) => change({ criteria: replaced(criteria, index, part) });
  const error = (part: keyof CriterionDraft) => (_: CriterionDraft, index: number) =>
    errorAt(errors, `/criteria/${index}/${part}`);
  const text = (part: "label" | "value", label: string) => (item: CriterionDraft, index: number) => (
    <Input
      ariaLabel={`${label} ${index + 1}`}
      value={item[part]}
      onChange={({ detail }) => set(index, { [part]: detail.value })}
    />
  );
  const metrics = Object.entries(messages.metric).map(([value, label]) => ({ value, label }));
  return (
    <Container
      header={
        <Header variant="h2" description={messages.editor.criteriaHint}>
          {messages.editor.criteria}
        </Header>
      }
    >
      <Group error={errorAt(errors, "/criteria")}>
        <AttributeEditor
          items={criteria}
          definition={[
            {
              label: messages.editor.criterionLabel,
              constraintText: messages.editor.criterionLabelHint,
              control: text("label", messages.editor.criterionLabel),
              errorText: error("label"),
            },
            {
              label: messages.editor.criterionMetric,
              errorText: error("metric"),
              control: (item, index) => (
                <Select
                  ariaLabel={`${messages.editor.criterionMetric} ${index + 1}`}
                  options={metrics}
                  selectedOption={{ value: item.metric, label: messages.metric[item.metric] }}
                  onChange={({ detail }) => set(index, { metric: detail.selectedOption.value as Metric })}
                />
              ),
            },
            {
              label: messages.editor.criterionOp,
              errorText: error("op"),
              control: (item, index) => (
                <Select
                  ariaLabel={`${messages.editor.criterionOp} ${index + 1}`}
                  options={OPS.map((value) => ({ value, label: value }))}
                  selectedOption={{ value: item.op, label: item.op }}
                  onChange={({ detail }) => set(index, { op: detail.selectedOption.value as Op })}
                />
              ),
            },
            {
              label: messages.editor.criterionValue,
              constraintText: messages.editor.criterionValueHint,
              control: text("value", messages.editor.criterionValue),
              errorText: error("value"),
            },
          ]}
          addButtonText={messages.editor.addCriterion}
          removeButtonText={messages.common.remove}
          removeButtonAriaLabel={(item) => `${messages.common.remove} ${item.label} ${messages.metric[item.metric]}`}
          empty={messages.editor.criteriaNone}
          onAddButtonClick={() =>
            change({ criteria: [...criteria, { label: "*", metric: "p95", op: "<", value: "500ms" }] })
          }
          onRemoveButtonClick={({ detail }) =>
            change({ criteria: criteria.filter((_, index) => index !== detail.itemIndex) })
          }
        />
      </Group>
    </Container>
  );
}
