//! Retry and Catch: which rule handles a failure, and how long a retry waits.

use super::{data_flow::ResultPath, failure::Failure};

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Retrier {
    pub errors: Vec<String>,
    pub interval_seconds: u64,
    pub max_attempts: u32,
    pub backoff_rate: f64,
    pub max_delay_seconds: Option<u64>,
    /// Whether each delay is drawn from between zero and its full length.
    pub full_jitter: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Catcher {
    pub errors: Vec<String>,
    pub next: String,
    pub result_path: ResultPath,
}

impl Retrier {
    /// How long to wait after `attempts` earlier retries by this rule, in milliseconds; `fraction` is of `0.0..1.0`.
    pub fn delay_ms(&self, attempts: u32, fraction: f64) -> u64 {
        let seconds = self.interval_seconds as f64 * self.backoff_rate.powi(attempts as i32);
        let seconds = self
            .max_delay_seconds
            .map_or(seconds, |most| seconds.min(most as f64));
        (seconds * 1000.0 * if self.full_jitter { fraction } else { 1.0 }) as u64
    }
}

/// The first rule for this failure, if it has attempts left; `counts` says how often each rule has retried.
pub(crate) fn retrier<'r>(
    rules: &'r [Retrier],
    counts: &[u32],
    failure: &Failure,
) -> Option<(usize, &'r Retrier)> {
    let (index, rule) = rules
        .iter()
        .enumerate()
        .find(|(_, rule)| failure.matches(&rule.errors))?;
    let used = counts.get(index).copied().unwrap_or(0);
    (used < rule.max_attempts).then_some((index, rule))
}

pub(crate) fn catcher<'r>(rules: &'r [Catcher], failure: &Failure) -> Option<&'r Catcher> {
    rules.iter().find(|rule| failure.matches(&rule.errors))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(error: &str, max_attempts: u32) -> Retrier {
        Retrier {
            errors: vec![error.to_owned()],
            interval_seconds: 3,
            max_attempts,
            backoff_rate: 2.0,
            max_delay_seconds: Some(10),
            full_jitter: false,
        }
    }

    #[test]
    fn delays_grow_up_to_their_limit() {
        let mut rule = rule("A", 9);
        assert_eq!(
            [0, 1, 2].map(|attempts| rule.delay_ms(attempts, 0.0)),
            [3000, 6000, 10_000]
        );
        rule.full_jitter = true;
        assert_eq!(rule.delay_ms(1, 0.5), 3000);
    }

    #[test]
    fn a_used_up_rule_does_not_pass_the_failure_on_to_the_next() {
        let rules = [rule("A", 1), rule("States.ALL", 5)];
        let failure = Failure::new("A", "");
        assert_eq!(retrier(&rules, &[], &failure).map(|(index, _)| index), Some(0));
        assert!(retrier(&rules, &[1, 0], &failure).is_none());
        assert_eq!(
            retrier(&rules, &[1, 0], &Failure::new("B", "")).map(|(index, _)| index),
            Some(1)
        );
    }
}
