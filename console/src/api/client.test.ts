import { afterEach, expect, it, vi } from "vitest";

import { answer, here } from "./client";
import { isPassing, Refusal } from "./refusal";

afterEach(() => vi.unstubAllGlobals());

const exchange = (status: number, body: { data?: object; error?: unknown }) =>
  Promise.resolve({ ...body, response: new Response(null, { status }) });

it("answers with the body", async () => {
  expect(await answer(exchange(200, { data: { a: 1 } }))).toEqual({ a: 1 });
});

it("throws the problem with its fields", async () => {
  const error = { code: "INVALID", status: 422, detail: "one field", errors: [{ pointer: "/name", detail: "x" }] };
  const refusal = await answer(exchange(422, { error })).catch((caught: unknown) => caught);
  expect(refusal).toBeInstanceOf(Refusal);
  expect(refusal).toMatchObject({ code: "INVALID", status: 422, errors: [{ pointer: "/name", detail: "x" }] });
  expect(isPassing(refusal)).toBe(false);
});

it("tells an answer that is no problem from none at all", async () => {
  const odd = await answer(exchange(502, { error: "<html>" })).catch((caught: unknown) => caught);
  expect(odd).toMatchObject({ code: "UNREADABLE", status: 502 });
  const none = await answer(Promise.reject(new TypeError("fetch failed"))).catch((caught: unknown) => caught);
  expect(none).toMatchObject({ code: "UNREACHABLE", status: 0 });
  expect([odd, none].map(isPassing)).toEqual([true, true]);
});

it("fetches a large answer from where it lies", async () => {
  const fetched = vi.fn(() => Promise.resolve(Response.json({ items: [1], nextCursor: null })));
  vi.stubGlobal("fetch", fetched);
  expect(await here({ url: "http://127.0.0.1/bucket/answer.json" })).toEqual({ items: [1], nextCursor: null });
  expect(fetched).toHaveBeenCalledWith("http://127.0.0.1/bucket/answer.json");
  expect(await here({ items: [] as number[], nextCursor: null })).toEqual({ items: [], nextCursor: null });
});
