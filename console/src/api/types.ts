import type { components } from "./schema";

type Schemas = components["schemas"];

export type Problem = Schemas["ProblemDetails"];
export type FieldProblem = Schemas["Problem"];

export type Scenario = Schemas["ScenarioView"];
export type ScenarioEntry = Schemas["ScenarioEntry"];
export type ScenarioInput = Schemas["ScenarioInput"];
export type Method = Schemas["Method"];
export type Metric = Schemas["Metric"];
export type Op = Schemas["Op"];

export type Run = Schemas["RunView"];
export type RunEntry = Schemas["Entry"];
export type RunStatus = Schemas["Status"];
export type RunSummary = NonNullable<RunEntry["summary"]>;
export type Stage = Schemas["Stage"];
export type StageName = Schemas["StageName"];
export type Outcome = Schemas["Outcome"];
export type Trigger = Schemas["Trigger"];

export type Results = Schemas["Results"];
export type Figures = Schemas["Figures"];
export type Exchange = Schemas["Exchange"];
export type ExchangePhase = Schemas["ExchangePhase"];
export type Estimate = Schemas["Estimate"];
export type PricedItem = Schemas["PricedItem"];
export type Validation = Schemas["Validation"];
export type ErrorGroup = Schemas["ErrorGroup"];
export type Comparison = Schemas["Comparison"];
export type Delta = Schemas["Delta"];
export type Deltas = Schemas["Deltas"];
export type Series = Schemas["Series"];
export type Point = Schemas["Point"];

export type Worker = Schemas["Page_WorkerView"]["items"][number];
export type WorkerState = Worker["state"];
export type LogLine = Schemas["Line"];
export type Artifact = Schemas["Page_Artifact"]["items"][number];
export type Script = Schemas["ScriptView"];
export type Elsewhere = Schemas["Elsewhere"];

export type LiveAddress = Schemas["LiveView"];
export type Me = Schemas["Me"];
export type System = Schemas["System"];
export type SiteRequest = Schemas["SiteRequest"];
export type Region = Schemas["RegionView"];
