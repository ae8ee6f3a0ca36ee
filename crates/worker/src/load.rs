//! The load from the start of the engine to its end: the phases, and the engine that is moved through them.

use std::{
    io,
    path::Path,
    time::{Duration, Instant},
};

use metrics::recorder::{Ending, Settings};
use model::{Timestamp, plan::LIVE_LINE_BYTES, said};
use script::control::{Command, Report};
use tokio::sync::watch;

use crate::{
    control::Word,
    cpu::Meter,
    engine::{Part, Prepared},
    gate::Gate,
    ingest::{Ingest, LOOK, News, instant_of},
    lines,
    notices::{self, Notices},
    phase::{Event, Order, Phase},
    process::supervised::Supervised,
    standing::Standing,
    tail::Tail,
    upload::{self, Uploads},
    verdict::Departure,
};

/// Between two readings of the CPU's use.
const MEASURE: Duration = Duration::from_secs(1);
/// Between two looks at how long the logs are.
const FREE: Duration = Duration::from_secs(30);
/// Of each log, in bytes: what is uploaded at the end, and what may come until the next look.
const KEPT_OF_A_LOG: u64 = 2 * upload::LARGEST_ARTIFACT;

/// The engine of one worker, and all that is counted of it.
pub struct Load<'a> {
    part: Part<'a>,
    prepared: &'a Prepared,
    uploads: &'a Uploads,
    standing: &'a watch::Sender<Standing>,
    at_gate: &'a watch::Sender<bool>,
    gate: Gate,
    engine: Supervised,
    phase: Phase,
    /// When the phase is over at the latest.
    deadline: Option<Instant>,
    released: Option<Released>,
    /// From the moment in which the start instant is known.
    ingest: Option<Ingest>,
    meter: Meter,
    measured: Instant,
    freed: Instant,
    cpu: Option<f64>,
    ending: Ending,
    /// Whether the gate opened, and whether the engine said since that every load group had ended.
    opened: bool,
    ended: bool,
    /// Where the engine and the scripts in it write as much as they like.
    logs: Vec<Tail>,
    departure: Departure,
}

#[derive(Debug, Clone, Copy)]
struct Released {
    start_at: Timestamp,
    mine: bool,
}

/// What a load is told to report to.
pub struct Outlets<'a> {
    pub uploads: &'a Uploads,
    pub standing: &'a watch::Sender<Standing>,
    /// True while the worker waits at the gate.
    pub at_gate: &'a watch::Sender<bool>,
}

impl<'a> Load<'a> {
    /// Starts the engine. `binary` is the guard's.
    pub fn start(
        part: Part<'a>,
        prepared: &'a Prepared,
        gate: Gate,
        outlets: Outlets<'a>,
        binary: &Path,
    ) -> io::Result<Self> {
        let engine = Supervised::start(binary, &prepared.job)?;
        let me = i32::try_from(std::process::id()).map_err(io::Error::other)?;
        let now = Instant::now();
        Ok(Self {
            meter: Meter::new(me, part.scenario.worker.vcpu, now),
            part,
            prepared,
            uploads: outlets.uploads,
            standing: outlets.standing,
            at_gate: outlets.at_gate,
            gate,
            engine,
            phase: Phase::Booting,
            deadline: None,
            released: None,
            ingest: None,
            measured: now,
            freed: now,
            cpu: None,
            ending: Ending::default(),
            opened: false,
            ended: false,
            logs: prepared
                .growing
                .iter()
                .map(|path| Tail::new(path, KEPT_OF_A_LOG))
                .collect(),
            departure: Departure {
                end: crate::phase::End::Planned,
                code: 0,
                finished: false,
                stop: None,
            },
        })
    }

