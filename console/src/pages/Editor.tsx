import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearchParams } from "react-router";

import { regions } from "../api/regions";
import { scenarios } from "../api/scenarios";
import { system } from "../api/system";
import { Problem } from "../components/Problem";
import { useTitle } from "../components/useTitle";
import { CriteriaSection } from "../editor/CriteriaSection";
import { DetailsSection } from "../editor/DetailsSection";
import { draftOf, emptyDraft, type Draft } from "../editor/draft";
import { LeaveGuard } from "../editor/LeaveGuard";
import "../editor/layout.css";
import { ShapeSection } from "../editor/ShapeSection";
import { Summary } from "../editor/Summary";
import { TrafficSection } from "../editor/TrafficSection";
import { useEditing, type Editing, type Original } from "../editor/useEditing";
import { WorkerSection } from "../editor/WorkerSection";
import { WorkloadSection } from "../editor/WorkloadSection";
import { useMessages } from "../i18n/language";

/** One page for all of a scenario: a new one, a copy, or one that there is. */
export default function Editor() {
  const messages = useMessages();
  const { scenarioId } = useParams();
  const [parameters] = useSearchParams();
  const sourceId = scenarioId ?? parameters.get("from") ?? undefined;
  const source = useQuery({ ...scenarios.one(sourceId ?? ""), enabled: sourceId !== undefined, staleTime: 0 });
  const offered = useQuery(regions.all());
  const about = useQuery(system.about());

  // Read anew in the background it may fail while somebody types: what was read before will do.
  const failed = [source, offered, about].find((query) => query.isError && !query.data);
  if (failed) return <Problem error={failed.error} retry={() => void failed.refetch()} />;
  if (!offered.data || !about.data || (sourceId !== undefined && !source.data)) return <Spinner size="large" />;

  const scenario = source.data;
  if (!scenario) {
    // Near to where its results are kept, if workers may run there.
    const names = offered.data.items.map(({ name }) => name);
    const near = names.find((name) => name === about.data.hub) ?? names[0] ?? "";
    return <Fields key="new" original={null} initial={emptyDraft(near)} />;
  }
  const draft = draftOf(scenario);
  if (scenarioId === undefined) {
    return <Fields key={`copy ${sourceId}`} original={null} initial={{ ...draft, name: messages.editor.copyOf(draft.name) }} />;
  }
  return <Fields key={scenarioId} original={scenario} initial={draft} />;
}

function Fields({ original, initial }: { original: Original | null; initial: Draft }) {
  const messages = useMessages();
  const navigate = useNavigate();
  const editing = useEditing(original, initial);
  const { draft, errors, change, upload, save, saving, refusal, isDirty } = editing;
  const title = original ? messages.editor.edit(original.name) : messages.editor.create;
  useTitle(title);
  const section = { draft, errors, change };
  return (
    <ContentLayout header={<Header variant="h1">{title}</Header>}>
      <LeaveGuard isDirty={isDirty} />
      {/* No form element: in one, Enter in a field presses the first button there is, whichever that is. */}
      <div className="editor">
        <SpaceBetween size="l">
          <DetailsSection {...section} />
          <WorkloadSection {...section} upload={upload} />
          <ShapeSection {...section} />
          <TrafficSection {...section} />
          <CriteriaSection {...section} />
          <WorkerSection {...section} />
        </SpaceBetween>
        <aside aria-label={messages.editor.summary}>
          <Summary
            draft={draft}
            saving={saving}
            save={(goal) => void save(goal)}
            cancel={() => void (isFirstPage() ? navigate("/scenarios") : navigate(-1))}
          >
            <Refused refusal={refusal} upload={upload} errors={errors} />
          </Summary>
        </aside>
      </div>
    </ContentLayout>
  );
}

/** Why nothing was saved; what is wrong with a field stands there. */
function Refused({ refusal, upload, errors }: Pick<Editing, "refusal" | "upload" | "errors">) {
  const messages = useMessages();
  if (refusal === null) return null;
  if (refusal === "stale") {
    return (
      <Alert
        type="warning"
        header={messages.problem.stale}
        action={<Button onClick={() => window.location.reload()}>{messages.problem.reload}</Button>}
      >
        {messages.problem.staleHint}
      </Alert>
    );
  }
  if (refusal === "upload") {
    return (
      <Alert type="warning" header={messages.editor.scriptMissing}>
        {upload.state.step === "failed" ? messages.editor.scriptFailed : messages.editor.scriptUnderWay}
      </Alert>
    );
  }
  if (refusal === "fields") {
    return (
      <Alert type="error" header={messages.editor.invalid}>
        {errors.get("")?.map((text) => <div key={text}>{text}</div>)}
      </Alert>
    );
  }
  return <Problem error={refusal} />;
}

/** Whether the console has no page before this one: then back would lead out of it, or nowhere. */
function isFirstPage(): boolean {
  const { idx } = (window.history.state ?? {}) as { idx?: number };
  return idx === undefined || idx === 0;
}
