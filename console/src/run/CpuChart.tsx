import Spinner from "@cloudscape-design/components/spinner";
import { lazy, Suspense, useMemo } from "react";

import type { Line } from "../charts/line";
import { useFormat, useMessages } from "../i18n/language";
import type { CoursePoint } from "../live/course";

const TimeChart = lazy(() => import("../charts/TimeChart"));

/** Above this a generator may be what is slow. */
export const HIGH_CPU = 0.8;

/** How busy the busiest worker was. */
export function CpuChart({ points }: { points: readonly CoursePoint[] }) {
  const messages = useMessages();
  const format = useFormat();
  const times = useMemo(() => points.map(({ t }) => t), [points]);
  const lines = useMemo<Line[]>(
    () => [
      { label: messages.run.busiest, tone: "users", values: points.map(({ cpu }) => cpu) },
      { label: messages.run.cpuLine, tone: "failures", values: points.map(() => HIGH_CPU) },
    ],
    [points, messages],
  );
  const [first, last] = [times[0], times.at(-1)];
  if (first === undefined || last === undefined || points.every(({ cpu }) => cpu === null)) return null;
  return (
    <Suspense fallback={<Spinner />}>
      <TimeChart
        title={messages.run.cpuOverTime}
        times={times}
        lines={lines}
        span={[first, Math.max(first + 1, last)]}
        show={(share) => format.percent(share)}
      />
    </Suspense>
  );
}
