//! Bad input, as clients and uploads bring it: refused when it is saved, with every problem named, and nothing stored.

use std::io::{Cursor, Write};

use anyhow::{Context, Result, ensure};
use oleada_tests::{
    client::{Answer, Client},
    product::Product,
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use zip::{ZipWriter, write::SimpleFileOptions};

const PLAN: &str = include_str!("plan.jmx");

fn scenario(script: &str) -> Value {
    json!({
        "name": "inputs",
        "workload": {"kind": "script", "scriptId": script},
        "shape": {"kind": "users", "hold": "5s"},
        "traffic": [{"region": "us-east-1", "workers": 1, "virtualUsers": 1}]
    })
}

fn archive(files: &[(&str, &[u8])]) -> Result<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(*name, SimpleFileOptions::default())?;
        zip.write_all(content)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// The answer to a scenario of this script, which must be a problem with pointers.
async fn refused(client: &Client, scenario: &Value, pointer: &str) -> Result<Answer> {
    let answer = client.send(Method::POST, "/scenarios", Some(scenario)).await?;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.body);
    assert_eq!(answer.headers["content-type"], "application/problem+json");
    let errors = answer.body["errors"].as_array().context("errors")?;
    let named = errors.iter().any(|error| {
        error["pointer"]
            .as_str()
            .is_some_and(|at| at.starts_with(pointer))
    });
    ensure!(named, "{pointer} is not named in {:#}", answer.body);
    Ok(answer)
}

async fn stored(client: &Client) -> Result<usize> {
    let list = client.get("/scenarios?q=inputs&limit=100").await?;
    Ok(list["items"].as_array().context("items")?.len())
}

#[tokio::test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
async fn scripts_that_cannot_run_are_refused_when_they_are_saved() -> Result<()> {
    let product = Product::start()?;
    let client = product.client()?;
    let plan = PLAN.as_bytes();
    let bomb = vec![0u8; 300 << 20];
    let scripts: Vec<(&str, &str, Vec<u8>)> = vec![
        ("broken XML", "a.jmx", b"<jmeterTestPlan><hashTree>".to_vec()),
        ("not XML", "a.jmx", b"hello".to_vec()),
        ("not UTF-8", "a.jmx", b"<?xml version=\"1.0\" encoding=\"UTF-8\"?><a>\xff\xfe</a>".to_vec()),
        ("no thread group", "a.jmx", b"<jmeterTestPlan version=\"1.2\"><hashTree><TestPlan testclass=\"TestPlan\" testname=\"p\"/><hashTree/></hashTree></jmeterTestPlan>".to_vec()),
        ("an entity", "a.jmx", b"<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><jmeterTestPlan>&e;</jmeterTestPlan>".to_vec()),
        ("an unknown class", "a.jmx", PLAN.replace("HTTPSamplerProxy", "NoSuchSampler").into_bytes()),
        ("a path upwards", "a.zip", archive(&[("plan.jmx", plan), ("../../escape", b"x")])?),
        ("an absolute path", "a.zip", archive(&[("plan.jmx", plan), ("/etc/escape", b"x")])?),
        ("a bomb", "a.zip", archive(&[("plan.jmx", plan), ("bomb", &bomb)])?),
        ("no plan", "a.zip", archive(&[("readme.txt", b"x")])?),
        ("two plans", "a.zip", archive(&[("a.jmx", plan), ("b.jmx", plan)])?),
        ("not a zip", "a.zip", b"PK but not really".to_vec()),
    ];
    for (what, name, content) in scripts {
        let script = client
            .upload(name, &content)
            .await
            .with_context(|| what.to_owned())?;
        refused(&client, &scenario(&script), "/workload")
            .await
            .with_context(|| what.to_owned())?;
    }
    let good = client.upload("plan.jmx", plan).await?;
    let mut elsewhere = scenario(&good);
    elsewhere["workload"]["entry"] = json!("missing.jmx");
    refused(&client, &elsewhere, "/workload/entry").await?;
    refused(
        &client,
        &scenario("scr_00000000000000000000000000"),
        "/workload/scriptId",
    )
    .await?;
    assert_eq!(stored(&client).await?, 0, "nothing is half-stored");
    client.scenario(&scenario(&good)).await?;
    Ok(())
}

