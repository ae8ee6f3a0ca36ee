//! The copy of a plan that a worker executes: the load that is the worker's share, the gate, the recorder, and nothing
//! that writes results of its own.
//!
//! What is put in are classes of `infra/load-tester`: `oleada.Recorder` writes the rows, `oleada.Gate` holds the load
//! groups back until the start instant, `oleada.LoadEnd` tells when all of them have ended.

mod once;

use std::collections::BTreeMap;

use model::{Duration, field::Said, said};

use super::{
    Plan, element,
    group::{self, Group, Kind},
    listener,
};
use crate::xml::{Element, Node};

/// What the thread groups of the copy do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Load {
    /// Each load group, in the order of the plan, has these users until the worker ends the load.
    Users {
        groups: Vec<GroupLoad>,
        ramp_up: Duration,
    },
    /// The plan's own load.
    Script,
    /// A validation: one user goes once through each load group for which `runs`, in the order of the plan, says so.
    Once { runs: Vec<bool> },
}

/// A load group's users on one worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GroupLoad {
    pub users: u32,
    /// By how much every start is put off, so that the ramps of several workers interlock: with 10 workers of one user
    /// each and a ramp of 10 s, worker 3 starts its user after 3 s.
    pub offset: Duration,
}

/// A copy that can be executed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    pub plan: Plan,
    /// What is not as the plan says, for the person who wrote it. The same for every worker.
    pub warnings: Vec<Said>,
}

/// The load is for another plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the plan has {actual} load groups, and the load is for {planned}")]
pub struct Mismatch {
    pub planned: usize,
    pub actual: usize,
}

/// What the copy of a plan will not do as the plan says, whatever the load. The same as [`prepare`] would warn of.
pub fn warnings(plan: &Plan, sets_users: bool) -> Vec<Said> {
    let is_load = |group: &Group| matches!(group.kind, Kind::Plain | Kind::Other(_));
    let groups = plan
        .groups(&BTreeMap::new())
        .iter()
        .filter(|group| is_load(group))
        .count();
    let load = if sets_users {
        Load::Users {
            groups: vec![GroupLoad::default(); groups],
            ramp_up: Duration::ZERO,
        }
    } else {
        Load::Script
    };
    prepare(plan, &load).map_or_else(|_| Vec::new(), |prepared| prepared.warnings)
}

/// Makes the copy. The plan must have passed [`Plan::user_counts`] where the load is users.
pub fn prepare(plan: &Plan, load: &Load) -> Result<Prepared, Mismatch> {
    let mut prepared = prepare_include(plan);
    let Prepared { plan, warnings } = &mut prepared;
    let (test_plan, tree) = plan.test_plan_mut();
    match load {
        Load::Users { groups, ramp_up } => {
            set_users(tree, groups, *ramp_up, warnings)?;
            if element::property(test_plan, SERIALIZE).as_deref() == Some("true") {
                element::set_property(test_plan, "boolProp", SERIALIZE, "false");
                warnings.push(said!(
                    "GROUPS_AT_THE_SAME_TIME",
                    "the thread groups run at the same time, not one after the other"
                ));
            }
        }
        Load::Once { runs } => once::set(tree, runs)?,
        Load::Script => {}
    }
    element::set_property(test_plan, "boolProp", "TestPlan.tearDown_on_shutdown", "true");
    element::set_property(test_plan, "boolProp", "TestPlan.functional_mode", "false");
    let own = ["Recorder", "Gate", "LoadEnd"].into_iter().flat_map(|class| {
        let class = format!("oleada.{class}");
        let element = Element::new(&class)
            .with("guiclass", "") // JMeter insists on the attribute, not on a value
            .with("testclass", &class)
            .with("testname", &class)
            .with("enabled", "true");
        [Node::Element(element), Node::Element(Element::new("hashTree"))]
    });
    tree.children.splice(0..0, own);
    Ok(prepared)
}

/// Makes the copy of a file that an Include Controller reads: as [`prepare`], but for what concerns a whole test.
///
/// What is disabled is prepared, too: a Module Controller may run it.
pub fn prepare_include(plan: &Plan) -> Prepared {
    let mut plan = plan.clone();
    let mut warnings = Vec::new();
    let top = element::hash_tree_mut(&mut plan.root).expect("checked when the plan was parsed");
    element::retain(top, &mut |element| {
        if listener::is_left_out(element) {
            if element::is_enabled(element) {
                warnings.extend(listener::losses(element));
            }
            return false;
        }
        if element::class(element) == "TransactionController"
            && element::property(element, TRANSACTION_PARENT).as_deref() == Some("true")
        {
            element::set_property(element, "boolProp", TRANSACTION_PARENT, "false");
            if element::is_enabled(element) {
                warnings.push(said!(
                    "TRANSACTION_WITH_SAMPLES",
                    "transaction `{}` reports its samples as well as itself",
                    element::name(element)
                ));
            }
        }
        true
    });
    Prepared { plan, warnings }
}

