//! EventBridge Scheduler: its API through the SDK, and its firings by a clock that the test holds.

#[path = "support/compute.rs"]
mod support;

use std::{path::Path, sync::Arc, time::Duration};

use aws_sdk_scheduler::{
    Client,
    error::ProvideErrorMetadata,
    operation::create_schedule::builders::CreateScheduleFluentBuilder,
    primitives::DateTime,
    types::{
        ActionAfterCompletion, FlexibleTimeWindow, FlexibleTimeWindowMode, RetryPolicy, ScheduleState, Target,
    },
};
use jiff::{SignedDuration, Timestamp};
use local_cloud::{
    clock::{Clock, Hand},
    events::{self, Scheduler},
    lambda::{self, Function, FunctionError, Lambda},
};
use serde_json::{Value, json};
use support::{Seen, eventually, sdk, serve};

const START: &str = "2026-03-07T00:00:00Z";

struct Host {
    client: Client,
    hand: Hand,
    clock: Clock,
    seen: Seen,
    _scheduler: Scheduler,
    server: tokio::task::JoinHandle<()>,
}

impl Host {
    /// A host whose function `target` keeps what it is given.
    async fn start(directory: &Path, now: Timestamp) -> Self {
        let seen = Seen::default();
        let lambda = Lambda::default();
        lambda.register(Function::new("target", Duration::from_secs(5), 1_000, {
            let seen = Arc::clone(&seen);
            move |event, _context| {
                let seen = Arc::clone(&seen);
                async move {
                    seen.lock().unwrap().push(event);
                    Ok(Value::Null)
                }
            }
        }));
        Self::with(directory, now, lambda, seen).await
    }

    async fn with(directory: &Path, now: Timestamp, lambda: Lambda, seen: Seen) -> Self {
        let (clock, hand) = Clock::held(now);
        let config = events::Config {
            directory: directory.to_owned(),
            retry: Default::default(),
            clock: clock.clone(),
        };
        let (_bus, scheduler) = events::open(config, lambda).unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let server = serve(listener, {
            let scheduler = scheduler.clone();
            move |service: String, call| {
                assert_eq!(service, "scheduler");
                let scheduler = scheduler.clone();
                async move { scheduler.call(call).await }
            }
        });
        let client = Client::new(&sdk(&endpoint, "us-east-1"));
        Self {
            client,
            hand,
            clock,
            seen,
            _scheduler: scheduler,
            server,
        }
    }

