//! Scenarios as clients send them: what is accepted, and every problem of what is not.

use oleada_model::{
    Duration, Problems,
    scenario::{Scenario, Start},
    shape::Shape,
    workload::Workload,
};
use serde_json::{Value, json};

fn http() -> Value {
    json!({
        "name": "Checkout",
        "workload": {"kind": "http", "requests": [{"url": "http://shop.example/cart?id=1"}]},
        "shape": {"kind": "users", "hold": "5m"},
        "traffic": [{"region": "us-east-1", "workers": 2, "virtualUsers": 100}]
    })
}

fn script() -> Value {
    json!({
        "name": "Checkout", "description": "", "tags": ["shop"],
        "workload": {"kind": "script", "engine": "jmeter", "scriptId": "scr_01KAR8Z6VBN6E1CT9W2QK0H3FM", "entry": "plan.jmx",
                     "properties": {"host": "shop.example"}, "systemProperties": {}, "secrets": {}, "data": []},
        "shape": {"kind": "users", "rampUp": "30s", "hold": "5m", "drain": "30s"},
        "traffic": [{"region": "us-east-1", "workers": 2, "virtualUsers": 100}],
        "worker": {"vcpu": 2, "memoryGb": 4, "heapPercent": 60, "spot": false},
        "start": {"quorum": 1.0, "timeout": "10m"},
        "live": true
    })
}

fn with(mut document: Value, pointer: &str, value: Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = document.pointer_mut(parent).unwrap();
    match parent {
        Value::Array(items) => items[name.parse::<usize>().unwrap()] = value,
        other => other[name] = value,
    }
    document
}

fn pointers(result: Result<Scenario, Problems>) -> Vec<String> {
    result
        .expect_err("the document is wrong")
        .0
        .into_iter()
        .map(|problem| problem.pointer)
        .collect()
}

#[test]
fn what_is_left_out_gets_its_default() {
    let scenario = Scenario::parse(&http()).unwrap();
    let Workload::Http(http) = &scenario.workload else {
        panic!("{scenario:?}")
    };
    assert_eq!(http.requests[0].label, "GET /cart");
    assert!(http.requests[0].expect_status.contains(399) && !http.requests[0].expect_status.contains(400));
    assert_eq!(
        (http.timeout, http.think_time),
        (Duration::from_secs(30), Duration::from_secs(1))
    );
    let Shape::Users(users) = &scenario.shape else {
        panic!("{scenario:?}")
    };
    assert_eq!(
        (users.ramp_up, users.drain),
        (Duration::ZERO, Duration::from_secs(30))
    );
    assert_eq!(
        (scenario.worker.vcpu, scenario.worker.memory_gb, scenario.live),
        (2, 4, true)
    );
}

#[test]
fn what_was_stored_reads_back_and_parses_again() {
    for document in [http(), script()] {
        let scenario = Scenario::parse(&document).unwrap();
        let stored = serde_json::to_value(&scenario).unwrap();
        assert_eq!(
            serde_json::from_value::<Scenario>(stored.clone()).unwrap(),
            scenario
        );
        assert_eq!(
            Scenario::parse(&stored).unwrap(),
            scenario,
            "the API accepts what it answers"
        );
    }
}

#[test]
fn each_wrong_value_is_named_by_its_pointer() {
    let long = "x".repeat(256);
    let wrong = [
        (http(), "/name", json!("ab")),
        (http(), "/name", json!(long)),
        (http(), "/name", json!("   ")),
        (http(), "/name", json!("tab\there")),
        (http(), "/name", json!(7)),
        (http(), "/colour", json!("red")),
        (http(), "/traffic/0/workers", json!(0)),
        (http(), "/traffic/0/workers", json!(10_001)),
        (http(), "/traffic/0/workers", json!(1.5)),
        (http(), "/traffic/0/virtualUsers", json!(1)),
        (http(), "/traffic/0/virtualUsers", json!(50_001)),
        (http(), "/traffic/0/virtualUsers", Value::Null),
        (http(), "/traffic/0/region", json!("mars")),
        (http(), "/traffic", json!([])),
        (http(), "/shape/hold", json!("-1s")),
        (http(), "/shape/hold", json!("25h")),
        (http(), "/shape/hold", json!(300)),
        (http(), "/shape/kind", json!("spike")),
        (http(), "/workload/kind", json!("smtp")),
        (http(), "/workload/requests", json!([])),
        (http(), "/workload/requests/0/url", json!("shop.example")),
        (http(), "/workload/requests/0/url", json!("ftp://shop.example/")),
        (
            http(),
            "/workload/requests/0/url",
            json!("http://user:secret@shop.example/"),
        ),
        (
            http(),
            "/workload/requests/0/url",
            json!("http://shop.example:99999/"),
        ),
        (http(), "/workload/requests/0/method", json!("FETCH")),
        (http(), "/workload/requests/0/expectStatus", json!("20x")),
        (http(), "/workload/requests/0/expectStatus", json!("300-200")),
        (http(), "/workload/requests/0/headers", json!({"Bad Name": "x"})),
        (
            http(),
            "/workload/requests/0/headers",
            json!({"X": "a\r\nInjected: b"}),
        ),
        (
            script(),
            "/workload/scriptId",
            json!("scn_01KAR8Z6VBN6E1CT9W2QK0H3FM"),
        ),
        (script(), "/workload/engine", json!("netcat")),
        (
            script(),
            "/workload/properties",
            json!({"jmeter.save.saveservice.bytes": "false"}),
        ),
        (script(), "/workload/properties", json!({"oleada.worker": "7"})),
        (script(), "/workload/secrets", json!({"apiKey": "local:x"})),
        (script(), "/worker/vcpu", json!(3)),
        (script(), "/worker/memoryGb", json!(3)),
        (script(), "/worker/heapPercent", json!(95)),
        (script(), "/start/quorum", json!(0)),
        (script(), "/start/quorum", json!(1.1)),
        (script(), "/start/timeout", json!("1s")),
    ];
    for (document, pointer, value) in wrong {
        let found = pointers(Scenario::parse(&with(document, pointer, value.clone())));
        assert_eq!(found, [pointer], "{value}");
    }
}

