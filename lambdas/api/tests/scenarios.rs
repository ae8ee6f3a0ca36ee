//! Scenarios through the door.

mod door;

use door::{As, Door, http_scenario};
use serde_json::{Value, json};

#[tokio::test]
async fn a_scenario_lives() {
    let door = Door::open().await;
    let created = door
        .send(
            As::Operator,
            "POST",
            "/scenarios",
            &[],
            &http_scenario("Checkout"),
        )
        .await;
    assert_eq!(created.status, 201, "{}", created.text);
    assert_eq!(created.header("etag"), Some("\"1\""));
    let path = created
        .header("location")
        .and_then(|location| location.strip_prefix("/api/v1"))
        .unwrap()
        .to_owned();
    let read = door.call(As::Viewer, "GET", &path).await;
    assert_eq!(read.status, 200);
    assert_eq!(read.json(), created.json());
    // Defaults are filled in.
    assert_eq!(read.json()["worker"]["vcpu"], 2);
    assert_eq!(read.json()["activeRunId"], Value::Null);

    // What was read can be sent back, edited.
    let mut edited = read.json();
    edited["name"] = "Checkout ñ 日本".into();
    let put = |version: &'static str, body: Value| {
        let (door, path) = (&door, &path);
        async move {
            door.send(As::Operator, "PUT", path, &[("If-Match", version)], &body)
                .await
        }
    };
    let answer = put("\"1\"", edited.clone()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("etag"), Some("\"2\""));
    assert_eq!(answer.json()["name"], "Checkout ñ 日本");
    assert_eq!(
        put("\"1\"", edited.clone()).await.problem(409)["code"],
        "STALE_VERSION"
    );
    assert_eq!(put("1", edited.clone()).await.problem(400)["code"], "MALFORMED");
    assert_eq!(put("*", edited.clone()).await.problem(400)["code"], "MALFORMED");
    let without = door.send(As::Operator, "PUT", &path, &[], &edited).await;
    assert_eq!(without.problem(428)["code"], "PRECONDITION_REQUIRED");

    let deleted = door.call(As::Operator, "DELETE", &path).await;
    assert_eq!((deleted.status, deleted.text.as_str()), (204, ""));
    door.call(As::Viewer, "GET", &path).await.problem(404);
    door.call(As::Operator, "DELETE", &path).await.problem(404);
    put("\"2\"", edited).await.problem(404);
}

#[tokio::test]
async fn every_problem_is_named_at_once() {
    let door = Door::open().await;
    let mut document = http_scenario("x");
    document["shape"]["hold"] = "-1s".into();
    document["traffic"] = json!([
        {"region": "mars-1", "workers": 0, "virtualUsers": 1},
        {"region": "us-east-1", "workers": 10_001, "virtualUsers": 1},
    ]);
    document["workload"]["requests"][0]["url"] = "ftp://x".into();
    document["colour"] = "red".into();
    let answer = door
        .send(As::Operator, "POST", "/scenarios", &[], &document)
        .await;
    let mut pointers = answer.pointers(422);
    pointers.sort();
    assert_eq!(
        pointers,
        [
            "/colour",
            "/name",
            "/shape/hold",
            "/traffic/0/region",
            "/traffic/0/workers",
            "/traffic/1/workers",
            "/workload/requests/0/url",
        ]
    );
    // Nothing is half-stored.
    let list = door.call(As::Viewer, "GET", "/scenarios").await.json();
    assert_eq!(list, json!({"items": [], "nextCursor": null}));
}

#[tokio::test]
async fn a_region_must_be_on_offer() {
    let door = Door::open().await;
    let mut document = http_scenario("Far away");
    document["traffic"][0]["region"] = "eu-west-1".into();
    let answer = door
        .send(As::Operator, "POST", "/scenarios", &[], &document)
        .await;
    assert_eq!(answer.pointers(422), ["/traffic/0/region"]);
    assert!(answer.text.contains("sa-east-1, us-east-1"), "{}", answer.text);
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_for_what_it_is() {
    let door = Door::open().await;
    let post = |content_type: &'static str, body: String| {
        let door = &door;
        async move {
            door.text(As::Operator, "POST", "/scenarios", &[], content_type, &body)
                .await
        }
    };
    let json = "application/json";
    let scenario = http_scenario("Fine").to_string();
    for body in [
        "",
        "{",
        "nonsense",
        "[1,]",
        "{\"name\": \"a\", \"name\": \"b\"}",
        "{\"name\": \"\\ud800\"}",
        &"[".repeat(100_000),
    ] {
        assert_eq!(
            post(json, body.to_owned()).await.problem(400)["code"],
            "MALFORMED"
        );
    }
    for content_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=latin1",
        "json",
    ] {
        let answer = post(content_type, scenario.clone()).await;
        assert_eq!(
            answer.problem(415)["code"],
            "UNSUPPORTED_MEDIA_TYPE",
            "{content_type}"
        );
    }
    // 30 MB, most of it white space and well-formed.
    let large = format!("{}{scenario}", " ".repeat(30 << 20));
    assert_eq!(post(json, large).await.problem(413)["code"], "TOO_LARGE");
    // Small enough to be read, too large to be kept.
    let mut document = http_scenario("Large");
    document["workload"]["requests"] = (0..100)
        .map(|i| json!({"url": format!("http://x/{i}"), "body": "x".repeat(4_000)}))
        .collect();
    assert_eq!(post(json, document.to_string()).await.pointers(422), [""]);
    // Not UTF-8, as the gateway hands it over.
    let mut event = door::event(As::Operator, "POST", "/scenarios");
    event["multiValueHeaders"]["Content-Type"] = json!([json]);
    event["body"] = "/////w==".into();
    event["isBase64Encoded"] = true.into();
    let answer = door.event(event).await;
    assert!(answer.problem(400)["detail"].as_str().unwrap().contains("UTF-8"));
}

