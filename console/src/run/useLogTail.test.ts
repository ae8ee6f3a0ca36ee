import { expect, it } from "vitest";

import type { LogLine } from "../api/types";
import { longer, type LogTail } from "./useLogTail";

const line = (text: string) => ({ at: "2026-11-23T12:00:00.000Z", text }) as LogLine;
const tail = (texts: string[], first = 0): LogTail => ({ lines: texts.map(line), first, error: null, isLoading: false });

it("is the very same while nothing is written, so that nobody's place is lost", () => {
  const now = tail(["a"]);
  expect(longer(now, [])).toBe(now);
  const failed = { ...now, error: new Error("away") };
  expect(longer(failed, [])).toMatchObject({ error: null });
  expect(longer(failed, []).lines).toBe(now.lines);
});

it("keeps the number of every line when the oldest are dropped", () => {
  const full = tail(Array.from({ length: 5_000 }, (_, i) => String(i)));
  const next = longer(full, [line("x"), line("y")]);
  expect(next.first).toBe(2);
  expect(next.lines).toHaveLength(5_000);
  expect(next.lines[0]?.text).toBe("2");
});