#[test]
fn all_problems_come_at_once() {
    let document = json!({
        "name": "ab",
        "workload": {"kind": "http", "requests": [{"url": "x"}, {"url": "http://a/", "method": "X"}], "extra": 1},
        "shape": {"kind": "users"},
        "traffic": [{"region": "us-east-1", "workers": 0, "virtualUsers": 5}, {"region": "us-east-1"}]
    });
    let mut found = pointers(Scenario::parse(&document));
    found.sort();
    assert_eq!(
        found,
        [
            "/name",
            "/shape/hold",
            "/traffic/0/workers",
            "/traffic/1/virtualUsers",
            "/traffic/1/workers",
            "/workload/extra",
            "/workload/requests/0/url",
            "/workload/requests/1/method",
        ]
    );
}

#[test]
fn a_region_stands_once_in_the_traffic() {
    let twice = json!([
        {"region": "us-east-1", "workers": 1, "virtualUsers": 1},
        {"region": "us-east-1", "workers": 1, "virtualUsers": 1}
    ]);
    assert_eq!(
        pointers(Scenario::parse(&with(http(), "/traffic", twice))),
        ["/traffic"]
    );
}

#[test]
fn the_plans_own_shape_has_no_users_and_needs_a_script() {
    let plan = json!({"kind": "script"});
    let with_users = with(script(), "/shape", plan.clone());
    assert_eq!(
        pointers(Scenario::parse(&with_users)),
        ["/traffic/0/virtualUsers"]
    );
    let alone = with(
        with_users,
        "/traffic/0",
        json!({"region": "us-east-1", "workers": 3}),
    );
    let scenario = Scenario::parse(&alone).unwrap();
    assert_eq!(scenario.shape.load(), Duration::from_secs(3600));
    let requests = with(
        with(http(), "/shape", plan),
        "/traffic/0",
        json!({"region": "us-east-1", "workers": 3}),
    );
    assert_eq!(pointers(Scenario::parse(&requests)), ["/shape"]);
}

#[test]
fn criteria_name_a_label_that_there_can_be() {
    let criteria = |document: Value, label: &str| {
        let criterion = json!({"label": label, "metric": "p95", "op": "<", "value": "300ms"});
        Scenario::parse(&with(document, "/criteria", json!([criterion])))
    };
    for label in ["*", "GET /cart"] {
        assert!(criteria(http(), label).is_ok(), "{label}");
    }
    assert_eq!(pointers(criteria(http(), "GET /card")), ["/criteria/0/label"]);
    // The labels of a script are known when it runs.
    assert!(criteria(script(), "anything").is_ok());
}

#[test]
fn criteria_need_a_unit_that_fits() {
    let criteria = |value: Value| with(http(), "/criteria", json!([value]));
    let good = criteria(json!({"metric": "p95", "op": "<", "value": "300ms"}));
    let scenario = Scenario::parse(&good).unwrap();
    assert_eq!(scenario.criteria[0].label, "*");
    assert!((scenario.criteria[0].value.figure() - 300.0).abs() < f64::EPSILON);
    for value in ["300", "5%", "-1ms", "NaN%"] {
        let wrong = criteria(json!({"metric": "p95", "op": "<", "value": value}));
        assert_eq!(
            pointers(Scenario::parse(&wrong)),
            ["/criteria/0/value"],
            "{value}"
        );
    }
}

#[test]
fn the_quorum_is_a_share_rounded_up() {
    let start = |quorum| Start {
        quorum,
        ..Start::default()
    };
    assert_eq!(start(1.0).least(4), 4);
    assert_eq!(start(0.7).least(10), 7);
    assert_eq!(start(0.71).least(10), 8);
    assert_eq!(start(0.01).least(4), 1);
}

#[test]
fn no_document_breaks_the_reader() {
    for document in [
        json!(null),
        json!([]),
        json!("x"),
        json!({}),
        json!({"traffic": {}, "workload": [], "shape": 1}),
    ] {
        assert!(!pointers(Scenario::parse(&document)).is_empty(), "{document}");
    }
}

#[test]
fn a_known_kind_of_problem_has_a_code_and_the_values_of_its_words() {
    let document = with(http(), "/name", json!("ab"));
    let document = with(document, "/shape/hold", json!("soon"));
    let document = with(document, "/traffic/0/workers", json!(0));
    let Problems(problems) = Scenario::parse(&document).unwrap_err();
    let said: Vec<_> = problems
        .iter()
        .map(|problem| {
            (
                problem.code.as_deref(),
                problem.values.join(" "),
                problem.detail.as_str(),
            )
        })
        .collect();
    assert_eq!(
        said,
        [
            (
                Some("WRONG_LENGTH"),
                "3 255".to_owned(),
                "must have between 3 and 255 characters"
            ),
            (
                Some("NOT_DURATION"),
                String::new(),
                "must be a duration such as 90s, 5m or 1h30m"
            ),
            (
                Some("NOT_WHOLE_NUMBER"),
                "1 1000".to_owned(),
                "must be a whole number between 1 and 1000"
            ),
        ]
    );
}
