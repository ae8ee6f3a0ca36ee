//! How Taurus is told to run an executed copy: one execution of the plan as it is, no load of its own.
//!
//! Run `python -m bzt.cli -q <config>` with the engines' Python in a working directory that holds the file
//! [`PROPERTIES`], with a `HOME` of its own. Taurus then runs JMeter, reads the rows that the plan's recorder writes to
//! [`ROWS`] in the artifacts directory, and leaves `final.xml`, `final.csv`, `bzt.log`, `jmeter.log` there.

use std::path::Path;

use serde_json::{Value, json};

/// JMeter properties, see [`crate::properties`]: in the working directory, under a name without blanks, because Taurus
/// splits JMeter's command line at blanks.
pub const PROPERTIES: &str = "oleada.properties";
/// Java system properties, beside [`PROPERTIES`].
pub const SYSTEM_PROPERTIES: &str = "oleada-system.properties";
/// The row file in the artifacts directory. It must not be there before JMeter writes it: Taurus would take another name.
pub const ROWS: &str = "kpi.jtl";

/// The JMeter properties that make an archive's jars known: `plugins/*.jar` as plugins, `lib/*.jar` and the script's own
/// directory as classes. `jars` are those of [`crate::archive::Archive::jars`], unpacked below `root`.
///
/// Taurus sets `user.classpath`, too; [`PROPERTIES`] is read after its file and wins.
pub fn jar_properties(root: &Path, plan: &Path, jars: &[String]) -> Vec<(&'static str, String)> {
    let paths = |folder: &str| -> Vec<String> {
        let inside = jars.iter().filter(|jar| jar.starts_with(folder));
        inside.map(|jar| root.join(jar).display().to_string()).collect()
    };
    let mut class_path = vec![plan.parent().unwrap_or(root).display().to_string()];
    class_path.extend(paths("lib/"));
    let mut properties = vec![("user.classpath", class_path.join(":"))];
    let plugins = paths("plugins/");
    if !plugins.is_empty() {
        properties.push(("search_paths", plugins.join(";")));
    }
    properties
}

/// The version that Taurus is told, so that it looks for no other.
const JMETER_VERSION: &str = "5.6.3";

/// The configuration, as JSON, which Taurus reads as well as YAML.
///
/// `plan` is the executed copy in the directory of the script, so that relative paths work; `engines` is the directory
/// that `scripts/engines` filled. All paths are absolute.
pub fn config(plan: &Path, artifacts: &Path, engines: &Path) -> Value {
    json!({
        "execution": [{"executor": "jmeter", "scenario": "oleada"}],
        "scenarios": {"oleada": {"script": plan}},
        "settings": {"artifacts-dir": artifacts, "check-updates": false, "check-interval": "1s"},
        "modules": {
            "jmeter": {
                // Ours: it reads the recorder's rows instead of adding listeners.
                "class": "oleada_bzt.JMeter",
                "path": engines.join("jmeter/bin/jmeter"),
                "version": JMETER_VERSION,
                "detect-plugins": false,
                "fix-jars": false,
                "cmdline": format!("-q {PROPERTIES} -S {SYSTEM_PROPERTIES}"),
            },
            "console": {"disable": true},
        },
        "reporting": [{
            "module": "final-stats",
            "dump-xml": artifacts.join("final.xml"),
            "dump-csv": artifacts.join("final.csv"),
        }],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jars_go_where_their_folder_says() {
        let jars = ["lib/a.jar", "lib/b.jar", "plugins/p.jar"].map(str::to_owned);
        let properties = jar_properties(Path::new("/s"), Path::new("/s/p/plan.jmx"), &jars);
        assert_eq!(
            properties,
            [
                ("user.classpath", "/s/p:/s/lib/a.jar:/s/lib/b.jar".to_owned()),
                ("search_paths", "/s/plugins/p.jar".to_owned()),
            ]
        );
    }
}
