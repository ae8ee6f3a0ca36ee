//! People's tokens: JWTs of one issuer that the deployment names, verified by the keys that it publishes.

mod keys;
mod signature;

use std::time::Duration;

use aws::{deployment::EnvError, https::Https};
use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use model::role::Role;
use serde::Deserialize;
use serde_json::Value;

use crate::identity::{Caller, PERSON};
use keys::Keys;

pub use keys::Error;

/// Who issues tokens, as it stands in them: `https://cognito-idp.….amazonaws.com/…`. Absent where people have no tokens.
pub const ISSUER: &str = "OLEADA_TOKEN_ISSUER";
/// What a token's `aud` must hold, or its `client_id` where it has no audience, as access tokens of Cognito.
pub const AUDIENCE: &str = "OLEADA_TOKEN_AUDIENCE";
/// The claim with the groups of a person, `groups` unless it is set; a path such as `realm_access.roles` is one too.
pub const GROUPS_CLAIM: &str = "OLEADA_TOKEN_GROUPS_CLAIM";
/// Where the issuer's keys are. Unless it is set, the issuer's own configuration document says so.
pub const KEYS: &str = "OLEADA_TOKEN_KEYS";

/// For the clocks of issuer and gateway, which differ a little.
const LEEWAY_SECONDS: u64 = 30;
/// For each of the two requests that fetch keys.
const PATIENCE: Duration = Duration::from_secs(5);

/// The issuer of people's tokens.
pub struct People {
    issuer: String,
    audience: String,
    groups_claim: String,
    keys: Keys,
}

/// What a token turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Caller(Caller),
    /// A person who is in none of the groups.
    WithoutRole,
    /// Not a token of this issuer for this product, or not valid now.
    Unknown,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    #[serde(default)]
    aud: Option<Audience>,
    #[serde(default)]
    client_id: Option<String>,
    /// Of Cognito: `access` or `id`.
    #[serde(default)]
    token_use: Option<String>,
    #[serde(flatten)]
    others: serde_json::Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

impl People {
    /// The issuer that the variables of this module name, read through `variable`; `None` when they name none.
    pub fn from_env(variable: impl Fn(&str) -> Option<String>) -> Result<Option<Self>, EnvError> {
        let optional = |name: &'static str| variable(name).filter(|value| !value.is_empty());
        let address = |name: &'static str| {
            let address = optional(name);
            match address {
                Some(address) if !is_safe(&address) => Err(EnvError::Invalid {
                    variable: name,
                    problem: "must be an https address".into(),
                }),
                address => Ok(address),
            }
        };
        let Some(issuer) = address(ISSUER)? else {
            return Ok(None);
        };
        Ok(Some(Self {
            keys: Keys::new(Https::new(PATIENCE), &issuer, address(KEYS)?),
            issuer,
            audience: optional(AUDIENCE).ok_or(EnvError::Missing(AUDIENCE))?,
            groups_claim: optional(GROUPS_CLAIM).unwrap_or_else(|| "groups".to_owned()),
        }))
    }

    /// Whose token it is. An error says that it could not be told, as the issuer's keys cannot be had.
    pub async fn verdict(&self, token: &str) -> Result<Verdict, Error> {
        let Some(claims) = self.claims(token).await? else {
            return Ok(Verdict::Unknown);
        };
        if !self.is_for_us(&claims) {
            return Ok(Verdict::Unknown);
        }
        let Some(role) = role(&claims.others, &self.groups_claim) else {
            return Ok(Verdict::WithoutRole);
        };
        Ok(Verdict::Caller(Caller {
            principal: format!("{PERSON}{}", claims.sub),
            role,
        }))
    }

    async fn claims(&self, token: &str) -> Result<Option<Claims>, Error> {
        let Ok(header) = decode_header(token) else {
            return Ok(None);
        };
        let (Algorithm::RS256, Some(id)) = (header.alg, header.kid) else {
            return Ok(None);
        };
        let Some(key) = self.keys.get(&id).await? else {
            return Ok(None);
        };
        signature::install();
        let mut validation = Validation::new(Algorithm::RS256);
        validation.leeway = LEEWAY_SECONDS;
        validation.validate_nbf = true;
        validation.set_issuer(&[&self.issuer]);
        validation.set_required_spec_claims(&["exp", "iss", "sub"]);
        // Looked at by `is_for_us`: Cognito's access tokens have none.
        validation.validate_aud = false;
        Ok(decode(token, &key, &validation).ok().map(|token| token.claims))
    }

    fn is_for_us(&self, claims: &Claims) -> bool {
        // An id token tells the console who somebody is; it was never meant to open anything.
        if claims
            .token_use
            .as_deref()
            .is_some_and(|purpose| purpose != "access")
        {
            return false;
        }
        match &claims.aud {
            Some(Audience::One(audience)) => *audience == self.audience,
            Some(Audience::Many(audiences)) => audiences.contains(&self.audience),
            None => claims.client_id.as_deref() == Some(&self.audience),
        }
    }
}

/// The highest of the roles that the groups name.
fn role(claims: &serde_json::Map<String, Value>, claim: &str) -> Option<Role> {
    let by_path = || {
        let mut parts = claim.split('.');
        let first = claims.get(parts.next()?)?;
        parts.try_fold(first, |value, part| value.get(part))
    };
    let groups = claims.get(claim).or_else(by_path)?;
    let groups = match groups {
        Value::Array(groups) => groups.as_slice(),
        one => std::slice::from_ref(one),
    };
    groups
        .iter()
        .filter_map(|group| serde_json::from_value(group.clone()).ok())
        .max()
}

/// Keys that somebody on the way could exchange are none; this machine is not on the way.
fn is_safe(address: &str) -> bool {
    address.starts_with("https://") || address.starts_with("http://127.0.0.1:")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_highest_group_counts() {
        let of = |claims: Value| role(claims.as_object().unwrap(), "realm.groups");
        assert_eq!(
            of(json!({"realm": {"groups": ["viewer", "admin", "x", 7]}})),
            Some(Role::Admin)
        );
        assert_eq!(of(json!({"realm.groups": "operator"})), Some(Role::Operator));
        assert_eq!(of(json!({"realm": {"groups": ["Admin"]}})), None);
        assert_eq!(of(json!({"realm": {"groups": []}})), None);
        assert_eq!(of(json!({"realm": "admin"})), None);
        assert_eq!(of(json!({})), None);
    }

    #[test]
    fn an_issuer_is_named_whole_or_not_at_all() {
        let read = |variables: &[(&str, &str)]| {
            let variables: Vec<_> = variables
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect();
            People::from_env(move |name| {
                let found = variables.iter().find(|(known, _)| known == name);
                found.map(|(_, value)| value.clone())
            })
        };
        assert!(read(&[]).unwrap().is_none());
        assert!(read(&[(ISSUER, ""), (AUDIENCE, "a")]).unwrap().is_none());
        assert_eq!(
            read(&[(ISSUER, "https://login.example.com")]).err(),
            Some(EnvError::Missing(AUDIENCE))
        );
        let plain = read(&[(ISSUER, "http://login.example.com"), (AUDIENCE, "a")]);
        assert!(matches!(
            plain.err(),
            Some(EnvError::Invalid { variable: ISSUER, .. })
        ));
    }
}
