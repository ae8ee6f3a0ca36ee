//! JMeter plans: what is in one, what is wrong with it, and the copy that is executed.

pub mod classes;
mod element;
pub mod execution;
pub mod expression;
pub mod findings;
pub mod group;
mod listener;

use std::{collections::BTreeMap, fmt};

use model::{field::Said, said};

use crate::xml::{self, Element};

use element::Item;

/// A plan that JMeter can read: `jmeterTestPlan > hashTree > TestPlan`, and the test plan's own tree beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    root: Element,
}

/// Why a file is not a plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    Xml(#[from] xml::Error),
    NotAPlan(&'static str),
    EmptyPlan,
}

impl Error {
    /// The message, which is about a file, and how to say it in another language.
    pub fn said(&self) -> Said {
        match self {
            Self::Xml(error) => error.said(),
            Self::NotAPlan(missing) => said!("NOT_A_PLAN", "is not a JMeter plan: it has no {}", missing),
            Self::EmptyPlan => said!(
                "EMPTY_PLAN",
                "is not a JMeter plan: it has no elements in its test plan"
            ),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said().detail)
    }
}

impl Plan {
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let root = xml::parse(bytes)?;
        if root.name != "jmeterTestPlan" {
            return Err(Error::NotAPlan("<jmeterTestPlan>"));
        }
        let top = element::hash_tree(&root).ok_or(Error::NotAPlan("<hashTree>"))?;
        match element::items(top).first() {
            Some(item) if item.element.name == "TestPlan" && item.children.is_some() => Ok(Self { root }),
            Some(item) if item.element.name == "TestPlan" => Err(Error::EmptyPlan),
            _ => Err(Error::NotAPlan("<TestPlan>")),
        }
    }

    /// Makes a plan of these elements and trees, which stand in the test plan's tree as they are.
    pub(crate) fn of(test_plan: Element, tree: Element) -> Self {
        let top = Element::new("hashTree").child(test_plan).child(tree);
        let root = Element::new("jmeterTestPlan")
            .with("version", "1.2")
            .with("properties", "5.0")
            .with("jmeter", "5.6.3");
        Self {
            root: root.child(top),
        }
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        xml::to_bytes(&self.root)
    }

    /// The files that Include Controllers read which JMeter may run, as the plan writes them: those of enabled ones, and of
    /// all where a Module Controller is enabled. It runs a part of the plan, by JMeter's manual a disabled one.
    pub fn includes(&self) -> Vec<String> {
        let path = |element: &Element| element::property(element, "IncludeController.includepath");
        if self.has_modules() {
            self.values("IncludeController", |_| true, path)
        } else {
            self.enabled("IncludeController", path)
        }
    }

    /// The files that enabled CSV Data Sets read, as the plan writes them.
    pub fn data_files(&self) -> Vec<String> {
        self.enabled("CSVDataSet", |element| element::property(element, "filename"))
    }

    /// The user-defined variables of the test plan and of every enabled list of variables in it, as they are written.
    pub(crate) fn variables(&self) -> BTreeMap<String, String> {
        let mut variables = BTreeMap::new();
        let mut add = |arguments: &Element| variables.extend(element::arguments(arguments));
        for item in element::items(self.top()) {
            if let Some(own) = element::child_named(item.element, "TestPlan.user_defined_variables") {
                add(own);
            }
        }
        element::walk(self.top(), &mut |item: &Item<'_>| {
            if item.enabled && item.element.name == "Arguments" {
                add(item.element);
            }
        });
        variables
    }

    fn top(&self) -> &Element {
        element::hash_tree(&self.root).expect("checked when the plan was parsed")
    }

    /// What stands directly in the test plan.
    fn items(&self) -> Vec<Item<'_>> {
        let top = element::items(self.top());
        top.first()
            .and_then(|plan| plan.children)
            .map(element::items)
            .unwrap_or_default()
    }

    fn enabled(&self, class: &str, value: impl Fn(&Element) -> Option<String>) -> Vec<String> {
        self.values(class, |item| item.enabled, value)
    }

    fn values(
        &self,
        class: &str,
        is_meant: impl Fn(&Item<'_>) -> bool,
        value: impl Fn(&Element) -> Option<String>,
    ) -> Vec<String> {
        let mut found = Vec::new();
        element::walk(self.top(), &mut |item: &Item<'_>| {
            if is_meant(item) && element::class(item.element) == class {
                found.extend(value(item.element).filter(|text| !text.is_empty()));
            }
        });
        found
    }

    fn has_modules(&self) -> bool {
        let mut found = false;
        element::walk(self.top(), &mut |item: &Item<'_>| {
            found |= item.enabled && element::class(item.element) == "ModuleController";
        });
        found
    }
}
