import FormField from "@cloudscape-design/components/form-field";
import Input, { type InputProps } from "@cloudscape-design/components/input";

import { errorAt, type FieldErrors } from "./fieldErrors";

interface Props {
  label: string;
  hint?: string;
  errors: FieldErrors;
  pointer: string;
  value: string;
  onChange(value: string): void;
  type?: InputProps["type"];
  placeholder?: string;
  stretch?: boolean;
}

/** One line of text at one place of the scenario. */
export function TextField({ label, hint, errors, pointer, value, onChange, type, placeholder, stretch }: Props) {
  return (
    <FormField label={label} description={hint} errorText={errorAt(errors, pointer)} stretch={stretch ?? false}>
      <Input
        value={value}
        type={type ?? "text"}
        inputMode={type === "number" ? "numeric" : "text"}
        autoComplete={false}
        spellcheck={false}
        {...(placeholder !== undefined && { placeholder })}
        onChange={({ detail }) => onChange(detail.value)}
      />
    </FormField>
  );
}
