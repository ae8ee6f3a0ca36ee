//! What a dead engine said last.

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::Path,
};

/// Enough for the lines that matter, from the end of each file.
const WINDOW: u64 = 64 * 1024;
/// Of all that is kept, in bytes: it becomes part of an item and of a person's message.
const LIMIT: usize = 1_500;
/// Lines of one file.
const LINES: usize = 4;
const LONGEST_LINE: usize = 400;

/// The last telling lines of the files that exist, in the order given: lines of warnings and errors where there are
/// any, else simply the last. A line that was there before is not repeated.
pub fn gather(files: &[&Path]) -> String {
    let mut words: Vec<String> = Vec::new();
    for file in files {
        let tail = tail(file);
        let lines: Vec<&str> = tail
            .lines()
            .map(str::trim)
            .filter(|line| {
                !line.is_empty() && !line.starts_with("at ") && !words.iter().any(|word| word == line)
            })
            .collect();
        let telling: Vec<&str> = lines.iter().copied().filter(|line| is_telling(line)).collect();
        let chosen = if telling.is_empty() { lines } else { telling };
        let mut last: Vec<String> = Vec::new();
        for line in chosen.into_iter().rev() {
            let line = cut(line, LONGEST_LINE);
            if last.len() < LINES && !last.contains(&line) {
                last.insert(0, line);
            }
        }
        words.extend(last);
    }
    // The first file is the most telling.
    while words.iter().map(|line| line.len() + 1).sum::<usize>() > LIMIT {
        words.pop();
    }
    words.join("\n")
}

/// Taurus logs its own errors again and again at level DEBUG.
fn is_telling(line: &str) -> bool {
    let words = [
        "ERROR",
        "FATAL",
        "CRITICAL",
        "Exception",
        "OutOfMemory",
        "Error:",
        "cannot",
        "Killed",
    ];
    !line.contains(" DEBUG ") && words.iter().any(|word| line.contains(word))
}

/// A file that is not there, or cannot be read, has nothing to say.
fn tail(path: &Path) -> String {
    let read = || -> std::io::Result<Vec<u8>> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(WINDOW)))?;
        let mut bytes = Vec::new();
        file.take(WINDOW).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    match read() {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) => {
            tracing::debug!(path = %path.display(), %error, "no last words from this file");
            String::new()
        }
    }
}

/// The beginning of a line, at most `limit` bytes of it.
fn cut(line: &str, limit: usize) -> String {
    line[..line.floor_char_boundary(limit)].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_come_before_chatter() {
        let directory = tempfile::tempdir().unwrap();
        let (bzt, jmeter) = (
            directory.path().join("bzt.log"),
            directory.path().join("jmeter.log"),
        );
        let exited = "ERROR JMeter exited with code 137\n";
        std::fs::write(
            &bzt,
            format!("INFO a\n{exited}[x DEBUG y] ToolError: no\n\tat a.B(C)\n{exited}\n"),
        )
        .unwrap();
        std::fs::write(&jmeter, "one\ntwo\n").unwrap();
        let missing = directory.path().join("none");
        assert_eq!(
            gather(&[&bzt, &missing, &jmeter]),
            "ERROR JMeter exited with code 137\none\ntwo"
        );
    }

    #[test]
    fn they_are_short_whatever_was_written() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("bzt.log");
        std::fs::write(&path, "ñ".repeat(200_000)).unwrap();
        let words = gather(&[&path]);
        assert!(
            words.len() <= LONGEST_LINE && words.len() > LONGEST_LINE - 4,
            "{}",
            words.len()
        );
        let lines: Vec<String> = (0..1_000)
            .map(|n| format!("ERROR {n} {}", "x".repeat(1_000)))
            .collect();
        std::fs::write(&path, lines.join("\n")).unwrap();
        let words = gather(&[&path]);
        assert!(words.len() <= LIMIT && words.starts_with("ERROR 996 "), "{words}");
    }
}
