//! What a call does, in the words of policies.

use super::condition::Key;

/// One action on one resource. A call may need several to be allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// Such as `dynamodb:GetItem`.
    pub action: String,
    /// An ARN, or [`Need::ANY`].
    pub resource: String,
    context: Vec<(Key, Vec<String>)>,
}

impl Need {
    /// The resource of an action that knows none; only a policy that says `*` allows it. A call that cannot be read is
    /// taken for one on it.
    pub const ANY: &str = "*";

    pub fn new(action: impl Into<String>, resource: impl Into<String>) -> Self {
        Self {
            action: action.into(),
            resource: resource.into(),
            context: Vec::new(),
        }
    }

    /// What conditions are asked about.
    #[must_use]
    pub fn with(mut self, key: Key, values: impl IntoIterator<Item = String>) -> Self {
        self.context.push((key, values.into_iter().collect()));
        self
    }

    /// To hand a role to a service.
    pub fn pass_role(role_arn: &str, service: &str) -> Self {
        Self::new("iam:PassRole", role_arn).with(Key::PassedToService, [service.to_owned()])
    }

    pub(super) fn values(&self, key: Key) -> Option<&[String]> {
        let (_, values) = self.context.iter().find(|(known, _)| *known == key)?;
        Some(values)
    }
}
