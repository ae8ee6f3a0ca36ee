//! What a run of a scenario takes and costs, before it is started.
//!
//! It is an estimate of the load itself: of workers, their logs, the live feed, and what is sent to the target. What the
//! control plane needs for a run (DynamoDB, S3, Lambda, Step Functions) is cents and left out, as are tax, discounts and
//! free tiers.

use serde::Serialize;

use crate::{
    Duration, Region, disk,
    plan::{self, Plan, RegionPlan},
    price::{self, Item, Price},
    quota::Quota,
    scenario::Scenario,
    shape::Shape,
    workload::Workload,
};

/// What a run takes and costs.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Estimate {
    /// Each is a task.
    pub workers: u32,
    /// Of all workers.
    pub vcpu: u64,
    /// Of all workers.
    pub memory_gb: u64,
    pub spot: bool,
    /// From the launch of the first task to the end of the last: what is paid for.
    pub duration_ms: u64,
    /// US dollars, of all items with a price.
    pub dollars: f64,
    /// False when an item has no price or no known quantity: then it costs more than `dollars`.
    pub complete: bool,
    pub items: Vec<Cost>,
    pub assumptions: Assumptions,
    /// What limits the run, with what is missing.
    pub quotas: Vec<Quota>,
}

/// One item in one region.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Cost {
    pub region: Region,
    pub item: Item,
    /// Null when nothing is known of it: a plan that sets its own users.
    #[schema(required)]
    pub quantity: Option<f64>,
    #[schema(example = "vCPU-hour")]
    pub unit: &'static str,
    /// Null when the price in this region is not known.
    #[schema(required)]
    pub price: Option<Price>,
    #[schema(required)]
    pub dollars: Option<f64>,
}

/// What the quantities rest on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Assumptions {
    /// From the launch of a task to the opening of its gate: image, engine, script.
    pub start_up_ms: u64,
    /// From the end of the drain to the end of the task: the last uploads.
    pub wind_down_ms: u64,
    /// Of a typical line of live figures.
    pub live_line_bytes: u64,
    /// What a worker logs besides.
    pub log_bytes: u64,
    /// Who watch the live feed.
    pub viewers: u64,
    /// How long a request takes, think time besides.
    pub response_ms: u64,
    /// What a request sends, headers and encryption included, its body besides.
    pub request_bytes: u64,
    /// Requests of a user in a second, where a script decides.
    pub script_requests_per_second: f64,
}

const ASSUMED: Assumptions = Assumptions {
    start_up_ms: 90_000,
    wind_down_ms: 30_000,
    live_line_bytes: plan::LIVE_LINE_BYTES / 4,
    log_bytes: 20_000,
    viewers: 1,
    response_ms: 200,
    request_bytes: 1_000,
    script_requests_per_second: 1.0,
};

/// Fargate starts a hundred tasks at once and then twenty a second in a region:
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/throttling.html>
const LAUNCHED_AT_ONCE: u64 = 100;
const LAUNCHED_A_SECOND: u64 = 20;
/// IoT Core meters messages by 5 KB, those that it receives and those that it delivers:
/// <https://aws.amazon.com/iot-core/pricing/additional-details/>
const METERED_BYTES: u64 = 5 * 1_024;
const GB: f64 = 1e9;
const HOUR_MS: f64 = 3_600_000.0;

