import Badge from "@cloudscape-design/components/badge";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";

import type { Script } from "../api/types";
import { scripts } from "../api/uploads";
import { LocalTable } from "../components/LocalTable";
import { Problem } from "../components/Problem";
import { useFormat, useMessages } from "../i18n/language";
import { say } from "../i18n/said";
import type { Draft } from "./draft";
import { errorAt } from "./fieldErrors";
import { Group } from "./Group";
import { FILES } from "./scriptEdits";
import type { SectionProps } from "./section";

const CodeEditor = lazy(() => import("./CodeEditor"));

interface Props extends Pick<SectionProps, "errors"> {
  files: Script["files"];
  script: Draft["script"];
  set(part: Partial<Draft["script"]>): void;
}

/** The files of a script, to be read and edited in place; an edit is part of the draft until it is saved. */
export function ScriptFiles({ files, script, set, errors }: Props) {
  const messages = useMessages();
  const format = useFormat();
  const [open, setOpen] = useState<string | null>(null);
  return (
    <Group error={errorAt(errors, FILES)}>
      <LocalTable
        name="files"
        title={messages.editor.files}
        items={files}
        fixed="path"
        sorting={{ column: "path", descending: false }}
        rowId={({ path }) => path}
        columns={[
          {
            id: "path",
            header: messages.run.file,
            value: ({ path }) => path,
            cell: ({ path }) => (
              <>
                {path} {path in script.edits && <Badge color="blue">{messages.editor.edited}</Badge>}
              </>
            ),
          },
          { id: "size", header: messages.run.size, value: ({ size }) => size, cell: ({ size }) => format.bytes(size) },
          {
            id: "actions",
            header: messages.scenarios.actions,
            cell: ({ path }) => (
              <Button
                variant="inline-link"
                ariaLabel={`${messages.editor.view}: ${path}`}
                onClick={() => setOpen(path)}
              >
                {messages.editor.view}
              </Button>
            ),
          },
        ]}
        empty={messages.common.none}
      />
      {open !== null && (
        <OpenFile
          key={open}
          path={open}
          script={script}
          change={(edits) => set({ edits })}
          close={() => setOpen(null)}
        />
      )}
    </Group>
  );
}

interface OpenProps {
  path: string;
  script: Draft["script"];
  change(edits: Draft["script"]["edits"]): void;
  close(): void;
}

function OpenFile({ path, script, change, close }: OpenProps) {
  const messages = useMessages();
  // Which text the editor starts with; another number makes it start anew.
  const [generation, setGeneration] = useState(0);
  const query = useQuery(scripts.file(script.scriptId, path));
  const edited = script.edits[path];
  const discard = () => {
    const { [path]: _, ...others } = script.edits;
    change(others);
    setGeneration((now) => now + 1);
  };
  const stored = query.data?.text ?? null;
  const take = (text: string) => {
    const { [path]: _, ...others } = script.edits;
    change(text === stored ? others : { ...others, [path]: text });
  };
  return (
    <SpaceBetween size="xs">
      <Header
        variant="h3"
        description={messages.editor.editHint}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            {edited !== undefined && (
              <Button onClick={discard}>
                {messages.editor.discard}
              </Button>
            )}
            <Button onClick={close}>
              {messages.editor.closeFile}
            </Button>
          </SpaceBetween>
        }
      >
        {path}
      </Header>
      {query.isError && <Problem error={query.error} retry={() => void query.refetch()} />}
      {query.isPending && <Spinner />}
      {query.data?.said && <Box color="text-body-secondary">{messages.editor.notShown(say(query.data.said, messages))}</Box>}
      {stored !== null && (
        <Suspense fallback={<Spinner />}>
          <CodeEditor key={generation} path={path} text={edited ?? stored} change={take} />
        </Suspense>
      )}
    </SpaceBetween>
  );
}