    fn create(&self, name: &str, expression: &str) -> CreateScheduleFluentBuilder {
        let window = FlexibleTimeWindow::builder()
            .mode(FlexibleTimeWindowMode::Off)
            .build()
            .unwrap();
        let request = self
            .client
            .create_schedule()
            .name(name)
            .schedule_expression(expression);
        request
            .flexible_time_window(window)
            .target(target(r#"{"at": "<aws.scheduler.scheduled-time>"}"#))
    }

    /// Lets time pass hour by hour, and gives what is due then the time to arrive.
    async fn pass(&self, hours: i64) {
        for _ in 0..hours {
            self.hand.advance(SignedDuration::from_hours(1));
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// The times that were fired, once there are as many.
    async fn fired(&self, count: usize) -> Vec<String> {
        eventually("the firings", || async {
            let seen = self.seen.lock().unwrap();
            (seen.len() >= count).then(|| {
                let mut times: Vec<String> = seen
                    .iter()
                    .map(|event| event["at"].as_str().unwrap().to_owned())
                    .collect();
                times.sort();
                times
            })
        })
        .await
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn target(input: &str) -> Target {
    Target::builder()
        .arn(lambda::arn("target"))
        .role_arn("arn:aws:iam::000000000000:role/r")
        .input(input)
        .build()
        .unwrap()
}

fn start() -> Timestamp {
    START.parse().unwrap()
}

#[tokio::test]
async fn a_cron_schedule_fires_by_the_clocks_of_its_zone() {
    let directory = tempfile::tempdir().unwrap();
    let host = Host::start(directory.path(), start()).await;
    // 02:30 does not exist on 8 March in New York.
    let create = host
        .create("nightly", "cron(30 2 * * ? *)")
        .schedule_expression_timezone("America/New_York");
    create.send().await.unwrap();
    host.pass(72).await;
    assert_eq!(
        host.fired(2).await,
        ["2026-03-07T07:30:00Z", "2026-03-09T06:30:00Z"]
    );
}

#[tokio::test]
async fn a_rate_fires_between_its_dates_and_is_then_deleted_if_so_asked() {
    let directory = tempfile::tempdir().unwrap();
    let host = Host::start(directory.path(), start()).await;
    let seconds = |offset: i64| DateTime::from_secs(start().as_second() + offset);
    host.create("rate", "rate(2 hours)")
        .start_date(seconds(3_600))
        .end_date(seconds(6 * 3_600))
        .action_after_completion(ActionAfterCompletion::Delete)
        .send()
        .await
        .unwrap();
    let described = host.client.get_schedule().name("rate").send().await.unwrap();
    assert_eq!(described.start_date(), Some(&seconds(3_600)));
    host.pass(10).await;
    assert_eq!(
        host.fired(3).await,
        [
            "2026-03-07T01:00:00Z",
            "2026-03-07T03:00:00Z",
            "2026-03-07T05:00:00Z"
        ]
    );
    let gone = host.client.get_schedule().name("rate").send().await.unwrap_err();
    assert!(gone.into_service_error().is_resource_not_found_exception());
}

#[tokio::test]
async fn a_single_time_fires_once_and_stays_unless_it_is_disabled() {
    let directory = tempfile::tempdir().unwrap();
    let host = Host::start(directory.path(), start()).await;
    host.create("once", "at(2026-03-07T01:00:00)")
        .send()
        .await
        .unwrap();
    host.create("never", "at(2026-03-07T01:00:00)")
        .state(ScheduleState::Disabled)
        .send()
        .await
        .unwrap();
    host.create("past", "at(2026-03-06T23:59:59)")
        .send()
        .await
        .unwrap();
    host.pass(30).await;
    assert_eq!(host.fired(1).await, ["2026-03-07T01:00:00Z"]);
    assert_eq!(host.seen.lock().unwrap().len(), 1);
    host.client.get_schedule().name("once").send().await.unwrap();
}

#[tokio::test]
async fn what_was_missed_fires_late_unless_it_is_too_old() {
    let directory = tempfile::tempdir().unwrap();
    let host = Host::start(directory.path(), start()).await;
    let hour = RetryPolicy::builder().maximum_event_age_in_seconds(3_600).build();
    let patient = target(r#"{"at": "<aws.scheduler.scheduled-time>"}"#);
    let impatient = Target::builder()
        .arn(patient.arn())
        .role_arn(patient.role_arn())
        .set_input(patient.input().map(str::to_owned))
        .retry_policy(hour)
        .build()
        .unwrap();
    host.create("patient", "cron(0 6,10 7 3 ? 2026)")
        .send()
        .await
        .unwrap();
    host.create("impatient", "cron(15 6,11 7 3 ? 2026)")
        .target(impatient)
        .send()
        .await
        .unwrap();
    drop(host);
    let noon: Timestamp = "2026-03-07T12:00:00Z".parse().unwrap();
    let host = Host::start(directory.path(), noon).await;
    assert_eq!(
        host.fired(3).await,
        [
            "2026-03-07T06:00:00Z",
            "2026-03-07T10:00:00Z",
            "2026-03-07T11:15:00Z"
        ]
    );
}

#[tokio::test]
async fn a_target_that_is_missing_is_tried_as_often_as_the_policy_says() {
    let directory = tempfile::tempdir().unwrap();
    let seen = Seen::default();
    let lambda = Lambda::default();
    let host = Host::with(directory.path(), start(), lambda.clone(), Arc::clone(&seen)).await;
    let once_more = RetryPolicy::builder().maximum_retry_attempts(1).build();
    let mut target = target(r#"{"attempt": "<aws.scheduler.attempt-number>"}"#);
    target.retry_policy = Some(once_more);
    host.create("short", "at(2026-03-07T01:00:00)")
        .target(target.clone())
        .send()
        .await
        .unwrap();
    target.retry_policy = None;
    host.create("long", "at(2026-03-07T01:00:00)")
        .target(target)
        .send()
        .await
        .unwrap();
    host.pass(20).await;
    lambda.register(Function::new("target", Duration::from_secs(5), 10, {
        let seen = Arc::clone(&seen);
        move |event, _context| {
            seen.lock().unwrap().push(event);
            async { Ok::<_, FunctionError>(Value::Null) }
        }
    }));
    host.pass(3).await;
    let seen = eventually("the late attempt", || async {
        let seen = seen.lock().unwrap().clone();
        (!seen.is_empty()).then_some(seen)
    })
    .await;
    assert_eq!(seen.len(), 1, "the other one was given up");
    let attempt: u32 = seen[0]["attempt"].as_str().unwrap().parse().unwrap();
    assert!(attempt > 2, "{attempt}");
}

#[tokio::test]
async fn schedules_and_groups_are_listed_changed_and_deleted() {
    let directory = tempfile::tempdir().unwrap();
    let host = Host::start(directory.path(), start()).await;
    let client = &host.client;
    client.create_schedule_group().name("mine").send().await.unwrap();
    for name in ["a", "b", "c"] {
        host.create(name, "rate(1 day)")
            .group_name("mine")
            .send()
            .await
            .unwrap();
    }
    let twice = host
        .create("a", "rate(1 day)")
        .group_name("mine")
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    assert!(twice.is_conflict_exception(), "{twice:?}");
    let first = client
        .list_schedules()
        .group_name("mine")
        .max_results(2)
        .send()
        .await
        .unwrap();
    assert_eq!(first.schedules().len(), 2);
    let rest = client
        .list_schedules()
        .group_name("mine")
        .next_token(first.next_token().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(rest.schedules()[0].name(), Some("c"));
    assert_eq!(rest.next_token(), None);

    let window = FlexibleTimeWindow::builder()
        .mode(FlexibleTimeWindowMode::Off)
        .build()
        .unwrap();
    let change = client
        .update_schedule()
        .name("a")
        .group_name("mine")
        .schedule_expression("rate(2 days)");
    let change = change
        .description("changed")
        .flexible_time_window(window)
        .target(target("{}"));
    change.send().await.unwrap();
    let changed = client
        .get_schedule()
        .name("a")
        .group_name("mine")
        .send()
        .await
        .unwrap();
    assert_eq!(
        (changed.schedule_expression(), changed.description()),
        (Some("rate(2 days)"), Some("changed"))
    );
    assert_eq!(
        changed.arn(),
        Some("arn:aws:scheduler:us-east-1:000000000000:schedule/mine/a")
    );

    client
        .delete_schedule()
        .name("b")
        .group_name("mine")
        .send()
        .await
        .unwrap();
    client.delete_schedule_group().name("mine").send().await.unwrap();
    let gone = client
        .get_schedule()
        .name("a")
        .group_name("mine")
        .send()
        .await
        .unwrap_err();
    assert_eq!(gone.code(), Some("ResourceNotFoundException"));
    assert_eq!(
        client
            .list_schedule_groups()
            .send()
            .await
            .unwrap()
            .schedule_groups()
            .len(),
        1
    );
}

#[tokio::test]
async fn what_cannot_be_scheduled_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let host = Host::start(directory.path(), start()).await;
    for request in [
        host.create("x", "cron(0 0 * * * *)"),
        host.create("x", "rate(0 minutes)"),
        host.create("x", "rate(1 day)")
            .schedule_expression_timezone("Mars/Olympus"),
        host.create("x", "rate(1 day)").target(target("no JSON")),
        host.create("no/slashes", "rate(1 day)"),
    ] {
        let error = request.send().await.unwrap_err().into_service_error();
        assert!(
            error.is_validation_exception() || error.code() == Some("UnknownOperationException"),
            "{error:?}"
        );
    }
    let error = host
        .create("x", "rate(1 day)")
        .group_name("none")
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some("ResourceNotFoundException"));
    assert_eq!(host.clock.now(), start());
}

#[tokio::test]
async fn without_input_a_target_gets_an_event() {
    let directory = tempfile::tempdir().unwrap();
    let host = Host::start(directory.path(), start()).await;
    let mut plain = target("{}");
    plain.input = None;
    host.create("plain", "at(2026-03-07T01:00:00)")
        .target(plain)
        .send()
        .await
        .unwrap();
    host.pass(2).await;
    let mut event = eventually("the event", || async {
        host.seen.lock().unwrap().first().cloned()
    })
    .await;
    event["id"].take();
    assert_eq!(
        event,
        json!({
            "version": "0", "id": null, "detail-type": "Scheduled Event", "source": "aws.scheduler",
            "account": "000000000000", "time": "2026-03-07T01:00:00Z", "region": "us-east-1",
            "resources": ["arn:aws:scheduler:us-east-1:000000000000:schedule/default/plain"], "detail": "{}",
        })
    );
}