impl Estimate {
    /// `hub` is where the live feed is; `has_public_ip` says so of the workers of a region.
    pub fn of(
        scenario: &Scenario,
        hub: &Region,
        has_public_ip: impl Fn(&Region) -> bool,
        quotas: Vec<Quota>,
    ) -> Self {
        let plan = Plan::new(scenario);
        let paid = |region: &RegionPlan| paid_ms(scenario, region);
        let mut items = Vec::new();
        let (mut live_bytes, spot) = (0, scenario.worker.spot);
        for region in &plan.regions {
            let (workers, task_hours) = (f64::from(region.workers), paid(region) as f64 / HOUR_MS);
            let mut add = |item, quantity| items.push(Cost::of(&region.region, item, quantity));
            let (vcpu_hour, gb_hour) = if spot {
                (Item::FargateSpotVcpuHour, Item::FargateSpotGbHour)
            } else {
                (Item::FargateVcpuHour, Item::FargateGbHour)
            };
            add(
                vcpu_hour,
                Some(workers * task_hours * f64::from(scenario.worker.vcpu)),
            );
            add(
                gb_hour,
                Some(workers * task_hours * f64::from(scenario.worker.memory_gb)),
            );
            let larger = disk::gb(scenario) - disk::INCLUDED_GB;
            if larger > 0 {
                let gb_hours = workers * task_hours * f64::from(larger);
                add(Item::FargateDiskGbHour, Some(gb_hours));
            }
            if has_public_ip(&region.region) {
                add(Item::PublicIpv4Hour, Some(workers * task_hours));
            }
            let lines = region_lines(scenario, &plan, region) * ASSUMED.live_line_bytes;
            live_bytes += lines;
            let logged = lines + u64::from(region.workers) * ASSUMED.log_bytes;
            add(Item::LogsGb, Some(logged as f64 / GB));
            add(
                Item::EgressGb,
                sent_bytes(scenario, region).map(|bytes| bytes / GB),
            );
        }
        if live_bytes > 0 {
            let messages = live_bytes.div_ceil(METERED_BYTES) * (1 + ASSUMED.viewers);
            items.push(Cost::of(
                hub,
                Item::IotMillionMessages,
                Some(messages as f64 / 1e6),
            ));
        }
        let workers = plan.workers();
        Self {
            workers,
            vcpu: u64::from(workers) * u64::from(scenario.worker.vcpu),
            memory_gb: u64::from(workers) * u64::from(scenario.worker.memory_gb),
            spot,
            duration_ms: plan.regions.iter().map(paid).max().unwrap_or(0),
            dollars: items.iter().filter_map(|line| line.dollars).sum(),
            complete: items.iter().all(|line| line.dollars.is_some()),
            items,
            assumptions: ASSUMED,
            quotas,
        }
    }
}

impl Cost {
    fn of(region: &Region, item: Item, quantity: Option<f64>) -> Self {
        let price = price::of(item, region);
        let dollars = quantity.zip(price).map(|(quantity, price)| quantity * price.usd);
        Self {
            region: region.clone(),
            item,
            quantity,
            unit: item.unit(),
            price,
            dollars,
        }
    }
}

/// How long each task of a region is paid for: the first waits at the gate for the last.
fn paid_ms(scenario: &Scenario, region: &RegionPlan) -> u64 {
    let launching = u64::from(region.workers).saturating_sub(LAUNCHED_AT_ONCE) * 1_000 / LAUNCHED_A_SECOND;
    launching + ASSUMED.start_up_ms + load_and_drain(scenario).as_ms() + ASSUMED.wind_down_ms
}

fn load_and_drain(scenario: &Scenario) -> Duration {
    scenario.shape.load().plus(scenario.shape.drain())
}

/// The lines of live figures that a region's workers write.
fn region_lines(scenario: &Scenario, plan: &Plan, region: &RegionPlan) -> u64 {
    if !scenario.live {
        return 0;
    }
    let ticks = load_and_drain(scenario)
        .as_ms()
        .div_ceil(plan.tick_interval.as_ms());
    u64::from(region.workers) * ticks
}

