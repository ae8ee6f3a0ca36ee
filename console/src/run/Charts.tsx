import "./outdated.css";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Grid from "@cloudscape-design/components/grid";
import { lazy, Suspense, useMemo } from "react";

import { isOver } from "../api/runs";
import type { Run } from "../api/types";
import { Empty } from "../components/Empty";
import { Problem } from "../components/Problem";
import { useFormat, useMessages } from "../i18n/language";
import { apart, type Course } from "../live/course";
import { plannedMs } from "./planned";
import { courseCharts } from "./courseCharts";
import { SubjectPickers } from "./SubjectPickers";
import type { CourseState } from "./useCourse";
import type { Live } from "./useLive";
import type { View } from "./useView";
import { WindowPicker } from "./WindowPicker";

const TimeChart = lazy(() => import("../charts/TimeChart"));

interface Props {
  run: Run;
  course: CourseState;
  live: Live | null;
  view: View;
  labels: readonly string[];
  /** How long the load took, once that is known. */
  loadMs: number | undefined;
  /** Whether figures of this part of the run are still to come. */
  isComputing: boolean;
}

/** The course of the run: the same charts while it goes on and afterwards. */
export function Charts({ run, course: { course, isOutdated, isLoading, error, retry }, live, view, labels, loadMs, isComputing }: Props) {
  const messages = useMessages();
  const over = isOver(run.status);
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={over ? messages.run.chartHint : undefined}
          actions={<SubjectPickers run={run} labels={labels} view={view} />}
        >
          {messages.run.charts}
        </Header>
      }
    >
      <SpaceBetween size="s">
        {over ? <WindowPicker view={view} endMs={endOf(run)} isComputing={isComputing} /> : <Liveness run={run} course={course} live={live} />}
        {error !== null && <Problem error={error} retry={retry} isPolling={!over} />}
        {course && course.points.length > 0 ? (
          <Suspense fallback={<Spinner />}>
            <div className={isOutdated ? "outdated" : undefined} aria-busy={isOutdated}>
              <Lines run={run} course={course} view={view} loadMs={loadMs} />
            </div>
          </Suspense>
        ) : over && isLoading ? (
          <Spinner size="large" />
        ) : (
          error === null && (
            <Empty
              title={over ? messages.run.noPointsAtAll : messages.run.noPoints}
              {...(isYoung(run) && { hint: messages.run.noPointsHint })}
            />
          )
        )}
      </SpaceBetween>
    </Container>
  );
}

/** Until the last answer there may be something to see. */
function endOf({ startAt, endedAt }: Run): number | null {
  return startAt === null || endedAt === null ? null : Date.parse(endedAt) - Date.parse(startAt);
}

/** The first figures come so long after the gates have opened. */
const FIRST_FIGURES_MS = 4_000;

function isYoung({ startAt }: Run): boolean {
  return startAt === null || Date.now() < Date.parse(startAt) + FIRST_FIGURES_MS;
}

/** Whether figures that there are may be missing from the charts. */
function isCatchingUp(run: Run, course: Course | null): boolean {
  return !isYoung(run) && !course?.isWhole;
}

function Liveness({ run, course, live }: { run: Run; course: Course | null; live: Live | null }) {
  const messages = useMessages();
  if (!run.scenario.live) return <StatusIndicator type="info">{messages.run.liveOff}</StatusIndicator>;
  if (live?.connection === "lost") return <StatusIndicator type="warning">{messages.run.liveLost}</StatusIndicator>;
  if (isCatchingUp(run, course)) return <StatusIndicator type="loading">{messages.run.catchingUp}</StatusIndicator>;
  if (live?.feed && live.feed.broken > 0) {
    return <StatusIndicator type="warning">{messages.run.brokenTicks(live.feed.broken)}</StatusIndicator>;
  }
  return null;
}

/** Two beside each other also where the navigation is open on a small screen. */
const ROW = [{ colspan: { default: 12, s: 6 } }, { colspan: { default: 12, s: 6 } }];

function Lines({ run, course, view, loadMs }: Pick<Props, "run" | "view" | "loadMs"> & { course: Course }) {
  const messages = useMessages();
  const format = useFormat();
  const over = isOver(run.status);
  const loadEnd = loadMs === undefined ? undefined : loadMs / 1_000;
  const points = useMemo(() => (loadEnd === undefined ? course.points : apart(course.points, loadEnd)), [course.points, loadEnd]);
  const hasDrain = loadEnd !== undefined && (points.at(-1)?.t ?? 0) >= loadEnd;

  const times = useMemo(() => points.map(({ t }) => t), [points]);
  const charts = useMemo(() => courseCharts(points, messages, format), [points, messages, format]);

  const span = useMemo<[number, number]>(() => {
    if (view.window && over) return [view.window.from / 1_000, view.window.to / 1_000];
    // What was answered last was so within a step.
    const end = (times.at(-1) ?? 0) + (hasDrain ? (course.stepMs ?? 0) / 1_000 : 0);
    // While the plan is short the whole of it is on the axis, so that the load can be seen coming.
    const planned = plannedMs(run) / 1_000;
    return [0, Math.max(1, over || run.scenario.shape.kind === "script" ? end : Math.max(end, planned))];
  }, [view.window, over, times, run, hasDrain, course.stepMs]);

  const select = (from: number, to: number) => {
    const window = { from: Math.max(0, Math.floor(from)) * 1_000, to: Math.ceil(to) * 1_000 };
    if (window.from < window.to) view.choose({ window });
  };
  const common = { times, span, loadEnd, ...(over && { onSelect: select }) };
  return (
    <>
      <Grid gridDefinition={[...ROW, ...ROW]}>
        {charts.map((chart) => (
          <TimeChart key={chart.title} {...common} {...chart} />
        ))}
      </Grid>
      {hasDrain && (
        <Box color="text-body-secondary" fontSize="body-s">
          {messages.run.drainShaded}
        </Box>
      )}
    </>
  );
}
