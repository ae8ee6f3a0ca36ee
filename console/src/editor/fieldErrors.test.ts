import { describe, expect, it } from "vitest";

import { en } from "../i18n/en";
import { documentOf, emptyDraft } from "./draft";
import { assign, errorAt, fieldsOf, unmended } from "./fieldErrors";

const draft = emptyDraft("us-east-1");
const fields = fieldsOf(draft);

describe("problems of a saved scenario", () => {
  it("stand at the field that they point to, all of them", () => {
    const errors = assign(
      [
        { pointer: "/traffic/0/workers", detail: "must be between 1 and 1000" },
        { pointer: "/name", detail: "is required" },
        { pointer: "/name", detail: "is too short" },
      ],
      fields,
      en,
    );
    expect(errorAt(errors, "/traffic/0/workers")).toBe("must be between 1 and 1000");
    expect(errorAt(errors, "/name")).toBe("is required; is too short");
    expect(errorAt(errors, "/tags")).toBeUndefined();
  });

  it("stand at the field around what they point to, and name the part", () => {
    const errors = assign([{ pointer: "/workload/requests/0/headers/X-A", detail: "is not a text" }], fields, en);
    expect(errorAt(errors, "/workload/requests/0/headers")).toBe("X-A is not a text");
  });

  it("are said in the unit of the field", () => {
    const problem = { pointer: "/start/quorum", detail: "must be a number between 0 and 1", code: "NOT_NUMBER", values: ["0", "1"] };
    expect(errorAt(assign([problem], fields, en), "/start/quorum")).toBe("must be a number between 0 and 100\u00a0%");
  });

  it("go when the field is mended, and stay at the others", () => {
    const problems = ["/name", "/workload/requests/0/url", ""].map((pointer) => ({ pointer, detail: "is wrong" }));
    const errors = assign(problems, fields, en);
    const mended = documentOf({ ...draft, name: "Checkout" });
    expect([...unmended(errors, documentOf(draft), mended).keys()]).toEqual(["/workload/requests/0/url", ""]);
    expect(unmended(errors, documentOf(draft), documentOf({ ...draft, live: false }))).toEqual(errors);
  });

  it("stand at the form when no field shows them", () => {
    const errors = assign(
      [
        { pointer: "/workload/data/0", detail: "is not offered yet" },
        { pointer: "", detail: "is too large" },
      ],
      fields,
      en,
    );
    expect(errors.get("")).toEqual(["workload/data/0 is not offered yet", "is too large"]);
  });

  it("do not stand at a field that the page does not show now", () => {
    const errors = assign([{ pointer: "/shape/maxDuration", detail: "must be a duration" }], fields, en);
    expect(errors.get("")).toEqual(["shape/maxDuration must be a duration"]);
    const script = { ...draft, shape: { ...draft.shape, kind: "script" as const } };
    expect(assign([{ pointer: "/shape/maxDuration", detail: "x" }], fieldsOf(script), en).get("")).toBeUndefined();
  });
});
