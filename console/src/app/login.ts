import { createContext, useContext } from "react";

/** A way to log in that the reader leaves the console for. */
export interface Login {
  /** Leaves, and comes back to this page. */
  again(): void;
  /** Ends the session here and there. */
  out(): void;
}

const Context = createContext<Login | null>(null);

export const LoginProvider = Context;

/** Null where the session is a cookie, which a link from outside the console sets. */
export function useLogin(): Login | null {
  return useContext(Context);
}
