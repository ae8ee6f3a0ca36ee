//! Least privilege: the product does with its permissions what it must, and without one of them it does not.

use std::{collections::BTreeMap, fs, time::Duration};

use anyhow::{Context, Result, ensure};
use oleada_tests::{product::Product, target::Target};
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(120);

/// The roles of the infrastructure, but `action` is taken from one of them.
fn roles_without(role: &str, action: &str) -> Result<Value> {
    let written = concat!(env!("CARGO_MANIFEST_DIR"), "/../infra/roles.json");
    let mut roles: BTreeMap<String, Vec<Value>> = serde_json::from_str(&fs::read_to_string(written)?)?;
    let statements = roles
        .get_mut(role)
        .with_context(|| format!("there is no role {role}"))?;
    let mut taken = 0;
    for statement in statements {
        let actions = statement["Action"].as_array_mut().context("actions are a list")?;
        let before = actions.len();
        actions.retain(|each| each != action);
        taken += before - actions.len();
    }
    ensure!(
        taken > 0,
        "{role} has no permission {action} that could be taken from it"
    );
    Ok(json!(roles))
}

#[tokio::test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
async fn a_run_fails_for_want_of_one_permission() -> Result<()> {
    let target = Target::start().await?;
    let scenario = json!({
        "name": "one worker",
        "workload": {"kind": "http", "requests": [{"label": "json", "url": target.url("/json")}]},
        "shape": {"kind": "users", "rampUp": "0s", "hold": "2s", "drain": "5s"},
        "traffic": [{"region": "us-east-1", "workers": 1, "virtualUsers": 1}]
    });
    for (role, action, resource) in [
        (
            "launch",
            "iam:PassRole",
            "arn:aws:iam::000000000000:role/oleada-worker",
        ),
        ("collect", "s3:PutObject", "arn:aws:s3:::oleada/runs/"),
    ] {
        let product = Product::start_with_roles(&roles_without(role, action)?)?;
        let client = product.client()?;
        let run = client.run(&client.scenario(&scenario).await?).await?;
        let ended = client.ended(&run, PATIENCE).await?;
        assert_eq!(ended["status"], "failed", "{role} without {action}: {ended:#}");
        let denials = product.denials()?;
        let expected = format!("oleada-{role} {action} {resource}");
        assert!(
            denials.iter().any(|denial| denial.starts_with(&expected)),
            "{denials:#?}"
        );
    }
    Ok(())
}
