//! What is kept of requests and their answers, and what is not.

use std::{collections::BTreeMap, time::Duration};

use model::workload::{Engine, Http, Method, Request};
use oleada_script::{
    http,
    jmx::{
        Plan,
        execution::{self, GroupLoad, Load},
    },
};
use serde_json::{Value, json};

use crate::{
    harness::{Outcome, Run, Step},
    plans::{group, plan, sampler},
    target::Target,
};

fn request(label: &str, url: String) -> Request {
    Request {
        label: label.into(),
        method: Method::Post,
        url,
        headers: [
            ("Authorization", "Bearer hidden"),
            ("Proxy-Authorization", "Basic hidden"),
            ("X-Api-Key", "hidden"),
            ("X-Plain", "seen"),
            ("Content-Type", "application/json"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into(),
        body: Some(
            r#"{"user": "ana", "password": "hidden\"hidden", "deep": [{"access_token" : "hidden"}]}"#.into(),
        ),
        expect_status: Default::default(),
    }
}

/// Four users who send these requests for a second, or one who sends them once.
fn run_http(requests: Vec<Request>, once: bool) -> Outcome {
    let workload = Http {
        engine: Engine::Jmeter,
        requests,
        timeout: model::Duration::from_secs(5),
        follow_redirects: false,
        think_time: model::Duration::ZERO,
    };
    let plan = http::plan(&workload);
    if once {
        let runs = plan.load_groups(&BTreeMap::new());
        let copy = execution::prepare(&plan, &Load::Once { runs }).unwrap();
        return Run::of(&copy.plan).keeping_all().start(&[]);
    }
    let users = Load::Users {
        groups: vec![GroupLoad {
            users: 4,
            ..GroupLoad::default()
        }],
        ramp_up: model::Duration::ZERO,
    };
    let copy = execution::prepare(&plan, &users).unwrap();
    Run::of(&copy.plan).start(&[Step::After(Duration::from_secs(1)), Step::Stop(1_000)])
}

fn labels(run: &Outcome) -> BTreeMap<String, usize> {
    let mut labels = BTreeMap::new();
    for line in run.exchanges.iter().filter(|line| line.get("exchange").is_some()) {
        *labels
            .entry(line["exchange"]["label"].as_str().unwrap().to_owned())
            .or_default() += 1;
    }
    labels
}

#[test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
fn five_failures_of_each_group_are_kept_without_credentials() {
    let target = Target::start();
    let address = format!("http://127.0.0.1:{}", target.port());
    let run = run_http(
        vec![
            request("good", format!("{address}/json")),
            request("bad", format!("{address}/status?503&token=hidden&page=2")),
            request("worse", format!("{address}/status?500")),
        ],
        false,
    );
    assert!(run.count_of("request", "bad") > 20, "{}", run.rows.len());
    assert_eq!(
        labels(&run),
        BTreeMap::from([("bad".to_owned(), 5), ("worse".to_owned(), 5)])
    );
    for line in &run.exchanges {
        let text = line["exchange"].to_string();
        assert!(!text.contains("hidden"), "{text}");
        assert!(text.len() <= 8_192, "{}", text.len());
    }
    let bad = run
        .exchanges
        .iter()
        .find(|line| line["exchange"]["label"] == "bad")
        .unwrap();
    let row = run.rows.iter().find(|row| row["label"] == "bad").unwrap();
    assert_eq!(
        bad["failure"],
        json!({"label": "bad", "code": "503", "message": row["responseMessage"], "assertion": row["failureMessage"]})
    );
    let exchange = &bad["exchange"];
    assert_eq!(exchange["request"]["method"], "POST");
    assert_eq!(
        exchange["request"]["url"],
        format!("{address}/status?503&token=***&page=2")
    );
    assert_eq!(
        exchange["request"]["body"]["text"],
        r#"{"user": "ana", "password": "***", "deep": [{"access_token" : "***"}]}"#
    );
    let sent = exchange["request"]["headers"].as_array().unwrap();
    assert!(
        sent.contains(&json!({"name": "X-Plain", "value": "seen"})),
        "{sent:?}"
    );
    assert_eq!(
        exchange["redacted"],
        json!([
            "access_token",
            "Authorization",
            "password",
            "Proxy-Authorization",
            "Set-Cookie",
            "token",
            "X-Api-Key"
        ])
    );
    assert_eq!(
        (&exchange["response"]["code"], &exchange["response"]["message"]),
        (&json!("503"), &json!("Status"))
    );
    assert_eq!(
        exchange["response"]["body"],
        json!({"text": "hi", "bytes": 2, "cut": false})
    );
    assert_eq!(
        (&exchange["phase"], &exchange["success"], &exchange["cut"]),
        (&json!("load"), &json!(false), &json!(false))
    );
}

#[test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
fn a_validation_keeps_every_exchange_in_order_and_cuts_what_is_long() {
    let target = Target::start();
    let address = format!("http://127.0.0.1:{}", target.port());
    let run = run_http(
        vec![
            request("first", format!("{address}/json")),
            request("large", format!("{address}/large?200000")),
            request("nobody", "http://127.0.0.1:9/".to_owned()),
        ],
        true,
    );
    assert_eq!(run.count("request"), 3, "one user, one iteration");
    let of = |number: usize| &run.exchanges[number]["exchange"];
    assert_eq!(
        [of(0), of(1), of(2)].map(|of| of["label"].as_str().unwrap()),
        ["first", "large", "nobody"]
    );
    assert_eq!(
        run.exchanges[3],
        json!({"omitted": {"samples": 0, "failures": 0}})
    );
    assert_eq!((&of(0)["success"], &of(0)["cut"]), (&json!(true), &json!(false)));
    let body = &of(1)["response"]["body"];
    assert_eq!(
        (&body["bytes"], &body["cut"], &of(1)["cut"]),
        (&json!(200_000), &json!(true), &json!(true))
    );
    let text = body["text"].as_str().unwrap();
    assert!(
        text.len() <= 32_768 && text.len() > 32_000 && text.ends_with("x…"),
        "{}",
        text.len()
    );
    let code = of(2)["response"]["code"].as_str().unwrap();
    assert!(code.contains("HttpHostConnectException"), "{code}");
    assert!(!Value::from(run.exchanges.clone()).to_string().contains("hidden"));
}

/// A sampler that fails without a target; `${…}` in its texts is for JMeter.
fn failing(name: &str, message: &str) -> String {
    let class = "kg.apc.jmeter.samplers.DummySampler";
    format!(
        r#"<{class} guiclass="{class}Gui" testclass="{class}" testname="{name}" enabled="true">
        <boolProp name="WAITING">false</boolProp><boolProp name="SUCCESFULL">false</boolProp>
        <stringProp name="RESPONSE_CODE">X</stringProp><stringProp name="RESPONSE_MESSAGE">{message}</stringProp>
        <stringProp name="REQUEST_DATA">SELECT 1</stringProp><stringProp name="RESPONSE_DATA">no</stringProp>
        <stringProp name="RESPONSE_TIME">1</stringProp><stringProp name="LATENCY">0</stringProp></{class}><hashTree/>"#
    )
}

#[test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
fn however_failures_differ_a_file_stays_small() {
    let target = Target::start();
    let body = [
        failing("ids", "order ${__Random(100000,999999)} not found"),
        failing("label ${__counter(FALSE)}", "no"),
        sampler("odd", &target, "/odd"),
    ]
    .concat();
    let plan = Plan::parse(plan(&[group("ThreadGroup", "users", 2, 150, &body)]).as_bytes()).unwrap();
    let copy = execution::prepare(&plan, &Load::Script).unwrap();
    let run = Run::of(&copy.plan).start(&[]);
    assert_eq!(run.count("request"), 900);
    let labels = labels(&run);
    assert_eq!((labels["ids"], labels["odd"]), (5, 5));
    assert_eq!(labels.len(), 100);
    let of = |label: &str| {
        run.exchanges
            .iter()
            .map(|line| &line["exchange"])
            .find(|of| of["label"] == label)
            .unwrap()
    };
    for line in &run.exchanges {
        let size = line["exchange"].to_string().len();
        assert!(size <= 8_192, "{size}");
    }
    let odd = of("odd");
    assert!(
        odd.to_string().len() > 6_000,
        "it uses the room that it has: {}",
        odd.to_string().len()
    );
    let text = odd["response"]["body"]["text"].as_str().unwrap();
    assert!(
        text.starts_with("\u{1}\u{1f}\"\\\r\n日本😀") && text.ends_with('…'),
        "{text:?}"
    );
    let other = of("ids");
    assert_eq!(
        (&other["request"]["method"], &other["request"]["url"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(other["request"]["body"]["text"], "SELECT 1");
}

#[test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
fn redirects_forms_and_bytes_are_shown_as_what_they_are() {
    let target = Target::start();
    let follow = |sampler: String| {
        sampler.replace(
            "</HTTPSamplerProxy>",
            r#"<boolProp name="HTTPSampler.follow_redirects">true</boolProp></HTTPSamplerProxy>"#,
        )
    };
    let form = sampler("form", &target, "/json").replace(">GET<", ">POST<").replace(
        "</HTTPSamplerProxy>",
        r#"<elementProp name="HTTPsampler.Arguments" elementType="Arguments"><collectionProp name="Arguments.arguments">
        <elementProp name="user" elementType="HTTPArgument"><boolProp name="HTTPArgument.always_encode">true</boolProp>
        <stringProp name="Argument.name">user</stringProp><stringProp name="Argument.value">ana</stringProp>
        <stringProp name="Argument.metadata">=</stringProp></elementProp>
        <elementProp name="pwd" elementType="HTTPArgument"><boolProp name="HTTPArgument.always_encode">true</boolProp>
        <stringProp name="Argument.name">pwd</stringProp><stringProp name="Argument.value">hidden</stringProp>
        <stringProp name="Argument.metadata">=</stringProp></elementProp></collectionProp></elementProp></HTTPSamplerProxy>"#,
    );
    let cookies = r#"<CookieManager guiclass="CookiePanel" testclass="CookieManager" testname="cookies" enabled="true">
        <collectionProp name="CookieManager.cookies"/></CookieManager><hashTree/>"#;
    let body = [
        cookies.to_owned(),
        follow(sampler("moved", &target, "/status?302")),
        form,
        sampler("bytes", &target, "/binary"),
        sampler("search", &target, "/json?q=1&amp;api_key=hidden"),
        sampler("latin", &target, "/latin"),
        sampler("wide", &target, "/wide"),
    ]
    .concat();
    let plan = Plan::parse(plan(&[group("ThreadGroup", "users", 1, 1, &body)]).as_bytes()).unwrap();
    let copy = execution::prepare(&plan, &Load::Once { runs: vec![true] }).unwrap();
    let run = Run::of(&copy.plan).keeping_all().start(&[]);
    let of = |number: usize| &run.exchanges[number]["exchange"];
    let codes: Vec<&str> = of(0)["subRequests"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|sub| sub["code"].as_str())
        .collect();
    assert_eq!(
        (of(0)["response"]["code"].as_str(), codes),
        (Some("200"), vec!["302", "200"]),
        "{:#}",
        of(0)
    );
    let form = target
        .requests()
        .into_iter()
        .find(|request| request.head.starts_with("POST"))
        .unwrap();
    assert!(form.head.contains("Cookie: sid=hidden"), "{}", form.head);
    assert_eq!(of(1)["redacted"], json!(["Cookie", "pwd", "Set-Cookie"]));
    assert_eq!(of(1)["request"]["body"]["text"], "user=ana&pwd=***");
    assert_eq!(
        of(2)["response"]["body"],
        json!({"text": null, "bytes": 300, "cut": false})
    );
    assert!(
        of(3)["request"]["url"]
            .as_str()
            .unwrap()
            .ends_with("/json?q=1&api_key=***")
    );
    assert_eq!(of(3)["request"]["body"], Value::Null, "it is in the address");
    assert_eq!(
        of(4)["response"]["body"],
        json!({"text": "año", "bytes": 3, "cut": false})
    );
    assert_eq!(
        of(5)["response"]["body"],
        json!({"text": "año", "bytes": 6, "cut": false})
    );
    assert!(!Value::from(run.exchanges.clone()).to_string().contains("hidden"));
}

#[test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
fn a_validation_says_which_phase_an_exchange_is_of_and_how_many_it_left_out() {
    let target = Target::start();
    let groups = [
        group(
            "SetupThreadGroup",
            "first",
            1,
            1,
            &sampler("login", &target, "/setup"),
        ),
        group(
            "ThreadGroup",
            "users",
            7,
            1_000,
            &sampler("page", &target, "/json"),
        ),
        group(
            "PostThreadGroup",
            "last",
            1,
            53,
            &sampler("logout", &target, "/status?500"),
        ),
    ];
    let plan = Plan::parse(plan(&groups).as_bytes()).unwrap();
    let copy = execution::prepare(&plan, &Load::Once { runs: vec![true] }).unwrap();
    let run = Run::of(&copy.plan).keeping_all().with_taurus().start(&[]);
    let phases: Vec<&str> = run
        .exchanges
        .iter()
        .filter_map(|line| line["exchange"]["phase"].as_str())
        .collect();
    assert_eq!(phases[..3], ["setup", "load", "teardown"]);
    assert_eq!(phases.len(), 2 + 50);
    assert_eq!(
        run.exchanges.last().unwrap()["omitted"],
        json!({"samples": 3, "failures": 3})
    );
}
