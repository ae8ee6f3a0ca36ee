import { useCallback, useEffect, useRef, useState } from "react";

import { upload } from "../api/uploads";

export type UploadState =
  | { step: "idle" }
  | { step: "hashing"; file: File }
  | { step: "sending"; file: File; share: number }
  | { step: "failed"; file: File; error: unknown };

export interface Upload {
  state: UploadState;
  send(file: File): Promise<void>;
  /** Gives the file up, whether it is under way or has failed. */
  stop(): void;
}

/** Sends a script to the store; `done` gets its id. */
export function useUpload(done: (scriptId: string) => void): Upload {
  const [state, setState] = useState<UploadState>({ step: "idle" });
  const controller = useRef<AbortController>(null);

  const stop = useCallback(() => {
    controller.current?.abort();
    controller.current = null;
    setState({ step: "idle" });
  }, []);
  useEffect(() => () => controller.current?.abort(), []);

  const send = async (file: File) => {
    controller.current?.abort();
    const mine = new AbortController();
    controller.current = mine;
    setState({ step: "hashing", file });
    try {
      const id = await upload(file, (share) => setState({ step: "sending", file, share }), mine.signal);
      if (mine.signal.aborted) return;
      setState({ step: "idle" });
      done(id);
    } catch (error) {
      if (!mine.signal.aborted) setState({ step: "failed", file, error });
    }
  };
  return { state, send, stop };
}

export function isUnderWay({ step }: UploadState): boolean {
  return step === "hashing" || step === "sending";
}
