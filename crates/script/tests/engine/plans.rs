//! Plans as JMeter writes them.

use crate::target::Target;

pub fn plan(groups: &[String]) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<jmeterTestPlan version="1.2" properties="5.0" jmeter="5.6.3"><hashTree>
<TestPlan guiclass="TestPlanGui" testclass="TestPlan" testname="plan" enabled="true"/>
<hashTree>{}</hashTree></hashTree></jmeterTestPlan>"#,
        groups.concat()
    )
}

/// A thread group; `loops` -1 is for ever.
pub fn group(class: &str, name: &str, users: u32, loops: i32, body: &str) -> String {
    format!(
        r#"<{class} guiclass="{class}Gui" testclass="{class}" testname="{name}" enabled="true">
<stringProp name="ThreadGroup.on_sample_error">continue</stringProp>
<elementProp name="ThreadGroup.main_controller" elementType="LoopController" guiclass="LoopControlPanel" testclass="LoopController">
<boolProp name="LoopController.continue_forever">false</boolProp><stringProp name="LoopController.loops">{loops}</stringProp>
</elementProp>
<stringProp name="ThreadGroup.num_threads">{users}</stringProp><stringProp name="ThreadGroup.ramp_time">0</stringProp>
</{class}><hashTree>{body}</hashTree>"#
    )
}

pub fn sampler(name: &str, target: &Target, path: &str) -> String {
    format!(
        r#"<HTTPSamplerProxy guiclass="HttpTestSampleGui" testclass="HTTPSamplerProxy" testname="{}" enabled="true">
<stringProp name="HTTPSampler.protocol">http</stringProp><stringProp name="HTTPSampler.domain">127.0.0.1</stringProp>
<stringProp name="HTTPSampler.port">{}</stringProp><stringProp name="HTTPSampler.path">{path}</stringProp>
<stringProp name="HTTPSampler.method">GET</stringProp><boolProp name="HTTPSampler.use_keepalive">true</boolProp>
</HTTPSamplerProxy><hashTree/>"#,
        escaped(name),
        target.port()
    )
}

pub fn transaction(name: &str, parent: bool, body: &str) -> String {
    format!(
        r#"<TransactionController guiclass="TransactionControllerGui" testclass="TransactionController" testname="{name}" enabled="true">
<boolProp name="TransactionController.parent">{parent}</boolProp></TransactionController><hashTree>{body}</hashTree>"#
    )
}

pub fn timer(ms: u32) -> String {
    format!(
        r#"<ConstantTimer guiclass="ConstantTimerGui" testclass="ConstantTimer" testname="pause" enabled="true">
<stringProp name="ConstantTimer.delay">{ms}</stringProp></ConstantTimer><hashTree/>"#
    )
}

pub fn csv_data(file: &str, variable: &str) -> String {
    format!(
        r#"<CSVDataSet guiclass="TestBeanGUI" testclass="CSVDataSet" testname="data" enabled="true">
<stringProp name="filename">{file}</stringProp><stringProp name="fileEncoding">UTF-8</stringProp>
<stringProp name="variableNames">{variable}</stringProp><stringProp name="delimiter">,</stringProp>
<boolProp name="recycle">true</boolProp><stringProp name="shareMode">shareMode.all</stringProp></CSVDataSet><hashTree/>"#
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\n', "&#10;")
}
