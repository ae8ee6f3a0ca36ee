//! The life of the load in one worker: which phases there are, and what moves one to the next. Pure.

use std::time::Duration;

use model::control::FAREWELL;

use crate::control::PERIOD;

/// Time for an engine to open its gate once the start instant is past; no healthy JVM needs it.
const GATE_GRACE: Duration = Duration::from_secs(15);
/// Beyond the drain, for the engine's word that its load groups have ended.
const DRAIN_GRACE: Duration = Duration::from_secs(5);
/// For tearDown groups and the engine's own closing.
const CLOSE: Duration = Duration::from_secs(30);
/// The same when somebody waits for the worker to be gone.
const CLOSE_IN_HASTE: Duration = Duration::from_secs(12);
/// Between a request to terminate and the kill.
const TERMINATE: Duration = Duration::from_secs(5);
/// How long what runs may take to finish when a load is stopped before its time.
pub const DRAIN_IN_HASTE: Duration = Duration::from_secs(3);

// Even an engine that does nothing of its own accord is gone in time.
const _: () = {
    let longest = PERIOD.as_secs()
        + DRAIN_IN_HASTE.as_secs()
        + DRAIN_GRACE.as_secs()
        + CLOSE_IN_HASTE.as_secs()
        + TERMINATE.as_secs();
    assert!(longest * 1_000 <= FAREWELL.as_ms());
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// The engine's processes start; its test has not begun.
    Booting,
    /// The test has begun: setUp groups run.
    Preparing,
    /// At the gate: the worker is ready.
    Ready,
    /// Knows the start instant and waits for it.
    Armed,
    /// The gate is open.
    Loading,
    /// No sample starts any more; those that run may finish for so long.
    Draining(Duration, End),
    /// The load is over. tearDown groups run, then the engine ends by itself.
    Closing(End),
    /// The engine did not end by itself and was asked to.
    Terminating(End),
    /// Nor did it obey: its processes are killed.
    Killing(End),
    /// No process of the engine is left.
    Gone(End),
}

/// Why the load ended, or why there was none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// As planned.
    Planned,
    /// The engine had no more to do before the load phase was over.
    Early,
    /// Others were released without this worker.
    Surplus,
    Stopped(Why),
    /// A setUp group stopped the test.
    SetupFailed,
    /// The engine died, or never got on; its last words say more.
    Failed(Fault),
}

/// What an engine, or the worker itself, did not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    EndedBeforeReady,
    EndedAtGate,
    GateNotOpened,
    DiedUnderLoad,
    Died,
    /// A setUp group stopped the test.
    SetupStopped,
    CouldNotGoOn,
}

/// Who ended the load before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The control item says stop.
    Cancelled,
    /// Nobody watches the run any more.
    LeaseLost,
    /// Another task stands for the index.
    Fenced,
    /// The task was told to end.
    Terminated,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The engine's test has begun.
    Began,
    /// It stands at the gate.
    AtGate,
    /// The control plane released workers, and this one among them or not.
    Released {
        mine: bool,
    },
    /// The gate has opened.
    Opened,
    /// The load phase is over.
    LoadIsOver,
    Stop(Why),
    /// Every load group has ended.
    Ended,
    /// The test ended without coming to the gate.
    SetupFailed,
    /// The line to the engine broke.
    LineBroke,
    /// The phase took longer than [`Phase::limit`].
    Overdue,
    /// No process of the engine is left.
    Exited,
}

/// What to do upon a transition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Say that the worker is ready.
    ReportReady,
    /// Hand the start instant to the engine.
    Arm,
    /// Say that the gate has opened.
    ReportRunning,
    /// Let no new sample start, and cut those that still run after so long.
    StopLoad(Duration),
    /// Ask the engine's processes to end.
    Terminate,
    Kill,
}

