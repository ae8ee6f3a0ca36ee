//! A zip as people make them: wrapped in a folder, with data, a plugin, and a library that the plugin needs.

use std::{
    collections::BTreeMap,
    io::{Cursor, Write},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use oleada_tests::{product::Product, target::Target};
use serde_json::json;
use zip::{ZipWriter, write::SimpleFileOptions};

/// One user sends a request for each row of the data, with a sampler that only the plugin knows.
fn plan(port: u16) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<jmeterTestPlan version="1.2" properties="5.0" jmeter="5.6.3"><hashTree>
<TestPlan guiclass="TestPlanGui" testclass="TestPlan" testname="archive" enabled="true"/>
<hashTree>
<ThreadGroup guiclass="ThreadGroupGui" testclass="ThreadGroup" testname="users" enabled="true">
<stringProp name="ThreadGroup.on_sample_error">continue</stringProp>
<elementProp name="ThreadGroup.main_controller" elementType="LoopController" guiclass="LoopControlPanel" testclass="LoopController">
<boolProp name="LoopController.continue_forever">false</boolProp><stringProp name="LoopController.loops">4</stringProp>
</elementProp>
<stringProp name="ThreadGroup.num_threads">1</stringProp><stringProp name="ThreadGroup.ramp_time">0</stringProp>
</ThreadGroup>
<hashTree>
<CSVDataSet guiclass="TestBeanGUI" testclass="CSVDataSet" testname="data" enabled="true">
<stringProp name="filename">datos/año.csv</stringProp><stringProp name="fileEncoding">UTF-8</stringProp>
<stringProp name="variableNames">row</stringProp><boolProp name="ignoreFirstLine">true</boolProp>
<stringProp name="delimiter">,</stringProp><boolProp name="recycle">true</boolProp>
<boolProp name="stopThread">false</boolProp><stringProp name="shareMode">shareMode.all</stringProp>
</CSVDataSet>
<hashTree/>
<example.PluginSampler guiclass="HttpTestSampleGui" testclass="example.PluginSampler" testname="ñ" enabled="true">
<stringProp name="HTTPSampler.protocol">http</stringProp><stringProp name="HTTPSampler.domain">127.0.0.1</stringProp>
<stringProp name="HTTPSampler.port">{port}</stringProp><stringProp name="HTTPSampler.path">/row/${{row}}</stringProp>
<stringProp name="HTTPSampler.method">GET</stringProp><boolProp name="HTTPSampler.use_keepalive">true</boolProp>
</example.PluginSampler>
<hashTree/>
</hashTree></hashTree></hashTree></jmeterTestPlan>"#
    )
}

/// A Java class file: `public class <name> extends <parent>`, with nothing but a constructor that calls the parent's.
/// <https://docs.oracle.com/javase/specs/jvms/se17/html/jvms-4.html>
fn class(name: &str, parent: &str) -> Result<Vec<u8>> {
    let mut file = vec![0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0, 52, 0, 10];
    // The constant pool, from 1: the two classes, the parent's constructor, and the names that they are made of.
    file.extend([7, 0, 6, 7, 0, 7, 10, 0, 2, 0, 4, 12, 0, 5, 0, 8]);
    for text in ["<init>", name, parent, "()V", "Code"] {
        file.push(1);
        file.extend(u16::try_from(text.len())?.to_be_bytes());
        file.extend(text.as_bytes());
    }
    // Public and super; this class, its parent, no interfaces, no fields, one method.
    file.extend([0, 0x21, 0, 1, 0, 2, 0, 0, 0, 0, 0, 1]);
    // Public `<init>` of `()V`, with one attribute: its code.
    file.extend([0, 1, 0, 5, 0, 8, 0, 1, 0, 9, 0, 0, 0, 17]);
    // One on the stack, one local; aload_0, invokespecial #3, return; no handlers, no attributes.
    file.extend([0, 1, 0, 1, 0, 0, 0, 5, 0x2A, 0xB7, 0, 3, 0xB1, 0, 0, 0, 0]);
    file.extend([0, 0]);
    Ok(file)
}

