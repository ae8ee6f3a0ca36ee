//! Executed copies in a real JMeter, against a target that counts.
//!
//! The harness plays the worker; what it does is what a worker has to do.

mod exchanges;
mod harness;
mod plans;
mod target;

use std::time::Duration;

use harness::{Run, Step};
use model::workload::{Engine, Http, Method, Request};
use oleada_script::{
    control::Report,
    http,
    jmx::{
        Plan,
        execution::{self, GroupLoad, Load},
    },
};
use plans::{csv_data, group, plan, sampler, transaction};
use target::Target;

/// As awkward as a name can be.
const ODD: &str = "a,b \"q\"\n'ñ' 日本 \\ <&>";

#[test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
fn every_row_says_what_it_is_and_the_target_counted_the_same() {
    let target = Target::start();
    let load =
        sampler("T", &target, "/a") + &sampler(ODD, &target, "/b") + &sampler("bad", &target, "/status?503");
    let plan = plan(&[
        group(
            "SetupThreadGroup",
            "first",
            1,
            1,
            &transaction("T", true, &sampler("T", &target, "/setup")),
        ),
        group("ThreadGroup", "users", 4, 25, &transaction("T", true, &load)),
        group(
            "SetupThreadGroup",
            "second",
            2,
            1,
            &sampler(ODD, &target, "/setup?200"),
        ),
        group(
            "PostThreadGroup",
            "last",
            1,
            2,
            &sampler("T", &target, "/teardown"),
        ),
    ]);
    let prepared = execution::prepare(&Plan::parse(plan.as_bytes()).unwrap(), &Load::Script).unwrap();
    assert_eq!(prepared.warnings.len(), 2, "{:?}", prepared.warnings);
    let run = Run::of(&prepared.plan).with_taurus().start(&[]);

    assert_eq!(run.exit, Some(0));
    assert_eq!(run.count("setup"), 3);
    assert_eq!(run.count("teardown"), 2);
    assert_eq!(run.count("request"), 300);
    assert_eq!(run.count("transaction"), 100);
    assert_eq!(run.count("own"), 1, "the transaction of the setUp group");
    assert_eq!(run.rows.len(), 406);
    assert_eq!(run.count_of("request", ODD), 100);
    assert_eq!(run.count_of("request", "T"), 100);
    assert_eq!(run.count_of("transaction", "T"), 100);
    assert_eq!(target.count("/setup") + target.count("/teardown"), 5);
    assert_eq!(
        target.count("/a") + target.count("/b") + target.count("/status"),
        300
    );

    let failed = run.rows.iter().find(|row| row["label"] == "bad").unwrap();
    assert_eq!(
        (failed["responseCode"].as_str(), failed["success"].as_str()),
        ("503", "false")
    );
    assert!(failed["sentBytes"].parse::<u32>().unwrap() > 20 && failed["URL"].ends_with("/status?503"));
    let order: Vec<&Report> = run
        .reports
        .iter()
        .filter(|report| !matches!(report, Report::Threads(_)))
        .collect();
    assert!(matches!(
        order[..],
        [
            Report::Hello { .. },
            Report::Ready,
            Report::Opened { .. },
            Report::Ended { interrupted: 0 },
            Report::Finished
        ]
    ));
    // Nothing of the load goes out before the start, and the first of it goes out soon after.
    let first = target.first("/a").unwrap();
    assert!(
        (run.start_ms..run.start_ms + 500).contains(&first),
        "{} ms after the start",
        first - run.start_ms
    );
    let summary = std::fs::read_to_string(run.artifacts.join("final.xml")).unwrap();
    assert!(summary.contains("label=\"bad\""), "{summary}");
}

