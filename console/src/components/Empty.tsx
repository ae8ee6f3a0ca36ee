import Box from "@cloudscape-design/components/box";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";

/** What stands where nothing is yet: what it would be, and how to get it. */
export function Empty({ title, hint, action }: { title: string; hint?: string; action?: ReactNode }) {
  return (
    <Box textAlign="center" color="inherit" margin={{ vertical: "s" }}>
      <SpaceBetween size="xs">
        <b>{title}</b>
        {hint && (
          <Box variant="p" color="inherit">
            {hint}
          </Box>
        )}
        {action}
      </SpaceBetween>
    </Box>
  );
}
