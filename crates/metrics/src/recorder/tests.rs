mod segments;

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::{
    cell, cpu::CpuSeconds, exchange::tests::exchange, histogram::Histogram, names::ErrorKey, segment::Segment,
};

const START_MS: i64 = 1_795_421_151_400;

fn settings() -> Settings {
    Settings {
        run_id: "run_01KAQ000000000000000000000".parse().unwrap(),
        region: "us-east-1".parse().unwrap(),
        worker: 3,
        start_at_ms: START_MS,
        close_after_ms: 500,
        tick_seconds: 1,
        line_bytes: 12_000,
        watched: vec!["label 1".to_owned()],
    }
}

/// A request that ended `at_ms` after the start.
fn sample(label: &str, at_ms: i64, elapsed_ms: u64, success: bool) -> Sample<'_> {
    Sample {
        end_ms: START_MS + at_ms,
        label: label.as_bytes(),
        elapsed: elapsed_ms * 1_000,
        ttfb: Some(elapsed_ms * 500),
        connect: Some(0),
        success,
        code: if success { b"200" } else { b"503" },
        message: if success { b"OK" } else { b"Service Unavailable" },
        assertion: b"",
        bytes_received: 100,
        bytes_sent: 10,
        virtual_users: Some(4),
        thread: b"tg 1-1",
        kind: Kind::Request,
    }
}

type Cells = BTreeMap<(u32, Key), cell::Cell>;

/// Everything in the segments, by second and key; the users of each second; and the last report.
fn read(segments: &[Encoded]) -> (Cells, BTreeMap<u32, u64>, Report) {
    let (mut cells, mut users) = (Cells::new(), BTreeMap::new());
    let identity: Vec<u32> = (0..1_000).collect();
    let mut report = Report::default();
    for segment in segments {
        let read = Segment::parse(&segment.bytes).unwrap();
        let mut block = Vec::new();
        for number in 0..read.head.blocks.len() {
            read.unpack(number, &mut block).unwrap();
            for row in segment::rows(&block) {
                let row = row.unwrap();
                assert!(segment.name.seconds().contains(&row.second));
                if row.key == Key::Gauges {
                    let gauges = Gauges::decode(row.content).unwrap();
                    let again = users.insert(row.second, gauges.virtual_users);
                    assert_eq!(again, None, "the users of second {} twice", row.second);
                    continue;
                }
                let renumber = cell::Renumber {
                    codes: &identity,
                    errors: &identity,
                };
                cells
                    .entry((row.second, row.key))
                    .or_default()
                    .merge_encoded(row.content, renumber)
                    .unwrap();
            }
        }
        report = read.head.report;
    }
    (cells, users, report)
}

#[test]
fn a_second_closes_once_the_engine_had_time_to_write_it_down() {
    let mut recorder = Recorder::new(settings());
    recorder.record(&sample("a", 999, 5, true));
    assert!(recorder.close(START_MS + 1_499, None).is_empty());
    let ticks = recorder.close(START_MS + 1_500, Some(0.25));
    let [tick] = ticks.as_slice() else {
        panic!("one tick, not {ticks:?}")
    };
    assert_eq!(
        (tick.seq, tick.second, tick.virtual_users, tick.cpu),
        (0, 1_795_421_151, 4, Some(0.25))
    );
    assert_eq!(tick.labels["a"].requests, 1);
    assert_eq!(recorder.report().complete_until, 1);
}

#[test]
fn seconds_count_as_busy_by_what_is_measured_when_they_close() {
    let mut recorder = Recorder::new(settings());
    for (until_ms, cpu) in [
        (2_500, None),
        (5_500, Some(0.95)),
        (5_900, Some(0.2)),
        (6_500, Some(0.3)),
    ] {
        recorder.close(START_MS + until_ms, cpu);
    }
    assert_eq!(recorder.report().cpu, CpuSeconds { measured: 4, busy: 3 });
}

#[test]
fn a_late_sample_is_a_further_tick_of_its_second_and_is_counted() {
    let mut recorder = Recorder::new(settings());
    recorder.record(&sample("a", 100, 5, true));
    let first = recorder.close(START_MS + 1_500, None);
    recorder.record(&sample("a", 200, 7, false));
    let second = recorder.close(START_MS + 2_500, None);
    assert_eq!(
        first.iter().map(|tick| tick.second).collect::<Vec<_>>(),
        [1_795_421_151]
    );
    assert_eq!(
        second.iter().map(|tick| tick.second).collect::<Vec<_>>(),
        [1_795_421_151, 1_795_421_152]
    );
    assert_eq!(second.iter().map(|tick| tick.seq).collect::<Vec<_>>(), [1, 2]);
    let (_, last) = recorder.finish(Ending::default(), None);
    let (cells, _, report) = read(&[last]);
    assert_eq!((report.late, report.requests, report.failures), (1, 2, 1));
    assert_eq!(cells[&(0, Key::Request(0))].requests(), 2);
}

