//! IAM policies, as far as a session of this host can be narrowed by one: `Allow` statements with `*` and `?`.

use serde::{Deserialize, Serialize};

/// A policy document. What no statement allows is denied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    #[serde(rename = "Version", default)]
    version: Option<String>,
    #[serde(rename = "Statement")]
    statements: OneOrMany<Statement>,
}

/// Unknown fields (`Condition`, `NotAction` …) are refused: to ignore one could allow too much.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Statement {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sid: Option<String>,
    effect: Effect,
    action: OneOrMany<String>,
    resource: OneOrMany<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Effect {
    Allow,
    Deny,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

impl Policy {
    /// Whether `action` (`iot:Subscribe`) is allowed on `resource`, an ARN. A matching `Deny` wins.
    pub fn allows(&self, action: &str, resource: &str) -> bool {
        let mut allowed = false;
        for statement in self.statements.as_slice() {
            if statement.covers(action, resource) {
                match statement.effect {
                    Effect::Deny => return false,
                    Effect::Allow => allowed = true,
                }
            }
        }
        allowed
    }
}

impl Statement {
    fn covers(&self, action: &str, resource: &str) -> bool {
        let action = action.to_ascii_lowercase();
        self.action
            .as_slice()
            .iter()
            .any(|pattern| matches(&pattern.to_ascii_lowercase(), &action))
            && self
                .resource
                .as_slice()
                .iter()
                .any(|pattern| matches(pattern, resource))
    }
}

impl<T> OneOrMany<T> {
    fn as_slice(&self) -> &[T] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }
}

/// Matches IAM's `*` (any run of characters) and `?` (one character) in time proportional to both lengths.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at, mut position) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while position < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                retry = Some((at + 1, position));
                at += 1;
            }
            Some(&expected) if expected == b'?' || expected == text[position] => {
                at += 1;
                position += 1;
            }
            _ => match retry {
                Some((after_star, matched)) => {
                    at = after_star;
                    position = matched + 1;
                    retry = Some((after_star, position));
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|&rest| rest == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(document: serde_json::Value) -> Policy {
        serde_json::from_value(document).unwrap()
    }

    #[test]
    fn only_what_is_allowed_is_allowed() {
        let policy = policy(serde_json::json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": ["iot:Subscribe"], "Resource": "arn:aws:iot:*:*:topicfilter/a/live"},
            {"Effect": "Allow", "Action": "iot:Receive", "Resource": ["arn:aws:iot:us-east-1:1:topic/a/*"]},
            {"Effect": "Deny", "Action": "iot:*", "Resource": "arn:aws:iot:us-east-1:1:topic/a/secret"}
        ]}));
        assert!(policy.allows("iot:Subscribe", "arn:aws:iot:us-east-1:1:topicfilter/a/live"));
        assert!(!policy.allows("iot:Subscribe", "arn:aws:iot:us-east-1:1:topicfilter/a/live2"));
        assert!(!policy.allows("iot:Publish", "arn:aws:iot:us-east-1:1:topic/a/live"));
        assert!(policy.allows("iot:receive", "arn:aws:iot:us-east-1:1:topic/a/live"));
        assert!(!policy.allows("iot:Receive", "arn:aws:iot:us-east-1:1:topic/a/secret"));
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        let conditional = serde_json::json!({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*",
            "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}});
        assert!(serde_json::from_value::<Policy>(conditional).is_err());
    }

    #[test]
    fn wildcards() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("a*c", "abbc", true),
            ("a*c", "abcd", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*b*", "abc", true),
            ("**", "x", true),
            ("", "x", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
