//! Where things lie in the bucket.

use metrics::segment;
use model::{Region, RunId, ScriptId};

/// Names below [`result`] and [`live`]: a stored result is an index and two data files.
pub const INDEX: &str = "index";
pub const TOTALS: &str = "totals";
pub const LABELS: &str = "labels";
/// Below [`result`]: the figures of the whole run. Written last: where it is, the other files are.
pub const RESULTS: &str = "results.json";
/// Below [`result`]: the segments that the results are made of.
pub const MANIFEST: &str = "manifest.json";
/// Below [`live`]: which parts there are.
pub const PARTS: &str = "parts.json";

/// The tag of what a person may download of a worker, as `key=value`: the bucket lets such objects go after some time.
pub(super) const EXPIRING: &str = "oleada=artifact";

/// The tag that an object under this key gets.
pub(super) fn tag(key: &str) -> Option<&'static str> {
    let mut folders = key.split('/');
    let is_artifact = folders.next() == Some("runs")
        && folders.nth(1) == Some("workers")
        && folders.nth(1) == Some("artifacts");
    is_artifact.then_some(EXPIRING)
}

/// The uploaded script as it came: one file or an archive.
pub fn script(id: ScriptId) -> String {
    format!("{}upload", script_prefix(id))
}

/// What was found out about a script when it was taken in.
pub fn script_record(id: ScriptId) -> String {
    format!("{}record.json", script_prefix(id))
}

pub fn script_prefix(id: ScriptId) -> String {
    format!("scripts/{id}/")
}

/// Everything of a run.
pub fn run(run_id: RunId) -> String {
    format!("runs/{run_id}/")
}

/// Everything that the run's workers uploaded.
pub fn workers(run_id: RunId) -> String {
    format!("{}workers/", run(run_id))
}

pub fn worker(run_id: RunId, region: &Region, index: u32) -> String {
    format!("{}{region}-{index}/", workers(run_id))
}

/// The worker's segments, which sort by number.
pub fn segments(run_id: RunId, region: &Region, index: u32) -> String {
    format!("{}segments/", worker(run_id, region, index))
}

pub fn segment(run_id: RunId, region: &Region, index: u32, name: segment::Name) -> String {
    format!("{}{name}", segments(run_id, region, index))
}

/// What a validation's worker saw.
pub fn transcript(run_id: RunId, region: &Region, index: u32) -> String {
    format!("{}transcript.json", worker(run_id, region, index))
}

/// What a person may download: logs, raw samples.
pub fn artifacts(run_id: RunId, region: &Region, index: u32) -> String {
    format!("{}artifacts/", worker(run_id, region, index))
}

pub fn artifact(run_id: RunId, region: &Region, index: u32, name: &str) -> String {
    format!("{}{name}", artifacts(run_id, region, index))
}

/// The results, once they are final.
pub fn result(run_id: RunId, name: &str) -> String {
    format!("{}result/{name}", run(run_id))
}

/// The results so far, while the run goes on.
pub fn live(run_id: RunId, name: &str) -> String {
    format!("{}result/live/{name}", run(run_id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn artifacts_may_go_and_all_else_stays() {
        let run_id: RunId = "run_01KAR8Z6VBN6E1CT9W2QK0H3FM".parse().unwrap();
        let region: Region = "us-east-1".parse().unwrap();
        assert_eq!(tag(&artifact(run_id, &region, 3, "kpi.jtl.gz")), Some(EXPIRING));
        for key in [
            format!("{}000001", segments(run_id, &region, 3)),
            result(run_id, RESULTS),
            live(run_id, PARTS),
            "scripts/scr_x/workers/y/artifacts/upload".to_owned(),
        ] {
            assert_eq!(tag(&key), None, "{key}");
        }
    }
}
