//! What a run keeps of failed requests, and what a validation shows, with the real engines.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use axum::{Router, http::StatusCode, routing::any};
use oleada_tests::{client::Client, product::Product};
use serde_json::{Value, json};

/// Three JVMs, one after the other, on a machine that others use too.
const PATIENCE: Duration = Duration::from_secs(180);

/// A server with secrets of its own: `/fine`, `/refuse` (409), `/slow` (4 s).
struct Shop {
    port: u16,
    server: tokio::task::JoinHandle<()>,
}

impl Shop {
    async fn open() -> Result<Self> {
        let secrets = [("set-cookie", "sid=hidden"), ("x-trace", "abc-123")];
        let slow = || async {
            tokio::time::sleep(Duration::from_secs(4)).await;
            "late"
        };
        let router = Router::new()
            .route("/fine", any(move || async move { (secrets, "welcome") }))
            .route(
                "/refuse",
                any(move || async move { (StatusCode::CONFLICT, secrets, r#"{"error":"sold out"}"#) }),
            )
            .route("/slow", any(slow));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                eprintln!("the shop failed: {error}");
            }
        });
        Ok(Self { port, server })
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// A visit, a purchase that is refused, and the credentials for both.
fn visits(shop: &Shop) -> Value {
    let headers = json!({"Authorization": "Bearer hidden", "X-Api-Key": "hidden", "X-Client": "oleada"});
    json!({
        "name": "visits",
        "workload": {"kind": "http", "thinkTime": "20ms", "requests": [
            {"label": "visit", "url": shop.url("/fine"), "headers": headers},
            {"label": "buy", "method": "POST", "url": shop.url("/refuse?token=hidden"), "headers": headers,
             "body": "{\"card\": 1, \"password\": \"hidden\"}"}
        ]},
        "shape": {"kind": "users", "hold": "3s", "drain": "2s"},
        "traffic": [{"region": "us-east-1", "workers": 1, "virtualUsers": 2}]
    })
}

/// A plan with these elements, each of which is one line of XML with its tree.
fn plan(groups: &[String]) -> String {
    format!(
        r#"<jmeterTestPlan version="1.2" properties="5.0" jmeter="5.6.3"><hashTree>
        <TestPlan guiclass="TestPlanGui" testclass="TestPlan" testname="plan" enabled="true"/>
        <hashTree>{}</hashTree></hashTree></jmeterTestPlan>"#,
        groups.concat()
    )
}

fn group(class: &str, users: u32, loops: i32, body: &str) -> String {
    format!(
        r#"<{class} guiclass="{class}Gui" testclass="{class}" testname="{class}" enabled="true">
        <stringProp name="ThreadGroup.on_sample_error">continue</stringProp>
        <elementProp name="ThreadGroup.main_controller" elementType="LoopController">
        <boolProp name="LoopController.continue_forever">false</boolProp>
        <stringProp name="LoopController.loops">{loops}</stringProp></elementProp>
        <stringProp name="ThreadGroup.num_threads">{users}</stringProp>
        <stringProp name="ThreadGroup.ramp_time">0</stringProp></{class}><hashTree>{body}</hashTree>"#
    )
}

fn sampler(name: &str, host: &str, port: u16, path: &str, within: &str) -> String {
    format!(
        r#"<HTTPSamplerProxy guiclass="HttpTestSampleGui" testclass="HTTPSamplerProxy" testname="{name}" enabled="true">
        <stringProp name="HTTPSampler.protocol">http</stringProp><stringProp name="HTTPSampler.domain">{host}</stringProp>
        <stringProp name="HTTPSampler.port">{port}</stringProp><stringProp name="HTTPSampler.path">{path}</stringProp>
        <stringProp name="HTTPSampler.method">GET</stringProp></HTTPSamplerProxy><hashTree>{within}</hashTree>"#
    )
}

fn jsr223(name: &str, script: &str) -> String {
    format!(
        r#"<JSR223PreProcessor guiclass="TestBeanGUI" testclass="JSR223PreProcessor" testname="{name}" enabled="true">
        <stringProp name="scriptLanguage">groovy</stringProp><stringProp name="cacheKey">false</stringProp>
        <stringProp name="script">{script}</stringProp></JSR223PreProcessor><hashTree/>"#
    )
}

/// Uploads a plan and validates a scenario that runs it as it is.
async fn validate_plan(client: &Client, plan: &str) -> Result<String> {
    let script = client.upload("plan.jmx", plan.as_bytes()).await?;
    let scenario = client
        .scenario(&json!({
            "name": "a plan",
            "workload": {"kind": "script", "scriptId": script},
            "shape": {"kind": "script", "maxDuration": "2m", "drain": "1s"},
            "traffic": [{"region": "us-east-1", "workers": 3}]
        }))
        .await?;
    validate(client, &scenario).await
}

async fn validate(client: &Client, scenario: &str) -> Result<String> {
    let accepted = client
        .post(&format!("/scenarios/{scenario}/validate"), &json!({}))
        .await?;
    Ok(accepted["runId"].as_str().context("runId")?.to_owned())
}

fn is_over(validation: &Value) -> bool {
    ["completed", "failed", "cancelled"].contains(&validation["status"].as_str().unwrap_or_default())
}

/// What a validation shows, again and again until `enough`.
async fn seen(client: &Client, run: &str, enough: impl Fn(&Value) -> bool) -> Result<Value> {
    let since = Instant::now();
    loop {
        let now = client.get(&format!("/runs/{run}/validation")).await?;
        if enough(&now) {
            return Ok(now);
        }
        ensure!(since.elapsed() < PATIENCE && !is_over(&now), "{now:#}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

fn labels(validation: &Value) -> Vec<&str> {
    let exchanges = validation["exchanges"].as_array().map_or(&[][..], Vec::as_slice);
    exchanges
        .iter()
        .map(|exchange| exchange["label"].as_str().unwrap_or_default())
        .collect()
}

fn has_header(side: &Value, name: &str, value: &str) -> bool {
    let headers = side["headers"].as_array().map_or(&[][..], Vec::as_slice);
    headers.iter().any(|header| {
        header["name"]
            .as_str()
            .is_some_and(|is| is.eq_ignore_ascii_case(name))
            && header["value"] == value
    })
}

#[tokio::test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
async fn failures_are_shown_with_their_request_and_answer_and_without_credentials() -> Result<()> {
    let (product, shop) = (Product::start()?, Shop::open().await?);
    let client = product.client()?;
    let run = client.run(&client.scenario(&visits(&shop)).await?).await?;
    client.ended(&run, PATIENCE).await?;
    let results = client.get(&format!("/runs/{run}/results")).await?;
    let errors = results["errors"].as_array().context("errors")?;
    let [group] = &errors[..] else {
        anyhow::bail!("{errors:#?}");
    };
    assert_eq!((&group["label"], &group["code"]), (&json!("buy"), &json!("409")));
    let samples = group["samples"].as_array().context("samples")?;
    assert_eq!(samples.len(), 5, "{samples:#?}");
    assert_eq!(group["sample"], samples[0]);
    ensure!(!results.to_string().contains("hidden"), "{results:#}");

    let exchange = &samples[0];
    let (request, response) = (&exchange["request"], &exchange["response"]);
    assert_eq!(request["method"], "POST");
    assert_eq!(request["url"], shop.url("/refuse?token=***"));
    assert_eq!(request["body"]["text"], r#"{"card": 1, "password": "***"}"#);
    ensure!(has_header(request, "x-client", "oleada"), "{request:#}");
    assert_eq!(
        (&response["code"], &response["message"]),
        (&json!("409"), &json!("Conflict"))
    );
    assert_eq!(
        response["body"],
        json!({"text": r#"{"error":"sold out"}"#, "bytes": 20, "cut": false})
    );
    ensure!(has_header(response, "x-trace", "abc-123"), "{response:#}");
    assert_eq!(
        exchange["redacted"],
        json!(["Authorization", "password", "set-cookie", "token", "X-Api-Key"])
    );

    // A window has its own counts, and the exchanges of the run.
    let window = client.get(&format!("/runs/{run}/results?to=1000")).await?;
    assert_eq!(window["errors"][0]["samples"], group["samples"]);

    let mut silent = visits(&shop);
    silent["captureErrors"] = json!(false);
    let run = client.run(&client.scenario(&silent).await?).await?;
    client.ended(&run, PATIENCE).await?;
    let results = client.get(&format!("/runs/{run}/results")).await?;
    let group = &results["errors"][0];
    assert_eq!(
        (&group["label"], &group["sample"], &group["samples"]),
        (&json!("buy"), &Value::Null, &json!([]))
    );
    Ok(())
}

#[tokio::test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
async fn a_validation_of_listed_requests_sends_each_once() -> Result<()> {
    let (product, shop) = (Product::start()?, Shop::open().await?);
    let client = product.client()?;
    let scenario = client.scenario(&visits(&shop)).await?;
    let run = validate(&client, &scenario).await?;
    let validation = seen(&client, &run, is_over).await?;
    assert_eq!(validation["status"], "completed", "{validation:#}");
    assert_eq!(labels(&validation), ["visit", "buy"], "{validation:#}");
    let visit = &validation["exchanges"][0];
    assert_eq!(
        (&visit["success"], &visit["response"]["body"]["text"]),
        (&json!(true), &json!("welcome"))
    );
    ensure!(!validation.to_string().contains("hidden"), "{validation:#}");
    assert_eq!(validation["outcome"], "failed");
    assert_eq!(
        validation["problem"],
        json!({"code": "REQUEST_FAILED", "detail": "409 Conflict", "element": "buy"})
    );
    let history = client.get("/runs").await?;
    assert_eq!(history["items"], json!([]));
    Ok(())
}

#[tokio::test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
async fn a_validation_of_a_plan_goes_through_every_group_once_and_can_be_watched() -> Result<()> {
    let (product, shop) = (Product::start()?, Shop::open().await?);
    let client = product.client()?;
    let host = |name: &str, path: &str| sampler(name, "127.0.0.1", shop.port, path, "");
    let plan = plan(&[
        group("SetupThreadGroup", 1, 1, &host("login", "/fine")),
        group(
            "ThreadGroup",
            50,
            -1,
            &(host("look", "/fine") + &host("wait", "/slow")),
        ),
        group("PostThreadGroup", 1, 1, &host("logout", "/fine")),
    ]);
    let run = validate_plan(&client, &plan).await?;
    let early = seen(&client, &run, |now| labels(now) == ["login"]).await?;
    ensure!(!is_over(&early), "{early:#}");
    let over = seen(&client, &run, is_over).await?;
    assert_eq!(labels(&over), ["login", "look", "wait", "logout"], "{over:#}");
    let phases: Vec<&Value> = (0..4).map(|number| &over["exchanges"][number]["phase"]).collect();
    assert_eq!(phases, ["setup", "load", "load", "teardown"]);
    assert_eq!(
        (&over["outcome"], &over["problem"]),
        (&json!("passed"), &Value::Null),
        "{over:#}"
    );
    assert_eq!(over["log"], json!([]), "a script that works leaves no warnings");
    assert_eq!(over["omitted"], json!({"samples": 0, "failures": 0}));
    Ok(())
}

#[tokio::test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
async fn a_validation_shows_where_a_script_is_broken() -> Result<()> {
    let (product, shop) = (Product::start()?, Shop::open().await?);
    let client = product.client()?;
    let lost = sampler("lost", "nowhere.invalid", 80, "/", "");
    let run = validate_plan(&client, &plan(&[group("ThreadGroup", 1, 1, &lost)])).await?;
    let over = seen(&client, &run, is_over).await?;
    assert_eq!(over["outcome"], "failed", "{over:#}");
    assert_eq!(over["problem"]["element"], "lost", "{over:#}");
    let detail = over["problem"]["detail"].as_str().context("detail")?;
    ensure!(detail.contains("UnknownHostException"), "{over:#}");

    let broken = jsr223("sign", "throw new IllegalStateException('no key')");
    let signed = sampler("signed", "127.0.0.1", shop.port, "/fine", &broken);
    let run = validate_plan(&client, &plan(&[group("ThreadGroup", 1, 1, &signed)])).await?;
    let over = seen(&client, &run, is_over).await?;
    let log = over["log"].to_string();
    ensure!(log.contains("sign") && log.contains("no key"), "{over:#}");

    // Here the plan itself cannot start: the setUp group stops the test.
    let stopping = group(
        "SetupThreadGroup",
        1,
        1,
        &sampler("login", "127.0.0.1", 9, "/", ""),
    )
    .replace("continue</stringProp>", "stoptestnow</stringProp>");
    let load = group(
        "ThreadGroup",
        1,
        1,
        &sampler("look", "127.0.0.1", shop.port, "/fine", ""),
    );
    let run = validate_plan(&client, &plan(&[stopping, load])).await?;
    let over = seen(&client, &run, is_over).await?;
    assert_eq!(
        (
            &over["status"],
            &over["problem"]["code"],
            &over["problem"]["element"]
        ),
        (&json!("failed"), &json!("SETUP_FAILED"), &json!("login")),
        "{over:#}"
    );
    Ok(())
}
