//! IAM policies, as far as policies here go: statements that allow or deny actions on resources, under conditions.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeOwned, Error as _},
};

mod condition;
mod need;
mod pattern;

pub use condition::{Conditions, Key};
pub use need::Need;
use pattern::Pattern;

/// A policy document. What no statement allows is denied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    #[serde(rename = "Version", default)]
    version: Option<String>,
    #[serde(rename = "Statement")]
    statements: OneOrMany<Statement>,
}

/// Unknown fields (`NotAction`, `Principal` …) are refused: to ignore one could allow too much.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Statement {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sid: Option<String>,
    effect: Effect,
    action: OneOrMany<Pattern>,
    resource: OneOrMany<Pattern>,
    #[serde(default, skip_serializing_if = "Conditions::is_empty")]
    condition: Conditions,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Effect {
    Allow,
    Deny,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

/// An untagged enum would not say what is wrong with the one, or with which of the many.
impl<'de, T: DeserializeOwned> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        let read = if value.is_array() {
            serde_json::from_value(value).map(Self::Many)
        } else {
            serde_json::from_value(value).map(Self::One)
        };
        read.map_err(D::Error::custom)
    }
}

/// One action on one resource that a statement allows, as it is written there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permission<'a> {
    pub action: &'a str,
    pub resource: &'a str,
    pub condition: &'a Conditions,
}

/// Why a policy does not allow something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// A statement denies it.
    Explicit,
    /// No statement allows it.
    Implicit,
}

impl Policy {
    /// Allows everything.
    pub fn everything() -> Self {
        Self {
            version: None,
            statements: OneOrMany::One(Statement {
                sid: None,
                effect: Effect::Allow,
                action: OneOrMany::One(Pattern::any()),
                resource: OneOrMany::One(Pattern::any()),
                condition: Conditions::default(),
            }),
        }
    }

    /// The permissions that allow it: at least one. A `Deny` wins over all.
    pub fn permissions_for(&self, need: &Need) -> Result<Vec<Permission<'_>>, Refusal> {
        let mut found = Vec::new();
        for statement in self.statements.as_slice() {
            let covering = statement.permissions().filter(|(action, resource)| {
                action.matches_action(&need.action) && resource.matches(&need.resource)
            });
            for (action, resource) in covering {
                if !statement.condition.hold(need) {
                    break;
                }
                if statement.effect == Effect::Deny {
                    return Err(Refusal::Explicit);
                }
                found.push(statement.permission(action, resource));
            }
        }
        if found.is_empty() {
            Err(Refusal::Implicit)
        } else {
            Ok(found)
        }
    }

    /// Whether `action` is allowed on `resource`, an ARN, where no condition is asked about anything.
    pub fn allows(&self, action: &str, resource: &str) -> bool {
        self.permissions_for(&Need::new(action, resource)).is_ok()
    }

    /// Everything that it allows.
    pub fn permissions(&self) -> impl Iterator<Item = Permission<'_>> {
        let allowing = self.statements.as_slice().iter();
        allowing
            .filter(|statement| statement.effect == Effect::Allow)
            .flat_map(|statement| {
                statement
                    .permissions()
                    .map(|(action, resource)| statement.permission(action, resource))
            })
    }
}

impl Statement {
    fn permissions(&self) -> impl Iterator<Item = (&Pattern, &Pattern)> {
        let resources = self.resource.as_slice();
        let actions = self.action.as_slice().iter();
        actions.flat_map(move |action| resources.iter().map(move |resource| (action, resource)))
    }

