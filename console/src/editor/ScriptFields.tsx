import Alert from "@cloudscape-design/components/alert";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import FileUpload from "@cloudscape-design/components/file-upload";
import FormField from "@cloudscape-design/components/form-field";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useQuery } from "@tanstack/react-query";

import { system } from "../api/system";
import { scripts } from "../api/uploads";
import { Problem, problemText } from "../components/Problem";
import { useFormat, useMessages } from "../i18n/language";
import { say } from "../i18n/said";
import type { Draft } from "./draft";
import { errorAt } from "./fieldErrors";
import { PropertyFields } from "./PropertyFields";
import { ScriptFiles } from "./ScriptFiles";
import type { SectionProps } from "./section";
import type { Upload, UploadState } from "./useUpload";

export interface ScriptProps extends SectionProps {
  upload: Upload;
}

export function ScriptFields({ draft, errors, change, upload: { state, send, stop } }: ScriptProps) {
  const messages = useMessages();
  const format = useFormat();
  const { script } = draft;
  const set = (part: Partial<Draft["script"]>) => change((now) => ({ script: { ...now.script, ...part } }));
  const limits = useQuery(system.about()).data?.limits;
  return (
    <SpaceBetween size="l">
      <FormField
        label={messages.editor.file}
        description={limits && messages.editor.fileHint(format.bytes(limits.uploadBytes))}
        errorText={state.step === "failed" ? problemText(state.error, messages) : errorAt(errors, "/workload/scriptId")}
      >
        <FileUpload
          accept=".jmx,.zip"
          value={state.step === "idle" ? [] : [state.file]}
          onChange={({ detail }) => {
            const [file] = detail.value;
            if (!file) return stop();
            if (draft.name.trim() === "") change({ name: file.name.replace(/\.(jmx|zip)$/i, "") });
            void send(file);
          }}
          showFileSize
          i18nStrings={{
            uploadButtonText: () => messages.editor.chooseFile,
            dropzoneText: () => messages.editor.dropFile,
            removeFileAriaLabel: () => messages.editor.removeFile,
            limitShowFewer: messages.common.cancel,
            limitShowMore: messages.common.more,
            errorIconAriaLabel: messages.editor.uploadFailed,
          }}
        />
      </FormField>
      <Progress state={state} />
      {script.scriptId && state.step === "idle" && <Content script={script} errors={errors} set={set} />}
      <ColumnLayout columns={2}>
        <PropertyFields
          title={messages.editor.properties}
          hint={messages.editor.propertiesHint}
          pointer="/workload/properties"
          errors={errors}
          list={script.properties}
          change={(properties) => set({ properties })}
        />
        <PropertyFields
          title={messages.editor.systemProperties}
          hint={messages.editor.systemPropertiesHint}
          pointer="/workload/systemProperties"
          errors={errors}
          list={script.systemProperties}
          change={(systemProperties) => set({ systemProperties })}
        />
      </ColumnLayout>
    </SpaceBetween>
  );
}

function Progress({ state }: { state: UploadState }) {
  const messages = useMessages();
  if (state.step === "hashing") return <StatusIndicator type="loading">{messages.editor.hashing}</StatusIndicator>;
  if (state.step === "sending") return <ProgressBar label={messages.editor.uploading} value={state.share * 100} />;
  return null;
}

interface ContentProps extends Pick<SectionProps, "errors"> {
  script: Draft["script"];
  set(part: Partial<Draft["script"]>): void;
}

/** What was found in the upload. */
function Content({ script, errors, set }: ContentProps) {
  const messages = useMessages();
  const format = useFormat();
  const query = useQuery(scripts.one(script.scriptId));
  if (query.isError) return <Problem error={query.error} retry={() => void query.refetch()} />;
  if (!query.data) {
    return (
      <span>
        <Spinner /> {messages.editor.checking}
      </span>
    );
  }
  const { fileName, size, problem, said, files } = query.data;
  const plans = files.filter(({ path }) => path.toLowerCase().endsWith(".jmx"));
  const auto = { value: "", label: messages.editor.entryAuto };
  return (
    <SpaceBetween size="m">
      <StatusIndicator type={problem === null ? "success" : "error"}>
        {`${fileName}, ${format.bytes(size)}`}
      </StatusIndicator>
      {said && <Alert type="error">{say(said, messages)}</Alert>}
      {files.length > 1 && (
        <FormField
          label={messages.editor.entry}
          description={messages.editor.entryHint}
          errorText={errorAt(errors, "/workload/entry")}
        >
          <Select
            options={[auto, ...plans.map(({ path }) => ({ value: path, label: path }))]}
            selectedOption={script.entry ? { value: script.entry, label: script.entry } : auto}
            onChange={({ detail }) => set({ entry: detail.selectedOption.value ?? "" })}
          />
        </FormField>
      )}
      {problem === null && <ScriptFiles files={files} script={script} set={set} errors={errors} />}
    </SpaceBetween>
  );
}
