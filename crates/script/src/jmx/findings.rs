//! Everything that can be said about a plan before it runs, at once.

use std::collections::{BTreeMap, BTreeSet};

use model::{field::Said, said};

use super::{Plan, classes::ClassIndex, expression::Values, group::Refusal};

/// What a person should know about a plan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// With these it cannot run: the scenario is refused.
    pub problems: Vec<Said>,
    pub warnings: Vec<Said>,
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
            said!(
                "PLAN_NEEDS_CLASS",
                "the plan needs `{}`, which neither JMeter has nor a jar in plugins/ or lib/ of the archive",
                class
            )
        }));
        if self.groups(around.properties).is_empty() {
            findings
                .problems
                .push(said!("PLAN_NO_GROUP", "the plan has no enabled thread group"));
        } else if around.sets_users
            && let Err(refusals) = self.user_counts(around.properties)
        {
            findings.problems.extend(refusals.iter().map(Refusal::said));
        }
        self.find_files(around, &mut findings);
        findings
    }

    fn find_files(&self, around: &Surroundings<'_>, findings: &mut Findings) {
        let values = Values::new(around.properties, self.variables());
        let missing = |files: Vec<String>, found: &mut Vec<Said>, say: fn(&str) -> Said| {
            for file in files {
                // A name that is only known when the plan runs, or that only a run makes, may well be right.
                if let Ok(name) = values.resolve(&file)
                    && !around.files.contains(name.trim_start_matches("./"))
                {
                    found.push(say(&name));
                }
            }
        };
        missing(self.includes(), &mut findings.problems, |name| {
            said!(
                "PLAN_INCLUDES_MISSING",
                "the plan includes `{}`, which is not in the archive",
                name
            )
        });
        // A setUp group may write it.
        missing(self.data_files(), &mut findings.warnings, |name| {
            said!(
                "PLAN_READS_MISSING",
                "the plan reads `{}`, which is not in the archive",
                name
            )
        });
    }
}
