import type { Login } from "./login";

/** The cookie that a link from outside the console has set. Only another link logs in again. */
export function cookieLogin(): Login {
  return {
    // What is left on the page belongs to whoever was logged in.
    out: () => void fetch("/logout", { method: "POST" }).finally(() => window.location.assign("/")),
  };
}
