mod damage;

use std::collections::BTreeMap;

use model::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::{
    exchange::{Failure, tests::exchange},
    histogram::Histogram,
    recorder::{Ending, Recorder, Settings},
    results::Times,
    sample::{Kind, Sample},
    segment::Encoded,
    series,
    store::{Measured, Query},
};

const START_MS: i64 = 1_795_421_151_000;
const REGIONS: [&str; 2] = ["us-east-1", "sa-east-1"];
const WORKERS: usize = 3;

/// One sample: worker, label, end in milliseconds from the start, elapsed milliseconds, whether it succeeded.
type Raw = (usize, usize, u32, u64, bool);

/// Segments by key, in the order of their names.
type Segments = BTreeMap<String, Vec<u8>>;

fn settings(worker: usize) -> Settings {
    Settings {
        run_id: "run_01KAQ000000000000000000000".parse().unwrap(),
        region: region(worker).parse().unwrap(),
        worker: worker as u32,
        start_at_ms: START_MS,
        close_after_ms: 0,
        tick_seconds: 1,
        line_bytes: 12_000,
        watched: Vec::new(),
    }
}

/// What the workers upload; `cut_every` seconds.
fn record(samples: &[Raw], cut_every: u32) -> Segments {
    let mut segments = Segments::new();
    for worker in 0..WORKERS {
        let mut recorder = Recorder::new(settings(worker));
        let mut now = cut_every * 1_000;
        let mut keep =
            |segment: Encoded| segments.insert(format!("{worker}/{}", segment.name), segment.bytes);
        for (_, label, at_ms, elapsed, success) in samples.iter().filter(|sample| sample.0 == worker) {
            recorder.record(&Sample {
                end_ms: START_MS + i64::from(*at_ms),
                label: format!("label {label}").as_bytes(),
                elapsed: elapsed * 1_000,
                ttfb: Some(elapsed * 500),
                connect: None,
                success: *success,
                code: if *success { b"200" } else { b"503" },
                message: b"",
                assertion: b"",
                bytes_received: 10,
                bytes_sent: 1,
                virtual_users: Some(worker as u32 + 1),
                thread: b"",
                kind: Kind::Request,
            });
            if *at_ms > now {
                recorder.close(START_MS + i64::from(now), Some(0.2 * (worker + 1) as f64));
                recorder.segment().map(&mut keep);
                now += cut_every * 1_000;
            }
        }
        keep(recorder.finish(Ending::default(), Some(0.1)).1);
    }
    segments
}

fn region(worker: usize) -> &'static str {
    REGIONS[worker % REGIONS.len()]
}

struct Part {
    merged: Merged,
    totals: Vec<u8>,
    labels: Vec<u8>,
}

impl Part {
    fn read(&self, fetch: &Fetch) -> Vec<u8> {
        let file = if fetch.file == File::Totals {
            &self.totals
        } else {
            &self.labels
        };
        file[fetch.bytes.start as usize..fetch.bytes.end as usize].to_vec()
    }
}

fn merge(segments: &Segments, resolution: u32, window_seconds: u32) -> Part {
    let (mut totals, mut labels) = (Vec::new(), Vec::new());
    let refs: Vec<SegmentRef> = segments
        .keys()
        .map(|key| SegmentRef::from_key(key).unwrap())
        .collect();
    let mut merger = Merger::new(resolution, &mut totals, &mut labels);
    for window in windows(&refs, window_seconds) {
        merger.open(window.seconds);
        for place in window.segments {
            merger.add(&refs[place].key, &segments[&refs[place].key]);
        }
        merger.close().unwrap();
    }
    for segment in refs.iter().filter(|segment| segment.from == segment.to) {
        merger.note(&segment.key, &segments[&segment.key]);
    }
    let merged = merger.finish().unwrap();
    assert_eq!(Index::decode(&merged.index.encode()).as_ref(), Ok(&merged.index));
    Part {
        merged,
        totals,
        labels,
    }
}

