import { expect, it } from "vitest";

import type { Exchange } from "../api/types";
import { pretty, requestText, responseText } from "./text";

const exchange = {
  request: {
    method: "POST",
    url: "https://shop.example/pay",
    headers: [{ name: "Accept", value: "*/*" }],
    body: { text: '{"a":1}', bytes: 7, cut: false },
  },
  response: { code: "503", message: "Service Unavailable", headers: [], body: null },
} as unknown as Exchange;

it("writes an exchange down as HTTP", () => {
  expect(requestText(exchange)).toBe('POST https://shop.example/pay\nAccept: */*\n\n{"a":1}');
  expect(responseText(exchange)).toBe("503 Service Unavailable");
});

it("breaks JSON into lines without touching what it says", () => {
  // No number of JavaScript is this one, and no object has a key twice.
  const text = '{"id":12345678901234567890,"a":[],"b":[1, 2],"a":"x\\"{,:"}';
  expect(pretty(text)).toBe(
    '{\n  "id": 12345678901234567890,\n  "a": [],\n  "b": [\n    1,\n    2\n  ],\n  "a": "x\\"{,:"\n}',
  );
});

it.each(["plain", "<html>", '{"cut":', "", "{}", "12"])("leaves %j alone", (text) => {
  expect(pretty(text)).toBeNull();
});