#[test]
fn a_second_without_samples_has_the_users_of_the_one_before() {
    let mut recorder = Recorder::new(settings());
    recorder.record(&sample("a", 100, 5, true));
    recorder.record(&Sample {
        virtual_users: Some(9),
        ..sample("a", 3_100, 5, true)
    });
    let ticks = recorder.close(START_MS + 4_500, None);
    assert_eq!(
        ticks.iter().map(|tick| tick.virtual_users).collect::<Vec<_>>(),
        [4, 4, 4, 9]
    );
    let (_, users, _) = read(&[recorder.segment().unwrap()]);
    assert_eq!(users.into_values().collect::<Vec<_>>(), [4, 4, 4, 9]);
}

#[test]
fn phases_and_own_rows_are_no_requests() {
    let mut recorder = Recorder::new(settings());
    let kinds = [
        Kind::Setup,
        Kind::Teardown,
        Kind::Own,
        Kind::Transaction,
        Kind::Request,
    ];
    for kind in kinds {
        recorder.record(&Sample {
            kind,
            ..sample("a", 100, 5, kind != Kind::Setup)
        });
    }
    let ending = Ending {
        interrupted: 2,
        ended_early_ms: Some(START_MS + 4_000),
    };
    let (ticks, last) = recorder.finish(ending, None);
    let (cells, _, report) = read(&[last]);
    assert_eq!(ticks[0].labels["a"].requests, 1);
    assert_eq!(
        cells.keys().copied().collect::<Vec<_>>(),
        [(0, Key::Request(0)), (0, Key::Transaction(0))]
    );
    assert_eq!(
        (report.phases.setup.requests, report.phases.setup.failures),
        (1, 1)
    );
    assert_eq!((report.phases.teardown.requests, report.requests), (1, 1));
    assert_eq!(
        (report.interrupted, report.ended_early_ms, report.last),
        (2, Some(4_000), true)
    );
}

#[test]
fn labels_beyond_the_limit_are_counted_as_other() {
    let mut recorder = Recorder::new(settings());
    for number in 0..250 {
        recorder.record(&sample(&format!("label {number}"), 0, 5, true));
    }
    let (ticks, last) = recorder.finish(Ending::default(), None);
    let head = Segment::parse(&last.bytes).unwrap().head;
    assert_eq!(head.dictionary.labels.len(), MOST_LABELS + 1);
    assert_eq!(head.dictionary.labels.last().map(String::as_str), Some(OTHER));
    let (cells, _, report) = read(&[last]);
    assert_eq!(cells[&(0, Key::Request(MOST_LABELS as u32))].requests(), 50);
    assert_eq!(report.warnings, [crate::names::too_many_labels()]);
    // One line holds the busiest labels and the sum of the rest.
    let line = serde_json::to_string(&ticks[0]).unwrap();
    assert!(line.len() <= 12_000, "{}", line.len());
    assert_eq!(
        ticks[0]
            .labels
            .values()
            .map(|counts| counts.requests)
            .sum::<u64>(),
        250
    );
    assert!(ticks[0].labels[OTHER].requests > 50);
}