    fn permission<'a>(&'a self, action: &'a Pattern, resource: &'a Pattern) -> Permission<'a> {
        Permission {
            action: action.as_str(),
            resource: resource.as_str(),
            condition: &self.condition,
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(statements: serde_json::Value) -> Policy {
        serde_json::from_value(serde_json::json!({"Version": "2012-10-17", "Statement": statements})).unwrap()
    }

    #[test]
    fn only_what_is_allowed_is_allowed() {
        let policy = policy(serde_json::json!([
            {"Effect": "Allow", "Action": ["iot:Subscribe"], "Resource": "arn:aws:iot:*:*:topicfilter/a/live"},
            {"Effect": "Allow", "Action": "iot:Receive", "Resource": ["arn:aws:iot:us-east-1:1:topic/a/*"]},
            {"Effect": "Deny", "Action": "iot:*", "Resource": "arn:aws:iot:us-east-1:1:topic/a/secret"}
        ]));
        assert!(policy.allows("iot:Subscribe", "arn:aws:iot:us-east-1:1:topicfilter/a/live"));
        assert!(!policy.allows("iot:Subscribe", "arn:aws:iot:us-east-1:1:topicfilter/a/live2"));
        assert!(!policy.allows("iot:Publish", "arn:aws:iot:us-east-1:1:topic/a/live"));
        assert!(policy.allows("iot:receive", "arn:aws:iot:us-east-1:1:topic/a/live"));
        let secret = Need::new("iot:Receive", "arn:aws:iot:us-east-1:1:topic/a/secret");
        assert_eq!(policy.permissions_for(&secret), Err(Refusal::Explicit));
        assert!(Policy::everything().allows("iot:Receive", &secret.resource));
    }

    #[test]
    fn a_condition_must_hold() {
        let keys = |kinds: &[&str]| {
            Need::new("dynamodb:Query", "t").with(Key::LeadingKeys, kinds.iter().map(ToString::to_string))
        };
        let policy = policy(serde_json::json!([
            {"Effect": "Allow", "Action": "dynamodb:Query", "Resource": "t",
             "Condition": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["a", "b"]}}},
            {"Effect": "Allow", "Action": "ecs:RunTask", "Resource": "d",
             "Condition": {"ArnLike": {"ecs:cluster": "arn:aws:ecs:*:1:cluster/c"}}},
            {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "r",
             "Condition": {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}}
        ]));
        assert!(policy.permissions_for(&keys(&["b", "a"])).is_ok());
        assert_eq!(policy.permissions_for(&keys(&["a", "c"])), Err(Refusal::Implicit));
        let run = |cluster: &str| Need::new("ecs:RunTask", "d").with(Key::Cluster, [cluster.to_owned()]);
        assert!(policy.permissions_for(&run("arn:aws:ecs:x:1:cluster/c")).is_ok());
        assert!(policy.permissions_for(&run("arn:aws:ecs:x:1:cluster/d")).is_err());
        assert!(!policy.allows("ecs:RunTask", "d"), "a call without the key");
        assert!(
            policy
                .permissions_for(&Need::pass_role("r", "ecs-tasks.amazonaws.com"))
                .is_ok()
        );
        assert!(
            policy
                .permissions_for(&Need::pass_role("r", "lambda.amazonaws.com"))
                .is_err()
        );
    }

    #[test]
    fn what_allows_is_told_as_it_is_written() {
        let policy = policy(serde_json::json!([
            {"Effect": "Allow", "Action": ["s3:Get*", "s3:PutObject"], "Resource": ["b/x/*", "b/*"]},
            {"Effect": "Deny", "Action": "s3:GetObject", "Resource": "b/secret"}
        ]));
        let of = |permissions: Vec<Permission<'_>>| -> Vec<String> {
            let written = permissions
                .iter()
                .map(|each| format!("{} {}", each.action, each.resource));
            written.collect()
        };
        let found = policy
            .permissions_for(&Need::new("s3:GetObject", "b/x/1"))
            .unwrap();
        assert_eq!(of(found), ["s3:Get* b/x/*", "s3:Get* b/*"]);
        assert_eq!(policy.permissions().count(), 4);
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        let statement = |more: serde_json::Value| {
            let mut statement = serde_json::json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
            statement
                .as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            serde_json::from_value::<Policy>(serde_json::json!({"Statement": statement}))
        };
        assert!(statement(serde_json::json!({})).is_ok());
        for more in [
            serde_json::json!({"Condition": {"IpAddress": {"ecs:cluster": "10.0.0.0/8"}}}),
            serde_json::json!({"Condition": {"StringEquals": {"aws:SourceIp": "10.0.0.1"}}}),
            serde_json::json!({"Condition": {"StringEqualsIfExists": {"ecs:cluster": "c"}}}),
            serde_json::json!({"NotAction": "s3:*"}),
            serde_json::json!({"Resource": "arn:aws:s3:::b/${aws:username}"}),
        ] {
            let error = statement(more.clone()).unwrap_err().to_string();
            let named = [
                "IpAddress",
                "aws:SourceIp",
                "StringEqualsIfExists",
                "NotAction",
                "aws:username",
            ];
            assert!(named.iter().any(|word| error.contains(word)), "{more}: {error}");
        }
    }
}
