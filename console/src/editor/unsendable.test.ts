import { expect, it } from "vitest";

import { en } from "../i18n/en";
import { emptyDraft, emptyRequest, type Property } from "./draft";
import { unsendable } from "./unsendable";

const draft = emptyDraft("us-east-1");
const withHeaders = (headers: string) => ({ ...draft, http: { ...draft.http, requests: [emptyRequest(), { ...emptyRequest(), headers }] } });
const withProperties = (properties: Property[]) => ({ ...draft, kind: "script" as const, script: { ...draft.script, properties } });

it.each([
  ["Accept: */*\nnonsense", "Line 2 is not of the form Name: value."],
  ["Accept: a\nX: 1\nAccept: b", "Accept is there twice; only one would be sent."],
])("finds what would be lost of the headers %j", (headers, text) => {
  expect([...unsendable(withHeaders(headers), en)]).toEqual([["/workload/requests/1/headers", [text]]]);
});

it("finds properties that would be lost, each in its row", () => {
  const properties = [
    { name: "host", value: "a" },
    { name: "", value: "b" },
    { name: "host", value: "c" },
    { name: "", value: "" },
  ];
  expect([...unsendable(withProperties(properties), en)]).toEqual([
    ["/workload/properties/1", ["A value needs a name."]],
    ["/workload/properties/2", ["host is there twice; only one would be sent."]],
  ]);
});

it("looks at what is sent alone", () => {
  const both = { ...withHeaders("nonsense"), script: { ...draft.script, properties: [{ name: "", value: "b" }] } };
  expect([...unsendable({ ...both, kind: "script" }, en).keys()]).toEqual(["/workload/properties/0"]);
  expect([...unsendable(both, en).keys()]).toEqual(["/workload/requests/1/headers"]);
});