/// What a region's users send to the target; not known when the plan sets the users.
fn sent_bytes(scenario: &Scenario, region: &RegionPlan) -> Option<f64> {
    let users = f64::from(region.virtual_users?);
    let Shape::Users(shape) = &scenario.shape else {
        return None;
    };
    // Users start evenly over the ramp: half of them, on average.
    let user_seconds = users * (shape.ramp_up.as_secs_f64() / 2.0 + shape.hold.as_secs_f64());
    let (a_second, bytes) = match &scenario.workload {
        Workload::Http(http) => {
            let cycle = http.think_time.plus(Duration::from_ms(ASSUMED.response_ms));
            let bodies = http.requests.iter().filter_map(|request| request.body.as_ref());
            let body = bodies.map(String::len).sum::<usize>() as f64 / http.requests.len().max(1) as f64;
            (1.0 / cycle.as_secs_f64(), body)
        }
        Workload::Script(_) => (ASSUMED.script_requests_per_second, 0.0),
    };
    Some(user_seconds * a_second * (bytes + ASSUMED.request_bytes as f64))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn estimate(document: &Value) -> Estimate {
        let scenario = Scenario::parse(document).unwrap();
        Estimate::of(&scenario, &"us-east-1".parse().unwrap(), |_| true, Vec::new())
    }

    fn scenario(region: &str, workers: u32) -> Value {
        json!({
            "name": "abc",
            "workload": {"kind": "http", "thinkTime": "800ms", "requests": [{"url": "http://x/"}]},
            // With a minute and a half before and half a minute after: an hour.
            "shape": {"kind": "users", "hold": "57m30s", "drain": "30s"},
            "traffic": [{"region": region, "workers": workers, "virtualUsers": 1000}],
            "worker": {"vcpu": 2, "memoryGb": 4},
        })
    }

    fn line(estimate: &Estimate, item: Item) -> &Cost {
        estimate.items.iter().find(|line| line.item == item).unwrap()
    }

    fn near(a: Option<f64>, b: f64) -> bool {
        a.is_some_and(|a| (a - b).abs() < 1e-9 * b.abs().max(1.0))
    }

    #[test]
    fn an_hour_of_ten_workers_is_paid_by_the_table() {
        let estimate = estimate(&scenario("us-east-1", 10));
        assert_eq!((estimate.vcpu, estimate.memory_gb), (20, 40));
        assert_eq!(estimate.duration_ms, 3_600_000);
        assert!(near(
            line(&estimate, Item::FargateVcpuHour).dollars,
            20.0 * 0.04048
        ));
        assert!(near(
            line(&estimate, Item::FargateGbHour).dollars,
            40.0 * 0.004_445
        ));
        assert!(near(line(&estimate, Item::PublicIpv4Hour).dollars, 10.0 * 0.005));
        // 3,480 s of load and drain, a line a second and worker of 3 kB, and 20 kB a worker besides.
        let logged = (3_480.0 * 10.0 * 3_000.0 + 200_000.0) / 1e9;
        assert!(near(line(&estimate, Item::LogsGb).quantity, logged));
        // In and out, by 5 KB.
        let messages = (3_480.0_f64 * 30_000.0 / 5_120.0).ceil() * 2.0 / 1e6;
        assert!(near(line(&estimate, Item::IotMillionMessages).quantity, messages));
        // A request a second of each user, of 1 kB.
        assert!(near(
            line(&estimate, Item::EgressGb).quantity,
            3_450.0 * 1_000.0 * 1_000.0 / 1e9
        ));
        assert!(estimate.complete);
        let sum: f64 = estimate.items.iter().filter_map(|line| line.dollars).sum();
        assert!(near(Some(estimate.dollars), sum));
    }

    #[test]
    fn many_workers_wait_for_each_other() {
        assert_eq!(estimate(&scenario("us-east-1", 300)).duration_ms, 3_610_000);
    }

    #[test]
    fn spot_costs_less_and_is_priced_only_where_it_is_known() {
        let mut document = scenario("us-east-1", 1);
        let on_demand = estimate(&document).dollars;
        document["worker"]["spot"] = true.into();
        let spot = estimate(&document);
        assert!(spot.dollars < on_demand && spot.complete, "{spot:?}");
        document["traffic"][0]["region"] = "eu-west-2".into();
        let unknown = estimate(&document);
        assert_eq!(line(&unknown, Item::FargateSpotVcpuHour).price, None);
        assert_eq!(line(&unknown, Item::FargateSpotVcpuHour).quantity, Some(2.0));
        assert!(!unknown.complete);
    }

    #[test]
    fn a_larger_disk_is_paid_for() {
        let mut document = scenario("us-east-1", 10);
        assert!(
            estimate(&document)
                .items
                .iter()
                .all(|line| line.item != Item::FargateDiskGbHour)
        );
        document["workload"] = json!({"kind": "script", "scriptId": "scr_01KAR8Z6VBN6E1CT9W2QK0H3FM"});
        // A day, with what comes before and after.
        document["shape"]["hold"] = "23h57m30s".into();
        let day = estimate(&document);
        let quantity = 10.0 * 24.0 * f64::from(disk::gb(&Scenario::parse(&document).unwrap()) - 20);
        assert!(near(line(&day, Item::FargateDiskGbHour).quantity, quantity));
        assert!(near(
            line(&day, Item::FargateDiskGbHour).dollars,
            quantity * 0.000_111
        ));
    }

    #[test]
    fn a_plan_of_its_own_has_traffic_that_nobody_knows() {
        let script = json!({
            "name": "abc",
            "workload": {"kind": "script", "scriptId": "scr_01KAR8Z6VBN6E1CT9W2QK0H3FM"},
            "shape": {"kind": "script", "maxDuration": "10m"},
            "traffic": [{"region": "us-east-1", "workers": 1}],
            "live": false,
        });
        let estimate = estimate(&script);
        assert_eq!(line(&estimate, Item::EgressGb).quantity, None);
        assert!(!estimate.complete);
        assert!(
            estimate
                .items
                .iter()
                .all(|line| line.item != Item::IotMillionMessages)
        );
    }
}
