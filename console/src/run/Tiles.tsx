import Box from "@cloudscape-design/components/box";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";

import type { Figures, Results } from "../api/types";
import type { Subject } from "../api/results";
import { useFormat, useMessages } from "../i18n/language";
import type { Course } from "../live/course";
import type { Live } from "./useLive";

interface Tile {
  name: string;
  value: string;
  note?: string;
}

/** The headline figures: of the last seconds while the run goes on, of the run or the window afterwards. */
export function Tiles({ subject, tiles }: { subject: Subject; tiles: Tile[] }) {
  const messages = useMessages();
  const title = [subject.label ?? messages.run.allLabels, subject.region ?? messages.run.allRegions].join(" · ");
  return (
    <Container header={<Header variant="h2">{title}</Header>}>
      <ColumnLayout columns={4} variant="text-grid" minColumnWidth={150}>
        {tiles.map(({ name, value, note }) => (
          <div key={name}>
            <Box variant="awsui-key-label">{name}</Box>
            <Box variant="awsui-value-large">{value}</Box>
            {note && (
              <Box color="text-body-secondary" fontSize="body-s">
                {note}
              </Box>
            )}
          </div>
        ))}
      </ColumnLayout>
    </Container>
  );
}

/** Seconds over which a live percentile is taken: enough samples, and still of now. */
const RECENT = 10;

export function useLiveTiles(live: Live | null, course: Course | null, subject: Subject): Tile[] {
  const messages = useMessages();
  const format = useFormat();
  const recent = live?.feed.recent(RECENT, subject) ?? null;
  const newest = course?.points.findLast((point) => point.requestRate !== null);
  const seconds = format.duration((recent?.stepMs ?? RECENT * 1_000));
  const share = course && course.requests > 0 ? course.failures / course.requests : null;
  return [
    { name: messages.run.virtualUsers, value: format.integer(recent?.virtualUsers ?? newest?.virtualUsers) },
    {
      name: messages.run.requestRate,
      value: format.rate(recent ? (recent.requests * 1_000) / recent.stepMs : newest?.requestRate),
      note: course ? `${format.integer(course.requests)} ${messages.run.soFar}` : "",
    },
    {
      name: messages.run.failureShare,
      value: format.percent(share),
      note: course ? `${messages.run.failuresOf(format.integer(course.failures))} ${messages.run.soFar}` : "",
    },
    { name: messages.run.p95, value: format.ms(recent?.p95 ?? newest?.p95), note: messages.run.lastSeconds(seconds) },
  ];
}

export function useResultTiles(results: Results | undefined, subject: Subject): Tile[] {
  const messages = useMessages();
  const format = useFormat();
  if (!results) return [];
  const { verdict, validity, interrupted } = results;
  const total = figuresOf(results, subject);
  const times = total.responseTimeMs;
  return [
    {
      name: messages.run.requests,
      value: format.integer(total.requests),
      ...(interrupted > 0 && { note: messages.run.interrupted(format.integer(interrupted)) }),
    },
    { name: messages.run.throughput, value: format.rate(total.throughput) },
    { name: messages.run.failureShare, value: format.percent(total.failureRate), note: messages.run.failuresOf(format.integer(total.failures)) },
    { name: messages.run.virtualUsers, value: format.integer(total.virtualUsersMax), note: messages.run.max },
    { name: messages.run.p50, value: format.ms(times.p50) },
    { name: messages.run.p95, value: format.ms(times.p95) },
    { name: messages.run.p99, value: format.ms(times.p99) },
    {
      name: messages.run.verdict,
      value: messages.runs[verdict.outcome],
      note: `${messages.run.validityTitle}: ${messages.run.validity[validity.grade]}`,
    },
  ];
}

/** Of which samples there are figures: results have none of one label in one region. */
export function subjectOfResults({ label, region }: Subject): Subject {
  return label !== null && region !== null ? { label, region: null } : { label, region };
}

function figuresOf({ total, byLabel, byRegion }: Results, { label, region }: Subject): Figures {
  if (label !== null) return byLabel[label] ?? total;
  return region === null ? total : (byRegion[region] ?? total);
}
