//! Choice rules: comparisons of a value of the state's input, and their combinations.

use std::cmp::Ordering;

use serde_json::Value;

use super::{
    failure::Failure,
    path::{Documents, Path},
};

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Condition {
    And(Vec<Condition>),
    Or(Vec<Condition>),
    Not(Box<Condition>),
    Test { variable: Path, test: Test },
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Test {
    /// Whether the value is there, or is of a kind, as much as the flag says.
    Is(Kind, bool),
    Matches(String),
    Compare {
        kind: Comparable,
        relation: Relation,
        with: Comparand,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Present,
    Null,
    Boolean,
    Numeric,
    String,
    Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparable {
    Boolean,
    Numeric,
    String,
    Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relation {
    Equals,
    LessThan,
    LessThanEquals,
    GreaterThan,
    GreaterThanEquals,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Comparand {
    Value(Value),
    Path(Path),
}

impl Test {
    /// The test that the field `name` of a rule asks for; none if there is no such operator.
    pub fn parse(name: &str, value: &Value) -> Option<Result<Self, String>> {
        let wanted = |what: &str| format!("the value of {name} must be {what}");
        if name == "StringMatches" {
            return Some(
                value
                    .as_str()
                    .map(|text| Self::Matches(text.to_owned()))
                    .ok_or_else(|| wanted("a string")),
            );
        }
        if let Some(kind) = name.strip_prefix("Is").and_then(Kind::named) {
            return Some(
                value
                    .as_bool()
                    .map(|flag| Self::Is(kind, flag))
                    .ok_or_else(|| wanted("a boolean")),
            );
        }
        let (operator, is_path) = name
            .strip_suffix("Path")
            .map_or((name, false), |operator| (operator, true));
        let (kind, relation) = Comparable::split(operator)?;
        let relation = Relation::named(relation)
            .filter(|relation| kind != Comparable::Boolean || *relation == Relation::Equals)?;
        let with = if is_path {
            value
                .as_str()
                .ok_or_else(|| wanted("a path"))
                .and_then(Path::parse)
                .map(Comparand::Path)
        } else if kind.of(value) {
            Ok(Comparand::Value(value.clone()))
        } else {
            Err(wanted(kind.description()))
        };
        Some(with.map(|with| Self::Compare { kind, relation, with }))
    }
}

impl Kind {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "Present" => Self::Present,
            "Null" => Self::Null,
            "Boolean" => Self::Boolean,
            "Numeric" => Self::Numeric,
            "String" => Self::String,
            "Timestamp" => Self::Timestamp,
            _ => return None,
        })
    }

    fn of(self, value: &Value) -> bool {
        match self {
            Self::Present => true,
            Self::Null => value.is_null(),
            Self::Boolean => value.is_boolean(),
            Self::Numeric => value.is_number(),
            Self::String => value.is_string(),
            Self::Timestamp => timestamp(value).is_some(),
        }
    }
}

impl Comparable {
    fn split(operator: &str) -> Option<(Self, &str)> {
        let kinds = [
            ("Boolean", Self::Boolean),
            ("Numeric", Self::Numeric),
            ("String", Self::String),
            ("Timestamp", Self::Timestamp),
        ];
        kinds
            .into_iter()
            .find_map(|(name, kind)| operator.strip_prefix(name).map(|relation| (kind, relation)))
    }

    fn description(self) -> &'static str {
        match self {
            Self::Boolean => "a boolean",
            Self::Numeric => "a number",
            Self::String => "a string",
            Self::Timestamp => "a timestamp such as 2016-08-18T17:33:00Z",
        }
    }

    fn of(self, value: &Value) -> bool {
        self.compare(value, value).is_some()
    }

    /// The order of two values of this kind; none if one of them is of another kind.
    fn compare(self, left: &Value, right: &Value) -> Option<Ordering> {
        match self {
            Self::Boolean => Some(left.as_bool()?.cmp(&right.as_bool()?)),
            Self::Numeric => match (left.as_i64(), right.as_i64()) {
                (Some(left), Some(right)) => Some(left.cmp(&right)),
                _ => left.as_f64()?.partial_cmp(&right.as_f64()?),
            },
            Self::String => Some(left.as_str()?.cmp(right.as_str()?)),
            Self::Timestamp => Some(timestamp(left)?.cmp(&timestamp(right)?)),
        }
    }
}

impl Relation {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "Equals" => Self::Equals,
            "LessThan" => Self::LessThan,
            "LessThanEquals" => Self::LessThanEquals,
            "GreaterThan" => Self::GreaterThan,
            "GreaterThanEquals" => Self::GreaterThanEquals,
            _ => return None,
        })
    }

    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equals => order.is_eq(),
            Self::LessThan => order.is_lt(),
            Self::LessThanEquals => order.is_le(),
            Self::GreaterThan => order.is_gt(),
            Self::GreaterThanEquals => order.is_ge(),
        }
    }
}

