//! The public keys of an issuer, kept for a while.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use aws::https::{self, Https};
use jsonwebtoken::DecodingKey;
use serde::Deserialize;
use tokio::sync::Mutex;

use super::is_safe;

/// Why a key cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the issuer of tokens cannot be reached")]
    Unreachable(#[source] https::Error),
    #[error("the issuer's {0} does not read as one")]
    Unreadable(&'static str),
    #[error("the issuer's keys could not be fetched a moment ago")]
    Waiting,
}

/// Issuers change their keys from time to time, and announce a new one before they use it.
const LIFE: Duration = Duration::from_secs(3600);
/// Whoever invents names of keys does not make us ask for each.
const PAUSE: Duration = Duration::from_secs(10);
/// When the issuer is away, the keys that it had are good for so long.
const LONGEST_LIFE: Duration = Duration::from_secs(24 * 3600);
const LARGEST_DOCUMENT: usize = 256 * 1024;

pub(super) struct Keys {
    https: Https,
    issuer: String,
    address: Option<String>,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    keys: HashMap<String, DecodingKey>,
    fetched_at: Option<Instant>,
    tried_at: Option<Instant>,
}

impl Keys {
    pub fn new(https: Https, issuer: &str, address: Option<String>) -> Self {
        Self {
            https,
            issuer: issuer.to_owned(),
            address,
            known: Mutex::new(Known::default()),
        }
    }

    /// The key of this name; `None` when the issuer has none.
    pub async fn get(&self, id: &str) -> Result<Option<DecodingKey>, Error> {
        let mut known = self.known.lock().await;
        if let Some(key) = known.within(LIFE, id) {
            return Ok(Some(key));
        }
        if known.tried_at.is_some_and(|at| at.elapsed() < PAUSE) {
            return known.as_it_is(id);
        }
        known.tried_at = Some(Instant::now());
        match self.fetch().await {
            Ok(keys) => {
                known.keys = keys;
                known.fetched_at = Some(Instant::now());
                Ok(known.keys.get(id).cloned())
            }
            Err(error) => match known.within(LONGEST_LIFE, id) {
                Some(key) => {
                    tracing::warn!(%error, "the issuer's former keys are used");
                    Ok(Some(key))
                }
                None => Err(error),
            },
        }
    }

    async fn fetch(&self) -> Result<HashMap<String, DecodingKey>, Error> {
        let address = match &self.address {
            Some(address) => address.clone(),
            None => self.discover().await?,
        };
        let body = self.https.get(&address, LARGEST_DOCUMENT).await;
        let body = body.map_err(Error::Unreachable)?;
        let set: KeySet = serde_json::from_slice(&body).map_err(|_| Error::Unreadable("key set"))?;
        // Keys for other purposes, or of kinds that are not used here, stand beside ours.
        let usable = set.keys.into_iter().filter(|key| {
            key.kty == "RSA"
                && key.usage.as_deref().is_none_or(|usage| usage == "sig")
                && key.alg.as_deref().is_none_or(|alg| alg == "RS256")
        });
        Ok(usable
            .filter_map(|key| {
                let decoding = DecodingKey::from_rsa_components(&key.n?, &key.e?).ok()?;
                Some((key.kid?, decoding))
            })
            .collect())
    }

    /// <https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig>
    async fn discover(&self) -> Result<String, Error> {
        let unreadable = Error::Unreadable("configuration document");
        let address = format!(
            "{}/.well-known/openid-configuration",
            self.issuer.trim_end_matches('/')
        );
        let body = self.https.get(&address, LARGEST_DOCUMENT).await;
        let body = body.map_err(Error::Unreachable)?;
        match serde_json::from_slice::<Provider>(&body) {
            Ok(provider) if provider.issuer == self.issuer && is_safe(&provider.jwks_uri) => {
                Ok(provider.jwks_uri)
            }
            _ => Err(unreadable),
        }
    }
}

impl Known {
    fn within(&self, life: Duration, id: &str) -> Option<DecodingKey> {
        let is_good = self.fetched_at.is_some_and(|at| at.elapsed() < life);
        is_good.then(|| self.keys.get(id).cloned()).flatten()
    }

    fn as_it_is(&self, id: &str) -> Result<Option<DecodingKey>, Error> {
        match self.fetched_at {
            Some(at) if at.elapsed() < LONGEST_LIFE => Ok(self.keys.get(id).cloned()),
            _ => Err(Error::Waiting),
        }
    }
}

#[derive(Deserialize)]
struct Provider {
    issuer: String,
    jwks_uri: String,
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Key>,
}

#[derive(Deserialize)]
struct Key {
    kty: String,
    #[serde(default, rename = "use")]
    usage: Option<String>,
    #[serde(default)]
    alg: Option<String>,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default)]
    n: Option<String>,
    #[serde(default)]
    e: Option<String>,
}
