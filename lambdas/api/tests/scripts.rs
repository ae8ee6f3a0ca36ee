//! Uploads and scripts through the door: what can be known of a script is known when it is saved.

mod door;

use std::io::{Cursor, Write};

use door::{As, Door, put, script_scenario};
use serde_json::{Value, json};

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

fn paths(script: &Value) -> Vec<&str> {
    let files = script["files"].as_array().unwrap();
    files.iter().map(|file| file["path"].as_str().unwrap()).collect()
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
    assert_eq!(paths(&script), ["plan.jmx", "users.csv"]);
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

#[tokio::test]
async fn a_file_is_shown_and_an_edit_makes_another_script() {
    let door = Door::open().await;
    let old = plan(&group(true));
    let latin = b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>\xf1</a>";
    let large = vec![b'a'; 1024 * 1024 + 1];
    let archive = zip(&[
        ("shop/plan.jmx", old.as_bytes()),
        ("shop/data/ñ b.csv", b"1,2\n"),
        ("shop/lib/x.bin", b"PK\x03\x04\xff"),
        ("shop/latin.xml", latin),
        ("shop/large.csv", &large),
    ]);
    let id = door.upload("shop.zip", &archive).await;
    let get = |path: &str| {
        let target = format!("/scripts/{id}/files/{path}");
        let door = &door;
        async move { door.call(As::Viewer, "GET", &target).await }
    };
    let file = get("plan.jmx").await.json();
    assert_eq!(
        file,
        json!({"path": "plan.jmx", "size": old.len(), "text": old, "problem": null})
    );
    for path in ["data/%C3%B1%20b.csv", "data%2F%C3%B1%20b.csv", "data/ñ b.csv"] {
        assert_eq!(get(path).await.json()["text"], "1,2\n", "{path}");
    }
    assert!(
        get("latin.xml").await.json()["text"]
            .as_str()
            .unwrap()
            .ends_with("<a>ñ</a>")
    );
    for (path, word) in [("lib/x.bin", "UTF-8"), ("large.csv", "1048576")] {
        let file = get(path).await.json();
        assert_eq!(file["text"], json!(null));
        assert!(file["problem"].as_str().unwrap().contains(word), "{file}");
    }
    for path in [
        "other.csv",
        "../plan.jmx",
        "%2E%2E/plan.jmx",
        "shop/plan.jmx",
        "%ff",
    ] {
        get(path).await.problem(404);
    }

    let new = old
        .replace("\"10\"", "\"20\"")
        .replace("testname=\"p\"", "testname=\"edited ñ\"");
    let edit = |path: &str, text: &str| {
        let (target, body) = (format!("/scripts/{id}/files/{path}"), json!({"text": text}));
        let door = &door;
        async move { door.send(As::Operator, "PUT", &target, &[], &body).await }
    };
    let answer = edit("plan.jmx", &new).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let script = answer.json();
    let edited = script["scriptId"].as_str().unwrap();
    assert_ne!(edited, id);
    assert_eq!(
        answer.header("location"),
        Some(format!("/api/v1/scripts/{edited}").as_str())
    );
    assert_eq!(
        script,
        door.call(As::Viewer, "GET", &format!("/scripts/{edited}"))
            .await
            .json()
    );
    assert_eq!(
        paths(&script),
        ["data/ñ b.csv", "large.csv", "latin.xml", "lib/x.bin", "plan.jmx"]
    );
    let target = format!("/scripts/{edited}/files/plan.jmx");
    assert_eq!(door.call(As::Viewer, "GET", &target).await.json()["text"], new);
    assert_eq!(get("plan.jmx").await.json()["text"], old, "the old one stays");
    door.scenario(&script_scenario(edited)).await;

    let added = edit("data/new.csv", "x\n").await;
    assert_eq!(added.status, 201, "{}", added.text);
    assert_eq!(added.json()["files"].as_array().unwrap().len(), 6);
}

#[tokio::test]
async fn an_edit_that_cannot_be_is_refused_with_its_reason() {
    let door = Door::open().await;
    let good = plan(&group(true));
    let id = door
        .upload(
            "shop.zip",
            &zip(&[("plan.jmx", good.as_bytes()), ("data/a.csv", b"1")]),
        )
        .await;
    let single = door.upload("my.jmx", good.as_bytes()).await;
    let put = |id: &str, path: &str, body: serde_json::Value| {
        let target = format!("/scripts/{id}/files/{path}");
        let door = &door;
        async move { door.send(As::Operator, "PUT", &target, &[], &body).await }
    };
    for (text, word) in [
        ("<jmeterTestPlan>\n<hashTree>".to_owned(), "line 2"),
        ("<html/>".to_owned(), "jmeterTestPlan"),
        (
            good.replace("UTF-8", "ISO-8859-1")
                .replace("testname=\"p\"", "testname=\"ñ\""),
            "UTF-8",
        ),
        ("a\u{0}b".to_owned(), "control"),
        ("x".repeat(1024 * 1024 + 1), "1048576"),
    ] {
        let answer = put(&id, "plan.jmx", json!({"text": text})).await;
        assert_eq!(answer.pointers(422), ["/text"], "{word}");
        assert!(answer.text.contains(word), "{word}: {}", answer.text);
    }
    // In pure ASCII it makes no difference what is declared.
    let latin = put(
        &id,
        "plan.jmx",
        json!({"text": good.replace("UTF-8", "ISO-8859-1")}),
    )
    .await;
    assert_eq!(latin.status, 201, "{}", latin.text);
    assert_eq!(
        put(&id, "plan.jmx", json!({"content": ""})).await.pointers(422),
        ["/text", "/content"]
    );
    for path in [
        "../a.csv",
        "a//b.csv",
        "%2Fetc%2Fpasswd",
        "a%5Cb.csv",
        "__MACOSX/a.csv",
        "data/",
    ] {
        let problem = put(&id, path, json!({"text": "x"})).await.problem(422);
        assert!(
            problem["detail"].as_str().unwrap().contains("path"),
            "{path}: {problem}"
        );
    }
    for path in ["data", "plan.jmx/inner"] {
        assert_eq!(
            put(&id, path, json!({"text": "x"})).await.pointers(422),
            [""],
            "{path}"
        );
    }
    let other = put(&single, "users.csv", json!({"text": "x"})).await;
    assert_eq!(other.pointers(422), [""]);
    assert!(other.text.contains("my.jmx"), "{}", other.text);
    assert_eq!(put(&single, "my.jmx", json!({"text": good})).await.status, 201);

    let announced = door.announce("plan.jmx", good.as_bytes()).await;
    let early = announced["scriptId"].as_str().unwrap();
    for id in [early, "scr_01KAR8Z6VBN6E1CT9W2QK0H3FM", "nonsense"] {
        put(id, "plan.jmx", json!({"text": good})).await.problem(404);
        door.call(As::Viewer, "GET", &format!("/scripts/{id}/files/plan.jmx"))
            .await
            .problem(404);
    }
}

#[tokio::test]
async fn what_a_run_does_not_do_as_the_plan_says_is_said_from_the_start() {
    let door = Door::open().await;
    let looping = r#"<ThreadGroup guiclass="ThreadGroupGui" testclass="ThreadGroup" testname="g" enabled="true">
        <stringProp name="ThreadGroup.num_threads">10</stringProp>
        <elementProp name="ThreadGroup.main_controller" elementType="LoopController">
        <intProp name="LoopController.loops">5</intProp></elementProp></ThreadGroup><hashTree>
        <CSVDataSet testclass="CSVDataSet" testname="d" enabled="true">
        <stringProp name="filename">users.csv</stringProp></CSVDataSet><hashTree/>
        <IncludeController testclass="IncludeController" testname="i" enabled="true">
        <stringProp name="IncludeController.includepath">../more.jmx</stringProp></IncludeController><hashTree/>
        </hashTree>"#;
    let writer = |file: &str| {
        format!(
            r#"<ResultCollector testclass="ResultCollector" testname="out" enabled="true">
            <stringProp name="filename">{file}</stringProp></ResultCollector><hashTree/>"#
        )
    };
    let main = plan(&(looping.to_owned() + &writer("a.jtl")));
    let more = plan(&writer("b.jtl"));
    let id = door
        .upload(
            "p.zip",
            &zip(&[("p/main.jmx", main.as_bytes()), ("more.jmx", more.as_bytes())]),
        )
        .await;
    let mut document = script_scenario(&id);
    document["workload"]["entry"] = "p/main.jmx".into();
    document["traffic"][0]["virtualUsers"] = 2_001.into();
    let created = door
        .send(As::Operator, "POST", "/scenarios", &[], &document)
        .await;
    assert_eq!(created.status, 201, "{}", created.text);
    let created = created.json();
    let warnings = created["warnings"].as_array().unwrap();
    let said = |warnings: &[Value], code: &str, words: &[&str]| {
        let fits = |warning: &&Value| {
            let detail = warning["detail"].as_str().unwrap();
            warning["code"] == code && words.iter().all(|word| detail.contains(word))
        };
        assert_eq!(
            warnings.iter().filter(fits).count(),
            1,
            "{code} {words:?}: {warnings:?}"
        );
    };
    let check = |warnings: &[Value]| {
        assert_eq!(warnings.len(), 5, "{warnings:?}");
        said(warnings, "MANY_USERS", &["us-east-1", "2001", "2000"]);
        said(warnings, "FILE_MISSING", &["users.csv"]);
        said(warnings, "PLAN_CHANGED", &["`p/main.jmx`", "`g`", "loop count"]);
        said(warnings, "PLAN_CHANGED", &["`p/main.jmx`", "`out`", "a.jtl"]);
        said(warnings, "PLAN_CHANGED", &["`more.jmx`", "b.jtl"]);
    };
    check(warnings);
    let scenario = created["scenarioId"].as_str().unwrap();
    let path = format!("/scenarios/{scenario}");
    let read = door.call(As::Viewer, "GET", &path).await.json();
    assert_eq!(read, created);
    let run = door.run(scenario).await;
    let run = door.call(As::Viewer, "GET", &format!("/runs/{run}")).await.json();
    check(run["warnings"].as_array().unwrap());

    // The plan's own load is run as it is; what was answered can be sent back.
    let mut document = read;
    document["shape"] = json!({"kind": "script"});
    document["traffic"][0]
        .as_object_mut()
        .unwrap()
        .remove("virtualUsers");
    let edited = door
        .send(As::Operator, "PUT", &path, &[("If-Match", "\"1\"")], &document)
        .await;
    assert_eq!(edited.status, 200, "{}", edited.text);
    let edited = edited.json();
    assert_eq!(edited["warnings"].as_array().unwrap().len(), 3, "{edited}");
    assert!(!edited["warnings"].to_string().contains("loop count"));
}
