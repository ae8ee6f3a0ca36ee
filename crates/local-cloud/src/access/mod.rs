//! Who may do what: every call through the host's port is held to the policy of its caller's role.

use std::{
    collections::{BTreeMap, HashMap},
    io,
    path::Path,
    sync::Arc,
};

use serde_json::{Value, json};

use crate::{
    ACCOUNT,
    policy::{Need, Policy, Refusal},
    signature::Caller,
};

mod log;

use log::Log;

/// The policies of roles.
#[derive(Debug, Clone)]
pub struct Roles {
    policies: HashMap<String, Policy>,
    /// Of every other role.
    others: Option<Policy>,
}

impl Roles {
    /// Each role may do what its policy allows. A role without one may do nothing.
    pub fn new(policies: impl IntoIterator<Item = (String, Policy)>) -> Self {
        Self {
            policies: policies.into_iter().collect(),
            others: None,
        }
    }

    /// Reads the statements of roles, `{"role": [{"Effect": …}, …]}`, in which `places` such as `${Hub}` stand for what is
    /// different elsewhere. A role's name goes on after `prefix`.
    pub fn read(written: &str, places: &[(&str, &str)], prefix: &str) -> Result<Self, Unreadable> {
        let text = places.iter().fold(written.to_owned(), |text, (place, value)| {
            text.replace(place, value)
        });
        let roles: BTreeMap<String, Value> = serde_json::from_str(&text).map_err(Unreadable::Document)?;
        let policies = roles.into_iter().map(|(role, statements)| {
            match serde_json::from_value(json!({"Statement": statements})) {
                Ok(policy) => Ok((format!("{prefix}{role}"), policy)),
                Err(source) => Err(Unreadable::Policy { role, source }),
            }
        });
        Ok(Self::new(policies.collect::<Result<Vec<_>, _>>()?))
    }

    /// Besides, this role may do everything.
    #[must_use]
    pub fn with_owner(mut self, role: &str) -> Self {
        self.policies.insert(role.to_owned(), Policy::everything());
        self
    }

    /// Every role may do everything.
    pub fn unrestricted() -> Self {
        Self {
            policies: HashMap::new(),
            others: Some(Policy::everything()),
        }
    }

    fn policy(&self, role: &str) -> Option<&Policy> {
        self.policies.get(role).or(self.others.as_ref())
    }
}

/// Roles that cannot be enforced.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    #[error("the document is not one of roles")]
    Document(#[source] serde_json::Error),
    #[error("the policy of {role} cannot be enforced")]
    Policy {
        role: String,
        #[source]
        source: serde_json::Error,
    },
}

/// Decides; clones share it.
#[derive(Clone)]
pub struct Access {
    inner: Arc<Inner>,
}

struct Inner {
    roles: Roles,
    log: Option<Log>,
}

/// Nothing allows the caller what it wanted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "User: arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{role} is not authorized to perform: {action} on resource: {resource} {reason}"
)]
pub struct Denied {
    role: String,
    action: String,
    resource: String,
    /// In the words of AWS.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html>
    reason: String,
}

impl Access {
    /// With a `log`, notes there which permissions are used and what is denied; see [`crate::Config`].
    pub fn new(roles: Roles, log: Option<&Path>) -> io::Result<Self> {
        let log = log.map(Log::open).transpose()?;
        if let Some(log) = &log {
            for (role, policy) in &roles.policies {
                policy.permissions().for_each(|each| log.granted(role, each));
            }
        }
        Ok(Self {
            inner: Arc::new(Inner { roles, log }),
        })
    }

    /// Whether the caller may do all of it: its role must allow it, and so must the policy of its session if it has one.
    pub fn check(&self, caller: &Caller, needs: &[Need]) -> Result<(), Denied> {
        needs.iter().try_for_each(|need| self.check_one(caller, need))
    }

    fn check_one(&self, caller: &Caller, need: &Need) -> Result<(), Denied> {
        let role = caller.role.as_str();
        let policy = self.inner.roles.policy(role);
        let by_role = policy.map_or(Err(Refusal::Implicit), |policy| policy.permissions_for(need));
        let narrower = caller
            .session
            .as_ref()
            .and_then(|session| session.policy.as_ref());
        let by_session = narrower.map_or(Ok(Vec::new()), |policy| policy.permissions_for(need));
        let (refusal, kind) = match (by_role, by_session) {
            (Ok(used), Ok(_)) => {
                if let Some(log) = &self.inner.log {
                    used.into_iter().for_each(|each| log.used(role, each));
                }
                return Ok(());
            }
            (Err(refusal), _) => (refusal, "identity-based policy"),
            (_, Err(refusal)) => (refusal, "session policy"),
        };
        let reason = match refusal {
            Refusal::Explicit => format!("with an explicit deny in a {kind}"),
            Refusal::Implicit => format!("because no {kind} allows the {} action", need.action),
        };
        tracing::warn!(
            role,
            action = need.action,
            resource = need.resource,
            reason,
            "denied a call"
        );
        if let Some(log) = &self.inner.log {
            log.denied(role, need);
        }
        Err(Denied {
            role: role.to_owned(),
            action: need.action.clone(),
            resource: need.resource.clone(),
            reason,
        })
    }
}
