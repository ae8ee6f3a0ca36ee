//! The lines that the worker and the part of Oleada inside the JVM exchange.
//!
//! The worker listens on a loopback port and starts JMeter with [`Session`]'s properties; the JVM connects before the
//! first setUp group starts and shows the token. One line is one message; the other end closing is a message, too: a JVM
//! whose worker is gone cuts its load at once, runs its tearDown groups and is halted after 30 s at the latest.
//!
//! ```text
//! JVM: hello <token> <pid>        worker
//! JVM: ready                      every setUp group has ended, the JVM is warm, the gate is closed
//!                                 start <epoch ms>
//! JVM: opened <epoch ms>          the gate has opened; load groups start
//! JVM: threads <n>                every second: active users
//!                                 stop <drain ms>     no new sample; what runs after the drain is cut.
//!                                                     A further stop can only shorten the drain
//! JVM: cut <epoch ms> <n>         the drain is over, n samples were cut
//! JVM: ended <n>                  every load group has ended, by itself or not; n samples were interrupted in all
//! JVM: finished                   tearDown groups have ended, all rows are on disk
//! JVM: setup-failed               instead of ready: a setUp group stopped the test
//! JVM: error <text>               rows are lost
//! ```

use std::fmt;

/// A message from the JVM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Report {
    /// Whoever does not know the token is not the JVM that this worker started.
    Hello {
        token: String,
        pid: u32,
    },
    Ready,
    /// When the gate opened, in epoch milliseconds of the worker's own clock.
    Opened {
        at_ms: i64,
    },
    /// Active users.
    Threads(u32),
    Cut {
        at_ms: i64,
        samples: u32,
    },
    /// `interrupted` samples were cut: those whose rows say so, and those that JMeter could not even end.
    Ended {
        interrupted: u32,
    },
    Finished,
    SetupFailed,
    Error(String),
}

/// A message to the JVM.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Opens the gate at this instant, in epoch milliseconds.
    Start { at_ms: i64 },
    /// Ends the load, or calls the start off: `drain_ms` 0 cuts at once.
    Stop { drain_ms: u64 },
}

/// A line that is not of the protocol.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a report: `{0}`")]
pub struct UnknownReport(pub String);

impl Report {
    /// Reads a line, without its line feed.
    pub fn parse(line: &str) -> Result<Self, UnknownReport> {
        Self::read(line).ok_or_else(|| UnknownReport(line.to_owned()))
    }

    fn read(line: &str) -> Option<Self> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let mut words = rest.split(' ');
        let mut next = || words.next().filter(|word| !word.is_empty());
        Some(match word {
            "hello" => Self::Hello {
                token: next()?.to_owned(),
                pid: next()?.parse().ok()?,
            },
            "ready" => Self::Ready,
            "opened" => Self::Opened {
                at_ms: next()?.parse().ok()?,
            },
            "threads" => Self::Threads(next()?.parse().ok()?),
            "cut" => Self::Cut {
                at_ms: next()?.parse().ok()?,
                samples: next()?.parse().ok()?,
            },
            "ended" => Self::Ended {
                interrupted: next()?.parse().ok()?,
            },
            "finished" => Self::Finished,
            "setup-failed" => Self::SetupFailed,
            "error" => Self::Error(rest.to_owned()),
            _ => return None,
        })
    }
}

impl fmt::Display for Command {
    /// The line without its line feed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start { at_ms } => write!(f, "start {at_ms}"),
            Self::Stop { drain_ms } => write!(f, "stop {drain_ms}"),
        }
    }
}

/// What the JVM has to know to find its worker, as JMeter properties.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Where the worker listens on loopback.
    pub port: u16,
    /// A secret of this run: single use, no spaces.
    pub token: String,
    /// The absolute path of the row file: `kpi.jtl` in Taurus's artifacts directory, see [`crate::taurus`].
    pub rows: String,
    /// What is kept of requests and their answers.
    pub exchanges: Option<Exchanges>,
    /// A listener of the worker's own that answers GET with 200; nothing is warmed up without it.
    pub warm_up: Option<String>,
}

/// The file of exchanges, `docs/jmeter.md` has its form, and what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchanges {
    /// An absolute path.
    pub file: String,
    pub of: Kept,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// Some failures of each group.
    Failures,
    /// Every sample, up to a number.
    All,
}

impl Session {
    pub fn properties(&self) -> Vec<(&'static str, String)> {
        let mut properties = vec![
            ("oleada.control", self.port.to_string()),
            ("oleada.token", self.token.clone()),
            ("oleada.rows", self.rows.clone()),
        ];
        if let Some(exchanges) = &self.exchanges {
            let of = match exchanges.of {
                Kept::Failures => "failures",
                Kept::All => "all",
            };
            properties.push(("oleada.exchanges", exchanges.file.clone()));
            properties.push(("oleada.exchanges.of", of.to_owned()));
        }
        properties.extend(self.warm_up.clone().map(|url| ("oleada.warmup", url)));
        properties
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_are_read() {
        for (line, report) in [
            (
                "hello abc 12",
                Report::Hello {
                    token: "abc".into(),
                    pid: 12,
                },
            ),
            ("ready", Report::Ready),
            (
                "opened 1795436389915",
                Report::Opened {
                    at_ms: 1_795_436_389_915,
                },
            ),
            ("threads 7", Report::Threads(7)),
            (
                "cut 1795436389915 3",
                Report::Cut {
                    at_ms: 1_795_436_389_915,
                    samples: 3,
                },
            ),
            ("ended 0", Report::Ended { interrupted: 0 }),
            ("finished", Report::Finished),
            ("setup-failed", Report::SetupFailed),
            (
                "error rows could not be written: no space",
                Report::Error("rows could not be written: no space".into()),
            ),
        ] {
            assert_eq!(Report::parse(line), Ok(report));
        }
        for line in [
            "",
            "hello",
            "hello abc",
            "opened",
            "opened soon",
            "threads -1",
            "start 1",
        ] {
            assert!(Report::parse(line).is_err(), "{line}");
        }
    }

    #[test]
    fn commands_are_written() {
        assert_eq!(Command::Start { at_ms: 5 }.to_string(), "start 5");
        assert_eq!(Command::Stop { drain_ms: 3000 }.to_string(), "stop 3000");
    }
}
