//! One user who goes once through each load group.

use super::{MAIN_CONTROLLER, Mismatch, load_groups, main_controller};
use crate::{jmx::element, xml::Element};

/// Rewrites the load groups. Groups of setUp and tearDown stay as they are: they prepare what the load needs. A group whose
/// users follow a course of their own becomes an ordinary one.
pub(super) fn set(tree: &mut Element, runs: &[bool]) -> Result<(), Mismatch> {
    for (group, runs) in load_groups(tree, runs.len())?.into_iter().zip(runs) {
        if *runs {
            go_once(group);
        } else {
            group.set_attribute("enabled", "false");
        }
    }
    Ok(())
}

fn go_once(group: &mut Element) {
    "ThreadGroup".clone_into(&mut group.name);
    group.set_attribute("testclass", "ThreadGroup");
    element::put(group, MAIN_CONTROLLER, main_controller("1"));
    for (kind, name, value) in [
        ("stringProp", "ThreadGroup.num_threads", "1"),
        ("stringProp", "ThreadGroup.ramp_time", "0"),
        ("boolProp", "ThreadGroup.scheduler", "false"),
        ("stringProp", "ThreadGroup.duration", ""),
        ("stringProp", "ThreadGroup.delay", ""),
    ] {
        element::set_property(group, kind, name, value);
    }
}
