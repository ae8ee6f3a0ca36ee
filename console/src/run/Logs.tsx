import "./Logs.css";
import Header from "@cloudscape-design/components/header";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import Toggle from "@cloudscape-design/components/toggle";
import { memo, useEffect, useRef, useState } from "react";

import { isOver } from "../api/runs";
import type { LogLine, Run } from "../api/types";
import { Empty } from "../components/Empty";
import { Problem } from "../components/Problem";
import { useFormat, useMessages } from "../i18n/language";
import { useLogTail } from "./useLogTail";

/** What a worker writes, as it writes it. */
export function Logs({ run }: { run: Run }) {
  const messages = useMessages();
  const format = useFormat();
  const [worker, setWorker] = useState(0);
  const [isFollowing, setFollowing] = useState(true);
  const { lines, first, error, isLoading } = useLogTail(run.runId, worker, !isOver(run.status));
  const box = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (isFollowing && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [lines, isFollowing]);

  const options = Array.from({ length: run.workers.planned }, (_, index) => ({
    value: String(index),
    label: messages.run.workerN(index),
  }));
  return (
    <SpaceBetween size="s">
      <Header
        variant="h3"
        description={messages.run.logsHint(format.zone(run.createdAt))}
        actions={
          <SpaceBetween direction="horizontal" size="s" alignItems="center">
            <Toggle checked={isFollowing} onChange={({ detail }) => setFollowing(detail.checked)}>
              {messages.run.follow}
            </Toggle>
            <Select
              ariaLabel={messages.run.worker}
              options={options}
              filteringType={options.length > 10 ? "auto" : "none"}
              virtualScroll
              selectedOption={options[worker] ?? null}
              onChange={({ detail }) => setWorker(Number(detail.selectedOption.value))}
            />
          </SpaceBetween>
        }
      >
        {messages.run.tabLogs}
      </Header>
      {error !== null && <Problem error={error} isPolling />}
      {isLoading && <Spinner />}
      {!isLoading && lines.length === 0 && error === null && <Empty title={messages.run.logsNone} />}
      {lines.length > 0 && (
        <div
          className="log"
          ref={box}
          role="log"
          aria-live={isFollowing ? "polite" : "off"}
          aria-label={messages.run.tabLogs}
          tabIndex={0}
        >
          {lines.map((line, index) => (
            <Line key={first + index} line={line} />
          ))}
        </div>
      )}
    </SpaceBetween>
  );
}

/** A line never changes, and there are thousands of them. */
const Line = memo(function Line({ line: { at, text } }: { line: LogLine }) {
  const format = useFormat();
  return (
    <div>
      <time dateTime={at} title={format.utc(at)}>
        {format.time(at)}
      </time>{" "}
      {text}
    </div>
  );
});