impl Phase {
    /// What follows `event`: the next phase and what to do. An event that means nothing in a phase changes nothing.
    /// `drain` is the shape's own.
    pub fn next(self, event: Event, drain: Duration) -> (Self, Option<Order>) {
        use Phase::{
            Armed, Booting, Closing, Draining, Gone, Killing, Loading, Preparing, Ready, Terminating,
        };
        match (self, event) {
            (Gone(end), _) => (Gone(end), None),
            (phase, Event::Exited) => (Gone(phase.end()), None),

            (Booting, Event::Began) => (Preparing, None),
            (Booting | Preparing, Event::AtGate) => (Ready, Some(Order::ReportReady)),
            (Booting | Preparing, Event::SetupFailed) => (Closing(End::SetupFailed), None),
            (Ready, Event::Released { mine: true }) => (Armed, Some(Order::Arm)),
            (phase @ (Booting | Preparing | Ready), Event::Released { mine: false }) => {
                phase.stop(End::Surplus)
            }
            (Armed, Event::Opened) => (Loading, Some(Order::ReportRunning)),
            (Loading, Event::LoadIsOver) => (Draining(drain, End::Planned), Some(Order::StopLoad(drain))),
            (Loading, Event::Ended) => (Closing(End::Early), None),
            (Draining(_, end), Event::Ended) => (Closing(end), None),

            (phase, Event::Stop(why)) => phase.stop(End::Stopped(why)),

            (Booting | Preparing | Ready | Armed | Loading, Event::LineBroke) => {
                (Closing(End::Failed(Fault::Died)), None)
            }
            (Draining(_, end), Event::LineBroke) => (Closing(end), None),

            (Armed, Event::Overdue) => (
                Terminating(End::Failed(Fault::GateNotOpened)),
                Some(Order::Terminate),
            ),
            (Draining(_, end) | Closing(end), Event::Overdue) => (Terminating(end), Some(Order::Terminate)),
            (Terminating(end), Event::Overdue) => (Killing(end), Some(Order::Kill)),

            (phase, _) => (phase, None),
        }
    }

    /// How long the phase may take. Those without a limit of their own end by an event that always comes: the lease
    /// ends every wait for the control plane, the clock every load, and a kill is final.
    pub fn limit(&self) -> Option<Duration> {
        match self {
            Self::Booting
            | Self::Preparing
            | Self::Ready
            | Self::Loading
            | Self::Killing(_)
            | Self::Gone(_) => None,
            // Counted from the start instant.
            Self::Armed => Some(GATE_GRACE),
            Self::Draining(drain, _) => Some(*drain + DRAIN_GRACE),
            Self::Closing(End::Planned | End::Early | End::SetupFailed | End::Failed(_)) => Some(CLOSE),
            Self::Closing(End::Surplus | End::Stopped(_)) => Some(CLOSE_IN_HASTE),
            Self::Terminating(_) => Some(TERMINATE),
        }
    }

    /// Ends the load before its time, from wherever it is.
    fn stop(self, end: End) -> (Self, Option<Order>) {
        let haste = DRAIN_IN_HASTE;
        match self {
            // There is no test yet that could end in order.
            Self::Booting => (Self::Killing(end), Some(Order::Kill)),
            Self::Preparing | Self::Ready | Self::Armed => (
                Self::Draining(Duration::ZERO, end),
                Some(Order::StopLoad(Duration::ZERO)),
            ),
            Self::Loading => (Self::Draining(haste, end), Some(Order::StopLoad(haste))),
            // The load was delivered: a stop only shortens what follows it.
            Self::Draining(drain, delivered) if drain > haste => {
                (Self::Draining(haste, delivered), Some(Order::StopLoad(haste)))
            }
            later => (later, None),
        }
    }