fn compact(parts: &[Part], window_seconds: u32) -> Part {
    let (mut totals, mut labels) = (Vec::new(), Vec::new());
    let mut merger = Merger::new(1, &mut totals, &mut labels);
    let end = parts
        .iter()
        .map(|part| part.merged.index.seconds.end)
        .max()
        .unwrap_or(0);
    for from in (0..end).step_by(window_seconds as usize) {
        merger.open(from..from + window_seconds);
        for part in parts {
            merger.add_part_gauges(&part.merged.index);
            for fetch in merger.part_fetches(&part.merged.index) {
                merger
                    .add_part("part", &part.merged.index, &fetch, &part.read(&fetch))
                    .unwrap();
            }
        }
        merger.close().unwrap();
    }
    let merged = merger.finish().unwrap();
    Part {
        merged,
        totals,
        labels,
    }
}

fn query(parts: &[Part], window: &Range<u64>, resolution: u32) -> Measured {
    let mut query = Query::new(window, resolution);
    for part in parts {
        let fetches = query.fetches(&part.merged.index).into_iter();
        let fetched: Vec<_> = fetches
            .map(|fetch| {
                let bytes = part.read(&fetch);
                (fetch, bytes)
            })
            .collect();
        query.add(&part.merged.index, &fetched).unwrap();
    }
    query.finish(Timestamp::from_ms(START_MS), 100_000)
}

fn series_of(parts: &[Part], request: series::Request) -> series::Series {
    let indexes: Vec<&Index> = parts.iter().map(|part| &part.merged.index).collect();
    let builder = series::Builder::new(request, &indexes, 0);
    let parts: Vec<_> = parts
        .iter()
        .map(|part| {
            let fetches = builder.fetches(&part.merged.index).into_iter();
            let fetched = fetches.map(|fetch| (fetch.clone(), part.read(&fetch))).collect();
            series::Part {
                index: &part.merged.index,
                fetched,
            }
        })
        .collect();
    builder.build(&parts, 7).unwrap()
}

/// The figures of the samples that `wants` names, straight from the samples.
fn times(samples: &[Raw], wants: impl Fn(&Raw) -> bool) -> (u64, u64, Times) {
    let mut histogram: Histogram = Histogram::default();
    let wanted: Vec<_> = samples.iter().filter(|sample| wants(sample)).collect();
    for sample in &wanted {
        histogram.record(sample.3 * 1_000);
    }
    let failures = wanted.iter().filter(|sample| !sample.4).count();
    (wanted.len() as u64, failures as u64, Times::from(&histogram))
}

fn samples() -> impl Strategy<Value = Vec<Raw>> {
    let sample = (
        0..WORKERS,
        0..4_usize,
        0..90_000_u32,
        0..3_000_u64,
        prop::bool::weighted(0.8),
    );
    prop::collection::vec(sample, 1..200).prop_map(|mut samples| {
        // Mostly in the order of their ends, as an engine writes them; the rest comes late.
        let half = samples.len() / 2;
        samples[..half].sort_by_key(|sample| sample.2);
        samples
    })
}