#[test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
fn what_still_runs_after_the_drain_is_interrupted_and_nothing_is_lost() {
    let target = Target::start();
    let pair = sampler("a", &target, "/a") + &sampler("b", &target, "/b");
    let plan = plan(&[
        group("ThreadGroup", "busy", 1, 1, &transaction("T", false, &pair)),
        group(
            "ThreadGroup",
            "slow",
            1,
            1,
            &sampler("slow", &target, "/slow?1500"),
        ),
        group(
            "ThreadGroup",
            "hanging",
            1,
            1,
            &sampler("hang", &target, "/slow?60000"),
        ),
        group(
            "PostThreadGroup",
            "last",
            1,
            1,
            &sampler("bye", &target, "/teardown"),
        ),
    ]);
    let users = [4, 2, 3].map(|users| GroupLoad {
        users,
        ..GroupLoad::default()
    });
    let load = Load::Users {
        groups: users.to_vec(),
        ramp_up: model::Duration::ZERO,
    };
    let prepared = execution::prepare(&Plan::parse(plan.as_bytes()).unwrap(), &load).unwrap();
    let run = Run::of(&prepared.plan).start(&[Step::After(Duration::from_millis(2000)), Step::Stop(2500)]);

    assert_eq!(run.count("interrupted"), 3);
    assert_eq!(run.count_of("interrupted", "hang"), 3);
    let (a, b) = (run.count_of("request", "a"), run.count_of("request", "b"));
    assert_eq!((a, b), (target.count("/a"), target.count("/b")));
    assert_eq!(run.count_of("request", "slow") + 3, target.count("/slow"));
    // A transaction that the end cut short is none.
    assert_eq!(run.count("transaction"), b);
    assert_eq!(run.count("teardown"), 1);
    assert!(
        run.reports
            .iter()
            .any(|report| matches!(report, Report::Cut { samples: 3, .. }))
    );
    assert!(run.reports.contains(&Report::Ended { interrupted: 3 }));
    assert!(run.reports.contains(&Report::Threads(9)), "{:?}", run.reports);
}

#[test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
fn users_that_think_do_not_hold_up_the_end() {
    let target = Target::start();
    let body = plans::timer(60_000) + &sampler("a", &target, "/a");
    let plan = plan(&[group("ThreadGroup", "g", 3, -1, &body)]);
    let prepared = execution::prepare(&Plan::parse(plan.as_bytes()).unwrap(), &Load::Script).unwrap();
    let run = Run::of(&prepared.plan).start(&[Step::After(Duration::from_millis(500)), Step::Stop(30_000)]);
    assert_eq!(run.rows.len(), 0);
    assert!(run.time_to_end() < Duration::from_secs(3));
}

#[test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
fn load_ends_when_its_worker_is_gone() {
    let target = Target::start();
    let plan = plan(&[
        group("ThreadGroup", "g", 2, -1, &sampler("slow", &target, "/slow?300")),
        group(
            "PostThreadGroup",
            "last",
            1,
            1,
            &sampler("bye", &target, "/teardown"),
        ),
    ]);
    let prepared = execution::prepare(&Plan::parse(plan.as_bytes()).unwrap(), &Load::Script).unwrap();
    let run = Run::of(&prepared.plan).start(&[Step::After(Duration::from_millis(1000)), Step::Leave]);
    assert!(run.time_to_end() < Duration::from_secs(5));
    assert_eq!(
        run.count("request") + run.count("interrupted"),
        target.count("/slow")
    );
    assert_eq!(target.count("/teardown"), 1);
}

#[test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
fn a_start_that_is_called_off_sends_nothing_but_the_tear_down() {
    let target = Target::start();
    let plan = plan(&[
        group(
            "SetupThreadGroup",
            "first",
            1,
            1,
            &sampler("hello", &target, "/setup"),
        ),
        group("ThreadGroup", "g", 5, -1, &sampler("a", &target, "/a")),
        group(
            "PostThreadGroup",
            "last",
            1,
            1,
            &sampler("bye", &target, "/teardown"),
        ),
    ]);
    let prepared = execution::prepare(&Plan::parse(plan.as_bytes()).unwrap(), &Load::Script).unwrap();
    let run = Run::of(&prepared.plan).start(&[Step::StopAtGate]);
    assert_eq!(
        (
            target.count("/setup"),
            target.count("/a"),
            target.count("/teardown")
        ),
        (1, 0, 1)
    );
    assert_eq!((run.count("setup"), run.rows.len()), (1, 2));
}

