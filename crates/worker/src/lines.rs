//! What the worker prints: one JSON object a line on standard output, for the live feed.
//!
//! The log goes to standard error as plain text, so that no line of it is taken for a tick.

use std::io::{self, Write};

use metrics::live::Tick;
use serde::Serialize;

/// The value of `kind` by which the live feed picks its lines.
pub const TICK: &str = "tick";

#[derive(Serialize)]
struct Line<'a> {
    kind: &'static str,
    #[serde(flatten)]
    tick: &'a Tick,
}

/// Writes each tick as a line of its own, in one piece.
pub fn write(mut out: impl Write, ticks: &[Tick]) -> io::Result<()> {
    for tick in ticks {
        let mut line = serde_json::to_vec(&Line { kind: TICK, tick })?;
        line.push(b'\n');
        out.write_all(&line)?;
    }
    out.flush()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_tick_is_one_line_with_its_kind() {
        let tick = Tick {
            run_id: "run_01KB2Z7W6N9M3A5T4C8D1E2F3G".parse().unwrap(),
            region: "us-east-1".parse().unwrap(),
            worker: 3,
            seq: 0,
            second: 1_795_421_151,
            interval_ms: 1_000,
            part: 1,
            parts: 1,
            virtual_users: 5,
            cpu: Some(0.5),
            labels: BTreeMap::new(),
        };
        let mut out = Vec::new();
        write(&mut out, &[tick.clone(), tick.clone()]).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text.lines().count(), 2);
        let line: serde_json::Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
        assert_eq!(line["kind"], "tick");
        assert_eq!(serde_json::from_value::<Tick>(line).unwrap(), tick);
    }
}