#[test]
fn errors_are_grouped_by_what_they_have_in_common() {
    let normalised = |message: &str| ErrorKey::of("", "", message, "").message;
    assert_eq!(
        normalised("Connect to 10.0.0.17:8080 failed"),
        "Connect to #.#.#.#:# failed"
    );
    assert_eq!(
        normalised("order 3f2504e0-4f89-11d3-9a0c-0305e82c3301 gone"),
        "order # gone"
    );
    assert_eq!(normalised("user12 and user7"), "user# and user#");
    assert_eq!(normalised("a bad façade\nadded"), "a bad façade added");
    assert_eq!(normalised(&"ñ ".repeat(500)).chars().count(), 301);
    let mut recorder = Recorder::new(settings());
    for order in 0..200 {
        let message = format!("order {order} not found");
        recorder.record(&Sample {
            message: message.as_bytes(),
            ..sample("a", order, 5, false)
        });
    }
    for group in 0..200_u8 {
        let message = [
            "x".repeat(usize::from(group / 20)),
            "y".repeat(usize::from(group % 20)),
        ]
        .join(" ");
        recorder.record(&Sample {
            assertion: message.as_bytes(),
            ..sample("b", 0, 5, false)
        });
    }
    let (_, last) = recorder.finish(Ending::default(), None);
    let head = Segment::parse(&last.bytes).unwrap().head;
    assert_eq!(head.dictionary.errors.len(), 101);
    assert_eq!(head.dictionary.errors[0].message, "order # not found");
    let (cells, ..) = read(&[last]);
    let tally = cells[&(0, Key::Request(0))].errors[0];
    assert_eq!((tally.count, tally.first_ms, tally.last_ms), (200, 0, 199));
    assert_eq!(
        cells[&(0, Key::Request(1))]
            .errors
            .last()
            .map(|tally| tally.count),
        Some(101)
    );
}

#[test]
fn users_who_wait_for_their_first_answer_are_there() {
    let mut recorder = Recorder::new(settings());
    recorder.close(START_MS + 1_600, None);
    recorder.set_virtual_users(7);
    recorder.close(START_MS + 3_600, None);
    // The samples of a second know better.
    recorder.record(&sample("a", 3_700, 3_700, true));
    recorder.close(START_MS + 5_600, None);
    let (_, users, _) = read(&[recorder.finish(Ending::default(), None).1]);
    assert_eq!(users, BTreeMap::from([(0, 0), (1, 7), (2, 7), (3, 4), (4, 4)]));
}

#[test]
fn exchanges_are_kept_for_known_groups_and_not_too_many() {
    let mut recorder = Recorder::new(settings());
    recorder.record(&sample("a", 0, 5, false));
    let failure = |label: &str| Failure {
        label: label.into(),
        code: "503".into(),
        message: "Service Unavailable".into(),
        assertion: String::new(),
    };
    for _ in 0..7 {
        assert_eq!(recorder.capture(&failure("a"), Box::new(exchange("a"))), Ok(()));
    }
    // Its row is still to come.
    let early = recorder
        .capture(&failure("b"), Box::new(exchange("b")))
        .unwrap_err();
    recorder.record(&sample("b", 0, 5, false));
    assert_eq!(recorder.capture(&failure("b"), early), Ok(()));
    let (_, last) = recorder.finish(Ending::default(), None);
    let head = Segment::parse(&last.bytes).unwrap().head;
    let numbers: Vec<u32> = head.exchanges.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, [0, 0, 0, 0, 0, 1]);
}

#[test]
fn exchanges_of_groups_beyond_the_limit_are_of_the_rest() {
    let mut recorder = Recorder::new(settings());
    let labels: Vec<String> = (0..102).map(|number| format!("label {number:03}")).collect();
    for label in &labels {
        recorder.record(&sample(label, 0, 5, false));
    }
    let failure = Failure {
        label: labels[101].clone(),
        code: "503".into(),
        message: "Service Unavailable".into(),
        assertion: String::new(),
    };
    assert_eq!(recorder.capture(&failure, Box::new(exchange("a"))), Ok(()));
    let (_, last) = recorder.finish(Ending::default(), None);
    let head = Segment::parse(&last.bytes).unwrap().head;
    let (number, _) = &head.exchanges[0];
    assert_eq!(head.dictionary.errors[*number as usize], ErrorKey::other());
}

