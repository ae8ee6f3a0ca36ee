//! What JMeter's own log says of a script that is broken.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

/// The first troubles tell most; a loop that fails writes the same ones for ever.
const WINDOW: u64 = 512 * 1024;
const MOST_ENTRIES: usize = 50;
/// In bytes, with the line of its cause.
const LONGEST_ENTRY: usize = 600;

/// The warnings and errors in a log, each once, with the first line of what was thrown: `logger: message`.
pub fn troubles(log: &Path) -> io::Result<Vec<String>> {
    let mut bytes = Vec::new();
    File::open(log)?.take(WINDOW).read_to_end(&mut bytes)?;
    Ok(read(&String::from_utf8_lossy(&bytes)))
}

fn read(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let Some(trouble) = trouble(line) else {
            continue;
        };
        let mut entry = trouble.to_owned();
        // What follows is of the same entry up to the next line with a time.
        while let Some(more) = lines.next_if(|line| !is_entry(line)) {
            let is_frame = more.starts_with(char::is_whitespace) || more.is_empty();
            if !is_frame && !entry.contains('\n') {
                entry.push('\n');
                entry.push_str(more);
            }
        }
        entry.truncate(entry.floor_char_boundary(LONGEST_ENTRY));
        if !found.contains(&entry) {
            found.push(entry);
        }
        if found.len() == MOST_ENTRIES {
            break;
        }
    }
    found
}

/// `2026-11-27 09:00:00,123 ERROR o.a.j.t.JMeterThread: …`
fn is_entry(line: &str) -> bool {
    level(line).is_some()
}

fn level(line: &str) -> Option<(&str, &str)> {
    let (time, rest) = line.split_at_checked("2026-11-27 09:00:00,123 ".len())?;
    let is_time = time
        .bytes()
        .zip(*b"dddd-dd-dd dd:dd:dd,ddd ")
        .all(|(byte, pattern)| {
            if pattern == b'd' {
                byte.is_ascii_digit()
            } else {
                byte == pattern
            }
        });
    is_time.then(|| rest.split_once(' ')).flatten()
}

fn trouble(line: &str) -> Option<&str> {
    let (level, message) = level(line)?;
    matches!(level, "WARN" | "ERROR" | "FATAL").then(|| message.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_stands_with_its_cause_and_once() {
        let text = "2026-11-27 09:00:00,123 INFO o.a.j.JMeter: all is well\n\
            2026-11-27 09:00:00,123 ERROR o.a.j.m.JSR223Sampler: Problem in JSR223 script, login\n\
            javax.script.ScriptException: no such property: x\n\
            \tat a.B.c(D.java)\n\
            Caused by: groovy.lang.MissingPropertyException\n\
            2026-11-27 09:00:01,000 WARN  o.a.j.u.X: careful\n\
            2026-11-27 09:00:02,123 WARN o.a.j.u.X: careful\n";
        assert_eq!(
            read(text),
            [
                "o.a.j.m.JSR223Sampler: Problem in JSR223 script, login\njavax.script.ScriptException: no such property: x",
                "o.a.j.u.X: careful"
            ]
        );
    }

    #[test]
    fn however_much_was_written_it_is_short() {
        let lines: Vec<String> = (0..1_000)
            .map(|n| format!("2026-11-27 09:00:00,123 ERROR a.B: {n} {}", "ñ".repeat(1_000)))
            .collect();
        let found = read(&lines.join("\n"));
        assert_eq!(found.len(), MOST_ENTRIES);
        assert!(found.iter().all(|entry| entry.len() <= LONGEST_ENTRY));
    }
}
