//! Plans read, checked and rewritten, without an engine.

use std::collections::{BTreeMap, BTreeSet};

use model::Duration;
use oleada_script::{
    jmx::{
        Error, Plan,
        classes::ClassIndex,
        execution::{self, GroupLoad, Load},
        findings::Surroundings,
        group::{Kind, Refusal},
    },
    xml::{self, Element, Node},
};
use proptest::prelude::*;

fn group(class: &str, name: &str, users: &str, rest: &str) -> String {
    format!(
        r#"<{class} guiclass="G" testclass="{class}" testname="{name}" enabled="true">
        <stringProp name="ThreadGroup.num_threads">{users}</stringProp>{rest}</{class}><hashTree/>"#
    )
}

fn plan(tree: &str) -> Plan {
    Plan::parse(text(tree).as_bytes()).unwrap()
}

fn text(tree: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><jmeterTestPlan version="1.2"><hashTree>
        <TestPlan guiclass="G" testclass="TestPlan" testname="p" enabled="true">
        <boolProp name="TestPlan.serialize_threadgroups">true</boolProp>
        <elementProp name="TestPlan.user_defined_variables" elementType="Arguments"><collectionProp name="Arguments.arguments">
        <elementProp name="n" elementType="Argument"><stringProp name="Argument.name">n</stringProp>
        <stringProp name="Argument.value">${{__P(users,6)}}</stringProp></elementProp></collectionProp></elementProp>
        </TestPlan><hashTree>{tree}</hashTree></hashTree></jmeterTestPlan>"#
    )
}

fn written(plan: &Plan) -> String {
    String::from_utf8(plan.to_bytes()).unwrap()
}

fn around<'a>(
    properties: &'a BTreeMap<String, String>,
    classes: &'a ClassIndex,
    files: &'a BTreeSet<String>,
    sets_users: bool,
) -> Surroundings<'a> {
    Surroundings {
        properties,
        sets_users,
        classes,
        files,
    }
}