#[test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
fn a_set_up_that_stops_the_test_is_reported() {
    let target = Target::start();
    let plan = plan(&[
        group(
            "SetupThreadGroup",
            "first",
            1,
            1,
            &sampler("hello", &target, "/status?500"),
        )
        .replace(">continue<", ">stoptest<"),
        group("ThreadGroup", "g", 1, 1, &sampler("a", &target, "/a")),
    ]);
    let prepared = execution::prepare(&Plan::parse(plan.as_bytes()).unwrap(), &Load::Script).unwrap();
    let run = Run::of(&prepared.plan).start(&[]);
    assert!(run.reports.contains(&Report::SetupFailed) && !run.reports.contains(&Report::Ready));
    assert_eq!(target.count("/a"), 0);
}

#[test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
fn users_are_as_many_as_asked_and_start_over_the_ramp() {
    let target = Target::start();
    let body = |name: &str| sampler(name, &target, "/slow?100");
    let plan = plan(&[
        group("ThreadGroup", "one", 7, 1, &body("one")),
        group("ThreadGroup", "none", 7, 1, &body("none")),
        group("ThreadGroup", "two", 7, 1, &body("two")),
    ]);
    let offset = model::Duration::from_ms(600);
    let groups = vec![
        GroupLoad {
            users: 4,
            offset: model::Duration::ZERO,
        },
        GroupLoad::default(),
        GroupLoad { users: 1, offset },
    ];
    let load = Load::Users {
        groups,
        ramp_up: model::Duration::from_secs(2),
    };
    let prepared = execution::prepare(&Plan::parse(plan.as_bytes()).unwrap(), &load).unwrap();
    let run = Run::of(&prepared.plan).start(&[Step::After(Duration::from_millis(3200)), Step::Stop(3000)]);
    let starts = |label: &str| {
        let mut first = std::collections::BTreeMap::new();
        for row in run.rows.iter().filter(|row| row["label"] == label) {
            let start: i64 = row["timeStamp"].parse().unwrap();
            let known = first.entry(row["threadName"].clone()).or_insert(start);
            *known = start.min(*known);
        }
        let mut starts: Vec<i64> = first.into_values().map(|start| start - run.start_ms).collect();
        starts.sort_unstable();
        starts
    };
    let one = starts("one");
    assert_eq!(one.len(), 4);
    for (start, planned) in one.iter().zip([0, 500, 1000, 1500]) {
        assert!((planned..planned + 250).contains(start), "{one:?}");
    }
    assert_eq!(starts("none").len(), 0);
    assert!(matches!(starts("two")[..], [600..850]));
    assert!(run.reports.contains(&Report::Threads(5)));
}

#[test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
fn properties_and_files_beside_the_plan_arrive_as_they_are() {
    let target = Target::start();
    let values = [
        "ñ \\ = : # 日本 🌊",
        "  two blanks before, two after  ",
        "line\nline\r\n\ttab",
        "!#=:",
        "",
    ];
    let mut body: String = (0..values.len())
        .map(|at| sampler(&format!("[${{__P(k{at} =,absent)}}]"), &target, "/a"))
        .collect();
    body += &csv_data("users.csv", "user");
    body += &sampler("${user}", &target, "/b");
    let plan = plan(&[group("ThreadGroup", "g", 1, 2, &body)]);
    let prepared = execution::prepare(&Plan::parse(plan.as_bytes()).unwrap(), &Load::Script).unwrap();
    let run = Run::of(&prepared.plan)
        .with_taurus()
        .file("users.csv", "maría\njosé\n")
        .properties(
            values
                .iter()
                .enumerate()
                .map(|(at, value)| (format!("k{at} ="), (*value).to_owned())),
        )
        .start(&[]);
    for value in values {
        let label = format!("[{value}]");
        assert_eq!(
            run.count_of("request", &label),
            2,
            "{label:?} in {:?}",
            run.labels()
        );
    }
    assert_eq!(
        (run.count_of("request", "maría"), run.count_of("request", "josé")),
        (1, 1)
    );
}