fn zip(files: &[(&str, Vec<u8>)]) -> Result<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(*name, SimpleFileOptions::default())?;
        zip.write_all(content)?;
    }
    Ok(zip.finish()?.into_inner())
}

fn jar(name: &str, parent: &str) -> Result<Vec<u8>> {
    let manifest = b"Manifest-Version: 1.0\n".to_vec();
    zip(&[
        ("META-INF/MANIFEST.MF", manifest),
        (&format!("{name}.class"), class(name, parent)?),
    ])
}

#[tokio::test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
async fn data_plugins_and_libraries_of_a_zip_are_found() -> Result<()> {
    let (product, target) = (Product::start()?, Target::start().await?);
    let client = product.client()?;
    let plugin = jar("example/PluginSampler", "example/Library")?;
    let library = jar(
        "example/Library",
        "org/apache/jmeter/protocol/http/sampler/HTTPSampler",
    )?;
    let files = [
        ("prueba/plan.jmx", plan(target.port()).into_bytes()),
        ("prueba/datos/año.csv", b"row\nuno\ndos\ntres\n".to_vec()),
        ("prueba/plugins/sampler.jar", plugin),
        ("prueba/lib/library.jar", library),
        ("__MACOSX/prueba/._plan.jmx", b"not a plan".to_vec()),
    ];
    let with = |script: &str| {
        json!({
            "name": "archive",
            "workload": {"kind": "script", "scriptId": script},
            "shape": {"kind": "script", "maxDuration": "1m"},
            "traffic": [{"region": "us-east-1", "workers": 1}]
        })
    };

    let script = client.upload("prueba.zip", &zip(&files)?).await?;
    let run = client.run(&client.scenario(&with(&script)).await?).await?;
    let ended = client.ended(&run, Duration::from_secs(120)).await?;
    assert_eq!(ended["status"], "completed", "{ended:#}\n{}", product.log());
    let results = client.get(&format!("/runs/{run}/results")).await?;
    assert_eq!(results["byLabel"]["ñ"]["requests"], 4, "{results:#}");
    let heard = [("/row/uno", 2), ("/row/dos", 1), ("/row/tres", 1)];
    let heard: BTreeMap<String, u64> = heard.map(|(path, count)| (path.to_owned(), count)).into();
    assert_eq!(target.counts().by_path, heard);

    // Without the plugin its sampler is no class: said when the scenario is saved.
    let files: Vec<_> = files
        .into_iter()
        .filter(|(name, _)| !name.contains("sampler.jar"))
        .collect();
    let script = client.upload("prueba.zip", &zip(&files)?).await?;
    let refused = client
        .send(reqwest::Method::POST, "/scenarios", Some(&with(&script)))
        .await?;
    assert_eq!(refused.status, 422, "{}", refused.body);
    let detail = refused.body["errors"][0]["detail"].as_str().context("a detail")?;
    ensure!(detail.contains("example.PluginSampler"), "{detail}");
    Ok(())
}

/// One user goes four times through a fragment that is disabled and holds a transaction, a file that is included, and a
/// listener.
fn plan_with_fragment(port: u16) -> String {
    let own = transaction("own", &sampler("of own", port, "/own"));
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<jmeterTestPlan version="1.2" properties="5.0" jmeter="5.6.3"><hashTree>
<TestPlan guiclass="TestPlanGui" testclass="TestPlan" testname="shop" enabled="true"/>
<hashTree>
<TestFragmentController guiclass="TestFragmentControllerGui" testclass="TestFragmentController" testname="parts" enabled="false"/>
<hashTree>
{own}
<IncludeController guiclass="IncludeControllerGui" testclass="IncludeController" testname="more" enabled="true">
<stringProp name="IncludeController.includepath">more.jmx</stringProp>
</IncludeController>
<hashTree/>
<ResultCollector guiclass="SimpleDataWriter" testclass="ResultCollector" testname="writer" enabled="true">
<stringProp name="filename">own.jtl</stringProp>
</ResultCollector>
<hashTree/>
</hashTree>
<ThreadGroup guiclass="ThreadGroupGui" testclass="ThreadGroup" testname="users" enabled="true">
<stringProp name="ThreadGroup.on_sample_error">continue</stringProp>
<elementProp name="ThreadGroup.main_controller" elementType="LoopController" guiclass="LoopControlPanel" testclass="LoopController">
<boolProp name="LoopController.continue_forever">false</boolProp><stringProp name="LoopController.loops">4</stringProp>
</elementProp>
<stringProp name="ThreadGroup.num_threads">1</stringProp><stringProp name="ThreadGroup.ramp_time">0</stringProp>
</ThreadGroup>
<hashTree>
<ModuleController guiclass="ModuleControllerGui" testclass="ModuleController" testname="module" enabled="true">
<collectionProp name="ModuleController.node_path">
<stringProp name="root">Test Plan</stringProp><stringProp name="plan">shop</stringProp><stringProp name="part">parts</stringProp>
</collectionProp>
</ModuleController>
<hashTree/>
</hashTree></hashTree></hashTree></jmeterTestPlan>"#
    )
}

