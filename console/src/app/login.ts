import { createContext, useContext } from "react";

/** How the reader is logged in. */
export interface Login {
  /** Leaves to log in, and comes back to this page. Absent where that takes a link from outside the console. */
  again?(): void;
  /** Ends the session here and there. */
  out(): void;
}

const Context = createContext<Login | null>(null);

export const LoginProvider = Context;

/** Null where nothing says how. */
export function useLogin(): Login | null {
  return useContext(Context);
}
