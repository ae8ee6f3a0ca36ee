//! Java `.properties` files that carry every value byte for byte.
//!
//! <https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/util/Properties.html#load(java.io.Reader)>

use std::fmt::Write as _;

/// The file, in ASCII: JMeter reads it as ISO-8859-1, so that everything else is an escape.
pub fn file<K: AsRef<str>, V: AsRef<str>>(properties: impl IntoIterator<Item = (K, V)>) -> String {
    let mut out = String::new();
    for (name, value) in properties {
        escape(&mut out, name.as_ref(), true);
        out.push('=');
        escape(&mut out, value.as_ref(), false);
        out.push('\n');
    }
    out
}

fn escape(out: &mut String, text: &str, is_name: bool) {
    for (at, unit) in text.encode_utf16().enumerate() {
        match char::from_u32(u32::from(unit)) {
            Some('\n') => out.push_str("\\n"),
            Some('\r') => out.push_str("\\r"),
            Some('\t') => out.push_str("\\t"),
            // A blank ends a name, and is skipped at the beginning of a value.
            Some(' ') if is_name || at == 0 => out.push_str("\\ "),
            Some(c @ ('\\' | '=' | ':' | '#' | '!')) => {
                out.push('\\');
                out.push(c);
            }
            Some(c) if c == ' ' || c.is_ascii_graphic() => out.push(c),
            _ => write!(out, "\\u{unit:04X}").expect("a String takes everything"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_in_the_file_is_escaped() {
        assert_eq!(
            file([("a b=c", "  x \\ : #\n日\u{1f30a}\u{c}")]),
            "a\\ b\\=c=\\  x \\\\ \\: \\#\\n\\u65E5\\uD83C\\uDF0A\\u000C\n"
        );
    }
}
