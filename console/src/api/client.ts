import createClient from "openapi-fetch";

import type { paths } from "./schema";
import { Refusal, unreadable, unreachable } from "./refusal";
import type { Elsewhere, Problem } from "./types";

export const api = createClient<paths>({
  baseUrl: window.location.origin,
  credentials: "same-origin",
  querySerializer: { array: { style: "form", explode: false } },
});

interface Exchange<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The body of a successful answer; a {@link Refusal} is thrown for every other. */
export async function answer<T>(request: Promise<Exchange<T>>): Promise<T> {
  const { data, error, response } = await request.catch((cause: unknown) => {
    throw unreachable(cause);
  });
  if (response.ok) {
    return data as T;
  }
  throw isProblem(error) ? new Refusal(error) : unreadable(response.status);
}

/** Answers over 4 MB lie elsewhere; whoever asks need not know. */
export async function here<T extends object>(answered: T | Elsewhere): Promise<T> {
  if (!("url" in answered) || Object.keys(answered).length !== 1) {
    return answered as T;
  }
  const response = await fetch(answered.url).catch((cause: unknown) => {
    throw unreachable(cause);
  });
  if (!response.ok) {
    throw unreadable(response.status);
  }
  return (await response.json()) as T;
}

function isProblem(error: unknown): error is Problem {
  return typeof error === "object" && error !== null && "status" in error && "detail" in error;
}
