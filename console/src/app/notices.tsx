import Flashbar, { type FlashbarProps } from "@cloudscape-design/components/flashbar";
import { createContext, useCallback, useContext, useMemo, useState, type ReactNode } from "react";

import { Refusal } from "../api/refusal";
import { RouterButton } from "../components/RouterLink";
import { useMessages } from "../i18n/language";
import { problemText } from "../components/Problem";

type Notice = Pick<FlashbarProps.MessageDefinition, "type" | "header" | "content" | "action">;

interface Notices {
  items: FlashbarProps.MessageDefinition[];
  tell(notice: Notice): void;
  /** Says what came of a request that failed. */
  tellRefusal(error: unknown): void;
}

const Context = createContext<Notices | null>(null);
let ids = 0;
/** So long good news stay; bad news stay until they are dismissed. */
const GOOD_NEWS_MS = 8_000;

export function NoticesProvider({ children }: { children: ReactNode }) {
  const messages = useMessages();
  const [items, setItems] = useState<FlashbarProps.MessageDefinition[]>([]);

  const tell = useCallback((notice: Notice) => {
    const id = String(ids++);
    const onDismiss = () => setItems((now) => now.filter((item) => item.id !== id));
    const dismissLabel = messages.common.dismiss;
    setItems((now) => [...now.slice(-3), { ...notice, id, dismissible: true, dismissLabel, onDismiss }]);
    if (notice.type === "success" || notice.type === "info") setTimeout(onDismiss, GOOD_NEWS_MS);
  }, [messages]);

  const tellRefusal = useCallback(
    (error: unknown) => {
      if (error instanceof Refusal && error.code === "RUN_ACTIVE" && error.runId) {
        tell({
          type: "warning",
          header: messages.problem.runActive,
          action: <RouterButton to={`/runs/${error.runId}`}>{messages.problem.showRun}</RouterButton>,
        });
      } else {
        tell({ type: "error", header: messages.problem.title, content: problemText(error, messages) });
      }
    },
    [messages, tell],
  );

  const notices = useMemo(() => ({ items, tell, tellRefusal }), [items, tell, tellRefusal]);
  return <Context value={notices}>{children}</Context>;
}

export function useNotices(): Notices {
  const notices = useContext(Context);
  if (!notices) throw new Error("there is no NoticesProvider above");
  return notices;
}

export function NoticeBar() {
  const { items } = useNotices();
  return <Flashbar items={items} />;
}