#[tokio::test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
async fn documents_that_cannot_be_are_refused_with_all_their_problems() -> Result<()> {
    let product = Product::start()?;
    let client = product.client()?;
    let wrong = json!({
        "name": "inputs",
        "workload": {"kind": "http", "requests": [{"url": "http://127.0.0.1:1/"}]},
        "shape": {"kind": "users", "hold": "-1s"},
        "traffic": [
            {"region": "mars-north-1", "workers": 0, "virtualUsers": 1},
            {"region": "us-east-1", "workers": 10_001, "virtualUsers": 1}
        ]
    });
    let answer = refused(&client, &wrong, "/shape/hold").await?;
    for pointer in ["/traffic/0/workers", "/traffic/1/workers"] {
        let errors = answer.body["errors"].as_array().context("errors")?;
        ensure!(
            errors.iter().any(|error| error["pointer"] == pointer),
            "{pointer} in {:#}",
            answer.body
        );
    }
    let mut elsewhere = wrong.clone();
    elsewhere["shape"]["hold"] = json!("1s");
    elsewhere["traffic"] = json!([{"region": "eu-west-1", "workers": 1, "virtualUsers": 1}]);
    refused(&client, &elsewhere, "/traffic/0/region").await?;
    assert_eq!(stored(&client).await?, 0);
    Ok(())
}

#[tokio::test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
async fn bodies_beyond_reason_are_refused() -> Result<()> {
    let product = Product::start()?;
    let token = std::fs::read_to_string(product.data().join("admin-token"))?;
    let http = reqwest::Client::new();
    let post = |body: Vec<u8>, kind: &'static str| {
        let request = http
            .post(format!("{}/api/v1/scenarios", product.base()))
            .bearer_auth(token.trim());
        request.header("content-type", kind).body(body).send()
    };
    let huge = format!("{{\"name\":\"{}\"}}", "x".repeat(30 << 20)).into_bytes();
    for (what, body, kind, status) in [
        ("30 MB", huge, "application/json", 413),
        (
            "not UTF-8",
            b"{\"name\": \"\xff\xfe\"}".to_vec(),
            "application/json",
            400,
        ),
        ("broken", b"{\"name\":".to_vec(), "application/json", 400),
        ("another type", b"{}".to_vec(), "text/plain", 415),
        (
            "deep",
            [b"[".repeat(10_000), b"]".repeat(10_000)].concat(),
            "application/json",
            400,
        ),
    ] {
        let answer = post(body, kind).await?;
        assert_eq!(answer.status().as_u16(), status, "{what}");
        let kind = answer.headers().get("content-type").cloned();
        assert_eq!(
            kind.as_ref().and_then(|kind| kind.to_str().ok()),
            Some("application/problem+json"),
            "{what}"
        );
    }
    Ok(())
}

#[tokio::test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
async fn an_upload_of_other_bytes_is_refused() -> Result<()> {
    let product = Product::start()?;
    let client = product.client()?;
    let ticket = client
        .post(
            "/uploads",
            &json!({"fileName": "a.jmx", "size": 3, "sha256": "0".repeat(64)}),
        )
        .await?;
    let mut put = reqwest::Client::new()
        .put(ticket["url"].as_str().context("url")?)
        .body("abc");
    for (name, value) in ticket["headers"].as_object().context("headers")? {
        put = put.header(name, value.as_str().context("a header")?);
    }
    let answer = put.send().await?;
    ensure!(answer.status().is_client_error(), "{}", answer.status());
    refused(
        &client,
        &scenario(ticket["scriptId"].as_str().context("scriptId")?),
        "/workload/scriptId",
    )
    .await?;
    Ok(())
}

#[tokio::test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
async fn strangers_are_kept_out() -> Result<()> {
    let product = Product::start()?;
    let http = reqwest::Client::new();
    let url = format!("{}/api/v1/scenarios", product.base());
    assert_eq!(http.get(&url).send().await?.status(), 401);
    assert_eq!(
        http.get(&url).bearer_auth("olt_guess").send().await?.status(),
        401
    );
    let token = std::fs::read_to_string(product.data().join("admin-token"))?;
    let foreign_host = http
        .get(&url)
        .bearer_auth(token.trim())
        .header("host", "evil.example")
        .send()
        .await?;
    ensure!(
        foreign_host.status().is_client_error(),
        "{}",
        foreign_host.status()
    );
    let foreign_origin = http
        .get(&url)
        .bearer_auth(token.trim())
        .header("origin", "http://evil.example")
        .send()
        .await?;
    assert_eq!(foreign_origin.status(), 403);
    Ok(())
}
