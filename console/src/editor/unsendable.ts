import type { Messages } from "../i18n/en";
import { readHeaders, type Draft, type Property } from "./draft";
import type { FieldErrors } from "./fieldErrors";

/** What would be lost on its way to the server, which is therefore not the one to refuse it. */
export function unsendable({ kind, http, script }: Draft, messages: Messages): FieldErrors {
  const errors = new Map<string, string[]>();
  if (kind === "http") {
    http.requests.forEach(({ headers }, index) => {
      const { badLine, repeated } = readHeaders(headers);
      const texts = [
        ...(badLine === null ? [] : [messages.editor.headersBad(badLine)]),
        ...(repeated === null ? [] : [messages.editor.headersTwice(repeated)]),
      ];
      if (texts.length > 0) errors.set(`/workload/requests/${index}/headers`, texts);
    });
  } else {
    const check = (pointer: string, list: readonly Property[]) =>
      list.forEach(({ name, value }, index) => {
        const isRepeated = name !== "" && list.findIndex((other) => other.name === name) < index;
        if (name === "" && value !== "") errors.set(`${pointer}/${index}`, [messages.editor.propertyNameless]);
        else if (isRepeated) errors.set(`${pointer}/${index}`, [messages.editor.propertyTwice(name)]);
      });
    check("/workload/properties", script.properties);
    check("/workload/systemProperties", script.systemProperties);
  }
  return errors;
}
