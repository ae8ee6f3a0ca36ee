use proptest::prelude::*;

use super::*;

fn of(values: &[u64]) -> Histogram {
    let mut histogram = Histogram::default();
    for value in values {
        histogram.record(*value);
    }
    histogram
}

fn referee(values: &[u64]) -> hdrhistogram::Histogram<u64> {
    let mut histogram = hdrhistogram::Histogram::new_with_bounds(1, bucket::HIGHEST_VALUE, 3).unwrap();
    for value in values {
        histogram.record(*value).unwrap();
    }
    histogram
}

/// The ⌈q·n⌉-th smallest, by sorting.
fn nearest_rank(values: &[u64], quantile: Quantile) -> u64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    sorted[quantile.rank(values.len() as u64) as usize - 1]
}

/// Times as they come: many small, some huge, some on the edges of buckets.
fn times() -> impl Strategy<Value = u64> {
    prop_oneof![
        0..3_000_u64,
        0..2_000_000_u64,
        0..=bucket::HIGHEST_VALUE,
        (0..32_u32, -1..=1_i64)
            .prop_map(|(bits, off)| ((1_i64 << bits) + off).clamp(0, 3_600_000_000) as u64),
    ]
}

const ALL: [Quantile; 6] = [
    Quantile::P50,
    Quantile::P75,
    Quantile::P90,
    Quantile::P95,
    Quantile::P99,
    Quantile::P999,
];

#[test]
fn the_layout_is_that_of_hdr_histogram() {
    let referee = referee(&[]);
    assert_eq!(referee.distinct_values(), bucket::COUNT);
    let last = bucket::index(bucket::HIGHEST_VALUE);
    for index in 0..=last {
        let (lowest, highest) = (bucket::lowest(index), bucket::highest(index));
        assert_eq!((bucket::index(lowest), bucket::index(highest)), (index, index));
        assert_eq!(referee.lowest_equivalent(lowest), lowest);
        assert_eq!(referee.highest_equivalent(lowest), highest);
        assert!(index == 0 || bucket::highest(index - 1) + 1 == lowest);
    }
}

#[test]
fn without_samples_there_are_no_figures() {
    let empty = of(&[]);
    assert_eq!(empty.percentile(Quantile::P50), None);
    assert_eq!(empty.moments().mean(), None);
    assert_eq!(empty.moments().stdev(), None);
}

#[test]
fn zero_counts_as_zero_and_beyond_an_hour_is_clamped_and_counted() {
    let histogram = of(&[0, 0, 4_000_000_000]);
    assert_eq!(histogram.percentile(Quantile::P50), Some(0));
    assert_eq!(histogram.moments().max, bucket::HIGHEST_VALUE);
    assert_eq!(histogram.percentile(Quantile::P99), Some(bucket::HIGHEST_VALUE));
    assert_eq!(histogram.moments().clamped, 1);
}

#[test]
fn ranks_are_computed_in_integers() {
    // As floats, 0.07 × 100 is 7.000000000000001, whose ceiling is 8.
    assert_eq!(Quantile::thousandths(70).rank(100), 7);
    assert_eq!(Quantile::P95.rank(20), 19);
    assert_eq!(Quantile::P50.rank(1), 1);
    assert_eq!(Quantile::P999.rank(u64::MAX), u64::MAX / 1_000 * 999 + 615);
}

#[test]
fn mean_and_deviation_are_exact() {
    let histogram = of(&[2_000, 4_000, 4_000, 4_000, 5_000, 5_000, 7_000, 9_000]);
    assert_eq!(histogram.moments().mean(), Some(5_000.0));
    assert_eq!(histogram.moments().stdev(), Some(2_000.0));
    // Floats would lose the difference of two numbers of 10^18.
    let close = of(&[3_599_999_999, 3_599_999_999, 3_600_000_000, 3_600_000_000]);
    assert_eq!(close.moments().stdev(), Some(0.5));
}

