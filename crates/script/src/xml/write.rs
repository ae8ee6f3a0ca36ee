use std::fmt::Write as _;

use super::{Element, Node};

/// The document as UTF-8. Read again, it is equal.
pub fn to_bytes(root: &Element) -> Vec<u8> {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    element(&mut out, root);
    out.push('\n');
    out.into_bytes()
}

fn element(out: &mut String, element: &Element) {
    out.push('<');
    out.push_str(&element.name);
    for (name, value) in &element.attributes {
        out.push(' ');
        out.push_str(name);
        out.push_str("=\"");
        escape(out, value, true);
        out.push('"');
    }
    if element.children.is_empty() {
        out.push_str("/>");
        return;
    }
    out.push('>');
    for child in &element.children {
        match child {
            Node::Element(child) => self::element(out, child),
            Node::Text(text) => escape(out, text, false),
            Node::Comment(comment) => {
                out.push_str("<!--");
                out.push_str(comment);
                out.push_str("-->");
            }
        }
    }
    out.push_str("</");
    out.push_str(&element.name);
    out.push('>');
}

/// Every control character is written as a reference, or a reader would turn it into a space or a line feed.
fn escape(out: &mut String, text: &str, in_attribute: bool) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' if in_attribute => out.push_str("&quot;"),
            '\n' | '\t' if !in_attribute => out.push(c),
            _ if c.is_control() => {
                write!(out, "&#{};", u32::from(c)).expect("a String takes everything");
            }
            _ => out.push(c),
        }
    }
}
