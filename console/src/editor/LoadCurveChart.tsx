import "./LoadCurveChart.css";
import Box from "@cloudscape-design/components/box";
import { memo } from "react";

import { useFormat, useMessages } from "../i18n/language";
import type { Draft } from "./draft";
import { loadCurve } from "./loadCurve";

const WIDTH = 600;
const HEIGHT = 130;
const MARGIN = { left: 56, right: 12, top: 10, bottom: 24 };

/** The load over time as it is typed. */
export const LoadCurveChart = memo(function LoadCurveChart({ draft }: { draft: Pick<Draft, "shape" | "traffic"> }) {
  const messages = useMessages();
  const format = useFormat();
  const curve = loadCurve(draft);
  if (!curve) return <Box color="text-status-inactive">{messages.editor.curveNone}</Box>;
  const end = curve.rampUpMs + curve.holdMs;
  const x = (ms: number) => MARGIN.left + (ms / end) * (WIDTH - MARGIN.left - MARGIN.right);
  const y = (users: number) => HEIGHT - MARGIN.bottom - (users / curve.users) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const line = curve.corners.map(({ ms, users }) => `${x(ms)},${y(users)}`).join(" ");
  const text = messages.editor.curveText(
    messages.scenario.users(curve.users),
    format.duration(curve.rampUpMs),
    format.duration(curve.holdMs),
  );
  return (
    <svg className="load-curve" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`${messages.editor.curve}: ${text}`}>
      <line x1={MARGIN.left} x2={WIDTH - MARGIN.right} y1={y(0)} y2={y(0)} className="load-curve-axis" />
      <polygon points={`${x(0)},${y(0)} ${line} ${x(end)},${y(0)}`} className="load-curve-area" />
      <polyline points={line} className="load-curve-line" />
      <text x={MARGIN.left - 6} y={y(curve.users) + 4} textAnchor="end">
        {format.integer(curve.users)}
      </text>
      <text x={MARGIN.left - 6} y={y(0)} textAnchor="end">
        0
      </text>
      <text x={x(0)} y={HEIGHT - 6}>
        0:00
      </text>
      {curve.rampUpMs > end * 0.1 && curve.rampUpMs < end * 0.85 && (
        <text x={x(curve.rampUpMs)} y={HEIGHT - 6} textAnchor="middle">
          {format.clock(curve.rampUpMs / 1_000)}
        </text>
      )}
      <text x={x(end)} y={HEIGHT - 6} textAnchor="end">
        {format.clock(end / 1_000)}
      </text>
    </svg>
  );
});
