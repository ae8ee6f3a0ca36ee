import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import Input from "@cloudscape-design/components/input";

import { useMessages } from "../i18n/language";
import type { Property } from "./draft";
import { errorAt, type FieldErrors } from "./fieldErrors";
import { Group } from "./Group";
import { replaced } from "./section";

interface Props {
  title: string;
  hint: string;
  pointer: string;
  errors: FieldErrors;
  list: Property[];
  change(list: Property[]): void;
}

/** Names and values that a script reads. */
export function PropertyFields({ title, hint, pointer, errors, list, change }: Props) {
  const messages = useMessages();
  const input = (part: keyof Property, label: string) => (item: Property, index: number) => (
    <Input
      ariaLabel={`${label} ${index + 1}`}
      value={item[part]}
      spellcheck={false}
      onChange={({ detail }) => change(replaced(list, index, { [part]: detail.value }))}
    />
  );
  return (
    <Group title={title} hint={hint} error={errorAt(errors, pointer)}>
      <AttributeEditor
        items={list}
        definition={[
          {
            label: messages.editor.propertyName,
            control: input("name", messages.editor.propertyName),
            errorText: (_, index) => errorAt(errors, `${pointer}/${index}`),
          },
          { label: messages.editor.propertyValue, control: input("value", messages.editor.propertyValue) },
        ]}
        addButtonText={messages.editor.addProperty}
        removeButtonText={messages.common.remove}
        empty={messages.editor.noProperties}
        onAddButtonClick={() => change([...list, { name: "", value: "" }])}
        onRemoveButtonClick={({ detail }) => change(list.filter((_, index) => index !== detail.itemIndex))}
      />
    </Group>
  );
}
