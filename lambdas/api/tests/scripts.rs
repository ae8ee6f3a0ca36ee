//! Uploads and scripts through the door: what can be known of a script is known when it is saved.

mod door;

use std::io::{Cursor, Write};

use door::{As, Door, put, script_scenario};
use serde_json::json;

fn plan(tree: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><jmeterTestPlan version="1.2" properties="5.0" jmeter="5.6.3"><hashTree>
        <TestPlan guiclass="TestPlanGui" testclass="TestPlan" testname="p" enabled="true"/>
        <hashTree>{tree}</hashTree></hashTree></jmeterTestPlan>"#
    )
}

fn group(enabled: bool) -> String {
    format!(
        r#"<ThreadGroup guiclass="ThreadGroupGui" testclass="ThreadGroup" testname="g" enabled="{enabled}">
        <stringProp name="ThreadGroup.num_threads">10</stringProp></ThreadGroup><hashTree/>"#
    )
}

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer
            .start_file(*name, zip::write::SimpleFileOptions::default())
            .unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[tokio::test]
async fn a_good_script_is_listed_and_saved() {
    let door = Door::open().await;
    let plan = plan(&group(true));
    let archive = zip(&[("shop/plan.jmx", plan.as_bytes()), ("shop/users.csv", b"a,b\n")]);
    let id = door.upload("shop.zip", &archive).await;
    let script = door
        .call(As::Viewer, "GET", &format!("/scripts/{id}"))
        .await
        .json();
    assert_eq!(script["uploaded"], true);
    assert_eq!(script["problem"], json!(null));
    let paths: Vec<_> = script["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| &file["path"])
        .collect();
    assert_eq!(paths, ["plan.jmx", "users.csv"]);
    // Twice: the second time from what was kept.
    door.scenario(&script_scenario(&id)).await;
    door.scenario(&script_scenario(&id)).await;
}

#[tokio::test]
async fn a_script_that_cannot_run_is_refused_when_the_scenario_is_saved() {
    let door = Door::open().await;
    let good = plan(&group(true));
    let bomb = vec![0; 100 << 20];
    let unknown = plan(&format!(
        r#"{}<com.example.Sampler testname="s"/><hashTree/>"#,
        group(true)
    ));
    let stepping =
        plan(r#"<kg.apc.jmeter.threads.SteppingThreadGroup testname="steps" enabled="true"/><hashTree/>"#);
    for (name, bytes, word, pointer) in [
        (
            "plan.jmx",
            b"<jmeterTestPlan><hashTree>".to_vec(),
            "plan.jmx",
            "/workload/scriptId",
        ),
        (
            "plan.jmx",
            b"\xff\xfe\x00nonsense".to_vec(),
            "plan.jmx",
            "/workload/scriptId",
        ),
        (
            "plan.jmx",
            plan("").into_bytes(),
            "thread group",
            "/workload/scriptId",
        ),
        (
            "plan.jmx",
            plan(&group(false)).into_bytes(),
            "thread group",
            "/workload/scriptId",
        ),
        (
            "plan.jmx",
            unknown.into_bytes(),
            "com.example.Sampler",
            "/workload/scriptId",
        ),
        (
            "plan.jmx",
            stepping.into_bytes(),
            "SteppingThreadGroup",
            "/workload/scriptId",
        ),
        (
            "plan.zip",
            b"PK\x03\x04 nonsense".to_vec(),
            "archive",
            "/workload/scriptId",
        ),
        (
            "plan.zip",
            zip(&[("../plan.jmx", good.as_bytes())]),
            "../plan.jmx",
            "/workload/scriptId",
        ),
        (
            "plan.zip",
            zip(&[("plan.jmx", good.as_bytes()), ("bomb", &bomb)]),
            "bomb",
            "/workload/scriptId",
        ),
        (
            "plan.zip",
            zip(&[("users.csv", b"a")]),
            "no .jmx",
            "/workload/entry",
        ),
        (
            "plan.zip",
            zip(&[("a.jmx", good.as_bytes()), ("b.jmx", good.as_bytes())]),
            "a.jmx, b.jmx",
            "/workload/entry",
        ),
    ] {
        let id = door.upload(name, &bytes).await;
        for _ in 0..2 {
            let answer = door
                .send(As::Operator, "POST", "/scenarios", &[], &script_scenario(&id))
                .await;
            assert_eq!(answer.pointers(422)[0], pointer, "{word}: {}", answer.text);
            assert!(answer.text.contains(word), "{word}: {}", answer.text);
        }
    }
    let list = door.call(As::Viewer, "GET", "/scenarios").await.json();
    assert_eq!(list["items"], json!([]));
    let id = door.upload("plan.jmx", good.as_bytes()).await;
    let mut document = script_scenario(&id);
    document["workload"]["entry"] = "other.jmx".into();
    let answer = door
        .send(As::Operator, "POST", "/scenarios", &[], &document)
        .await;
    assert_eq!(answer.pointers(422), ["/workload/entry"]);
}

#[tokio::test]
async fn an_upload_is_what_was_announced_or_nothing() {
    let door = Door::open().await;
    let plan = plan(&group(true));
    let announced = door.announce("plan.jmx", plan.as_bytes()).await;
    let id = announced["scriptId"].as_str().unwrap();
    let script = door
        .call(As::Viewer, "GET", &format!("/scripts/{id}"))
        .await
        .json();
    assert_eq!(
        (&script["uploaded"], &script["files"]),
        (&json!(false), &json!([]))
    );
    let early = door
        .send(As::Operator, "POST", "/scenarios", &[], &script_scenario(id))
        .await;
    assert_eq!(early.pointers(422), ["/workload/scriptId"]);
    assert!(early.text.contains("not been uploaded"), "{}", early.text);
    // Other bytes of the same length.
    let mut other = plan.clone().into_bytes();
    other[60] ^= 1;
    assert!(put(&announced, &other).await.is_client_error());
    let still = door
        .call(As::Viewer, "GET", &format!("/scripts/{id}"))
        .await
        .json();
    assert_eq!(still["uploaded"], false);
    assert!(put(&announced, plan.as_bytes()).await.is_success());
    door.scenario(&script_scenario(id)).await;

    let missing = script_scenario("scr_01KAR8Z6VBN6E1CT9W2QK0H3FM");
    let answer = door.send(As::Operator, "POST", "/scenarios", &[], &missing).await;
    assert_eq!(answer.pointers(422), ["/workload/scriptId"]);
}

#[tokio::test]
async fn an_announcement_that_makes_no_sense_is_refused_at_once() {
    let door = Door::open().await;
    let body = json!({"fileName": "../plan.exe", "size": 524_288_001, "sha256": "abc", "path": "/"});
    let answer = door.send(As::Operator, "POST", "/uploads", &[], &body).await;
    assert_eq!(answer.pointers(422), ["/fileName", "/size", "/sha256", "/path"]);
    let answer = door.send(As::Operator, "POST", "/uploads", &[], &json!([])).await;
    assert_eq!(answer.pointers(422), [""]);
}
