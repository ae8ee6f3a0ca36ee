//! Figures over time as the API gives them.

use std::{collections::BTreeMap, ops::Range};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    cell::{Cell, Renumber},
    cpu::Cpu,
    histogram::{Corrupt, Histogram, Quantile},
    results::{ms, rounded_ms},
    store::{self, Fetch, File, Index, Slot, StoreError, Subject},
};

/// More points than these tell nobody more.
pub const MOST_POINTS: u32 = 2_000;

/// One point a step, without holes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Series {
    pub step_ms: u64,
    /// Seconds from `startAt` that every live worker has uploaded. Points beyond it may still grow.
    pub complete_until: u32,
    pub points: Vec<Point>,
}

/// The samples that ended within one step. Times are in milliseconds, and null without samples.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Point {
    /// Seconds from `startAt` to the begin of the step.
    pub t: u32,
    /// The most within the step, over the workers asked for, whatever the label.
    pub virtual_users: u64,
    /// The share of its processors that the busiest of these workers used at its busiest; null where none was measured.
    #[serde(default)]
    #[schema(required)]
    pub cpu: Option<f64>,
    pub requests: u64,
    pub failures: u64,
    #[schema(required)]
    pub mean: Option<f64>,
    #[schema(required)]
    pub p50: Option<f64>,
    #[schema(required)]
    pub p90: Option<f64>,
    #[schema(required)]
    pub p95: Option<f64>,
    #[schema(required)]
    pub p99: Option<f64>,
    #[schema(required)]
    pub max: Option<f64>,
}

/// What a series is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Request {
    /// All requests when absent.
    pub label: Option<String>,
    /// All regions when absent.
    pub region: Option<String>,
    /// Milliseconds from `startAt`, the end excluded.
    pub from_ms: Option<u64>,
    pub to_ms: Option<u64>,
    /// [`MOST_POINTS`] when absent or larger.
    pub max_points: Option<u32>,
}

/// A series in the making, over all parts of a result.
///
/// Ask [`Builder::fetches`] of every part, read what it names, and give all of it to [`Builder::build`].
#[derive(Debug)]
pub struct Builder {
    request: Request,
    seconds: Range<u32>,
    step: u32,
    level: usize,
}

/// What was read of one part.
#[derive(Debug)]
pub struct Part<'a> {
    pub index: &'a Index,
    pub fetched: Vec<(Fetch, Vec<u8>)>,
}

/// Steps that a person can read off an axis, in steps of the stored result. The widest cells that divide one are its.
const STEPS: [u32; 14] = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200];

impl Builder {
    /// Chooses the smallest step that keeps within the points that are allowed.
    ///
    /// `until` is the second from `startAt` up to which there are points, with samples or without: the end of the load
    /// phase, or what is complete of a run that goes on. Samples beyond it have points all the same.
    pub fn new(request: Request, parts: &[&Index], until: u32) -> Self {
        let resolution = parts.iter().map(|part| part.resolution).max().unwrap_or(1);
        let seconds = |ms: u64| u32::try_from(ms.div_ceil(1_000)).unwrap_or(u32::MAX);
        let end = parts.iter().map(|part| part.seconds.end).fold(until, u32::max);
        let to = request
            .to_ms
            .map_or(end, |to| seconds(to).min(end))
            .next_multiple_of(resolution);
        let from = request
            .from_ms
            .map_or(0, seconds)
            .min(to)
            .next_multiple_of(resolution)
            .min(to);
        let most = request.max_points.unwrap_or(MOST_POINTS).clamp(1, MOST_POINTS);
        let points = |step: u32| to.div_ceil(step * resolution) - from / (step * resolution);
        let widest = STEPS[STEPS.len() - 1];
        let step = STEPS.into_iter().find(|step| points(*step) <= most);
        // For a handful of points: whole multiples of the widest.
        let step = step.unwrap_or_else(|| {
            let room = u64::from(most) * u64::from(widest) * u64::from(resolution);
            widest * u64::from(to).div_ceil(room) as u32
        });
        // A step that begins before the window would show a part of itself: all windows begin on a step.
        let step_seconds = step * resolution;
        let from = if request.from_ms.is_some() {
            from.next_multiple_of(step_seconds).min(to)
        } else {
            from
        };
        let level = store::widest_level(step);
        Self {
            request,
            seconds: from..to,
            step: step_seconds,
            level,
        }
    }