#[test]
fn groups_are_told_with_their_users() {
    let plan = plan(
        &[
            group("SetupThreadGroup", "s", "1", ""),
            group("ThreadGroup", "a", "${n}", ""),
            group("ThreadGroup", "off", "9", "").replace(r#"enabled="true""#, r#"enabled="false""#),
            group("ThreadGroup", "b", " 3 ", ""),
            group("PostThreadGroup", "t", "1", ""),
        ]
        .concat(),
    );
    let groups = plan.groups(&BTreeMap::new());
    let kinds: Vec<&Kind> = groups.iter().map(|group| &group.kind).collect();
    assert_eq!(kinds, [&Kind::Setup, &Kind::Plain, &Kind::Plain, &Kind::TearDown]);
    assert_eq!(plan.user_counts(&BTreeMap::new()), Ok(vec![6, 3]));
    let properties = BTreeMap::from([("users".to_owned(), "40".to_owned())]);
    assert_eq!(plan.user_counts(&properties), Ok(vec![40, 3]));
}

#[test]
fn every_group_whose_users_cannot_be_set_is_named() {
    let plan = plan(
        &[
            group("kg.apc.jmeter.threads.UltimateThreadGroup", "u", "1", ""),
            group("OpenModelThreadGroup", "o", "1", ""),
            group("ThreadGroup", "c", "${__groovy(3)}", ""),
            group("ThreadGroup", "d", "many", ""),
        ]
        .concat(),
    );
    let refusals = plan.user_counts(&BTreeMap::new()).unwrap_err();
    let texts: Vec<String> = refusals.iter().map(ToString::to_string).collect();
    assert!(texts[0].contains("`u` is a UltimateThreadGroup") && texts[0].contains("shape `script`"));
    assert!(texts[1].contains("`o` is a OpenModelThreadGroup"));
    assert!(texts[2].contains("`c`") && texts[2].contains("${__groovy(3)}"));
    assert!(texts[3].contains("`d`") && texts[3].contains("`many`"));
    let none = self::plan(&group("ThreadGroup", "a", "0", ""));
    assert_eq!(none.user_counts(&BTreeMap::new()), Err(vec![Refusal::NoUsers]));
}

#[test]
fn what_is_wrong_is_found_all_at_once() {
    let tree = group("ThreadGroup", "a", "1", "")
        + r#"<com.example.Sampler guiclass="" testname="x" enabled="false"/><hashTree/>
        <CSVDataSet guiclass="" testname="d"><stringProp name="filename">data/users.csv</stringProp></CSVDataSet><hashTree/>
        <CSVDataSet guiclass="" testname="e"><stringProp name="filename">${__P(file,there.csv)}</stringProp></CSVDataSet><hashTree/>
        <IncludeController guiclass="" testname="i">
        <stringProp name="IncludeController.includepath">more.jmx</stringProp></IncludeController><hashTree/>
        <kg.apc.jmeter.reporters.FlexibleFileWriter guiclass="" testname="w"/><hashTree/>"#;
    let (properties, classes) = (BTreeMap::new(), ClassIndex::standard());
    let files = BTreeSet::from(["there.csv".to_owned()]);
    let findings = plan(&tree).findings(&around(&properties, &classes, &files, true));
    assert_eq!(findings.problems.len(), 2, "{:?}", findings.problems);
    assert!(findings.problems[0].detail.contains("`com.example.Sampler`"));
    assert!(findings.problems[1].detail.contains("`more.jmx`"));
    assert_eq!(findings.warnings.len(), 1);
    assert!(findings.warnings[0].detail.contains("`data/users.csv`"));
    let empty = plan("").findings(&around(&properties, &classes, &files, false));
    assert_eq!(empty.problems.len(), 1);
    assert_eq!(empty.problems[0].detail, "the plan has no enabled thread group");
}

#[test]
fn the_copy_has_the_load_and_nothing_that_writes() {
    let schedule = r#"<boolProp name="ThreadGroup.scheduler">true</boolProp><stringProp name="ThreadGroup.duration">60</stringProp>
        <stringProp name="ThreadGroup.delay">5</stringProp>
        <elementProp name="ThreadGroup.main_controller" elementType="LoopController"><stringProp name="LoopController.loops">10</stringProp></elementProp>"#;
    let collector = |file: &str| {
        format!(
            r#"<ResultCollector guiclass="G" testclass="ResultCollector" testname="out" enabled="true">
            <stringProp name="filename">{file}</stringProp></ResultCollector><hashTree/>"#
        )
    };
    let tree = group("ThreadGroup", "a", "2", schedule)
        + &group("ThreadGroup", "b", "2", "")
        + &collector("result.jtl")
        + &collector("")
        + r#"<TransactionController guiclass="" testname="T"><boolProp name="TransactionController.parent">true</boolProp></TransactionController><hashTree/>"#;
    let groups = vec![
        GroupLoad {
            users: 7,
            offset: Duration::from_ms(250),
        },
        GroupLoad::default(),
    ];
    let load = Load::Users {
        groups,
        ramp_up: Duration::from_ms(1_600),
    };
    let prepared = execution::prepare(&plan(&tree), &load).unwrap();
    let warnings: Vec<&str> = prepared
        .warnings
        .iter()
        .map(|said| said.detail.as_str())
        .collect();
    assert_eq!(
        warnings,
        [
            "listener `out` would write result.jtl and is left out",
            "transaction `T` reports its samples as well as itself",
            "thread group `a`: not used from the plan, because the scenario says how long the load lasts: loop count, \
             duration, startup delay",
            "the thread groups run at the same time, not one after the other",
        ]
    );
    let copy = written(&prepared.plan);
    for part in [
        r#"<stringProp name="ThreadGroup.num_threads">7</stringProp>"#,
        r#"<stringProp name="ThreadGroup.ramp_time">2</stringProp>"#,
        r#"<boolProp name="ThreadGroup.scheduler">false</boolProp>"#,
        r#"<intProp name="LoopController.loops">-1</intProp>"#,
        r#"<longProp name="Oleada.offset">250</longProp>"#,
        r#"testname="b" enabled="false""#,
        r#"<boolProp name="TransactionController.parent">false</boolProp>"#,
        r#"<boolProp name="TestPlan.tearDown_on_shutdown">true</boolProp>"#,
        r#"<boolProp name="TestPlan.serialize_threadgroups">false</boolProp>"#,
    ] {
        assert!(copy.contains(part), "{part} in {copy}");
    }
    assert!(!copy.contains("ResultCollector"));
    let own: Vec<_> = copy.match_indices("<oleada.").map(|(at, _)| at).collect();
    assert!(own.len() == 3 && own[2] < copy.find("<ThreadGroup").unwrap());
    let wrong = Load::Users {
        groups: vec![GroupLoad::default()],
        ramp_up: Duration::ZERO,
    };
    assert!(execution::prepare(&plan(&tree), &wrong).is_err());
}

#[test]
fn collectors_of_samples_are_left_out_and_what_goes_with_them_is_said() {
    let save_config = "<objProp><name>saveConfig</name><value class=\"SampleSaveConfiguration\"/></objProp>";
    let listener = |class: &str, name: &str, enabled: bool, rest: &str| {
        format!(
            r#"<{class} testclass="{class}" testname="{name}" enabled="{enabled}">{rest}</{class}><hashTree/>"#
        )
    };
    let file = |property: &str| format!(r#"<stringProp name="{property}">out</stringProp>"#);
    let mailer = r#"<elementProp name="MailerResultCollector.mailer_model" elementType="MailerModel">
        <stringProp name="MailerModel.addressie">ops@example.com</stringProp></elementProp>"#;
    let tree = [
        group("ThreadGroup", "a", "1", ""),
        listener("ResultCollector", "shows", true, save_config),
        listener(
            "kg.apc.jmeter.vizualizers.CorrectedResultCollector",
            "graph",
            true,
            "",
        ),
        listener(
            "kg.apc.jmeter.reporters.FlexibleFileWriter",
            "writer",
            true,
            &file("filename"),
        ),
        listener("ResultSaver", "saver", true, &file("FileSaver.filename")),
        listener("ResultSaver", "numbers", true, ""),
        listener("MailerResultCollector", "mails", true, mailer),
        listener("MailerResultCollector", "mails no more", false, mailer),
        listener("com.acme.Uploader", "uploads", true, save_config),
        listener(
            "com.acme.Archive",
            "archives",
            true,
            &(save_config.to_owned() + &file("filename")),
        ),
        listener("com.acme.Uploader", "off", false, save_config),
        listener("com.acme.TokenCollector", "token", true, &file("filename")),
    ]
    .concat();
    let plan = plan(&tree);
    let prepared = execution::prepare(&plan, &Load::Script).unwrap();
    let warnings: Vec<&str> = prepared
        .warnings
        .iter()
        .map(|said| said.detail.as_str())
        .collect();
    assert_eq!(
        warnings,
        [
            "listener `writer` would write out and is left out",
            "listener `saver` would write out and is left out",
            "listener `numbers`, a ResultSaver, collects samples and is left out",
            "listener `mails` would send mail to ops@example.com and is left out",
            "listener `uploads`, a com.acme.Uploader, collects samples and is left out",
            "listener `archives` would write out and is left out",
        ]
    );
    let copy = written(&prepared.plan);
    assert!(copy.contains(r#"testname="token""#), "{copy}");
    assert_eq!(copy.matches("testname=").count(), 3 + 3, "{copy}");
    assert_eq!(
        plan.unresolved_classes(&ClassIndex::standard()),
        ["com.acme.TokenCollector"]
    );
}

#[test]
fn what_a_module_controller_may_run_is_included_though_it_is_disabled() {
    let tree = |module: &str| {
        group("ThreadGroup", "a", "1", "").replace("<hashTree/>", &format!("<hashTree>{module}</hashTree>"))
            + r#"<TestFragmentController testname="parts" enabled="false"/><hashTree>
            <IncludeController testname="i"><stringProp name="IncludeController.includepath">more.jmx</stringProp></IncludeController>
            <hashTree/></hashTree>"#
    };
    let (properties, classes, files) = (BTreeMap::new(), ClassIndex::standard(), BTreeSet::new());
    let module = r#"<ModuleController testname="m" enabled="true"/><hashTree/>"#;
    let disabled = module.replace("true", "false");
    for (module, is_included) in [("", false), (module, true), (disabled.as_str(), false)] {
        let plan = plan(&tree(module));
        assert_eq!(
            plan.includes(),
            ["more.jmx"].repeat(usize::from(is_included)),
            "{module}"
        );
        let findings = plan.findings(&around(&properties, &classes, &files, true));
        assert_eq!(
            findings.problems.len(),
            usize::from(is_included),
            "{:?}",
            findings.problems
        );
    }
}

#[test]
fn with_shape_script_the_groups_stay_as_they_are() {
    let tree = group("ThreadGroup", "a", "${n}", "")
        + &group("kg.apc.jmeter.threads.UltimateThreadGroup", "u", "1", "");
    let prepared = execution::prepare(&plan(&tree), &Load::Script).unwrap();
    assert_eq!(prepared.warnings, []);
    assert!(
        written(&prepared.plan).contains(r#"<stringProp name="ThreadGroup.num_threads">${n}</stringProp>"#)
    );
}

#[test]
fn files_that_are_no_plans_are_refused() {
    let refuse = |bytes: &[u8]| Plan::parse(bytes).expect_err("must be refused").to_string();
    assert!(refuse(b"").contains("no element"));
    assert!(refuse(b"<a><b></a>").contains("not well-formed"));
    assert!(refuse(b"\xff\xff\xff").contains("not UTF-8"));
    assert!(refuse(b"<project/>").contains("no <jmeterTestPlan>"));
    assert!(refuse(b"<jmeterTestPlan/>").contains("no <hashTree>"));
    assert!(refuse(b"<jmeterTestPlan><hashTree/></jmeterTestPlan>").contains("no <TestPlan>"));
    let bomb =
        br#"<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><jmeterTestPlan>&b;</jmeterTestPlan>"#;
    assert_eq!(Plan::parse(bomb), Err(Error::Xml(xml::Error::DocumentType)));
    assert!(refuse(b"<jmeterTestPlan>&b;</jmeterTestPlan>").contains("&b;"));
    assert!(refuse("<a>".repeat(1_000).as_bytes()).contains("nested"));
}

#[test]
fn files_are_read_in_the_encoding_they_name() {
    let root = |text: &str| Element::new("a").with("b", text);
    let latin: Vec<u8> = "<?xml version='1.0' encoding='ISO-8859-1'?><a b='ñ'/>"
        .chars()
        .map(|c| c as u8)
        .collect();
    assert_eq!(xml::parse(&latin), Ok(root("ñ")));
    for (order, mark) in [
        (u16::to_le_bytes as fn(u16) -> [u8; 2], [0xFF, 0xFE]),
        (u16::to_be_bytes, [0xFE, 0xFF]),
    ] {
        let units = "<?xml version=\"1.0\" encoding=\"UTF-16\"?><a b=\"日🌊\"/>"
            .encode_utf16()
            .flat_map(order);
        let bytes: Vec<u8> = mark.into_iter().chain(units).collect();
        assert_eq!(xml::parse(&bytes), Ok(root("日🌊")));
    }
    assert_eq!(xml::parse("\u{feff}<a b='ñ'/>".as_bytes()), Ok(root("ñ")));
    let other = xml::parse(b"<?xml version=\"1.0\" encoding=\"Shift_JIS\"?><a/>");
    assert_eq!(other, Err(xml::Error::Encoding("Shift_JIS".to_owned())));
}

fn element() -> impl Strategy<Value = Element> {
    // Characters that XML 1.0 knows, those that need care among them.
    let text = "[ -~\t\n\r\u{1}\u{85}ñ日🌊&<>\"'\\]]{1,12}";
    let leaf =
        ("[a-zA-Z][a-zA-Z0-9._]{0,8}", prop::option::of(text), text).prop_map(|(name, attribute, text)| {
            let element = Element::new(name).text(text);
            match attribute {
                Some(value) => element.with("name", value),
                None => element,
            }
        });
    leaf.prop_recursive(5, 40, 5, |inner| {
        ("[a-z]{1,5}", prop::collection::vec(inner, 0..5)).prop_map(|(name, children)| {
            let mut element = Element::new(name);
            element.children = children.into_iter().map(Node::Element).collect();
            element
        })
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(root in element()) {
        prop_assert_eq!(xml::parse(&xml::to_bytes(&root)), Ok(root));
    }

    #[test]
    fn no_bytes_are_too_much(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        // It may be refused; it must be answered.
        let _answer: Result<Plan, Error> = Plan::parse(&bytes);
    }

    #[test]
    fn the_copy_has_as_many_users_as_were_dealt(users in prop::collection::vec(0..50_u32, 1..6)) {
        let tree: String = users.iter().map(|_| group("ThreadGroup", "g", "1", "")).collect();
        let groups = users.iter().map(|users| GroupLoad { users: *users, ..GroupLoad::default() }).collect();
        let load = Load::Users { groups, ramp_up: Duration::ZERO };
        let copy = execution::prepare(&plan(&tree), &load).unwrap().plan;
        let running: u32 = copy.groups(&BTreeMap::new()).into_iter().map(|group| group.users.unwrap()).sum();
        prop_assert_eq!(running, users.iter().sum::<u32>());
    }
}

#[test]
fn a_validation_goes_once_through_every_group_that_has_users() {
    let looped = |loops: &str| {
        format!(
            r#"<elementProp name="ThreadGroup.main_controller" elementType="LoopController">
            <stringProp name="LoopController.loops">{loops}</stringProp></elementProp>
            <boolProp name="ThreadGroup.scheduler">true</boolProp><stringProp name="ThreadGroup.delay">30</stringProp>"#
        )
    };
    let plan = plan(
        &[
            group("SetupThreadGroup", "s", "2", ""),
            group("ThreadGroup", "a", "${__P(users)}", &looped("-1")),
            group("ThreadGroup", "none", "${__P(zero,0)}", ""),
            group("kg.apc.jmeter.threads.UltimateThreadGroup", "u", "", ""),
            group("PostThreadGroup", "t", "1", ""),
        ]
        .concat(),
    );
    let runs = plan.load_groups(&BTreeMap::new());
    assert_eq!(runs, [true, false, true]);
    let copy = execution::prepare(&plan, &Load::Once { runs }).unwrap();
    assert_eq!(copy.warnings, []);
    let groups = copy.plan.groups(&BTreeMap::new());
    let seen: Vec<_> = groups
        .iter()
        .map(|group| (group.name.as_str(), group.users.clone()))
        .collect();
    assert_eq!(seen, [("s", Ok(2)), ("a", Ok(1)), ("u", Ok(1)), ("t", Ok(1))]);
    let text = written(&copy.plan);
    assert!(
        !text.contains("UltimateThreadGroup") && !text.contains("<stringProp name=\"ThreadGroup.delay\">30")
    );
    assert_eq!(
        text.matches("<intProp name=\"LoopController.loops\">1</intProp>")
            .count(),
        2
    );
    let other = execution::prepare(&plan, &Load::Once { runs: vec![true] });
    assert_eq!(other.unwrap_err().actual, 3);
}
