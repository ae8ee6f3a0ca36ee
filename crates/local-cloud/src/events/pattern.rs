//! Event patterns: which events a rule takes.
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns-content-based-filtering.html>

use serde_json::Value;

use crate::text::wildcard;

/// A pattern that has been read: all of its fields must fit.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pattern {
    fields: Vec<(String, Field)>,
    /// `$or`: of each list, one pattern must fit.
    alternatives: Vec<Vec<Pattern>>,
}

#[derive(Debug, Clone, PartialEq)]
enum Field {
    Nested(Pattern),
    /// One of them must fit.
    Leaf(Vec<Matcher>),
}

#[derive(Debug, Clone, PartialEq)]
enum Matcher {
    Exact(Value),
    Prefix(String),
    Suffix(String),
    EqualsIgnoreCase(String),
    Wildcard(String),
    AnythingBut(Vec<Matcher>),
    Exists(bool),
    Numeric(Vec<(Comparison, f64)>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// Why a pattern is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("event pattern is not valid: {0}")]
pub(super) struct PatternError(String);

impl Pattern {
    pub(super) fn parse(pattern: &Value) -> Result<Self, PatternError> {
        let Some(object) = pattern.as_object().filter(|object| !object.is_empty()) else {
            return Err(PatternError(
                "it must be an object with at least one field".to_owned(),
            ));
        };
        let mut parsed = Self {
            fields: Vec::new(),
            alternatives: Vec::new(),
        };
        for (name, value) in object {
            match value {
                Value::Array(patterns) if name == "$or" => {
                    parsed
                        .alternatives
                        .push(patterns.iter().map(Self::parse).collect::<Result<_, _>>()?);
                }
                Value::Object(_) => parsed
                    .fields
                    .push((name.clone(), Field::Nested(Self::parse(value)?))),
                Value::Array(items) if !items.is_empty() => {
                    let matchers = items.iter().map(Matcher::parse).collect::<Result<_, _>>()?;
                    parsed.fields.push((name.clone(), Field::Leaf(matchers)));
                }
                _ => {
                    return Err(PatternError(format!(
                        "{name:?} must be an object or a non-empty list"
                    )));
                }
            }
        }
        Ok(parsed)
    }

    pub(super) fn matches(&self, event: &Value) -> bool {
        let fields_fit = self.fields.iter().all(|(name, field)| match field {
            Field::Nested(pattern) => pattern.matches(event.get(name).unwrap_or(&Value::Null)),
            Field::Leaf(matchers) => matchers.iter().any(|matcher| matcher.matches(event.get(name))),
        });
        fields_fit
            && self
                .alternatives
                .iter()
                .all(|patterns| patterns.iter().any(|pattern| pattern.matches(event)))
    }
}

impl Matcher {
    fn parse(item: &Value) -> Result<Self, PatternError> {
        let Value::Object(object) = item else {
            return Ok(Self::Exact(item.clone()));
        };
        let refuse = || PatternError(format!("{item} is not a filter that is offered"));
        let [(name, value)] = object.iter().collect::<Vec<_>>()[..] else {
            return Err(refuse());
        };
        let text = || value.as_str().map(str::to_owned).ok_or_else(refuse);
        Ok(match name.as_str() {
            "prefix" => Self::Prefix(text()?),
            "suffix" => Self::Suffix(text()?),
            "equals-ignore-case" => Self::EqualsIgnoreCase(text()?),
            "wildcard" => Self::Wildcard(text()?),
            "exists" => Self::Exists(value.as_bool().ok_or_else(refuse)?),
            "anything-but" => Self::AnythingBut(match value {
                Value::Array(items) => items.iter().map(Self::parse).collect::<Result<_, _>>()?,
                other => vec![Self::parse(other)?],
            }),
            "numeric" => Self::Numeric(parse_numeric(value).ok_or_else(refuse)?),
            _ => return Err(refuse()),
        })
    }

    fn matches(&self, value: Option<&Value>) -> bool {
        // Only what a path leads to in the end counts as a value.
        let leaf = value.filter(|value| !value.is_object());
        match (self, leaf) {
            (Self::Exists(wanted), leaf) => leaf.is_some() == *wanted,
            (_, None) => false,
            // Of a list, one item has to fit; none may be what is excluded.
            (Self::AnythingBut(excluded), Some(Value::Array(items))) => !items
                .iter()
                .any(|item| excluded.iter().any(|matcher| matcher.matches(Some(item)))),
            (_, Some(Value::Array(items))) => items.iter().any(|item| self.matches(Some(item))),
            (Self::AnythingBut(excluded), leaf) => !excluded.iter().any(|matcher| matcher.matches(leaf)),
            (Self::Exact(Value::Number(expected)), Some(Value::Number(found))) => {
                expected.as_f64() == found.as_f64()
            }
            (Self::Exact(expected), Some(found)) => expected == found,
            (Self::Numeric(bounds), Some(Value::Number(found))) => {
                let found = found.as_f64().unwrap_or(f64::NAN);
                bounds
                    .iter()
                    .all(|(comparison, bound)| comparison.holds(found, *bound))
            }
            (Self::Prefix(prefix), Some(Value::String(found))) => found.starts_with(prefix),
            (Self::Suffix(suffix), Some(Value::String(found))) => found.ends_with(suffix),
            (Self::EqualsIgnoreCase(text), Some(Value::String(found))) => {
                found.to_lowercase() == text.to_lowercase()
            }
            (Self::Wildcard(pattern), Some(Value::String(found))) => wildcard(pattern, found),
            _ => false,
        }
    }
}

impl Comparison {
    #[expect(clippy::float_cmp, reason = "both are numbers as somebody wrote them")]
    fn holds(self, found: f64, bound: f64) -> bool {
        match self {
            Self::Equal => found == bound,
            Self::Less => found < bound,
            Self::LessOrEqual => found <= bound,
            Self::Greater => found > bound,
            Self::GreaterOrEqual => found >= bound,
        }
    }
}

/// `[">", 0, "<=", 5]`
fn parse_numeric(value: &Value) -> Option<Vec<(Comparison, f64)>> {
    let items = value
        .as_array()
        .filter(|items| !items.is_empty() && items.len().is_multiple_of(2))?;
    let pair = |pair: &[Value]| {
        let comparison = match pair[0].as_str()? {
            "=" => Comparison::Equal,
            "<" => Comparison::Less,
            "<=" => Comparison::LessOrEqual,
            ">" => Comparison::Greater,
            ">=" => Comparison::GreaterOrEqual,
            _ => return None,
        };
        Some((comparison, pair[1].as_f64()?))
    };
    items.chunks(2).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn documented_filters() {
        let event = json!({
            "source": "aws.ecs", "detail-type": "ECS Task State Change", "resources": ["arn:a", "arn:b"],
            "detail": {"lastStatus": "STOPPED", "count": 5, "price": 5.0, "none": null, "nested": {"deep": "Value"}},
        });
        for (pattern, expected) in [
            (json!({"source": ["aws.ecs"]}), true),
            (json!({"source": ["aws.states", "aws.ecs"]}), true),
            (json!({"source": ["aws.states"]}), false),
            (
                json!({"source": ["aws.ecs"], "detail": {"lastStatus": ["RUNNING"]}}),
                false,
            ),
            (json!({"detail": {"lastStatus": [{"prefix": "STOP"}]}}), true),
            (json!({"detail": {"lastStatus": [{"suffix": "PED"}]}}), true),
            (
                json!({"detail": {"lastStatus": [{"equals-ignore-case": "stopped"}]}}),
                true,
            ),
            (
                json!({"detail": {"nested": {"deep": [{"wildcard": "V*e"}]}}}),
                true,
            ),
            (
                json!({"detail": {"lastStatus": [{"anything-but": "STOPPED"}]}}),
                false,
            ),
            (
                json!({"detail": {"lastStatus": [{"anything-but": ["RUNNING", "PENDING"]}]}}),
                true,
            ),
            (
                json!({"detail": {"lastStatus": [{"anything-but": {"prefix": "ST"}}]}}),
                false,
            ),
            (json!({"detail": {"missing": [{"anything-but": "x"}]}}), false),
            (json!({"detail": {"missing": [{"exists": false}]}}), true),
            (
                json!({"detail": {"missing": {"deeper": [{"exists": false}]}}}),
                true,
            ),
            (json!({"detail": {"none": [{"exists": true}]}}), true),
            (json!({"detail": {"nested": [{"exists": true}]}}), false),
            (json!({"detail": {"none": [null]}}), true),
            (
                json!({"detail": {"count": [{"numeric": [">", 4, "<=", 5]}]}}),
                true,
            ),
            (json!({"detail": {"count": [{"numeric": ["<", 5]}]}}), false),
            (json!({"detail": {"price": [5]}}), true),
            (json!({"resources": ["arn:b"]}), true),
            (json!({"resources": [{"anything-but": "arn:b"}]}), false),
            (
                json!({"$or": [{"source": ["x"]}, {"detail": {"count": [5]}}]}),
                true,
            ),
            (
                json!({"$or": [{"source": ["x"]}, {"detail": {"count": [6]}}]}),
                false,
            ),
        ] {
            assert_eq!(
                Pattern::parse(&pattern).unwrap().matches(&event),
                expected,
                "{pattern}"
            );
        }
    }

    #[test]
    fn wrong_patterns_are_refused() {
        for pattern in [
            json!({}),
            json!([]),
            json!({"source": "aws.ecs"}),
            json!({"source": []}),
            json!({"source": [{"unheard-of": 1}]}),
            json!({"source": [{"numeric": [">"]}]}),
            json!({"source": [{"prefix": "a", "suffix": "b"}]}),
        ] {
            assert!(Pattern::parse(&pattern).is_err(), "{pattern}");
        }
    }
}
