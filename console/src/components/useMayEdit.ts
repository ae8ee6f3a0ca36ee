import { useQuery } from "@tanstack/react-query";

import { system } from "../api/system";

/** Whether the reader may edit and run; viewers see no buttons that would only refuse them. */
export function useMayEdit(): boolean {
  const me = useQuery(system.me()).data;
  return me !== undefined && me.role !== "viewer";
}
