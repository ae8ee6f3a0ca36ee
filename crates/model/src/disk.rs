//! How much disk the task of a worker has.
//!
//! What a worker keeps of its run is bounded, however long it takes and however many rows it writes: rows and logs are read
//! while the engine writes them, uploaded, and freed but for a margin. What is left to grow are the files of a script.

use crate::{scenario::Scenario, workload::Workload};

/// What every task of Fargate has, and does not pay for:
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-storage.html>
pub const INCLUDED_GB: u32 = 20;
/// The most that a task can have.
const LARGEST_GB: u32 = 200;
/// The image packed and unpacked (1), the upload (0.5) and what is in it (2), rows that are not freed yet and the ends of
/// logs (0.5), and as much again for an engine's temporary files.
const SETTLED_GB: u32 = 8;
/// What a script may write of its own: answers that it saves, result files that it asks for.
const SCRIPT_GB_AN_HOUR: u32 = 1;
const HOUR_MS: u64 = 3_600_000;

/// Gigabytes of disk for each worker of a scenario: at least what is included.
pub fn gb(scenario: &Scenario) -> u32 {
    let growing = match &scenario.workload {
        Workload::Http(_) => 0,
        Workload::Script(_) => {
            let load = scenario.shape.load().plus(scenario.shape.drain());
            SCRIPT_GB_AN_HOUR * load.as_ms().div_ceil(HOUR_MS) as u32
        }
    };
    (SETTLED_GB + growing).clamp(INCLUDED_GB, LARGEST_GB)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn disk(workload: &Value, hold: &str) -> u32 {
        let document = json!({
            "name": "abc",
            "workload": workload,
            "shape": {"kind": "users", "hold": hold, "drain": "1m"},
            "traffic": [{"region": "us-east-1", "workers": 1, "virtualUsers": 1}],
        });
        gb(&Scenario::parse(&document).unwrap())
    }

    #[test]
    fn a_script_that_runs_for_long_has_room_for_its_own_files() {
        let script = json!({"kind": "script", "scriptId": "scr_01KAR8Z6VBN6E1CT9W2QK0H3FM"});
        assert_eq!(disk(&script, "1h"), INCLUDED_GB);
        assert_eq!(disk(&script, "11h59m"), INCLUDED_GB);
        assert_eq!(disk(&script, "12h"), 21);
        assert_eq!(disk(&script, "24h"), 33);
    }

    #[test]
    fn listed_requests_write_nothing_that_stays() {
        let http = json!({"kind": "http", "requests": [{"url": "http://x/"}]});
        assert_eq!(disk(&http, "24h"), INCLUDED_GB);
    }
}