    /// Leads the engine through its phases until no process of it is left and all that it wrote is read.
    pub async fn run(mut self, notices: &mut Notices) -> io::Result<Departure> {
        let end = loop {
            if let Phase::Gone(end) = &self.phase {
                break end.clone();
            }
            let event = tokio::select! {
                report = self.gate.next() => self.hear(report),
                word = notices.next() => self.heed(&word),
                code = self.engine.wait() => {
                    self.departure.code = code?;
                    Some(Event::Exited)
                }
                () = at(self.deadline) => Some(match self.phase {
                    Phase::Loading => Event::LoadIsOver,
                    _ => Event::Overdue,
                }),
                () = tokio::time::sleep(LOOK) => {
                    self.look()?;
                    None
                }
            };
            if let Some(event) = event {
                self.step(event).await;
            }
        };
        self.departure.end = end;
        self.look()?;
        self.note_progress();
        self.engine.end().await?;
        if let Some(mut ingest) = self.ingest.take() {
            if self.opened && !self.ended {
                ingest.warn(said!(
                    "LAST_MOMENTS_MISSING",
                    "the engine ended without saying what was still running: requests of its last moments are not \
                     counted"
                ));
            }
            let news = ingest.finish(self.ending, self.cpu, self.uploads.has_room())?;
            publish(self.part.scenario.live, self.uploads, news);
        }
        Ok(self.departure)
    }

    fn hear(&mut self, report: Option<Report>) -> Option<Event> {
        let Some(report) = report else {
            return Some(Event::LineBroke);
        };
        tracing::debug!(?report, "the engine reports");
        match report {
            Report::Hello { .. } => Some(Event::Began),
            Report::Ready => Some(Event::AtGate),
            Report::Opened { at_ms } => {
                let start_at = self.released.map_or(at_ms, |released| released.start_at.as_ms());
                let skew = at_ms - start_at;
                if let Some(ingest) = &mut self.ingest {
                    ingest.set_start_skew_ms(skew);
                }
                self.standing
                    .send_modify(|standing| standing.start_skew_ms = Some(skew));
                self.opened = true;
                tracing::info!(skew_ms = skew, "the gate has opened");
                Some(Event::Opened)
            }
            Report::Threads(users) => {
                if let Some(ingest) = &mut self.ingest {
                    ingest.set_virtual_users(users);
                }
                self.standing
                    .send_modify(|standing| standing.progress.virtual_users = users);
                None
            }
            Report::Cut { at_ms, samples } => {
                tracing::info!(at_ms, samples, "the drain is over");
                None
            }
            Report::Ended { interrupted } => {
                self.ended = true;
                self.ending.interrupted = u64::from(interrupted);
                if self.phase == Phase::Loading {
                    self.ending.ended_early_ms = Some(Timestamp::now().as_ms());
                }
                self.standing
                    .send_modify(|standing| standing.progress.virtual_users = 0);
                Some(Event::Ended)
            }
            Report::Finished => {
                self.departure.finished = true;
                None
            }
            Report::SetupFailed => Some(Event::SetupFailed),
            Report::Error(text) => {
                tracing::error!(text, "the engine reports an error");
                if let Some(ingest) = &mut self.ingest {
                    ingest.warn(text);
                }
                None
            }
        }
    }

    fn heed(&mut self, word: &Word) -> Option<Event> {
        tracing::info!(?word, phase = ?self.phase, "a word from outside");
        if let Word::Released { start_at, mine } = *word {
            self.released = Some(Released { start_at, mine });
            return Some(Event::Released { mine });
        }
        notices::stop(word).map(|(why, said)| {
            self.departure.stop.get_or_insert(said);
            Event::Stop(why)
        })
    }

    async fn step(&mut self, event: Event) {
        let mut event = Some(event);
        while let Some(next) = event.take() {
            let drain = self.part.scenario.shape.drain().into();
            let (phase, order) = self.phase.clone().next(next, drain);
            if phase != self.phase {
                tracing::info!(from = ?self.phase, to = ?phase, event = ?next, "next phase");
                self.deadline = self.deadline_of(&phase);
                self.at_gate.send_replace(phase == Phase::Ready);
                self.phase = phase;
            }
            if let Some(order) = order {
                self.obey(order).await;
            }
            if self.phase == Phase::Ready {
                // The others may have been released before this worker came.
                event = self
                    .released
                    .map(|released| Event::Released { mine: released.mine });
            }
        }
    }

