import Box from "@cloudscape-design/components/box";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";

import type { Subject } from "../api/results";
import { Figure } from "../components/Figure";
import { useFormat, useMessages } from "../i18n/language";
import type { Course } from "../live/course";
import type { Tile } from "./resultTiles";
import type { Live } from "./useLive";

/** The headline figures: of the last seconds while the run goes on, of the run or the window afterwards. */
export function Tiles({ subject, hint, tiles }: { subject: Subject; hint?: string | undefined; tiles: Tile[] }) {
  const messages = useMessages();
  const title = [subject.label ?? messages.run.allLabels, subject.region ?? messages.run.allRegions].join(" · ");
  return (
    <Container
      header={
        <Header variant="h2" description={hint}>
          {title}
        </Header>
      }
    >
      <ColumnLayout columns={4} variant="text-grid" minColumnWidth={200}>
        {tiles.map(({ name, value, note, isGood }) => (
          <div key={name}>
            <Box variant="awsui-key-label">{name}</Box>
            {isGood === undefined ? (
              <Figure value={value} />
            ) : (
              <Box fontSize="heading-m" padding={{ vertical: "xs" }}>
                <StatusIndicator type={isGood ? "success" : "error"}>{value}</StatusIndicator>
              </Box>
            )}
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

export function useLiveTiles(live: Live | null, course: Course | null): Tile[] {
  const messages = useMessages();
  const format = useFormat();
  const recent = live?.feed?.recent ?? null;
  const newest = course?.points.findLast((point) => point.requestRate !== null);
  const stepMs = recent?.stepMs ?? course?.stepMs;
  // A sum over a part of the run must not look like one over all of it.
  const soFar = (text: (known: Course) => string) => (course?.isWhole ? `${text(course)} ${messages.run.soFar}` : "");
  const share = course && course.requests > 0 ? course.failures / course.requests : null;
  return [
    { name: messages.run.virtualUsers, value: format.integer(recent?.virtualUsers ?? newest?.virtualUsers) },
    {
      name: messages.run.requestRate,
      value: format.rate(recent ? (recent.requests * 1_000) / recent.stepMs : newest?.requestRate),
      note: soFar(({ requests }) => format.integer(requests)),
    },
    {
      name: messages.run.failureShare,
      value: format.percent(share),
      note: soFar(({ failures }) => messages.run.failuresOf(failures)),
    },
    { name: messages.run.p95, value: format.ms(recent?.p95 ?? newest?.p95), note: stepMs == null ? "" : messages.run.lastSeconds(format.duration(stepMs)) },
  ];
}
