import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tiles from "@cloudscape-design/components/tiles";
import { createContext, memo, useContext } from "react";

import { useMessages } from "../i18n/language";
import type { Draft } from "./draft";
import { HttpFields } from "./HttpFields";
import { ScriptFields, type ScriptProps } from "./ScriptFields";

const Current = createContext<ScriptProps | null>(null);

export function WorkloadSection(props: ScriptProps) {
  return (
    <Current value={props}>
      <Frame />
    </Current>
  );
}

/** Not drawn again: a container is a context of Cloudscape's, at whose every drawing all fields within are drawn, too. */
const Frame = memo(function Frame() {
  const messages = useMessages();
  return (
    <Container header={<Header variant="h2">{messages.editor.workload}</Header>}>
      <Fields />
    </Container>
  );
});

function Fields() {
  const messages = useMessages();
  const props = useContext(Current);
  if (!props) return null;
  const { draft, change } = props;
  const choose = (kind: Draft["kind"]) => {
    // Listed requests have no thread groups of their own.
    const shape = kind === "http" ? { ...draft.shape, kind: "users" as const } : draft.shape;
    change({ kind, shape });
  };
  return (
    <SpaceBetween size="l">
      <Tiles
        ariaLabel={messages.editor.workload}
        value={draft.kind}
        items={[
          { value: "http", label: messages.editor.workloadHttp, description: messages.editor.workloadHttpHint },
          { value: "script", label: messages.editor.workloadScript, description: messages.editor.workloadScriptHint },
        ]}
        onChange={({ detail }) => choose(detail.value as Draft["kind"])}
      />
      {draft.kind === "http" ? <HttpFields {...props} /> : <ScriptFields {...props} />}
    </SpaceBetween>
  );
}
