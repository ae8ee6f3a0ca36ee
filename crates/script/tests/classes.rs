//! The list of classes that the API refuses plans by is the list of the installed JMeter.

use std::path::PathBuf;

use oleada_script::jmx::classes::ClassIndex;

#[test]
#[ignore = "needs the engines: scripts/test sets OLEADA_ENGINES"]
fn the_list_is_that_of_the_installed_engine() {
    let engines = PathBuf::from(std::env::var_os("OLEADA_ENGINES").expect("OLEADA_ENGINES"));
    let installed = ClassIndex::of_installation(&engines.join("jmeter")).unwrap();
    if std::env::var_os("OLEADA_BLESS").is_some() {
        let list = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/jmx/classes/standard.txt");
        std::fs::write(list, installed.to_lines()).unwrap();
    }
    assert_eq!(ClassIndex::standard().to_lines(), installed.to_lines());
}
