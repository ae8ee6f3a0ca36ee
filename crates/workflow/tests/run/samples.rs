//! What workers record when tests play them.

use aws::workers::Seat;
use metrics::{
    recorder::{Recorder, Settings},
    sample::{Kind, Sample},
};

pub fn request(end_ms: i64, elapsed: u64) -> Sample<'static> {
    Sample {
        end_ms,
        label: b"GET /",
        elapsed,
        ttfb: None,
        connect: None,
        success: true,
        code: b"200",
        message: b"OK",
        assertion: b"",
        bytes_received: 1,
        bytes_sent: 1,
        virtual_users: Some(2),
        thread: b"",
        kind: Kind::Request,
    }
}

/// The recorder of the worker in a seat, whose gate opened at `start_ms`.
pub fn recorder(seat: &Seat, start_ms: i64) -> Recorder {
    Recorder::new(Settings {
        run_id: seat.run_id,
        region: seat.region.clone(),
        worker: seat.index,
        start_at_ms: start_ms,
        close_after_ms: 0,
        tick_seconds: 1,
        line_bytes: 12_000,
        watched: Vec::new(),
    })
}