    fn deadline_of(&self, phase: &Phase) -> Option<Instant> {
        let now = Instant::now();
        let start = |released: Released| instant_of(released.start_at.as_ms(), Timestamp::now().as_ms(), now);
        match phase {
            Phase::Armed => self
                .released
                .map(start)
                .zip(phase.limit())
                .map(|(start, limit)| start + limit),
            Phase::Loading => self.released.map(|released| {
                let load = self.part.scenario.shape.load();
                instant_of(
                    released.start_at.plus(load).as_ms(),
                    Timestamp::now().as_ms(),
                    now,
                )
            }),
            phase => phase.limit().map(|limit| now + limit),
        }
    }

    async fn obey(&mut self, order: Order) {
        match order {
            Order::ReportReady => self
                .standing
                .send_modify(|standing| standing.ready_at = Some(Timestamp::now())),
            Order::Arm => {
                if let Some(released) = self.released {
                    // What a validation keeps goes into its transcript.
                    let exchanges = self.prepared.exchanges.as_deref();
                    let exchanges = exchanges.filter(|_| !self.part.validates);
                    let settings = self.settings(released.start_at);
                    self.ingest = Some(Ingest::new(&self.prepared.rows, exchanges, settings));
                    self.gate
                        .send(Command::Start {
                            at_ms: released.start_at.as_ms(),
                        })
                        .await;
                }
            }
            // Its skew was noted when it was heard.
            Order::ReportRunning => {}
            Order::StopLoad(drain) => {
                let drain_ms = u64::try_from(drain.as_millis()).unwrap_or(u64::MAX);
                self.gate.send(Command::Stop { drain_ms }).await;
            }
            Order::Terminate => self.engine.terminate(),
            Order::Kill => self.engine.kill(),
        }
    }

    fn look(&mut self) -> io::Result<()> {
        let now = Instant::now();
        if now.duration_since(self.measured) >= MEASURE {
            self.measured = now;
            self.cpu = self.meter.read(now);
            self.note_progress();
        }
        if now.duration_since(self.freed) >= FREE {
            self.freed = now;
            self.free_logs();
        }
        while let Some(ingest) = &mut self.ingest {
            let news = ingest.look(Timestamp::now().as_ms(), self.cpu, self.uploads.has_room())?;
            let more = news.more;
            publish(self.part.scenario.live, self.uploads, news);
            if !more {
                break;
            }
        }
        Ok(())
    }

    /// A script that logs every sample must not fill the disk of a long run.
    fn free_logs(&mut self) {
        for log in &mut self.logs {
            if let Err(error) = log.catch_up().and_then(|()| log.free()) {
                tracing::debug!(%error, "the disk space of a log cannot be given back");
            }
        }
    }

    fn note_progress(&self) {
        let uploaded = self.uploads.uploaded();
        self.standing.send_modify(|standing| {
            let progress = &mut standing.progress;
            progress.cpu = self.cpu;
            progress.segments = uploaded.segments;
            progress.complete_until = uploaded.complete_until;
            if let Some(ingest) = &self.ingest {
                progress.requests = ingest.recorder().report().requests;
                progress.failures = ingest.recorder().report().failures;
            }
        });
    }

    fn settings(&self, start_at: Timestamp) -> Settings {
        Settings {
            run_id: self.part.run,
            region: self.part.region.clone(),
            worker: self.part.worker,
            start_at_ms: start_at.as_ms(),
            close_after_ms: u64::try_from(self.prepared.close_after.as_millis()).unwrap_or(u64::MAX),
            tick_seconds: u32::try_from(self.part.plan.tick_interval.as_ms() / 1_000).unwrap_or(u32::MAX),
            line_bytes: usize::try_from(LIVE_LINE_BYTES).unwrap_or(usize::MAX),
            watched: Vec::new(),
        }
    }
}

fn publish(live: bool, uploads: &Uploads, news: News) {
    if live && let Err(error) = lines::write(io::stdout().lock(), &news.ticks) {
        tracing::warn!(%error, "the live feed could not be written");
    }
    if let Some(segment) = news.segment {
        uploads.segment(segment);
    }
    for part in news.raw {
        uploads.raw(part);
    }
}

async fn at(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
        None => std::future::pending().await,
    }
}
