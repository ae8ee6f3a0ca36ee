import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";

import type { Exchange } from "../api/types";
import { InEnglish } from "../components/InEnglish";
import { ExchangeView } from "./ExchangeView";

const HOSTILE = `<img src=x onerror="alert(1)"><script>alert(2)</script>`;

const exchange: Exchange = {
  at: "2026-11-23T12:00:00.000Z",
  label: "Pay",
  phase: "load",
  thread: "Users 1-1",
  elapsedMs: 12,
  success: false,
  cut: false,
  assertions: [{ name: "Has a total", message: HOSTILE }],
  redacted: ["Authorization"],
  subRequests: [],
  request: {
    method: "POST",
    url: `https://shop.example/${HOSTILE}`,
    headers: [{ name: "X-Hostile", value: HOSTILE }],
    body: { text: '{"id":12345678901234567890}', bytes: 27, cut: false },
  },
  response: { code: "200", message: "OK", headers: [], body: { text: HOSTILE, bytes: 900_000, cut: true } },
};

const show = (changed: Partial<Exchange> = {}) =>
  render(
    <InEnglish>
      <ExchangeView exchange={{ ...exchange, ...changed }} />
    </InEnglish>,
  );

it("shows what came back as text, whatever it is", () => {
  const { container } = show();
  expect(container.querySelectorAll("img, script")).toHaveLength(0);
  expect(screen.getByLabelText("Body of the response").textContent).toBe(HOSTILE);
  expect(screen.getByText("Only the beginning of 900 kB.", { normalizer: (text) => text.replaceAll("\u00a0", " ") })).toBeTruthy();
  expect(screen.getByText(/Authorization/)).toBeTruthy();
});

it("lays JSON out, and shows it as it was sent when asked", async () => {
  show();
  const body = screen.getByLabelText("Body of the request");
  expect(body.textContent).toBe('{\n  "id": 12345678901234567890\n}');
  await userEvent.click(screen.getByRole("checkbox", { name: "Line breaks" }));
  expect(screen.getByLabelText("Body of the request").textContent).toBe('{"id":12345678901234567890}');
});

it("says what a body is that is no text", () => {
  show({ response: { ...exchange.response, body: { text: null, bytes: 4_000, cut: false } } });
  expect(screen.getByText(/4.kB that are not text/)).toBeTruthy();
});
