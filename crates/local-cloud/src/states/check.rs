//! What is wrong between the states of a definition whose states are each right.

use std::collections::BTreeSet;

use super::{
    definition::{Kind, Machine, Scope, State},
    failure::ALL,
    fields::Problems,
};

/// The longest name of a state, in characters.
const LONGEST_NAME: usize = 80;

/// Reports targets that do not exist, states that nothing leads to, and names that are used twice.
pub(super) fn transitions(machine: &Machine, problems: &Problems) {
    scope(&machine.scope, "", &mut BTreeSet::new(), problems);
}

fn scope<'m>(scope: &'m Scope, place: &str, names: &mut BTreeSet<&'m str>, problems: &Problems) {
    let target = |name: &str, place: &str| {
        if !scope.states.contains_key(name) {
            problems.add(
                "MISSING_TRANSITION_TARGET",
                place,
                format!("Missing transition target: '{name}'"),
            );
        }
    };
    target(&scope.start_at, &format!("{place}/StartAt"));
    let reached = reachable(scope);
    for (name, state) in &scope.states {
        let place = format!("{place}/States/{name}");
        if name.chars().count() > LONGEST_NAME {
            problems.schema(
                &place,
                format!("A state's name has at most {LONGEST_NAME} characters"),
            );
        }
        if !names.insert(name) {
            problems.add(
                "DUPLICATE_STATE_NAME",
                &place,
                format!("Another state is named '{name}'"),
            );
        }
        if !reached.contains(name.as_str()) {
            problems.add(
                "MISSING_TRANSITION_TARGET",
                &place,
                format!("State '{name}' is not reachable"),
            );
        }
        for next in state.targets() {
            target(next, &place);
        }
        wildcards(state, &place, problems);
        for (label, inner) in state.scopes() {
            self::scope(inner, &format!("{place}/{label}"), names, problems);
        }
        if matches!(&state.kind, Kind::Choice { rules, .. } if rules.is_empty()) {
            problems.schema(&place, "A Choice state needs at least one rule");
        }
    }
}

fn reachable(scope: &Scope) -> BTreeSet<&str> {
    let mut reached = BTreeSet::new();
    let mut open = vec![scope.start_at.as_str()];
    while let Some(name) = open.pop() {
        if let Some(state) = scope.states.get(name)
            && reached.insert(name)
        {
            open.extend(state.targets());
        }
    }
    reached
}

/// `States.ALL` hides every rule behind it.
fn wildcards(state: &State, place: &str, problems: &Problems) {
    let Kind::Work { work, .. } = &state.kind else {
        return;
    };
    let retry: Vec<_> = work.retry.iter().map(|rule| &rule.errors).collect();
    let catch: Vec<_> = work.catch.iter().map(|rule| &rule.errors).collect();
    for (field, rules) in [("Retry", retry), ("Catch", catch)] {
        let before_last = &rules[..rules.len().saturating_sub(1)];
        if before_last
            .iter()
            .any(|errors| errors.iter().any(|error| error == ALL))
        {
            problems.schema(
                &format!("{place}/{field}"),
                format!("{ALL} must be in the last rule"),
            );
        }
    }
}
