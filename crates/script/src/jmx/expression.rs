//! JMeter's `${…}` as far as it can be worked out without running the plan: properties and user-defined variables.

use std::collections::BTreeMap;

/// The values that a plan's expressions can refer to before it runs.
#[derive(Debug, Clone, Default)]
pub struct Values {
    properties: BTreeMap<String, String>,
    variables: BTreeMap<String, String>,
}

/// An expression whose value is only known when the plan runs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} is only known when the plan runs")]
pub struct Unknown(pub String);

/// Variables that refer to one another are followed this far.
const MAX_DEPTH: usize = 20;

impl Values {
    pub fn new(properties: &BTreeMap<String, String>, variables: BTreeMap<String, String>) -> Self {
        Self {
            properties: properties.clone(),
            variables,
        }
    }

    /// The text with `${__P(name,default)}`, `${__property(name,,default)}` and `${variable}` replaced.
    pub fn resolve(&self, text: &str) -> Result<String, Unknown> {
        self.resolve_at(text, 0)
    }

    /// JMeter takes backslashes away only where there is an expression, or in an argument.
    fn resolve_at(&self, text: &str, depth: usize) -> Result<String, Unknown> {
        if text.contains("${") {
            self.expand(text, depth)
        } else {
            Ok(text.to_owned())
        }
    }

    fn expand(&self, text: &str, depth: usize) -> Result<String, Unknown> {
        if depth > MAX_DEPTH {
            return Err(Unknown(text.to_owned()));
        }
        let mut out = String::new();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            if let Some(inner) = rest.strip_prefix("${") {
                let end = closing_brace(inner).ok_or_else(|| Unknown(rest.to_owned()))?;
                out.push_str(&self.reference(&inner[..end], depth)?);
                rest = &inner[end + 1..];
            } else if let Some(escaped) = rest
                .strip_prefix('\\')
                .filter(|after| after.starts_with(['$', ',', '\\']))
            {
                out.push_str(&escaped[..1]);
                rest = &escaped[1..];
            } else {
                out.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
        Ok(out)
    }

    /// The value of what stands between `${` and `}`.
    fn reference(&self, inner: &str, depth: usize) -> Result<String, Unknown> {
        let unknown = || Unknown(format!("${{{inner}}}"));
        let Some((function, arguments)) = inner.strip_suffix(')').and_then(|call| call.split_once('('))
        else {
            let value = self.variables.get(inner).ok_or_else(unknown)?;
            return self.resolve_at(value, depth + 1);
        };
        let arguments = split_arguments(arguments);
        let argument = |at: usize| {
            arguments
                .get(at)
                .map(|text| self.expand(text, depth + 1))
                .transpose()
        };
        let name = argument(0)?.unwrap_or_default();
        // Each worker gets its own values of these when it starts.
        if name.starts_with("oleada.") {
            return Err(unknown());
        }
        let default = match function.trim() {
            // https://jmeter.apache.org/usermanual/functions.html#__P: 1 unless given.
            "__P" => argument(1)?.unwrap_or_else(|| "1".to_owned()),
            // https://jmeter.apache.org/usermanual/functions.html#__property: the name unless given.
            "__property" => argument(2)?.unwrap_or_else(|| name.clone()),
            _ => return Err(unknown()),
        };
        Ok(self.properties.get(&name).cloned().unwrap_or(default))
    }
}

/// Where the brace stands that closes an expression, which may hold further ones.
fn closing_brace(inner: &str) -> Option<usize> {
    let mut open = 0;
    let mut escaped = false;
    let mut before = ' ';
    for (at, c) in inner.char_indices() {
        match c {
            _ if escaped => {
                escaped = false;
                before = ' ';
                continue;
            }
            '\\' => escaped = true,
            '{' if before == '$' => open += 1,
            '}' if open == 0 => return Some(at),
            '}' => open -= 1,
            _ => {}
        }
        before = c;
    }
    None
}

/// The arguments of a call, split at the commas that stand in no nested expression.
fn split_arguments(text: &str) -> Vec<&str> {
    let mut arguments = Vec::new();
    let (mut start, mut open, mut escaped) = (0, 0, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '{' => open += 1,
            '}' => open -= 1,
            ',' if open == 0 => {
                arguments.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    arguments.push(&text[start..]);
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> Values {
        let map = |pairs: &[(&str, &str)]| {
            pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect()
        };
        Values::new(
            &map(&[("users", "7"), ("odd", "a,b}")]),
            map(&[("n", "${__P(users,3)}"), ("m", "${n}0"), ("loop", "${loop}")]),
        )
    }

    #[test]
    fn properties_and_variables_are_followed() {
        for (text, value) in [
            ("12", "12"),
            ("${__P(users)}", "7"),
            ("${__P(users,5)}", "7"),
            ("${__P(absent,5)}", "5"),
            ("${__P(absent)}", "1"),
            ("${__property(absent)}", "absent"),
            ("${__property(absent,,9)}", "9"),
            ("${__property(users,var,9)}", "7"),
            ("${__P(absent,${__P(other,${n})})}", "7"),
            ("${__P(absent,1\\,2)}", "1,2"),
            ("${__P(odd)}", "a,b}"),
            ("${m}", "70"),
            ("x${n}y", "x7y"),
        ] {
            assert_eq!(values().resolve(text).as_deref(), Ok(value), "{text}");
        }
    }

    #[test]
    fn what_is_only_known_later_is_named() {
        for text in [
            "${absent}",
            "${__groovy(1+1)}",
            "${__threadNum}",
            "${loop}",
            "${__P(oleada.workers)}",
            "${open",
        ] {
            assert!(values().resolve(text).is_err(), "{text}");
        }
        assert_eq!(
            values().resolve("a ${__Random(1,5)}"),
            Err(Unknown("${__Random(1,5)}".to_owned()))
        );
    }
}
