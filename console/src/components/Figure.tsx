import Box from "@cloudscape-design/components/box";
import type { CSSProperties } from "react";

import "./figure.css";

/** A headline figure with its unit, on one line however narrow its place is. */
export function Figure({ value }: { value: string }) {
  return (
    <Box variant="awsui-value-large">
      <div className="figure">
        <span style={{ "--characters": value.length } as CSSProperties}>{value}</span>
      </div>
    </Box>
  );
}
