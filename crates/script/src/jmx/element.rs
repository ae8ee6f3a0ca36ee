//! How a plan's XML is laid out: in a `hashTree`, each element is followed by the `hashTree` of what stands in it.

use crate::xml::{Element, Node};

/// An element of the plan and what stands in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item<'a> {
    pub element: &'a Element,
    pub children: Option<&'a Element>,
    /// Whether it and everything around it is enabled.
    pub enabled: bool,
}

/// The first `hashTree` directly in an element.
pub(super) fn hash_tree(element: &Element) -> Option<&Element> {
    element.elements().find(|child| child.name == "hashTree")
}

pub(super) fn hash_tree_mut(element: &mut Element) -> Option<&mut Element> {
    element.elements_mut().find(|child| child.name == "hashTree")
}

/// The elements directly in a `hashTree`.
pub(super) fn items(hash_tree: &Element) -> Vec<Item<'_>> {
    let mut items: Vec<Item<'_>> = Vec::new();
    for element in hash_tree.elements() {
        if element.name != "hashTree" {
            items.push(Item {
                element,
                children: None,
                enabled: is_enabled(element),
            });
        } else if let Some(item) = items.last_mut() {
            item.children = Some(element);
        }
    }
    items
}

/// Calls `visit` for every element in and below a `hashTree`, a parent before what stands in it.
pub(super) fn walk<'a>(hash_tree: &'a Element, visit: &mut impl FnMut(&Item<'a>)) {
    walk_below(hash_tree, true, visit);
}

fn walk_below<'a>(hash_tree: &'a Element, enabled: bool, visit: &mut impl FnMut(&Item<'a>)) {
    for mut item in items(hash_tree) {
        item.enabled &= enabled;
        visit(&item);
        if let Some(children) = item.children {
            walk_below(children, item.enabled, visit);
        }
    }
}

/// Calls `change` for every element in and below a `hashTree`; those for which it answers false are taken out, with
/// what stands in them.
pub(super) fn retain(hash_tree: &mut Element, change: &mut impl FnMut(&mut Element) -> bool) {
    let mut kept = true;
    hash_tree.children.retain_mut(|node| match node {
        Node::Element(element) if element.name == "hashTree" => {
            if kept {
                retain(element, change);
            }
            kept
        }
        Node::Element(element) => {
            kept = change(element);
            kept
        }
        _ => true,
    });
}

pub(super) fn is_enabled(element: &Element) -> bool {
    element.attribute("enabled") != Some("false")
}

/// The name that a person gave to it.
pub(super) fn name(element: &Element) -> &str {
    element.attribute("testname").unwrap_or_default()
}

/// The class of an element. JMeter takes it from the tag, by alias or in full; here both give the simple name.
pub(super) fn class(element: &Element) -> &str {
    element.name.rsplit('.').next().unwrap_or(&element.name)
}

/// The property of this name: `stringProp`, `intProp`, `boolProp` and their like.
pub(super) fn property(element: &Element, name: &str) -> Option<String> {
    child_named(element, name).map(Element::own_text)
}

/// Whatever carries this name directly in an element: a property, or a nested element.
pub(super) fn child_named<'a>(element: &'a Element, name: &str) -> Option<&'a Element> {
    element
        .elements()
        .find(|child| child.attribute("name") == Some(name))
}

/// Sets a property, whatever it was before.
pub(super) fn set_property(element: &mut Element, kind: &str, name: &str, value: &str) {
    let property = Element::new(kind).with("name", name).text(value);
    put(element, name, property);
}

/// Puts `new` in the place of what carries this name, or at the end.
pub(super) fn put(element: &mut Element, name: &str, new: Element) {
    if let Some(old) = element
        .elements_mut()
        .find(|child| child.attribute("name") == Some(name))
    {
        *old = new;
        return;
    }
    element.children.push(Node::Element(new));
}

/// The name and value pairs of an `Arguments` element.
pub(super) fn arguments(element: &Element) -> Vec<(String, String)> {
    let Some(list) = child_named(element, "Arguments.arguments") else {
        return Vec::new();
    };
    list.elements()
        .filter_map(|argument| {
            let value = property(argument, "Argument.value").unwrap_or_default();
            Some((property(argument, "Argument.name")?, value))
        })
        .collect()
}
