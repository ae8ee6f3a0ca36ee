//! What a worker does from the moment in which it has its seat: prepare, work, upload, take leave.

use std::{path::Path, time::Duration};

use aws::{
    Error, Gateways,
    workers::{Ended, Seat},
};
use model::{
    Timestamp,
    field::Said,
    run::{Run, Trigger},
    said,
    worker::{Exit, Loss},
};
use rand::RngExt;
use tokio::sync::watch;

use crate::{
    Config,
    agent::Outcome,
    engine::{self, Part, Prepared, Surroundings},
    gate::Gate,
    last_words,
    load::{Load, Outlets},
    notices::Notices,
    patience::{GaveUp, Patience},
    phase::{End, Fault, Why},
    standing::{Pace, Standing},
    transcript::Transcriber,
    upload::{self, Uploads},
    verdict::{self, Departure, Verdict},
};

/// The exit code on record for a worker whose engine never ran: EX_SOFTWARE.
const NEVER_RAN: i32 = 70;
/// Before the script is fetched again.
const PAUSE: Duration = Duration::from_secs(1);

/// A worker in its seat, and what it needs to know for all of its life.
pub struct Seated<'a> {
    pub config: &'a Config,
    pub gateways: &'a Gateways,
    pub seat: &'a Seat,
    pub run: &'a Run,
    pub pace: Pace,
    pub patience: &'a Patience,
}

/// What can be said of a worker whose load is over.
pub struct Closing {
    verdict: Verdict,
    why: Option<Why>,
    uploaded: upload::Uploaded,
    /// Whether everything is.
    complete: bool,
}

