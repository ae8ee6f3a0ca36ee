//! One measurement, as an engine reported it.

/// A finished sampler execution. Text is as the engine wrote it, and may not be UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample<'a> {
    /// When it ended, in milliseconds since the epoch by the worker's clock.
    pub end_ms: i64,
    pub label: &'a [u8],
    /// First byte sent to last byte received, connect included; in microseconds, as all times here.
    pub elapsed: u64,
    /// To the first byte of the answer; `None` where the engine does not say.
    pub ttfb: Option<u64>,
    pub connect: Option<u64>,
    pub success: bool,
    pub code: &'a [u8],
    pub message: &'a [u8],
    /// What a failed assertion said; empty when none failed.
    pub assertion: &'a [u8],
    pub bytes_received: u64,
    pub bytes_sent: u64,
    /// Virtual users that were active in this worker when it ended; `None` where the engine does not say.
    pub virtual_users: Option<u32>,
    /// The thread that ran it. JMeter begins it with the name of the thread group.
    pub thread: &'a [u8],
    pub kind: Kind,
}

/// Where a sample counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A request of the load phase.
    Request,
    /// A transaction controller's row of the load phase: never a request.
    Transaction,
    Setup,
    Teardown,
    /// A row that counts nowhere: Oleada's own, a sample that was cut at the end, a transaction that is not complete.
    Own,
}

impl Kind {
    /// The kind that a marker column names. A plan without markers has requests only.
    pub fn from_marker(marker: &[u8]) -> Self {
        match marker {
            b"transaction" => Self::Transaction,
            b"setup" => Self::Setup,
            b"teardown" => Self::Teardown,
            b"own" | b"interrupted" => Self::Own,
            _ => Self::Request,
        }
    }
}
