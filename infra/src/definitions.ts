import { readFileSync } from "node:fs";

import type { TableName } from "./names.ts";

/** What is written down once, elsewhere in this repository, and read here. */

export type Key = [[string, "S" | "N"], [string, "S" | "N"]?];

export interface TableDefinition {
  name: TableName;
  key: Key;
  indices: { name: string; key: Key; carries: string[] }[];
  /** The attribute that holds the second after which an item goes. */
  expires: string | null;
}

/** The tables of crates/aws/src/tables.rs; a test there keeps the file true. */
export function readTables(): TableDefinition[] {
  return JSON.parse(read("../tables.json")) as TableDefinition[];
}

/** The state machine, with `${PlanArn}` and its like for the functions. */
export function stateMachine(): string {
  return read("../workflow/run.asl.json");
}

function read(path: string): string {
  return readFileSync(new URL(path, import.meta.url), "utf8");
}
