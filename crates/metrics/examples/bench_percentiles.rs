//! How far the percentiles of a merge are from nearest-rank over all raw samples.
//!
//! `bench_percentiles [largest]`: for 1, 10, … up to `largest` samples, log-normal in microseconds and in milliseconds
//! and uniform over the whole range, split over 1 to 1,000 histograms that are stored, read and merged in any order.

mod common;

use metrics::histogram::{Histogram, Quantile};
use oleada_metrics as metrics;

const QUANTILES: [(&str, Quantile); 6] = [
    ("p50", Quantile::P50),
    ("p75", Quantile::P75),
    ("p90", Quantile::P90),
    ("p95", Quantile::P95),
    ("p99", Quantile::P99),
    ("p99.9", Quantile::P999),
];

type Draw = fn(&mut common::Random) -> u64;

const SHAPES: [(&str, Draw); 3] = [
    ("log-normal, µs", |random| random.log_normal(100_000.0, 0.8)),
    ("log-normal, ms", |random| {
        random.log_normal(100_000.0, 0.8).div_ceil(1_000) * 1_000
    }),
    ("uniform to 1 h", |random| random.below(3_600_000_001)),
];

fn main() {
    let largest: u64 = std::env::args()
        .nth(1)
        .and_then(|largest| largest.parse().ok())
        .unwrap_or(10_000_000);
    let stopwatch = common::Stopwatch::start();
    println!("percentiles: of the merge against nearest-rank of all raw samples; the worst relative error");
    let mut worst = 0.0_f64;
    for (shape, draw) in SHAPES {
        for power in 0..=largest.max(1).ilog10() {
            let count = 10_u64.pow(power);
            let errors: Vec<f64> = [1, 3, 30, 1_000].map(|parts| error(count, parts, draw)).to_vec();
            let error = errors.iter().copied().fold(0.0, f64::max);
            worst = worst.max(error);
            println!("  {shape}, n = {count:<10} {:.4} %", error * 100.0);
        }
    }
    println!("  worst              {:.4} %  (at most 0.1 %)", worst * 100.0);
    println!(
        "  time, peak memory  {:.1} s, {:.0} MB",
        stopwatch.wall(),
        common::peak_mb()
    );
    assert!(worst <= 0.001, "a percentile is more than 0.1 % off");
}

/// The worst error over all quantiles of `count` samples that were split over `parts` histograms.
fn error(count: u64, parts: usize, draw: Draw) -> f64 {
    let mut random = common::Random::new(count ^ (parts as u64) << 32);
    let mut raw: Vec<u64> = (0..count).map(|_| draw(&mut random)).collect();
    let mut split = vec![Histogram::<u32>::default(); parts];
    for value in &raw {
        split[random.below(parts as u64) as usize].record(*value);
    }
    let mut merged = Histogram::<u64>::default();
    let mut stored = Vec::new();
    while !split.is_empty() {
        let part = split.swap_remove(random.below(split.len() as u64) as usize);
        stored.clear();
        part.encode(&mut stored);
        merged
            .merge_encoded(&mut stored.as_slice())
            .expect("what was just encoded reads back");
    }
    raw.sort_unstable();
    let errors = QUANTILES.iter().map(|(name, quantile)| {
        let exact = raw[quantile.rank(count) as usize - 1];
        let found = merged.percentile(*quantile).expect("there are samples");
        assert!(found >= exact, "{name}: {found} lies below {exact}");
        if exact == 0 {
            found as f64
        } else {
            (found - exact) as f64 / exact as f64
        }
    });
    errors.fold(0.0, f64::max)
}
