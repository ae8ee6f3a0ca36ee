//! What a validation saw, kept in the bucket while it goes on.

use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use aws::{
    objects::{Objects, keys},
    workers::Seat,
};
use bytes::Bytes;
use metrics::exchange::{Line, Transcript};
use tokio::{sync::oneshot, task::JoinHandle, time::sleep};

use crate::{
    engine_log,
    exchanges::Reader,
    patience::{GaveUp, Patience},
};

/// Between two looks for something new.
const LOOK: Duration = Duration::from_secs(1);
/// As many as the part in the JVM writes: 200 of the load, 50 of setUp and 50 of tearDown groups.
const MOST_EXCHANGES: usize = 300;

/// Follows the engine's exchanges and its log until it is told that the engine has gone.
#[derive(Debug)]
pub struct Transcriber {
    gone: oneshot::Sender<()>,
    task: JoinHandle<Result<(), GaveUp>>,
}

impl Transcriber {
    /// `exchanges` and `log` are the engine's files; neither need exist yet.
    pub fn start(objects: &Objects, seat: &Seat, patience: &Patience, exchanges: &Path, log: &Path) -> Self {
        let (gone, is_gone) = oneshot::channel();
        let files = Files {
            reader: Reader::new(exchanges),
            log: log.to_owned(),
            transcript: Transcript::default(),
        };
        let key = keys::transcript(seat.run_id, &seat.region, seat.index);
        let task = tokio::spawn(keep(objects.clone(), key, patience.clone(), files, is_gone));
        Self { gone, task }
    }

    /// Waits until all that the engine left is kept, or the patience is over.
    pub async fn finish(self) -> Result<(), GaveUp> {
        drop(self.gone);
        self.task
            .await
            .expect("a transcriber neither panics nor is aborted")
    }
}

async fn keep(
    objects: Objects,
    key: String,
    patience: Patience,
    mut files: Files,
    mut is_gone: oneshot::Receiver<()>,
) -> Result<(), GaveUp> {
    let mut last = false;
    while !last {
        tokio::select! {
            () = sleep(LOOK) => {}
            // Nothing is ever sent: it ends with its sender.
            _ = &mut is_gone => last = true,
        }
        if files.look() || last {
            let bytes = Bytes::from(
                serde_json::to_vec(&files.transcript).expect("a transcript has string keys only"),
            );
            patience
                .retry("the transcript", || objects.put(&key, bytes.clone()))
                .await?;
        }
    }
    Ok(())
}

struct Files {
    reader: Reader,
    log: PathBuf,
    transcript: Transcript,
}

impl Files {
    /// Reads on; whether there is something new.
    fn look(&mut self) -> bool {
        let lines = self.reader.read().unwrap_or_else(|error| {
            tracing::warn!(%error, "exchanges could not be read");
            Vec::new()
        });
        let log = match engine_log::troubles(&self.log) {
            Ok(log) => log,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => {
                tracing::warn!(%error, "the engine's log could not be read");
                Vec::new()
            }
        };
        let news = !lines.is_empty() || log != self.transcript.log;
        for line in lines {
            match line {
                Line::Exchange { exchange, .. } if self.transcript.exchanges.len() < MOST_EXCHANGES => {
                    self.transcript.exchanges.push(*exchange);
                }
                Line::Exchange { .. } => {}
                Line::Omitted { omitted } => self.transcript.omitted = omitted,
            }
        }
        self.transcript.log = log;
        news
    }
}