impl Seated<'_> {
    /// Prepares the engine, lets it work, uploads what came of it. Whatever happens becomes a verdict.
    pub async fn work(
        &self,
        standing: &watch::Sender<Standing>,
        at_gate: &watch::Sender<bool>,
        notices: &mut Notices,
    ) -> Closing {
        let never_ran = |said: Said| Closing::without_load(Some(Loss::EngineFailed), said, None);
        let directory = tempfile::Builder::new()
            .prefix("oleada-worker-")
            .tempdir_in(&self.config.work_directory);
        let directory = match directory {
            Ok(directory) => directory,
            Err(error) => {
                return never_ran(said!(
                    "WORKER_NO_DIRECTORY",
                    "the worker has no directory to work in: {}",
                    error
                ));
            }
        };
        let token = format!("{:032x}", rand::rng().random::<u128>());
        let gate = match Gate::open(token).await {
            Ok(gate) => gate,
            Err(error) => {
                return never_ran(said!(
                    "WORKER_NO_LOOPBACK",
                    "the worker cannot listen on loopback: {}",
                    error
                ));
            }
        };
        let prepared = tokio::select! {
            prepared = self.prepare(directory.path(), &gate) => match prepared {
                Ok(prepared) => prepared,
                Err(error) => return never_ran(said!("ENGINE_NOT_PREPARED", "{}", chain(&error))),
            },
            (why, said) = notices.stop() => {
                return Closing::without_load(verdict::loss(why), said, Some(why));
            }
        };
        let objects = &self.gateways.objects;
        let uploads = Uploads::start(objects, self.seat, self.patience);
        let exchanges = prepared.exchanges.as_ref();
        let exchanges = exchanges.filter(|_| self.run.trigger == Trigger::Validation);
        let transcriber =
            exchanges.map(|file| Transcriber::start(objects, self.seat, self.patience, file, &prepared.log));
        let outlets = Outlets {
            uploads: &uploads,
            standing,
            at_gate,
        };
        let load = match self.part() {
            Some(part) => Load::start(part, &prepared, gate, outlets, &self.config.binary),
            None => return never_ran(said!("RUN_WITHOUT_PLAN", "the run has no plan")),
        };
        let departure = match load {
            Ok(load) => load.run(notices).await,
            Err(error) => Err(error),
        };
        let departure = departure.unwrap_or_else(|error| {
            tracing::error!(%error, "the worker could not go on");
            Departure {
                end: End::Failed(Fault::CouldNotGoOn),
                code: NEVER_RAN,
                finished: false,
                stop: None,
            }
        });
        tracing::info!(?departure, "the engine has gone");
        self.close(departure, &prepared, uploads, transcriber, notices)
            .await
    }

    fn part(&self) -> Option<Part<'_>> {
        Some(Part {
            run: self.seat.run_id,
            region: &self.seat.region,
            worker: self.seat.index,
            scenario: &self.run.scenario,
            validates: self.run.trigger == Trigger::Validation,
            plan: self.run.plan.as_ref()?,
        })
    }

    /// Tries again while the control plane is away; what is wrong with the script itself is final.
    async fn prepare(&self, directory: &Path, gate: &Gate) -> Result<Prepared, engine::Error> {
        let part = self.part().ok_or(engine::Error::NoPlace(self.seat.index))?;
        let mut attempt = 0;
        loop {
            let surroundings = Surroundings {
                engines: self.config.engines.clone(),
                directory: directory.join(attempt.to_string()),
                environment: self.config.visible.clone(),
            };
            std::fs::create_dir_all(&surroundings.directory)?;
            match engine::prepare(&self.gateways.objects, part, &surroundings, gate).await {
                Err(engine::Error::Fetch(error)) if error.is_passing() => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "the script will be fetched again"
                    );
                    attempt += 1;
                    tokio::time::sleep(PAUSE).await;
                }
                outcome => return outcome,
            }
        }
    }

    /// Uploads what is left while the patience lasts, which words from outside may shorten.
    async fn close(
        &self,
        departure: Departure,
        prepared: &Prepared,
        uploads: Uploads,
        transcriber: Option<Transcriber>,
        notices: &mut Notices,
    ) -> Closing {
        let why = match departure.end {
            End::Stopped(why) => Some(why),
            _ => None,
        };
        let verdict = Verdict::new(departure, || {
            last_words::gather(&prepared.logs.iter().map(AsRef::as_ref).collect::<Vec<_>>())
        });
        let so_far = uploads.uploaded();
        let upload = async {
            if let Some(transcriber) = transcriber {
                transcriber.finish().await?;
            }
            for (name, path) in &prepared.artifacts {
                upload::artifact(&self.gateways.objects, self.seat, self.patience, name, path).await?;
            }
            uploads.finish().await
        };
        match self.despite(notices, upload).await {
            Ok(uploaded) => Closing {
                verdict,
                why,
                uploaded,
                complete: true,
            },
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "not everything could be uploaded"
                );
                Closing {
                    verdict,
                    why,
                    uploaded: so_far,
                    complete: false,
                }
            }
        }
    }

    /// Says the last word. Everything is uploaded before.
    pub async fn take_leave(&self, closing: Closing, standing: &Standing, notices: &mut Notices) -> Outcome {
        let Closing {
            mut verdict,
            why,
            uploaded,
            complete,
        } = closing;
        if !complete {
            verdict.loss.get_or_insert(Loss::Silent);
            verdict.exit = incomplete(&verdict.exit);
        }
        let mut progress = standing.progress.clone();
        progress.segments = uploaded.segments;
        progress.complete_until = uploaded.complete_until;
        progress.virtual_users = 0;
        let ended = Ended {
            at: Timestamp::now(),
            progress,
            start_skew_ms: standing.start_skew_ms,
            ended_early: verdict.ended_early,
            exit: verdict.exit,
        };
        if why.is_none() {
            // All loads have ended at one instant, unless this one was stopped.
            self.despite(notices, self.pace.take_turn()).await;
        }
        let workers = &self.gateways.workers;
        let say = || async {
            match verdict.loss {
                None => workers.report_done(self.seat, &ended).await,
                Some(loss) => workers.report_lost(self.seat, loss, &ended).await,
            }
        };
        let said = self
            .despite(notices, self.patience.retry("the last word", say))
            .await;
        tracing::info!(loss = ?verdict.loss, exit = ?ended.exit, said = said.is_ok(), "the worker ends");
        match (said, verdict.loss, why) {
            (Ok(()), None, _) => Outcome::Done,
            (Err(GaveUp::Refused(Error::Fenced)), ..)
            | (_, _, Some(Why::LeaseLost | Why::Fenced | Why::Terminated)) => Outcome::Abandoned,
            (Ok(()), ..) => Outcome::Failed,
            (Err(_), ..) => Outcome::Abandoned,
        }
    }

    /// Does something to its end, while words from outside shorten the patience with it.
    async fn despite<T>(&self, notices: &mut Notices, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        loop {
            tokio::select! {
                outcome = &mut work => return outcome,
                word = notices.next() => tracing::info!(?word, "a word from outside while closing"),
            }
        }
    }
}

impl Closing {
    fn without_load(loss: Option<Loss>, said: Said, why: Option<Why>) -> Self {
        tracing::warn!(said.detail, "the worker ends without load");
        Self {
            verdict: Verdict {
                loss,
                ended_early: false,
                exit: Exit::new(NEVER_RAN, said),
            },
            why,
            uploaded: upload::Uploaded::default(),
            complete: true,
        }
    }
}

/// The same end, of a worker whose uploads have gaps.
fn incomplete(exit: &Exit) -> Exit {
    let detail = format!("{} (not everything could be uploaded)", exit.detail);
    let said = said!("NOT_ALL_UPLOADED", "{}", detail.trim_start());
    let values = exit.said().nested();
    Exit::new(exit.code, Said { values, ..said })
}

/// An error with its causes, for a person.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
