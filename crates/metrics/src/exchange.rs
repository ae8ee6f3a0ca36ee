//! A request and its answer, kept for a person to look at: of failures some of each group, of a validation all.
//!
//! The engine writes them down when they happen, already without credentials and cut to size; `docs/jmeter.md` has the
//! rules. A worker reads them with [`Line::parse`].

use model::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::names::ErrorKey;

/// The largest exchange of a failure, in bytes of JSON.
pub const LARGEST_FAILURE: usize = 8 * 1024;
/// Failed exchanges that are kept of one group of errors.
pub const MOST_OF_A_GROUP: usize = 5;
/// Of all groups together: the first of every group is kept, further ones while they have so many bytes together.
pub const FURTHER_BYTES: usize = 1 << 20;
/// The largest line of an engine's file of exchanges, in bytes; longer ones were not written by Oleada.
pub const LONGEST_LINE: usize = 256 * 1024;

/// One request and its answer. Credentials are taken out and long texts cut; a text that was cut ends with `…`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Exchange {
    /// When the request began, by the worker's clock.
    pub at: Timestamp,
    /// The name of the sampler.
    pub label: String,
    pub phase: Phase,
    pub success: bool,
    pub elapsed_ms: u64,
    /// The virtual user: the engine's thread, which begins with the name of its group.
    pub thread: String,
    pub request: Request,
    pub response: Response,
    /// The assertions that failed.
    pub assertions: Vec<FailedAssertion>,
    /// The hops of a redirect, or the resources of a page, when the sampler followed them; at most 20.
    pub sub_requests: Vec<SubRequest>,
    /// Names of headers, of parameters of the address and of fields of the bodies whose values are taken out because
    /// they look like credentials. The headers are taken out whole.
    pub redacted: Vec<String>,
    /// Something was left out or shortened, to keep the exchange small.
    pub cut: bool,
}

/// When a sample runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ExchangePhase)]
pub enum Phase {
    Setup,
    Load,
    Teardown,
}

/// What was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ExchangeRequest)]
pub struct Request {
    /// Null for what is not HTTP.
    #[schema(required)]
    pub method: Option<String>,
    /// Null when it could not be made, or for what is not HTTP.
    #[schema(required)]
    pub url: Option<String>,
    pub headers: Vec<Header>,
    /// The form or body of an HTTP request; what the sampler says that it sent for all else.
    #[schema(required)]
    pub body: Option<Body>,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ExchangeResponse)]
pub struct Response {
    /// The status, or the engine's own words such as `Non HTTP response code: java.net.ConnectException`.
    pub code: String,
    pub message: String,
    pub headers: Vec<Header>,
    #[schema(required)]
    pub body: Option<Body>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ExchangeHeader)]
pub struct Header {
    pub name: String,
    pub value: String,
}

/// The beginning of a body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ExchangeBody)]
pub struct Body {
    /// Null when it is not text.
    #[schema(required)]
    pub text: Option<String>,
    /// The size of the whole body, decompressed; of what was sent, the size as text.
    pub bytes: u64,
    /// `text` is only the beginning.
    pub cut: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FailedAssertion {
    pub name: String,
    pub message: String,
}

/// A request that a sampler made on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubRequest {
    pub url: String,
    pub code: String,
    pub success: bool,
    pub elapsed_ms: u64,
}

/// What a validation saw. It grows while the run goes on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct Transcript {
    /// In the order in which they ended.
    pub exchanges: Vec<Exchange>,
    pub omitted: Omitted,
    /// Warnings and errors of the engine's own log, oldest first; at most 50.
    pub log: Vec<String>,
}

/// What there was beyond the exchanges that are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct Omitted {
    pub samples: u64,
    /// Those of the samples that failed.
    pub failures: u64,
}

impl Transcript {
    /// The first exchange that failed.
    pub fn first_failure(&self) -> Option<&Exchange> {
        self.exchanges.iter().find(|exchange| !exchange.success)
    }

    /// The element that the engine's log names as broken.
    pub fn failed_element(&self) -> Option<String> {
        let names = self.log.iter().filter_map(|entry| {
            let (_, rest) = entry.split_once("Problem in JSR223 script")?;
            let name = rest.trim_start_matches([',', ':', ' ']).lines().next()?;
            (!name.is_empty()).then(|| name.to_owned())
        });
        names.into_iter().next()
    }

    pub fn is_faultless(&self) -> bool {
        self.first_failure().is_none() && self.omitted.failures == 0
    }
}

/// The texts of a failure's row, by which its exchange finds its group.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Failure {
    pub label: String,
    pub code: String,
    pub message: String,
    /// Empty when no assertion failed.
    pub assertion: String,
}

impl Failure {
    /// The group that the failure is counted in, unless there are too many groups.
    pub fn key(&self) -> ErrorKey {
        ErrorKey::of(&self.label, &self.code, &self.message, &self.assertion)
    }
}

/// A line of an engine's file of exchanges.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Line {
    Exchange {
        /// With exchanges of failures only.
        failure: Option<Failure>,
        exchange: Box<Exchange>,
    },
    /// The last word of a validation.
    Omitted { omitted: Omitted },
}

/// A line that is neither.
#[derive(Debug, thiserror::Error)]
#[error("not an exchange")]
pub struct InvalidLine(#[from] serde_json::Error);

impl Line {
    pub fn parse(line: &[u8]) -> Result<Self, InvalidLine> {
        Ok(serde_json::from_slice(line)?)
    }
}

#[cfg(test)]
pub(crate) mod tests;