impl Condition {
    /// Whether the condition holds; a variable that is not there is a failure, unless the question is whether it is.
    pub fn holds(&self, documents: Documents<'_>) -> Result<bool, Failure> {
        match self {
            Self::And(conditions) => {
                for condition in conditions {
                    if !condition.holds(documents)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Self::Or(conditions) => {
                for condition in conditions {
                    if condition.holds(documents)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Self::Not(condition) => Ok(!condition.holds(documents)?),
            Self::Test {
                variable,
                test: Test::Is(Kind::Present, wanted),
            } => Ok(variable.find(documents).is_ok() == *wanted),
            Self::Test { variable, test } => {
                let value = find(variable, documents)?;
                Ok(match test {
                    Test::Is(kind, wanted) => kind.of(&value) == *wanted,
                    Test::Matches(pattern) => value.as_str().is_some_and(|text| matches(pattern, text)),
                    Test::Compare { kind, relation, with } => {
                        let with = match with {
                            Comparand::Value(value) => std::borrow::Cow::Borrowed(value),
                            Comparand::Path(path) => find(path, documents)?,
                        };
                        kind.compare(&value, &with)
                            .is_some_and(|order| relation.holds(order))
                    }
                })
            }
        }
    }
}

fn find<'v>(path: &Path, documents: Documents<'v>) -> Result<std::borrow::Cow<'v, Value>, Failure> {
    path.find(documents).map_err(|_| {
        let path = path.text();
        Failure::runtime(format!(
            "Invalid path '{path}': The choice state's condition path references an invalid value."
        ))
    })
}

/// RFC 3339 with a capital T and, unless there is an offset, a capital Z.
pub(super) fn timestamp(value: &Value) -> Option<jiff::Timestamp> {
    let text = value.as_str()?;
    if !text.contains('T') || text.contains(['t', 'z', ' ']) {
        return None;
    }
    text.parse().ok()
}

/// `*` stands for any run of characters, `\*` for itself and `\\` for a backslash.
fn matches(pattern: &str, text: &str) -> bool {
    let mut regex = String::from("(?s)^");
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '*' => regex.push_str(".*"),
            '\\' => regex.push_str(&regex::escape(
                &chars.next().map_or_else(|| c.to_string(), String::from),
            )),
            c => regex.push_str(&regex::escape(&c.to_string())),
        }
    }
    regex.push('$');
    regex::Regex::new(&regex).is_ok_and(|regex| regex.is_match(text))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn test(operator: &str, with: Value, variable: &Value) -> bool {
        let test = Test::parse(operator, &with)
            .expect("an operator")
            .expect("a fitting value");
        let condition = Condition::Test {
            variable: Path::parse("$.v").expect("parses"),
            test,
        };
        let input = json!({"v": variable, "n": 5, "s": "m", "t": "2020-01-01T00:00:00Z", "b": true});
        condition
            .holds(Documents {
                input: &input,
                context: &json!({}),
            })
            .expect("the variable is there")
    }