const SERIALIZE: &str = "TestPlan.serialize_threadgroups";
const TRANSACTION_PARENT: &str = "TransactionController.parent";

fn set_users(
    tree: &mut Element,
    loads: &[GroupLoad],
    ramp_up: Duration,
    warnings: &mut Vec<Said>,
) -> Result<(), Mismatch> {
    for (group, load) in load_groups(tree, loads.len())?.into_iter().zip(loads) {
        let overridden = overridden(group);
        if !overridden.is_empty() {
            warnings.push(said!(
                "GROUP_COURSE_NOT_USED",
                "thread group `{}`: not used from the plan, because the scenario says how long the load lasts: {}",
                element::name(group),
                overridden.join(", ")
            ));
        }
        set_group(group, *load, ramp_up);
    }
    Ok(())
}

/// The enabled groups in the test plan's tree that generate load, which must be so many.
fn load_groups(tree: &mut Element, planned: usize) -> Result<Vec<&mut Element>, Mismatch> {
    let is_load = |element: &&mut Element| {
        element::is_enabled(element) && matches!(group::kind(element), Some(Kind::Plain | Kind::Other(_)))
    };
    let groups: Vec<&mut Element> = tree.elements_mut().filter(is_load).collect();
    let actual = groups.len();
    if actual == planned {
        Ok(groups)
    } else {
        Err(Mismatch { planned, actual })
    }
}

/// What the plan says about the course of the group that will not hold.
fn overridden(group: &Element) -> Vec<&'static str> {
    let has =
        |name: &str| element::property(group, name).is_some_and(|value| !["", "0"].contains(&value.trim()));
    let loops = element::child_named(group, MAIN_CONTROLLER)
        .and_then(|controller| element::property(controller, LOOPS))
        .unwrap_or_default();
    let scheduled = element::property(group, "ThreadGroup.scheduler").as_deref() == Some("true");
    [
        (!["", "-1"].contains(&loops.trim()), "loop count"),
        (scheduled && has("ThreadGroup.duration"), "duration"),
        (scheduled && has("ThreadGroup.delay"), "startup delay"),
    ]
    .into_iter()
    .filter_map(|(is, what)| is.then_some(what))
    .collect()
}

const MAIN_CONTROLLER: &str = "ThreadGroup.main_controller";
const LOOPS: &str = "LoopController.loops";

fn set_group(group: &mut Element, load: GroupLoad, ramp_up: Duration) {
    if load.users == 0 {
        group.set_attribute("enabled", "false");
        return;
    }
    element::put(group, MAIN_CONTROLLER, main_controller("-1"));
    // JMeter's ramp has whole seconds.
    let ramp_s = (ramp_up.as_ms() + 500) / 1000;
    for (kind, name, value) in [
        ("stringProp", "ThreadGroup.num_threads", load.users.to_string()),
        ("stringProp", "ThreadGroup.ramp_time", ramp_s.to_string()),
        ("boolProp", "ThreadGroup.scheduler", "false".to_owned()),
        ("stringProp", "ThreadGroup.duration", String::new()),
        ("stringProp", "ThreadGroup.delay", String::new()),
        // Read by the recorder when a thread starts.
        ("longProp", "Oleada.offset", load.offset.as_ms().to_string()),
    ] {
        element::set_property(group, kind, name, &value);
    }
}

/// What a thread group runs its elements by; `loops` -1 is for ever.
fn main_controller(loops: &str) -> Element {
    Element::new("elementProp")
        .with("name", MAIN_CONTROLLER)
        .with("elementType", "LoopController")
        .with("guiclass", "LoopControlPanel")
        .with("testclass", "LoopController")
        .child(
            Element::new("boolProp")
                .with("name", "LoopController.continue_forever")
                .text("false"),
        )
        .child(Element::new("intProp").with("name", LOOPS).text(loops))
}

impl Plan {
    /// The test plan and its tree.
    fn test_plan_mut(&mut self) -> (&mut Element, &mut Element) {
        let top = element::hash_tree_mut(&mut self.root).expect("checked when the plan was parsed");
        let mut elements = top.elements_mut();
        let test_plan = elements.next().expect("checked when the plan was parsed");
        let tree = elements.next().expect("checked when the plan was parsed");
        (test_plan, tree)
    }
}