#[tokio::test]
async fn a_list_of_250_is_paged_newest_first_and_filtered() {
    let door = Door::open().await;
    let mut made = Vec::new();
    for i in 0..250 {
        let mut document = http_scenario(&format!("Number {i:03} Ñandú"));
        document["tags"] = if i % 50 == 0 {
            json!(["fifty", "ñ"])
        } else {
            json!([])
        };
        made.push(door.scenario(&document).await);
    }
    made.reverse();
    let mut seen = Vec::new();
    let mut cursor = String::new();
    let mut pages = 0;
    loop {
        let page = door
            .call(As::Viewer, "GET", &format!("/scenarios?limit=100{cursor}"))
            .await;
        assert_eq!(page.status, 200, "{}", page.text);
        let page = page.json();
        pages += 1;
        for item in page["items"].as_array().unwrap() {
            seen.push(item["scenarioId"].as_str().unwrap().to_owned());
        }
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(pages, 3);
    assert_eq!(seen, made);

    let names = |answer: door::Answer| -> Vec<String> {
        assert_eq!(answer.status, 200, "{}", answer.text);
        let items = answer.json()["items"].as_array().unwrap().clone();
        items
            .iter()
            .map(|item| item["name"].as_str().unwrap().to_owned())
            .collect()
    };
    let tagged = names(
        door.call(As::Viewer, "GET", "/scenarios?tag=%C3%B1&limit=100")
            .await,
    );
    assert_eq!(tagged.len(), 5);
    let found = names(
        door.call(As::Viewer, "GET", "/scenarios?q=NUMBER%20017%20%C3%B1and")
            .await,
    );
    assert_eq!(found, ["Number 017 Ñandú"]);
    assert_eq!(names(door.call(As::Viewer, "GET", "/scenarios").await).len(), 20);
}

#[tokio::test]
async fn queries_and_cursors_that_make_no_sense_are_refused() {
    let door = Door::open().await;
    for i in 0..3 {
        door.scenario(&http_scenario(&format!("Number {i}"))).await;
    }
    for (query, pointer) in [
        ("limit=0", "?limit"),
        ("limit=101", "?limit"),
        ("limit=ten", "?limit"),
        ("limit=1&limit=2", "?limit"),
        ("lmit=1", "?lmit"),
        ("cursor=%00", "?cursor"),
        ("cursor=nonsense!", "?cursor"),
        ("cursor=", "?cursor"),
    ] {
        let answer = door.call(As::Viewer, "GET", &format!("/scenarios?{query}")).await;
        assert_eq!(answer.pointers(400), [pointer], "{query}");
    }
    let page = door.call(As::Viewer, "GET", "/scenarios?limit=1").await.json();
    let cursor = page["nextCursor"].as_str().unwrap();
    // A cursor of another list, and every cursor that differs in one letter: refused or a page, never a failure.
    let foreign = door
        .call(As::Viewer, "GET", &format!("/runs?cursor={cursor}"))
        .await;
    assert_eq!(foreign.pointers(422), ["?cursor"]);
    let empty = door.call(As::Viewer, "GET", "/scenarios?cursor=e30").await;
    assert_eq!(empty.pointers(422), ["?cursor"]);
    for i in 0..cursor.len() {
        let mut tampered = cursor.to_owned();
        tampered.replace_range(i..=i, if &cursor[i..=i] == "A" { "B" } else { "A" });
        let answer = door
            .call(As::Viewer, "GET", &format!("/scenarios?cursor={tampered}"))
            .await;
        assert!(matches!(answer.status, 200 | 422), "{tampered}: {}", answer.text);
    }
}

#[tokio::test]
async fn what_is_not_there_is_said_so() {
    let door = Door::open().await;
    door.call(As::Viewer, "GET", "/nothing").await.problem(404);
    door.call(As::Viewer, "GET", "/scenarios/scn_01KAR8Z6VBN6E1CT9W2QK0H3FM")
        .await
        .problem(404);
    for id in [
        "scn_x",
        "run_01KAR8Z6VBN6E1CT9W2QK0H3FM",
        "%00",
        "日本",
        "a b",
        "%ff",
        "..",
        "%2e%2e%2f",
    ] {
        door.call(As::Viewer, "GET", &format!("/scenarios/{id}"))
            .await
            .problem(404);
    }
    let answer = door.call(As::Viewer, "PATCH", "/scenarios").await;
    assert_eq!(answer.problem(405)["code"], "METHOD_NOT_ALLOWED");
    let allow = answer.header("allow").unwrap();
    assert!(allow.contains("GET") && allow.contains("POST"), "{allow}");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}