    #[test]
    fn comparisons_hold_within_a_kind_and_never_across_kinds() {
        for (name, low, mid, high, path) in [
            ("Numeric", json!(4.5), json!(5), json!(5.5), "$.n"),
            ("String", json!("a"), json!("m"), json!("z"), "$.s"),
            (
                "Timestamp",
                json!("2019-12-31T23:59:59Z"),
                json!("2020-01-01T01:00:00+01:00"),
                json!("2020-01-01T00:00:00.001Z"),
                "$.t",
            ),
        ] {
            for (relation, expected) in [
                ("Equals", [false, true, false]),
                ("LessThan", [true, false, false]),
                ("LessThanEquals", [true, true, false]),
                ("GreaterThan", [false, false, true]),
                ("GreaterThanEquals", [false, true, true]),
            ] {
                let found = [&low, &mid, &high]
                    .map(|value| test(&format!("{name}{relation}Path"), json!(path), value));
                assert_eq!(found, expected, "{name}{relation}Path");
                if name != "String" {
                    let found = [&low, &mid, &high]
                        .map(|value| test(&format!("{name}{relation}"), mid.clone(), value));
                    assert_eq!(found, expected, "{name}{relation}");
                }
                assert!(
                    !test(&format!("{name}{relation}"), mid.clone(), &json!([1])),
                    "{name}{relation}"
                );
            }
        }
        assert!(test("BooleanEquals", json!(false), &json!(false)));
        assert!(test("BooleanEqualsPath", json!("$.b"), &json!(true)));
        assert!(!test("NumericEquals", json!(5), &json!("5")));
    }

    #[test]
    fn kinds_and_patterns() {
        let kinds = [
            ("IsNull", json!(null)),
            ("IsBoolean", json!(false)),
            ("IsNumeric", json!(1.5)),
            ("IsString", json!("text")),
            ("IsTimestamp", json!("2020-01-01T00:00:00Z")),
        ];
        for (operator, value) in &kinds {
            assert!(
                test(operator, json!(true), value) && !test(operator, json!(false), value),
                "{operator}"
            );
            assert!(!test(operator, json!(true), &json!([])), "{operator}");
        }
        assert!(!test("IsTimestamp", json!(true), &json!("2020-01-01 00:00:00Z")));
        for (pattern, text, expected) in [
            ("log-*.txt", "log-1.txt", true),
            ("log-*.txt", "log-1xtxt", false),
            ("*foo*bar", "a foo b bar", true),
            (r"a\*b", "a*b", true),
            (r"a\*b", "axb", false),
            ("*", "", true),
        ] {
            assert_eq!(
                test("StringMatches", json!(pattern), &json!(text)),
                expected,
                "{pattern} {text}"
            );
        }
    }

    #[test]
    fn combinations_stop_at_the_first_answer() {
        let present = |wanted| Condition::Test {
            variable: Path::parse("$.nope").expect("parses"),
            test: Test::Is(Kind::Present, wanted),
        };
        let null = Condition::Test {
            variable: Path::parse("$.nope").expect("parses"),
            test: Test::Is(Kind::Null, true),
        };
        let (input, context) = (json!({}), json!({}));
        let documents = Documents {
            input: &input,
            context: &context,
        };
        assert_eq!(
            null.holds(documents).expect_err("missing").error.as_deref(),
            Some("States.Runtime")
        );
        assert_eq!(
            Condition::And(vec![present(true), null.clone()]).holds(documents),
            Ok(false)
        );
        assert_eq!(
            Condition::Or(vec![present(false), null.clone()]).holds(documents),
            Ok(true)
        );
        assert_eq!(Condition::Not(Box::new(present(true))).holds(documents), Ok(true));
    }

    #[test]
    fn operators_that_do_not_exist_are_not_parsed() {
        for operator in [
            "BooleanLessThan",
            "NumericMatches",
            "IsNumber",
            "Equals",
            "StringMatchesPath",
        ] {
            assert!(Test::parse(operator, &json!(true)).is_none(), "{operator}");
        }
        assert!(Test::parse("NumericEquals", &json!("1")).is_some_and(|test| test.is_err()));
    }
}
