//! A run as an item: what conditions and lists need are attributes, documents are JSON.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use model::run::{Entry, Run, Stage, StageName, Warning, WorkerCounts};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{
    Error,
    item::{Item, Reader, json, number, text},
};

const STAGES: [StageName; 7] = [
    StageName::Plan,
    StageName::Launch,
    StageName::AwaitReady,
    StageName::Release,
    StageName::Watch,
    StageName::Collect,
    StageName::CleanUp,
];

/// What the indices of the table carry besides their keys: all that [`entry`] reads.
pub(crate) const LISTED: [&str; 14] = [
    "scenarioName",
    "status",
    "trigger",
    "note",
    "ref",
    "reason",
    "degraded",
    "pinned",
    "createdAt",
    "startAt",
    "endedAt",
    "planned",
    "counts",
    "summary",
];

pub(super) fn write(run: &Run) -> Item {
    let mut item: Item = [
        ("runId", text(run.run_id)),
        ("scenarioId", text(run.scenario_id)),
        ("month", text(run.created_at.month())),
        ("status", text(run.status.as_str())),
        ("trigger", text(word(&run.trigger))),
        ("degraded", AttributeValue::Bool(run.degraded)),
        ("pinned", AttributeValue::Bool(run.pinned)),
        ("createdAt", text(run.created_at)),
        ("planned", number(run.workers.planned)),
        ("counts", AttributeValue::M(Item::new())),
        ("stages", AttributeValue::M(Item::new())),
        ("scenarioName", text(&run.scenario.name)),
        ("scenario", json(&run.scenario)),
        ("scenarioVersion", number(run.scenario_version as i64)),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    let optional = [("note", run.note.as_ref()), ("ref", run.reference.as_ref())];
    item.extend(
        optional
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), text(value?)))),
    );
    if !run.warnings.is_empty() {
        item.insert("warnings".to_owned(), warnings(&run.warnings));
    }
    item
}

/// A set, so that the same warning twice is there once. It must not be empty.
pub(super) fn warnings(warnings: &[Warning]) -> AttributeValue {
    let written = warnings
        .iter()
        .map(|warning| serde_json::json!(warning).to_string());
    let distinct: BTreeSet<String> = written.collect();
    AttributeValue::Ss(distinct.into_iter().collect())
}

pub(super) fn read(item: &Item) -> Result<Run, Error> {
    let entry = entry(item)?;
    let what = entry.run_id.to_string();
    let read = Reader::new(&what, item);
    Ok(Run {
        run_id: entry.run_id,
        scenario_id: entry.scenario_id,
        status: entry.status,
        trigger: entry.trigger,
        note: entry.note,
        reference: entry.reference,
        reason: entry.reason,
        degraded: entry.degraded,
        warnings: read.json_set("warnings")?,
        pinned: entry.pinned,
        created_at: entry.created_at,
        start_at: entry.start_at,
        ended_at: entry.ended_at,
        stages: stages(&read)?,
        workers: entry.workers,
        scenario: read.json("scenario")?,
        scenario_version: read.number("scenarioVersion")?,
        plan: read.optional_json("plan")?,
        summary: entry.summary,
    })
}

pub(super) fn entry(item: &Item) -> Result<Entry, Error> {
    let read = Reader::new("a run", item);
    let counted: Vec<(String, WorkerCounts)> = read.json_map("counts")?;
    let counted = counted
        .into_iter()
        .fold(WorkerCounts::default(), |sum, (_, counts)| sum.plus(counts));
    Ok(Entry {
        run_id: read.parsed("runId")?,
        scenario_id: read.parsed("scenarioId")?,
        scenario_name: read.text("scenarioName")?.to_owned(),
        status: read.parsed("status")?,
        trigger: from_word(read.text("trigger")?)?,
        note: read.optional_text("note").map(str::to_owned),
        reference: read.optional_text("ref").map(str::to_owned),
        reason: read.optional_json("reason")?,
        degraded: read.is_true("degraded"),
        pinned: read.is_true("pinned"),
        created_at: read.parsed("createdAt")?,
        start_at: read.optional_parsed("startAt")?,
        ended_at: read.optional_parsed("endedAt")?,
        // Before a region has counted its workers the plan's number stands.
        workers: WorkerCounts {
            planned: read.number("planned")?,
            ..counted
        },
        summary: read.optional_json("summary")?,
    })
}

/// The field of the `stages` map with one end of a stage.
pub(super) fn stage_field(stage: StageName, end: &str) -> String {
    format!("{}{end}", word(&stage))
}

fn stages(read: &Reader<'_>) -> Result<Vec<Stage>, Error> {
    let empty = Item::new();
    let read = Reader::new("a run's stages", read.map("stages").unwrap_or(&empty));
    let mut stages = Vec::new();
    for name in STAGES {
        if let Some(started_at) = read.optional_parsed(&stage_field(name, "From"))? {
            stages.push(Stage {
                name,
                started_at,
                ended_at: read.optional_parsed(&stage_field(name, "To"))?,
            });
        }
    }
    Ok(stages)
}

/// The word that stands for a variant in JSON.
fn word(variant: &impl serde::Serialize) -> String {
    match serde_json::json!(variant) {
        Value::String(word) => word,
        other => other.to_string(),
    }
}

fn from_word<T: DeserializeOwned>(word: &str) -> Result<T, Error> {
    serde_json::from_value(Value::String(word.to_owned())).map_err(|error| Error::unreadable("a run", error))
}
