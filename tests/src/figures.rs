//! Figures of raw values, and the rows in which the benchmarks print theirs.

/// The ⌈q·n⌉-th smallest; `None` of nothing.
pub fn nearest_rank<T: Ord + Copy>(values: &[T], q: f64) -> Option<T> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let rank = (q * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.max(1) - 1).copied()
}

/// Prints a row of the table that `scripts/bench` makes, in Markdown.
pub fn row(what: &str, inputs: &str, measured: &str, target: &str) {
    println!("| {what} | {inputs} | {measured} | {target} |");
}
