import { useState } from "react";
import { useNavigate } from "react-router";

import { startRun } from "../api/runs";
import { useNotices } from "../app/notices";

/** Starts a run of a scenario and goes to it. */
export function useRunNow(): { start: (scenarioId: string) => Promise<void>; starting: string | null } {
  const navigate = useNavigate();
  const { tellRefusal } = useNotices();
  const [starting, setStarting] = useState<string | null>(null);
  const start = async (scenarioId: string) => {
    setStarting(scenarioId);
    try {
      const run = await startRun(scenarioId);
      await navigate(`/runs/${run.runId}`);
    } catch (error) {
      tellRefusal(error);
    } finally {
      setStarting(null);
    }
  };
  return { start, starting };
}