#[test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
fn listed_requests_reach_the_target_as_written() {
    let target = Target::start();
    let body = "{\"a\": \"${x} ${__P(y)} \\${z} \\\\ $5\",\r\n \"ñ\": \"日本\"} &<>\"' ";
    let request = |label: &str, method, path: &str, body: Option<&str>, expect: &str| Request {
        label: label.to_owned(),
        method,
        url: format!("http://127.0.0.1:{}{path}", target.port()),
        headers: [
            ("X-Odd".to_owned(), "${a}, \\b".to_owned()),
            ("Content-Type".to_owned(), "application/json".to_owned()),
        ]
        .into(),
        body: body.map(str::to_owned),
        expect_status: expect.parse().unwrap(),
    };
    let workload = Http {
        engine: Engine::Jmeter,
        requests: vec![
            request(
                "post ${p}",
                Method::Post,
                "/post?q=${r}&s=a%20b",
                Some(body),
                "200-399",
            ),
            request("get", Method::Get, "", None, "200-399"),
            request("expected", Method::Put, "/status?404", Some("plain \\${"), "404"),
            request("moved", Method::Get, "/status?302", None, "200-399"),
            request("wrong", Method::Delete, "/status?204", None, "200,205-399"),
            request("refused", Method::Head, "/status?500", None, "200-399"),
        ],
        timeout: model::Duration::from_secs(5),
        follow_redirects: false,
        think_time: model::Duration::from_ms(20),
    };
    let load = Load::Users {
        groups: vec![GroupLoad {
            users: 1,
            ..GroupLoad::default()
        }],
        ramp_up: model::Duration::ZERO,
    };
    let prepared = execution::prepare(&http::plan(&workload), &load).unwrap();
    assert_eq!(prepared.warnings, []);
    let run = Run::of(&prepared.plan).start(&[Step::After(Duration::from_millis(1500)), Step::Stop(3000)]);

    let seen = target.requests();
    let post = seen.iter().find(|request| request.head.starts_with("POST"));
    let post = post.unwrap_or_else(|| panic!("nothing was posted: {:?}", run.rows));
    assert!(
        post.head
            .starts_with("POST /post?q=$%7Br%7D&s=a%20b HTTP/1.1\r\n"),
        "{}",
        post.head
    );
    assert!(post.head.contains("X-Odd: ${a}, \\b\r\n"), "{}", post.head);
    assert!(
        post.head.contains("Content-Type: application/json\r\n"),
        "{}",
        post.head
    );
    assert_eq!(String::from_utf8_lossy(&post.body), body);
    assert!(
        seen.iter()
            .any(|request| request.head.starts_with("GET / HTTP/1.1"))
    );
    let put = seen
        .iter()
        .find(|request| request.head.starts_with("PUT"))
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&put.body), "plain \\${");
    assert!(
        target.connections() <= 2,
        "connections are kept: {}",
        target.connections()
    );

    let success = |label: &str| {
        let row = run
            .rows
            .iter()
            .find(|row| row["label"] == label)
            .unwrap_or_else(|| panic!("no {label}"));
        row["success"] == "true"
    };
    assert!(success("post ${p}") && success("get") && success("expected") && success("moved"));
    assert!(!success("wrong") && !success("refused"));
    let wrong = run.rows.iter().find(|row| row["label"] == "wrong").unwrap();
    assert!(
        wrong["failureMessage"].contains("the status is not 200,205-399"),
        "{}",
        wrong["failureMessage"]
    );
    assert_eq!(wrong["oleada_assertion"], "expected status");
    assert_eq!(run.rows.len(), seen.len());
}