fn assert_figures(found: Option<&crate::results::Figures>, expected: &(u64, u64, Times)) {
    let (requests, failures, times) = expected;
    let Some(found) = found else {
        return assert_eq!(*requests, 0);
    };
    assert_eq!((found.requests, found.failures), (*requests, *failures));
    assert_eq!(found.response_time_ms.all, *times);
    assert_eq!(found.bytes_received, requests * 10);
    assert_eq!(found.codes.get("503").copied().unwrap_or(0), *failures);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn every_window_has_exactly_its_samples(
        samples in samples(), cut_every in 1..40_u32, window_seconds in 1..50_u32, a in 0..100_000_u64, b in 0..100_000_u64,
    ) {
        let parts = [merge(&record(&samples, cut_every), 1, window_seconds)];
        prop_assert!(parts[0].merged.faults.is_empty());
        for window in [0..u64::MAX, a.min(b)..a.max(b)] {
            let measured = query(&parts, &window, 1);
            let within = |sample: &Raw| window.contains(&(u64::from(sample.2) / 1_000 * 1_000));
            assert_figures(Some(&measured.total), &times(&samples, within));
            for label in 0..4 {
                let expected = times(&samples, |sample| within(sample) && sample.1 == label);
                assert_figures(measured.by_label.get(&format!("label {label}")), &expected);
            }
            for name in REGIONS {
                let expected = times(&samples, |sample| within(sample) && region(sample.0) == name);
                assert_figures(measured.by_region.get(name), &expected);
            }
            let errors: u64 = measured.errors.iter().map(|group| group.count).sum();
            prop_assert_eq!(errors, measured.total.failures);
        }
    }

    #[test]
    fn the_length_of_the_windows_changes_nothing(samples in samples(), window_seconds in 1..50_u32) {
        let segments = record(&samples, 10);
        let (one, other) = ([merge(&segments, 1, 30)], [merge(&segments, 1, window_seconds)]);
        prop_assert_eq!(query(&one, &(0..u64::MAX), 1), query(&other, &(0..u64::MAX), 1));
        let everything = series::Request::default();
        prop_assert_eq!(series_of(&one, everything.clone()), series_of(&other, everything));
    }

    #[test]
    fn the_order_of_the_segments_changes_no_figure(samples in samples(), seed in any::<u64>()) {
        let segments = record(&samples, 10);
        let in_order = query(&[merge(&segments, 1, 30)], &(0..u64::MAX), 1);
        let shuffled = segments.iter().map(|(key, bytes)| {
            let hash = key.bytes().fold(seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
            (format!("{hash}/{key}"), bytes.clone())
        });
        prop_assert_eq!(query(&[merge(&shuffled.collect(), 1, 30)], &(0..u64::MAX), 1), in_order);
    }

    #[test]
    fn parts_add_up_to_the_whole_and_so_does_what_they_are_compacted_to(
        samples in samples(), split in 0..12_usize, a in 0..100_000_u64,
    ) {
        let segments = record(&samples, 10);
        let split = split.min(segments.len());
        let parts = [
            merge(&segments.iter().take(split).map(|(k, v)| (k.clone(), v.clone())).collect(), 1, 30),
            merge(&segments.iter().skip(split).map(|(k, v)| (k.clone(), v.clone())).collect(), 1, 30),
        ];
        let whole = [merge(&segments, 1, 30)];
        let compacted = [compact(&parts, 30)];
        for window in [0..u64::MAX, a..u64::MAX] {
            let expected = query(&whole, &window, 1);
            prop_assert_eq!(&query(&parts, &window, 1), &expected);
            prop_assert_eq!(&query(&compacted, &window, 1), &expected);
        }
        for label in [None, Some("label 1".to_owned())] {
            let request = series::Request { label, ..series::Request::default() };
            let expected = series_of(&whole, request.clone());
            prop_assert_eq!(&series_of(&parts, request.clone()), &expected);
            prop_assert_eq!(&series_of(&compacted, request), &expected);
        }
    }

    #[test]
    fn a_series_has_every_step_and_every_sample(
        samples in samples(), max_points in 1..120_u32, resolution in prop_oneof![Just(1_u32), Just(10)],
    ) {
        let parts = [merge(&record(&samples, 30), resolution, 30)];
        let request = series::Request {
            label: Some("label 2".into()),
            region: Some(REGIONS[0].into()),
            max_points: Some(max_points),
            ..series::Request::default()
        };
        let series = series_of(&parts, request);
        prop_assert!(series.points.len() as u32 <= max_points);
        let step = (series.step_ms / 1_000) as u32;
        for (point, t) in series.points.iter().zip((0..).step_by(step as usize)) {
            prop_assert_eq!(point.t, t);
            let of_step = |sample: &Raw| sample.1 == 2 && region(sample.0) == REGIONS[0] && (t..t + step).contains(&(sample.2 / 1_000));
            let (requests, failures, times) = times(&samples, of_step);
            prop_assert_eq!((point.requests, point.failures), (requests, failures));
            prop_assert_eq!((point.mean, point.p50, point.p99, point.max), (times.mean, times.p50, times.p99, times.max));
        }
        let shown: u64 = series.points.iter().map(|point| point.requests).sum();
        prop_assert_eq!(shown, times(&samples, |sample| sample.1 == 2 && region(sample.0) == REGIONS[0]).0);
    }
}

#[test]
fn virtual_users_are_summed_over_workers_and_never_over_time() {
    let samples: Vec<Raw> = (0..WORKERS).map(|worker| (worker, 0, 20_500, 5, true)).collect();
    let parts = [merge(&record(&samples, 30), 1, 30)];
    let measured = query(&parts, &(0..u64::MAX), 1);
    assert_eq!(measured.total.virtual_users_max, 6);
    assert_eq!(measured.by_region["us-east-1"].virtual_users_max, 4);
    let series = series_of(
        &parts,
        series::Request {
            max_points: Some(5),
            ..series::Request::default()
        },
    );
    assert_eq!(
        series
            .points
            .iter()
            .map(|point| point.virtual_users)
            .collect::<Vec<_>>(),
        [0, 0, 0, 0, 6]
    );
}

#[test]
fn a_step_is_as_busy_as_the_busiest_worker_of_its_seconds() {
    let ends = (0..WORKERS).flat_map(|worker| [10_500, 20_500].map(|at_ms| (worker, 0, at_ms, 5, true)));
    let segments = record(&ends.collect::<Vec<Raw>>(), 10);
    let split: Vec<Segments> = segments
        .iter()
        .map(|(key, bytes)| [(key.clone(), bytes.clone())].into())
        .collect();
    let parts: Vec<Part> = split.iter().map(|segments| merge(segments, 1, 30)).collect();
    let busiest = |parts: &[Part], region: Option<&str>| {
        let request = series::Request {
            region: region.map(str::to_owned),
            max_points: Some(5),
            ..series::Request::default()
        };
        let points = series_of(parts, request).points.into_iter();
        points.map(|point| point.cpu).collect::<Vec<_>>()
    };
    // All but the last second are closed while there is load.
    for parts in [&[merge(&segments, 1, 30)][..], &parts, &[compact(&parts, 30)]] {
        assert_eq!(busiest(parts, None), [0.6, 0.6, 0.6, 0.6, 0.1].map(Some));
        assert_eq!(
            busiest(parts, Some("sa-east-1")),
            [0.4, 0.4, 0.4, 0.4, 0.1].map(Some)
        );
    }
    assert_eq!(
        busiest(&[merge(&segments, 10, 30)], None),
        [0.6, 0.6, 0.1].map(Some)
    );
}

#[test]
fn throughput_is_over_the_load_phase_and_not_over_the_drain() {
    let samples: Vec<Raw> = vec![(0, 0, 99_999, 5, true), (0, 0, 110_000, 5, true)];
    let parts = [merge(&record(&samples, 30), 1, 30)];
    let measured = query(&parts, &(0..u64::MAX), 1);
    assert_eq!(
        (measured.total.requests, measured.total.throughput),
        (2, Some(0.02))
    );
    assert_eq!(measured.window.to_ms, 100_000);
}

#[test]
fn exchanges_of_every_segment_are_taken_once_and_few_of_each_group() {
    let failing = |worker: usize, label: &str| {
        let mut recorder = Recorder::new(settings(worker));
        let mut segments = Vec::new();
        // The last sample of the last segment came late: that segment is read before the one in between.
        for at_ms in [500, 130_000, 250_000, 700] {
            recorder.record(&Sample {
                end_ms: START_MS + at_ms,
                label: label.as_bytes(),
                elapsed: 1_000,
                ttfb: None,
                connect: None,
                success: false,
                code: b"503",
                message: b"no",
                assertion: b"",
                bytes_received: 0,
                bytes_sent: 0,
                virtual_users: None,
                thread: b"",
                kind: Kind::Request,
            });
            let failure = Failure {
                label: label.into(),
                code: "503".into(),
                message: "no".into(),
                assertion: String::new(),
            };
            recorder
                .capture(&failure, Box::new(exchange(&format!("{label} at {at_ms}"))))
                .unwrap();
            if at_ms < 200_000 && at_ms > 600 {
                recorder.close(START_MS + at_ms + 2_000, None);
                segments.extend(recorder.segment());
            }
        }
        segments.push(recorder.finish(Ending::default(), None).1);
        segments
            .into_iter()
            .map(move |segment| (format!("{worker}/{}", segment.name), segment.bytes))
    };
    let segments: Segments = (0..WORKERS)
        .flat_map(|worker| failing(worker, if worker == 2 { "other" } else { "same" }))
        .collect();
    let merged = merge(&segments, 60, 1).merged;
    let kept = |label: &str| {
        let mut of_group = merged.exchanges.iter().filter(|(key, _)| key.label == label);
        let mut labels: Vec<String> = of_group
            .next()
            .map(|(_, kept)| kept.iter().map(|exchange| exchange.label.clone()).collect())
            .unwrap_or_default();
        labels.sort();
        labels
    };
    assert_eq!(
        kept("other"),
        [
            "other at 130000",
            "other at 250000",
            "other at 500",
            "other at 700"
        ]
    );
    assert_eq!(kept("same").len(), MOST_OF_A_GROUP);
}