#[test]
fn heartbeats_count_from_the_start() {
    let mut recorder = Recorder::new(settings());
    for label in ["label 1", "label 2"] {
        recorder.record(&sample(label, 0, 5, label == "label 1"));
    }
    recorder.close(START_MS + 1_500, None);
    recorder.record(&sample("label 1", 1_600, 6, true));
    recorder.close(START_MS + 2_500, None);
    let counts = recorder.cumulative();
    assert_eq!(
        counts.keys().map(String::as_str).collect::<Vec<_>>(),
        ["*", "label 1"]
    );
    assert_eq!(
        (
            counts["*"].requests,
            counts["*"].failures,
            counts["label 1"].requests
        ),
        (3, 1, 2)
    );
    assert_eq!(counts["*"].histogram().unwrap().count(), 3);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// Wherever seconds are closed and segments are cut, nothing is lost and nothing is counted twice.
    #[test]
    fn segments_and_ticks_both_add_up_to_the_samples(
        samples in prop::collection::vec((0..6_usize, 0..20_000_i64, 0..3_000_u64, any::<bool>()), 0..300),
        pauses in prop::collection::vec((0..300_usize, any::<bool>()), 0..20),
        tick_seconds in 1..4_u32,
    ) {
        let mut recorder = Recorder::new(Settings { tick_seconds, ..settings() });
        let (mut ticks, mut segments) = (Vec::new(), Vec::new());
        let mut now = START_MS;
        let mut expected: BTreeMap<(u32, String), (Histogram, Histogram)> = BTreeMap::new();
        for (place, (label, at_ms, elapsed, success)) in samples.iter().enumerate() {
            for (_, cut) in pauses.iter().filter(|(pause, _)| *pause == place) {
                now += 1_700;
                ticks.extend(recorder.close(now, None));
                segments.extend(if *cut { recorder.segment() } else { None });
            }
            let label = format!("label {label}");
            recorder.record(&sample(&label, *at_ms, *elapsed, *success));
            let times = expected.entry(((at_ms / 1_000) as u32, label)).or_default();
            if *success { times.0.record(elapsed * 1_000) } else { times.1.record(elapsed * 1_000) }
        }
        let (rest, last) = recorder.finish(Ending::default(), None);
        ticks.extend(rest);
        segments.push(last);

        let labels = Segment::parse(&segments.last().unwrap().bytes).unwrap().head.dictionary.labels;
        let (cells, users, report) = read(&segments);
        prop_assert_eq!(cells.len(), expected.len());
        for ((second, key), cell) in &cells {
            let Key::Request(label) = key else { panic!("{key:?}") };
            let (successes, failures) = &expected[&(*second, labels[*label as usize].clone())];
            prop_assert_eq!(&cell.successes, successes);
            prop_assert_eq!(&cell.failures, failures);
            prop_assert_eq!(cell.ttfb.count(), cell.requests());
            prop_assert_eq!(cell.bytes_received, cell.requests() * 100);
            prop_assert_eq!(cell.codes.iter().sum::<u64>(), cell.requests());
        }
        prop_assert_eq!(report.requests, samples.len() as u64);
        prop_assert_eq!(users.keys().copied().collect::<Vec<_>>(), (0..report.complete_until).collect::<Vec<_>>());

        prop_assert!(ticks.iter().zip(0..).all(|(tick, seq)| tick.seq == seq));
        let mut live: BTreeMap<(i64, String), Histogram> = BTreeMap::new();
        for tick in &ticks {
            for (label, counts) in &tick.labels {
                prop_assert_eq!(counts.requests, counts.histogram().unwrap().count());
                live.entry((tick.second, label.clone())).or_default().merge(&counts.histogram().unwrap());
            }
        }
        let mut by_interval: BTreeMap<(i64, String), Histogram> = BTreeMap::new();
        for ((second, label), (successes, failures)) in &expected {
            let from = i64::from(second / tick_seconds * tick_seconds);
            let whole = by_interval.entry(((START_MS + from * 1_000) / 1_000, label.clone())).or_default();
            whole.merge(successes);
            whole.merge(failures);
        }
        prop_assert_eq!(live.len(), by_interval.len());
        for (key, histogram) in &live {
            prop_assert_eq!(crate::histogram::hdr::encode(histogram), crate::histogram::hdr::encode(&by_interval[key]));
        }
    }

    #[test]
    fn any_damage_is_an_error_or_harmless_and_never_a_panic(
        place in any::<prop::sample::Index>(), bit in 0..8_u32, cut in any::<prop::sample::Index>(),
    ) {
        let mut recorder = Recorder::new(settings());
        for second in 0..12 {
            recorder.record(&sample("a", second * 1_000, 5, second % 2 == 0));
        }
        let mut bytes = recorder.finish(Ending::default(), None).1.bytes;
        let place = place.index(bytes.len());
        bytes[place] ^= 1 << bit;
        for bytes in [bytes.as_slice(), &bytes[..cut.index(bytes.len())]] {
            let Ok(segment) = Segment::parse(bytes) else { continue };
            let mut block = Vec::new();
            for number in 0..segment.head.blocks.len() {
                if segment.unpack(number, &mut block).is_ok() {
                    prop_assert!(segment::rows(&block).all(|row| row.is_ok()));
                }
            }
        }
    }

    #[test]
    fn rows_of_garbage_end(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(segment::rows(&bytes).count() <= 301);
    }
}
