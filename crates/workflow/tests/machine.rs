//! The machine's document and the functions fit each other.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::Value;

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn document() -> String {
    fs::read_to_string(root().join("infra/workflow/run.asl.json")).unwrap()
}

/// Every `Task` in the document, those within maps included.
fn tasks(states: &Value) -> Vec<(&String, &Value)> {
    let mut found = Vec::new();
    for (name, state) in states["States"].as_object().unwrap() {
        match state["Type"].as_str().unwrap() {
            "Task" => found.push((name, state)),
            "Map" => found.extend(tasks(&state["ItemProcessor"])),
            _ => {}
        }
    }
    found
}

#[test]
fn every_function_that_the_machine_names_has_a_crate() {
    let document = document();
    let named: BTreeSet<String> = document
        .split("${")
        .skip(1)
        .map(|rest| rest.split('}').next().unwrap())
        .map(|name| {
            let words = name.strip_suffix("Arn").expect("a substitution is an ARN");
            let kebab = words.chars().enumerate().map(|(place, letter)| match letter {
                upper if upper.is_ascii_uppercase() && place > 0 => {
                    format!("-{}", upper.to_ascii_lowercase())
                }
                letter => letter.to_ascii_lowercase().to_string(),
            });
            kebab.collect()
        })
        .collect();
    assert_eq!(named.len(), 7, "{named:?}");
    for name in named {
        let manifest = root().join("lambdas").join(&name).join("Cargo.toml");
        let manifest =
            fs::read_to_string(&manifest).unwrap_or_else(|_| panic!("{} is not there", manifest.display()));
        assert!(manifest.contains(&format!("name = \"lambda-{name}\"")));
    }
}

#[test]
fn every_task_is_repeated_bounded_and_caught() {
    let machine: Value = serde_json::from_str(&document()).unwrap();
    // Catch would not see the end that this brings.
    assert!(machine.get("TimeoutSeconds").is_none());
    for (name, task) in tasks(&machine) {
        let retried = task["Retry"][0]["ErrorEquals"].as_array().unwrap();
        for error in [
            "Lambda.ServiceException",
            "Lambda.TooManyRequestsException",
            workflow::UNAVAILABLE,
        ] {
            assert!(
                retried.iter().any(|known| known == error),
                "{name} is not repeated after {error}"
            );
        }
        assert!(task["TimeoutSeconds"].as_u64().unwrap() <= 900, "{name}");
    }
    for (name, state) in machine["States"].as_object().unwrap() {
        let fails = matches!(state["Type"].as_str().unwrap(), "Task" | "Map");
        let caught = state["Catch"][0]["ErrorEquals"] == serde_json::json!(["States.ALL"]);
        assert!(!fails || caught, "{name} can fail and is not caught");
        let next = state["Catch"][0]["Next"].as_str().unwrap_or_default();
        let expected = match name.as_str() {
            "Collect" => "CleanUp",
            "CleanUp" => "Not cleaned up",
            _ => "Collect",
        };
        assert!(!fails || next == expected, "{name} is caught by {next}");
    }
}
