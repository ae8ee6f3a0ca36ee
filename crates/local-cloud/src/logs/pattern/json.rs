//! Conditions on JSON events: `$.level = "warn" && ($.ms > 100 || $.retried IS TRUE)`.

use serde_json::Value;

use super::PatternError;
use crate::text::wildcard;

#[derive(Debug, Clone, PartialEq)]
pub(in crate::logs) enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    /// A comparison of what the path leads to; false when it leads nowhere.
    Compare(Path, Comparison),
    Missing(Path),
}

#[derive(Debug, Clone, PartialEq)]
pub(in crate::logs) enum Comparison {
    /// Equality with a text, in which `*` stands for anything.
    Text {
        text: String,
        equal: bool,
    },
    Number {
        operator: Operator,
        number: f64,
    },
    Is(Value),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::logs) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

type Path = Vec<Step>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::logs) enum Step {
    Field(String),
    Index(usize),
}

impl Condition {
    pub(super) fn holds(&self, event: &Value) -> bool {
        match self {
            Self::All(conditions) => conditions.iter().all(|condition| condition.holds(event)),
            Self::Any(conditions) => conditions.iter().any(|condition| condition.holds(event)),
            Self::Missing(path) => follow(event, path).is_none(),
            Self::Compare(path, comparison) => {
                follow(event, path).is_some_and(|value| comparison.holds(value))
            }
        }
    }
}

impl Comparison {
    fn holds(&self, value: &Value) -> bool {
        match self {
            Self::Is(expected) => value == expected,
            Self::Number { operator, number } => value.as_f64().is_some_and(|found| match operator {
                Operator::Equal => found == *number,
                Operator::NotEqual => found != *number,
                Operator::Less => found < *number,
                Operator::LessOrEqual => found <= *number,
                Operator::Greater => found > *number,
                Operator::GreaterOrEqual => found >= *number,
            }),
            Self::Text { text, equal } => match value {
                Value::String(found) => wildcard(text, found) == *equal,
                Value::Number(_) | Value::Bool(_) => {
                    let written = value.to_string();
                    (written == *text) == *equal
                }
                _ => false,
            },
        }
    }
}

fn follow<'a>(event: &'a Value, path: &Path) -> Option<&'a Value> {
    path.iter().try_fold(event, |value, step| match step {
        Step::Field(name) => value.get(name),
        Step::Index(index) => value.get(index),
    })
}

/// Reads what stands between the braces.
pub(super) fn parse(text: &str) -> Result<Condition, PatternError> {
    let mut reader = Reader { rest: text };
    let condition = reader.any()?;
    if reader.rest.trim().is_empty() {
        Ok(condition)
    } else {
        Err(reader.error())
    }
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn any(&mut self) -> Result<Condition, PatternError> {
        let mut conditions = vec![self.all()?];
        while self.take("||") {
            conditions.push(self.all()?);
        }
        Ok(if conditions.len() == 1 {
            conditions.remove(0)
        } else {
            Condition::Any(conditions)
        })
    }

    fn all(&mut self) -> Result<Condition, PatternError> {
        let mut conditions = vec![self.one()?];
        while self.take("&&") {
            conditions.push(self.one()?);
        }
        Ok(if conditions.len() == 1 {
            conditions.remove(0)
        } else {
            Condition::All(conditions)
        })
    }

    fn one(&mut self) -> Result<Condition, PatternError> {
        if self.take("(") {
            let condition = self.any()?;
            return if self.take(")") {
                Ok(condition)
            } else {
                Err(self.error())
            };
        }
        let path = self.path()?;
        if self.take("IS") {
            let value = match self.word() {
                "NULL" => Value::Null,
                "TRUE" => Value::Bool(true),
                "FALSE" => Value::Bool(false),
                _ => return Err(self.error()),
            };
            return Ok(Condition::Compare(path, Comparison::Is(value)));
        }
        if self.take("NOT") {
            return if self.take("EXISTS") {
                Ok(Condition::Missing(path))
            } else {
                Err(self.error())
            };
        }
        let operators = [
            ("!=", Operator::NotEqual),
            ("<=", Operator::LessOrEqual),
            (">=", Operator::GreaterOrEqual),
            ("=", Operator::Equal),
            ("<", Operator::Less),
            (">", Operator::Greater),
        ];
        let operator = operators
            .into_iter()
            .find(|(sign, _)| self.take(sign))
            .map(|(_, operator)| operator);
        let operator = operator.ok_or_else(|| self.error())?;
        let quoted = self.take("\"");
        let text = if quoted { self.quoted()? } else { self.word() };
        if text.is_empty() && !quoted {
            return Err(self.error());
        }
        let comparison = match (text.parse(), operator) {
            (Ok(number), _) if !quoted => Comparison::Number { operator, number },
            (_, Operator::Equal) => Comparison::Text {
                text: text.to_owned(),
                equal: true,
            },
            (_, Operator::NotEqual) => Comparison::Text {
                text: text.to_owned(),
                equal: false,
            },
            _ => return Err(self.error()),
        };
        Ok(Condition::Compare(path, comparison))
    }

    /// `$.field.list[0]`
    fn path(&mut self) -> Result<Path, PatternError> {
        if !self.take("$") {
            return Err(self.error());
        }
        let mut path = Vec::new();
        loop {
            if let Some(after) = self.rest.strip_prefix('.') {
                let end = after
                    .find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-'))
                    .unwrap_or(after.len());
                let (name, rest) = after.split_at(end);
                if name.is_empty() {
                    return Err(self.error());
                }
                path.push(Step::Field(name.to_owned()));
                self.rest = rest;
            } else if let Some(after) = self.rest.strip_prefix('[') {
                let (index, rest) = after.split_once(']').ok_or_else(|| self.error())?;
                path.push(
                    match index
                        .trim()
                        .strip_prefix('"')
                        .and_then(|index| index.strip_suffix('"'))
                    {
                        Some(name) => Step::Field(name.to_owned()),
                        None => Step::Index(index.trim().parse().map_err(|_| self.error())?),
                    },
                );
                self.rest = rest;
            } else if path.is_empty() {
                return Err(self.error());
            } else {
                return Ok(path);
            }
        }
    }

    fn take(&mut self, token: &str) -> bool {
        let Some(rest) = self.rest.trim_start().strip_prefix(token) else {
            return false;
        };
        self.rest = rest;
        true
    }

    /// What stands before the next blank, bracket or operator.
    fn word(&mut self) -> &str {
        let text = self.rest.trim_start();
        let end = text
            .find(|c: char| c.is_whitespace() || matches!(c, ')' | '(' | '&' | '|'))
            .unwrap_or(text.len());
        let (word, rest) = text.split_at(end);
        self.rest = rest;
        word
    }

    fn quoted(&mut self) -> Result<&str, PatternError> {
        let (text, rest) = self.rest.split_once('"').ok_or(PatternError::OpenQuotation)?;
        self.rest = rest;
        Ok(text)
    }

    fn error(&self) -> PatternError {
        PatternError::Json(self.rest.trim().chars().take(20).collect())
    }
}
