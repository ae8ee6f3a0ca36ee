//! The checked-in OpenAPI document is the one that the code makes.

use std::{env, fs, path::Path};

/// `OLEADA_BLESS=1` writes it.
#[test]
fn the_checked_in_document_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    let made = format!("{:#}\n", oleada_api::openapi::document());
    if env::var_os("OLEADA_BLESS").is_some() {
        fs::write(&path, &made).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == made,
        "openapi.json is stale: OLEADA_BLESS=1 cargo test -p oleada-api --test document"
    );
}

/// What a client must give of a scenario, by the document, is what the parser wants, and nothing else.
#[test]
fn what_the_document_requires_is_what_the_parser_requires() {
    use model::scenario::Scenario;
    use serde_json::{Value, json};

    let least = json!({
        "name": "abc",
        "workload": {"kind": "http", "requests": [{"url": "http://x/"}]},
        "shape": {"kind": "users", "hold": "1s"},
        "traffic": [{"region": "us-east-1", "workers": 1, "virtualUsers": 1}],
        "criteria": [{"metric": "p95", "op": "<", "value": "1s"}],
    });
    assert!(Scenario::parse(&least).is_ok());
    let document = oleada_api::openapi::document();
    let required = |name: &str| -> Vec<String> {
        let schema = &document["components"]["schemas"][name];
        let required = schema["required"].as_array().unwrap();
        required
            .iter()
            .map(|name| name.as_str().unwrap().to_owned())
            .collect()
    };
    let variant = |name: &str, kind: &str| -> Vec<String> {
        let variants = document["components"]["schemas"][name]["oneOf"]
            .as_array()
            .unwrap();
        let of_kind = |variant: &&Value| variant["properties"]["kind"]["enum"] == json!([kind]);
        let found = variants.iter().find(of_kind).unwrap();
        let required = found["required"].as_array().unwrap();
        required
            .iter()
            .map(|name| name.as_str().unwrap().to_owned())
            .collect()
    };
    for (pointer, names) in [
        ("", required("ScenarioInput")),
        ("/workload", variant("WorkloadInput", "http")),
        ("/workload/requests/0", required("RequestInput")),
        ("/shape", variant("ShapeInput", "users")),
        ("/traffic/0", required("TrafficInput")),
        ("/criteria/0", required("CriterionInput")),
    ] {
        assert!(!names.is_empty(), "{pointer}");
        for name in names {
            let mut without = least.clone();
            let object = without.pointer_mut(pointer).unwrap().as_object_mut().unwrap();
            assert!(
                object.remove(&name).is_some(),
                "{pointer}/{name} is not in the least document"
            );
            let problems = Scenario::parse(&without).expect_err("a required field is missing");
            assert_eq!(problems.0[0].pointer, format!("{pointer}/{name}"));
        }
    }
}
