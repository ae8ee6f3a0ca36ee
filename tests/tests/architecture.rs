//! The rules of `docs/ARCHITECTURE.md` that a machine can check: who may import whom, who may read the environment, and that
//! no code assumes a region or a partition of AWS.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde::Deserialize;

/// Product crates that a crate may import, by the names of their packages.
const IMPORTS: [(&str, &[&str]); 8] = [
    ("oleada-model", &[]),
    ("oleada-metrics", &["oleada-model"]),
    ("oleada-script", &["oleada-model"]),
    ("oleada-aws", &["oleada-model", "oleada-metrics"]),
    (
        "oleada-api",
        &["oleada-model", "oleada-metrics", "oleada-script", "oleada-aws"],
    ),
    (
        "oleada-workflow",
        &["oleada-model", "oleada-metrics", "oleada-aws"],
    ),
    (
        "oleada-worker",
        &["oleada-model", "oleada-metrics", "oleada-script", "oleada-aws"],
    ),
    ("local-cloud", &[]),
];

/// Crates without IO, whose tests and results depend on their input alone.
const PURE: [&str; 3] = ["oleada-model", "oleada-metrics", "oleada-script"];

/// What a pure crate may never depend on.
const IMPURE: [&str; 7] = [
    "tokio",
    "axum",
    "hyper",
    "reqwest",
    "aws-config",
    "aws-smithy-types",
    "lambda_runtime",
];

/// What `cargo metadata` says, as far as the rules need it. Its own crate would switch on features of serde_json, and so
/// build everything twice.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    /// `dev`, `build`, or absent.
    kind: Option<String>,
}

fn metadata() -> Metadata {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let arguments = ["metadata", "--no-deps", "--offline", "--format-version", "1"];
    let output = Command::new(cargo)
        .args(arguments)
        .current_dir(root())
        .output()
        .expect("cargo runs");
    serde_json::from_slice(&output.stdout).expect("cargo metadata answers")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the tests lie in the workspace")
        .to_owned()
}

fn dependencies(package: &Package) -> BTreeSet<&str> {
    let used = package
        .dependencies
        .iter()
        .filter(|dependency| dependency.kind.as_deref() != Some("dev"));
    used.map(|dependency| dependency.name.as_str()).collect()
}

fn is_lambda(package: &Package) -> bool {
    package.name.starts_with("lambda-")
}

#[test]
fn product_crates_import_only_what_the_table_allows() {
    let metadata = metadata();
    let allowed: BTreeMap<&str, &[&str]> = IMPORTS.into_iter().collect();
    let product: BTreeSet<&str> = metadata
        .packages
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    let mut checked = 0;
    for package in &metadata.packages {
        let imports: BTreeSet<&str> = dependencies(package).intersection(&product).copied().collect();
        if let Some(allowed) = allowed.get(package.name.as_str()) {
            checked += 1;
            let extra: Vec<_> = imports.iter().filter(|name| !allowed.contains(name)).collect();
            assert!(extra.is_empty(), "{} must not import {extra:?}", package.name);
        } else if is_lambda(package) {
            let layer = ["oleada-api", "oleada-workflow"]
                .into_iter()
                .filter(|layer| imports.contains(layer));
            assert!(
                layer.count() <= 1,
                "{} imports api or workflow, not both",
                package.name
            );
            let known = ["oleada-api", "oleada-workflow", "oleada-aws", "oleada-model"];
            let extra: Vec<_> = imports.iter().filter(|name| !known.contains(name)).collect();
            assert!(extra.is_empty(), "{} must not import {extra:?}", package.name);
        } else {
            assert!(
                ["oleada-cli", "oleada-tests"].contains(&package.name.as_str()),
                "{} has no rule",
                package.name
            );
        }
    }
    assert_eq!(checked, IMPORTS.len(), "a crate of the table is gone");
}

#[test]
fn only_the_gateways_speak_to_aws() {
    for package in &metadata().packages {
        let allowed = package.name.as_str() == "oleada-aws" || is_lambda(package);
        for name in dependencies(package) {
            assert!(
                allowed || !name.starts_with("aws-sdk-"),
                "{} must reach {name} through aws",
                package.name
            );
        }
    }
}

#[test]
fn pure_crates_stay_pure() {
    for package in metadata()
        .packages
        .iter()
        .filter(|package| PURE.contains(&package.name.as_str()))
    {
        for name in dependencies(package) {
            assert!(
                !IMPURE.contains(&name) && !name.starts_with("aws-sdk-"),
                "{} must not use {name}",
                package.name
            );
        }
    }
}

#[test]
fn the_environment_is_read_at_the_edge_only() {
    for (name, product) in product_sources() {
        // `serve` is the edge of every deployed function of the workflow; and whom TLS trusts is told to all programs of a
        // system alike, by two variables that the SDK heeds too.
        let edge = name.ends_with("main.rs")
            || name == "crates/workflow/src/serve.rs"
            || name == "crates/aws/src/connector.rs"
            || name.starts_with("crates/cli/");
        assert!(
            edge || !product.contains("env::var"),
            "{name} reads the environment"
        );
    }
}

/// The hub may be in any region, and its ARNs and addresses in any of AWS's partitions.
#[test]
fn no_code_assumes_a_region_or_a_partition() {
    // One machine is one region for all that it is asked.
    let local = ["crates/cli/", "crates/local-cloud/"];
    // Knows both partitions, and is tested for it.
    let both = "lambdas/region/src/answer.rs";
    for (name, product) in product_sources() {
        if name == both || local.iter().any(|folder| name.starts_with(folder)) {
            continue;
        }
        let code = product.lines().filter(|line| {
            let line = line.trim_start();
            // What a person is shown as an example of a name.
            !line.starts_with("//") && !line.starts_with("#[error") && !line.starts_with("as_string!")
        });
        for line in code {
            for assumed in ["arn:aws", "amazonaws.com", "us-east-1"] {
                assert!(!line.contains(assumed), "{name} assumes {assumed}: {line}");
            }
        }
    }
}

#[test]
fn no_gateway_shows_an_sdk_type() {
    let source = root().join("crates/aws/src");
    let lib = fs::read_to_string(source.join("lib.rs")).expect("the crate has a lib.rs");
    let public: Vec<&str> = lib
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
        .collect();
    assert!(public.len() > 5, "found only {public:?}");
    for file in public
        .into_iter()
        .map(|module| source.join(module).with_extension("rs"))
    {
        let text = fs::read_to_string(&file).expect("a public module has a file of its own");
        for line in text.lines().filter(|line| line.trim_start().starts_with("pub ")) {
            for hidden in ["AttributeValue", "SdkError", "aws_sdk_"] {
                assert!(!line.contains(hidden), "{}: {line}", file.display());
            }
        }
    }
}

/// The files of all crates without their tests and examples: their names and their texts.
fn product_sources() -> Vec<(String, String)> {
    let mut sources = Vec::new();
    for file in ["crates", "lambdas"]
        .iter()
        .flat_map(|folder| rust_files(&root().join(folder)))
    {
        let name = file.strip_prefix(root()).expect("the file lies in the workspace");
        let name = name.display().to_string();
        let is_product = !["/tests/", "/examples/", "/tests.rs", "/testing.rs"]
            .iter()
            .any(|part| name.contains(part));
        if is_product {
            let text = fs::read_to_string(&file).expect("a source file is text");
            let product = text.split("#[cfg(test)]").next().unwrap_or_default();
            sources.push((name, product.to_owned()));
        }
    }
    assert!(sources.len() > 20, "found only {} source files", sources.len());
    sources
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("the folder can be listed").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}
