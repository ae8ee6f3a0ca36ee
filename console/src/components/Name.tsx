import "./name.css";
import type { ReactNode } from "react";

/** What somebody called something, in a table: of any length, with or without blanks. */
export function Name({ isNarrow = false, children }: { isNarrow?: boolean; children: ReactNode }) {
  return <div className={isNarrow ? "name name-narrow" : "name"}>{children}</div>;
}
