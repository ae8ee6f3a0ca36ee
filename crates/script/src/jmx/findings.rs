//! Everything that can be said about a plan before it runs, at once.

use std::collections::{BTreeMap, BTreeSet};

use super::{Plan, classes::ClassIndex, expression::Values};

/// What a person should know about a plan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// With these it cannot run: the scenario is refused.
    pub problems: Vec<String>,
    pub warnings: Vec<String>,
}

/// Where a plan stands.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'a> {
    /// The scenario's properties.
    pub properties: &'a BTreeMap<String, String>,
    /// Whether the scenario sets the users, as shape `users` does.
    pub sets_users: bool,
    /// What JMeter can load, the archive's own jars included.
    pub classes: &'a ClassIndex,
    /// The archive's files relative to the plan's directory, with `../` where they stand above it.
    pub files: &'a BTreeSet<String>,
}

impl Plan {
    /// Checks the plan.
    pub fn findings(&self, around: &Surroundings<'_>) -> Findings {
        let mut findings = Findings::default();
        let unresolved = self.unresolved_classes(around.classes);
        findings.problems.extend(unresolved.into_iter().map(|class| {
            format!("the plan needs `{class}`, which neither JMeter has nor a jar in plugins/ or lib/ of the archive")
        }));
        if self.groups(around.properties).is_empty() {
            findings
                .problems
                .push("the plan has no enabled thread group".to_owned());
        } else if around.sets_users
            && let Err(refusals) = self.user_counts(around.properties)
        {
            findings.problems.extend(refusals.iter().map(ToString::to_string));
        }
        self.find_files(around, &mut findings);
        findings
    }

    fn find_files(&self, around: &Surroundings<'_>, findings: &mut Findings) {
        let values = Values::new(around.properties, self.variables());
        let missing = |files: Vec<String>, found: &mut Vec<String>, what: &str| {
            for file in files {
                // A name that is only known when the plan runs, or that only a run makes, may well be right.
                if let Ok(name) = values.resolve(&file)
                    && !around.files.contains(name.trim_start_matches("./"))
                {
                    found.push(format!("{what} `{name}`, which is not in the archive"));
                }
            }
        };
        missing(self.includes(), &mut findings.problems, "the plan includes");
        // A setUp group may write it.
        missing(self.data_files(), &mut findings.warnings, "the plan reads");
    }
}