fn included(port: u16) -> String {
    let included = transaction("included", &sampler("of included", port, "/included"));
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<jmeterTestPlan version="1.2" properties="5.0" jmeter="5.6.3"><hashTree>
<TestPlan guiclass="TestPlanGui" testclass="TestPlan" testname="more" enabled="true"/>
<hashTree>
<TestFragmentController guiclass="TestFragmentControllerGui" testclass="TestFragmentController" testname="part" enabled="true"/>
<hashTree>{included}</hashTree></hashTree></hashTree></jmeterTestPlan>"#
    )
}

/// A transaction that would report itself in the place of its samples.
fn transaction(name: &str, body: &str) -> String {
    format!(
        r#"<TransactionController guiclass="TransactionControllerGui" testclass="TransactionController" testname="{name}" enabled="true">
<boolProp name="TransactionController.parent">true</boolProp></TransactionController><hashTree>{body}</hashTree>"#
    )
}

fn sampler(name: &str, port: u16, path: &str) -> String {
    format!(
        r#"<HTTPSamplerProxy guiclass="HttpTestSampleGui" testclass="HTTPSamplerProxy" testname="{name}" enabled="true">
<stringProp name="HTTPSampler.protocol">http</stringProp><stringProp name="HTTPSampler.domain">127.0.0.1</stringProp>
<stringProp name="HTTPSampler.port">{port}</stringProp><stringProp name="HTTPSampler.path">{path}</stringProp>
<stringProp name="HTTPSampler.method">GET</stringProp><boolProp name="HTTPSampler.use_keepalive">true</boolProp>
</HTTPSamplerProxy>
<hashTree/>"#
    )
}

#[tokio::test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
async fn what_a_module_controller_runs_of_a_disabled_fragment_is_counted() -> Result<()> {
    let (product, target) = (Product::start()?, Target::start().await?);
    let client = product.client()?;
    let port = target.port();
    let files = [
        ("plan.jmx", plan_with_fragment(port).into_bytes()),
        ("more.jmx", included(port).into_bytes()),
    ];
    let script = client.upload("shop.zip", &zip(&files)?).await?;
    let scenario = json!({
        "name": "modules",
        "workload": {"kind": "script", "scriptId": script, "entry": "plan.jmx"},
        "shape": {"kind": "script", "maxDuration": "1m"},
        "traffic": [{"region": "us-east-1", "workers": 1}]
    });
    let run = client.run(&client.scenario(&scenario).await?).await?;
    let ended = client.ended(&run, Duration::from_secs(120)).await?;
    assert_eq!(ended["status"], "completed", "{ended:#}\n{}", product.log());
    let heard = [("/own", 4), ("/included", 4)];
    let heard: BTreeMap<String, u64> = heard.map(|(path, count)| (path.to_owned(), count)).into();
    assert_eq!(target.counts().by_path, heard);
    let results = client.get(&format!("/runs/{run}/results")).await?;
    for label in ["of own", "of included"] {
        assert_eq!(results["byLabel"][label]["requests"], 4, "{label}: {results:#}");
    }
    let warnings = ended["warnings"].to_string();
    for changed in ["transaction `own`", "transaction `included`", "own.jtl"] {
        ensure!(warnings.contains(changed), "{changed} in {warnings}");
    }
    Ok(())
}
