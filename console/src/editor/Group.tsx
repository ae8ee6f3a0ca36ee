import Box from "@cloudscape-design/components/box";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { ReactNode } from "react";

interface Props {
  title?: string;
  hint?: string;
  error: string | undefined;
  children: ReactNode;
}

/** Fields that belong together. Not a form field of its own: each within has its own name and its own error. */
export function Group({ title, hint, error, children }: Props) {
  return (
    <div role="group" aria-label={title}>
      <SpaceBetween size="xs">
        {title && (
          <div>
            <Box variant="awsui-key-label">{title}</Box>
            {hint && (
              <Box color="text-body-secondary" fontSize="body-s">
                {hint}
              </Box>
            )}
          </div>
        )}
        {children}
        {error && <StatusIndicator type="error">{error}</StatusIndicator>}
      </SpaceBetween>
    </div>
  );
}
