import { api } from "../api/client";

/** Every request to the API carries the token from here on; one that has expired is asked for anew. */
export function sendToken(token: () => Promise<string | undefined>): void {
  api.use({
    onRequest: async ({ request }) => {
      const bearer = await token();
      if (bearer !== undefined) request.headers.set("Authorization", `Bearer ${bearer}`);
      return request;
    },
  });
}

/** What the login pages send somebody back with; an error of theirs is thrown. */
export function isBack(): boolean {
  const given = new URLSearchParams(window.location.search);
  if (given.has("error")) throw new Error(given.get("error_description") ?? given.get("error") ?? "");
  return given.has("code") && given.has("state");
}

/** Where the way to the login pages began. */
export function here(): string {
  return window.location.pathname + window.location.search;
}

/** Goes on there; within the console, whatever the state says. */
export function goOnAt(state: unknown): void {
  const place = typeof state === "string" ? new URL(state, window.location.origin) : null;
  const address = place?.origin === window.location.origin ? place.pathname + place.search : "/";
  window.history.replaceState(null, "", address);
}