    /// How it ended, seen from the moment in which the engine has gone.
    fn end(self) -> End {
        match self {
            Self::Booting | Self::Preparing => End::Failed(Fault::EndedBeforeReady),
            Self::Ready | Self::Armed => End::Failed(Fault::EndedAtGate),
            Self::Loading => End::Failed(Fault::DiedUnderLoad),
            Self::Draining(_, end)
            | Self::Closing(end)
            | Self::Terminating(end)
            | Self::Killing(end)
            | Self::Gone(end) => end,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRAIN: Duration = Duration::from_secs(30);

    /// Where a series of events leads, and what was ordered on the way.
    fn lead(events: &[Event]) -> (Phase, Vec<Order>) {
        let mut orders = Vec::new();
        let mut phase = Phase::Booting;
        for event in events {
            let (next, order) = phase.next(*event, DRAIN);
            phase = next;
            orders.extend(order);
        }
        (phase, orders)
    }

    const TO_LOAD: [Event; 4] = [
        Event::Began,
        Event::AtGate,
        Event::Released { mine: true },
        Event::Opened,
    ];

    #[test]
    fn a_planned_life() {
        let events = [&TO_LOAD[..], &[Event::LoadIsOver, Event::Ended, Event::Exited]].concat();
        let (phase, orders) = lead(&events);
        assert_eq!(phase, Phase::Gone(End::Planned));
        assert_eq!(
            orders,
            [
                Order::ReportReady,
                Order::Arm,
                Order::ReportRunning,
                Order::StopLoad(DRAIN)
            ]
        );
    }

    #[test]
    fn a_cancel_shortens_the_drain_but_not_the_truth() {
        let stop = Event::Stop(Why::Cancelled);
        let (phase, orders) = lead(&[&TO_LOAD[..], &[Event::LoadIsOver, stop, stop]].concat());
        assert_eq!(phase, Phase::Draining(DRAIN_IN_HASTE, End::Planned));
        assert_eq!(
            orders
                .iter()
                .filter(|order| matches!(order, Order::StopLoad(_)))
                .count(),
            2
        );
        let (phase, _) = lead(&[&TO_LOAD[..], &[stop, Event::LoadIsOver]].concat());
        assert_eq!(
            phase,
            Phase::Draining(DRAIN_IN_HASTE, End::Stopped(Why::Cancelled))
        );
    }

    #[test]
    fn what_is_not_released_leaves_without_load() {
        let (phase, orders) = lead(&[
            Event::Began,
            Event::AtGate,
            Event::Released { mine: false },
            Event::Ended,
            Event::Exited,
        ]);
        assert_eq!(phase, Phase::Gone(End::Surplus));
        assert!(!orders.contains(&Order::Arm));
    }

    #[test]
    fn a_stop_before_the_test_has_begun_kills() {
        let (phase, orders) = lead(&[Event::Stop(Why::Fenced)]);
        assert_eq!(
            (phase, orders),
            (Phase::Killing(End::Stopped(Why::Fenced)), vec![Order::Kill])
        );
    }

    #[test]
    fn an_engine_that_clings_is_killed() {
        let (phase, orders) = lead(
            &[
                &TO_LOAD[..],
                &[
                    Event::LoadIsOver,
                    Event::Overdue,
                    Event::Overdue,
                    Event::Overdue,
                    Event::Exited,
                ],
            ]
            .concat(),
        );
        assert_eq!(phase, Phase::Gone(End::Planned));
        assert_eq!(orders[orders.len() - 2..], [Order::Terminate, Order::Kill]);
    }

    #[test]
    fn whatever_happens_a_stop_and_time_lead_to_an_end() {
        let events = [
            Event::Began,
            Event::AtGate,
            Event::Released { mine: true },
            Event::Released { mine: false },
            Event::Opened,
            Event::LoadIsOver,
            Event::Ended,
            Event::SetupFailed,
            Event::LineBroke,
        ];
        // Every series of up to four events, in any order, also those that no healthy engine sends.
        let mut series: Vec<Vec<Event>> = vec![Vec::new()];
        for _ in 0..4 {
            let longer: Vec<Vec<Event>> = series
                .iter()
                .flat_map(|start| events.iter().map(|event| [start.as_slice(), &[*event]].concat()))
                .collect();
            series.extend(longer);
        }
        for start in series {
            let mut phase = lead(&start).0;
            phase = phase.next(Event::Stop(Why::LeaseLost), DRAIN).0;
            for _ in 0..4 {
                assert!(
                    phase.limit().is_some() || matches!(phase, Phase::Killing(_)),
                    "{start:?} waits in {phase:?}"
                );
                phase = phase.next(Event::Overdue, DRAIN).0;
            }
            assert!(matches!(phase, Phase::Killing(_)), "{start:?} ends in {phase:?}");
        }
    }
}