    /// What to read of a part.
    pub fn fetches(&self, part: &Index) -> Vec<Fetch> {
        let position = |names: &[String], name: &String| names.iter().position(|known| known == name);
        let region = self
            .request
            .region
            .as_ref()
            .map(|name| position(&part.regions, name));
        let in_region = |slot: Slot| region.is_none_or(|region| region == Some(slot.region as usize));
        match &self.request.label {
            None => part.level(File::Totals, self.level, &self.seconds, in_region),
            Some(label) => {
                let label =
                    position(&part.dictionary.labels, label).map(|label| Subject::Request(label as u32));
                part.level(File::Labels, self.level, &self.seconds, |slot| {
                    label == Some(slot.subject) && in_region(slot)
                })
            }
        }
    }

    /// The points. `complete_until` is passed through.
    pub fn build(&self, parts: &[Part<'_>], complete_until: u32) -> Result<Series, StoreError> {
        let mut cells = Vec::new();
        for part in parts {
            for (fetch, bytes) in &part.fetched {
                let rows = fetch.rows(bytes)?.into_iter();
                cells.extend(rows.map(|row| (row.second / self.step * self.step, row.cell, fetch)));
            }
        }
        cells.sort_by_key(|(point, ..)| *point);
        let users = self.users(parts);
        let busiest = self.busiest(parts);
        let same: Vec<u32> = (0..1_000).collect();
        let same = Renumber {
            codes: &same,
            errors: &same,
        };
        let mut cells = cells.into_iter().peekable();
        let mut sum: Cell = Cell::default();
        let mut points = Vec::new();
        for t in (self.seconds.start / self.step * self.step..self.seconds.end).step_by(self.step as usize) {
            sum.clear();
            while let Some((_, cell, fetch)) = cells.next_if(|(point, ..)| *point == t) {
                sum.merge_encoded(cell, same).map_err(|Corrupt| fetch.damaged())?;
            }
            let failures = sum.failures.count();
            sum.successes.merge(&sum.failures);
            let users = users.get(&t).copied().unwrap_or(0);
            let cpu = busiest.get(&t).copied().unwrap_or_default();
            points.push(Point::new(t, users, cpu, failures, &sum.successes));
        }
        Ok(Series {
            step_ms: u64::from(self.step) * 1_000,
            complete_until,
            points,
        })
    }

    /// The most virtual users of each step: the maximum over its seconds of the sum over regions and parts.
    fn users(&self, parts: &[Part<'_>]) -> BTreeMap<u32, u64> {
        let mut by_second: BTreeMap<u32, u64> = BTreeMap::new();
        for part in parts {
            for (region, users) in part.index.regions.iter().zip(&part.index.users) {
                if !self.wants(region) {
                    continue;
                }
                for (second, users) in (part.index.seconds.start..).zip(users) {
                    *by_second.entry(second).or_default() += users;
                }
            }
        }
        let mut by_step: BTreeMap<u32, u64> = BTreeMap::new();
        for (second, users) in by_second {
            let most = by_step.entry(second / self.step * self.step).or_default();
            *most = users.max(*most);
        }
        by_step
    }

    /// The busiest worker of each step.
    fn busiest(&self, parts: &[Part<'_>]) -> BTreeMap<u32, Cpu> {
        let mut by_step: BTreeMap<u32, Cpu> = BTreeMap::new();
        for part in parts {
            let regions = part.index.regions.iter().zip(part.index.busiest());
            for (second, cpu) in regions
                .filter(|(region, _)| self.wants(region))
                .flat_map(|(_, cpu)| cpu)
            {
                let most = by_step.entry(second / self.step * self.step).or_default();
                *most = cpu.max(*most);
            }
        }
        by_step
    }

    fn wants(&self, region: &str) -> bool {
        self.request.region.as_ref().is_none_or(|wanted| wanted == region)
    }
}

impl Point {
    /// `all` holds successes and failures alike.
    fn new(t: u32, virtual_users: u64, cpu: Cpu, failures: u64, all: &Histogram) -> Self {
        use Quantile as Q;
        let [p50, p90, p95, p99] = all
            .percentiles([Q::P50, Q::P90, Q::P95, Q::P99])
            .map(|value| value.map(ms));
        Self {
            t,
            virtual_users,
            cpu: cpu.share(),
            requests: all.count(),
            failures,
            mean: all.moments().mean().map(rounded_ms),
            p50,
            p90,
            p95,
            p99,
            max: (!all.is_empty()).then(|| ms(all.moments().max)),
        }
    }
}