proptest! {
    #[test]
    fn percentiles_are_within_a_tenth_of_a_percent(values in prop::collection::vec(times(), 1..500)) {
        let histogram = of(&values);
        for quantile in ALL {
            let exact = nearest_rank(&values, quantile);
            let found = histogram.percentile(quantile).unwrap();
            prop_assert!(found >= exact);
            prop_assert!((found - exact) as f64 <= exact as f64 * 0.001, "{found} for {exact}");
        }
    }

    #[test]
    fn any_split_in_any_order_merges_to_the_whole(
        values in prop::collection::vec((times(), 0..5_usize), 0..300),
        order in Just([0_usize, 1, 2, 3, 4]).prop_shuffle(),
    ) {
        let mut parts: Vec<Histogram<u32>> = vec![Histogram::default(); 5];
        for (value, part) in &values {
            parts[*part].record(*value);
        }
        let mut merged = Histogram::default();
        for part in order {
            merged.merge(&parts[part]);
        }
        let whole: Vec<u64> = values.iter().map(|(value, _)| *value).collect();
        prop_assert_eq!(merged, of(&whole));
    }

    #[test]
    fn the_stored_form_reads_back(values in prop::collection::vec((times(), 1..400_u32), 0..200)) {
        let values: Vec<u64> = values.into_iter().flat_map(|(v, n)| std::iter::repeat_n(v, n as usize)).collect();
        let histogram = of(&values);
        let mut bytes = Vec::new();
        histogram.encode(&mut bytes);
        bytes.push(7);
        let mut rest = bytes.as_slice();
        let mut back = Histogram::<u64>::default();
        back.merge_encoded(&mut rest).unwrap();
        prop_assert_eq!(rest, &[7]);
        prop_assert_eq!(back, histogram);
    }

    #[test]
    fn what_is_gathered_is_what_is_merged(
        records in prop::collection::vec(prop::collection::vec((times(), 1..400_u32), 0..60), 0..20), settled in 0..20_usize,
    ) {
        let (mut merged, mut histogram) = (Histogram::<u32>::default(), Histogram::<u32>::default());
        let mut gathered = Gathered::default();
        for (number, values) in records.into_iter().enumerate() {
            let values: Vec<u64> = values.into_iter().flat_map(|(v, n)| std::iter::repeat_n(v, n as usize)).collect();
            let mut bytes = Vec::new();
            of(&values).encode(&mut bytes);
            merged.merge_encoded(&mut bytes.as_slice()).unwrap();
            histogram.gather_encoded(&mut bytes.as_slice(), &mut gathered).unwrap();
            if number == settled {
                histogram.settle(&mut gathered);
            }
        }
        histogram.settle(&mut gathered);
        prop_assert_eq!(histogram, merged);
    }

    #[test]
    fn crowded_pages_read_back(
        from in 0..20_000_usize, length in 1..1_500_usize, most in prop_oneof![2_u64..300, 1_u64..100_000, 1_u64..1 << 40],
        seed in any::<u64>(),
    ) {
        let mut histogram = Histogram::<u64>::default();
        for index in from..(from + length).min(bucket::index(bucket::HIGHEST_VALUE)) {
            histogram.add_to_bucket(index, (seed ^ index as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) % most);
        }
        let mut count = 0;
        histogram.for_each(|_, samples| count += samples);
        let value = bucket::lowest(from);
        histogram.moments = Moments { count, min: value, max: value, sum: 1, sum_of_squares: 1 << 100, clamped: 0 };
        let mut bytes = Vec::new();
        histogram.encode(&mut bytes);
        let mut back = Histogram::<u64>::default();
        back.merge_encoded(&mut bytes.as_slice()).unwrap();
        if count > 0 {
            prop_assert_eq!(back, histogram);
        }
    }

    #[test]
    fn damage_is_an_error_and_never_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut histogram = Histogram::<u32>::default();
        // Random bytes may happen to be a record; what matters is that reading ends.
        if histogram.merge_encoded(&mut bytes.as_slice()).is_ok() {
            prop_assert!(histogram.moments().max <= bucket::HIGHEST_VALUE || histogram.is_empty());
        }
    }

    #[test]
    fn the_referee_reads_the_exchange_form(values in prop::collection::vec(times(), 0..300)) {
        use base64::Engine as _;
        let text = hdr::encode(&of(&values));
        let bytes = base64::engine::general_purpose::STANDARD.decode(&text).unwrap();
        let read: hdrhistogram::Histogram<u64> =
            hdrhistogram::serialization::Deserializer::new().deserialize(&mut bytes.as_slice()).unwrap();
        prop_assert_eq!(&read, &referee(&values));
        let back = hdr::decode(&text).unwrap();
        prop_assert_eq!(back.count(), values.len() as u64);
        prop_assert_eq!(hdr::encode(&back), text);
    }

    #[test]
    fn a_difference_of_cumulative_readings_is_what_came_between(
        first in prop::collection::vec(times(), 0..100),
        second in prop::collection::vec(times(), 0..100),
    ) {
        let earlier = hdr::decode(&hdr::encode(&of(&first))).unwrap();
        let later = hdr::decode(&hdr::encode(&of(&[first, second.clone()].concat()))).unwrap();
        prop_assert_eq!(hdr::encode(&later.since(&earlier)), hdr::encode(&of(&second)));
    }

    #[test]
    fn what_is_no_exchange_form_is_refused(text in "[A-Za-z0-9+/]{0,80}") {
        prop_assert!(hdr::decode(&text).is_err());
    }
}

#[test]
fn no_counter_overflows_while_it_gathers() {
    let most = u64::from(u16::MAX);
    let records = most + 5;
    for count in [most, most + 1] {
        let mut bytes = Vec::new();
        of(&vec![1_000; count as usize]).encode(&mut bytes);
        let (mut histogram, mut gathered) = (Histogram::<u64>::default(), Gathered::default());
        for _ in 0..records {
            histogram
                .gather_encoded(&mut bytes.as_slice(), &mut gathered)
                .unwrap();
        }
        histogram.settle(&mut gathered);
        histogram.for_each(|index, sum| assert_eq!((index, sum), (bucket::index(1_000), records * count)));
        assert_eq!(histogram.count(), records * count);
    }
}
