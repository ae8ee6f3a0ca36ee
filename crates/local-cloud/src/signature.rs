//! Signature Version 4: what a request claims, and whether the claim holds.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime},
};

use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use http::{HeaderMap, StatusCode, request::Parts};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::{
    call,
    credentials::{Credentials, Session},
};

/// How far the clocks of caller and host may be apart.
pub const MAX_SKEW: Duration = Duration::from_secs(5 * 60);

/// The longest life of a presigned address (a week).
const MAX_EXPIRES: Duration = Duration::from_secs(7 * 24 * 3600);

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');
const UNRESERVED_PATH: &AsciiSet = &UNRESERVED.remove(b'/');

/// Why a request is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("request is missing an authentication token")]
    Missing,
    #[error("the authorization is incomplete: {0}")]
    Incomplete(&'static str),
    #[error("the security token included in the request is invalid")]
    UnknownKey,
    #[error("the session token included in the request is invalid or expired")]
    BadToken,
    #[error("the time of the request and the time of this host are more than {} s apart", MAX_SKEW.as_secs())]
    Skewed,
    #[error("the presigned address has expired")]
    Expired,
    #[error("the signature does not match the request")]
    Mismatch,
}

impl From<Error> for call::Error {
    fn from(error: Error) -> Self {
        let (code, status) = match error {
            Error::Missing => ("MissingAuthenticationTokenException", StatusCode::FORBIDDEN),
            Error::Incomplete(_) => ("IncompleteSignatureException", StatusCode::BAD_REQUEST),
            Error::UnknownKey | Error::BadToken => ("UnrecognizedClientException", StatusCode::BAD_REQUEST),
            Error::Skewed => ("RequestTimeTooSkewed", StatusCode::FORBIDDEN),
            Error::Expired => ("ExpiredTokenException", StatusCode::FORBIDDEN),
            Error::Mismatch => ("InvalidSignatureException", StatusCode::BAD_REQUEST),
        };
        call::Error::new(code, error.to_string()).status(status)
    }
}

/// Who sent a request, once its signature is verified.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The access key that signed.
    pub key_id: String,
    pub role: String,
    /// Present if the key is temporary; its policy narrows the role.
    pub session: Option<Session>,
}

/// A request's claim to be signed: parsed, not believed.
#[derive(Debug, Clone)]
pub struct Claim {
    pub region: String,
    pub service: String,
    pub key_id: String,
    date: String,
    signed_headers: Vec<String>,
    signature: String,
    token: Option<String>,
    /// How long a presigned address lives; `None` if the signature is in a header.
    expires: Option<Duration>,
}

impl Claim {
    /// Reads the claim from the `Authorization` header or, for a presigned address, from the query.
    pub fn of(parts: &Parts) -> Result<Self, Error> {
        match parts.headers.get(http::header::AUTHORIZATION) {
            Some(value) => Self::from_header(
                value.to_str().map_err(|_| Error::Incomplete("not text"))?,
                &parts.headers,
            ),
            None => Self::from_query(parts.uri.query().unwrap_or("")),
        }
    }

    fn from_header(authorization: &str, headers: &HeaderMap) -> Result<Self, Error> {
        let fields = authorization
            .strip_prefix(ALGORITHM)
            .ok_or(Error::Incomplete("the algorithm must be AWS4-HMAC-SHA256"))?;
        let fields: BTreeMap<&str, &str> = fields
            .split(',')
            .filter_map(|field| field.trim().split_once('='))
            .collect();
        let header = |name: &str| {
            headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned)
        };
        Self::new(
            fields.get("Credential").copied(),
            header("x-amz-date"),
            fields.get("SignedHeaders").copied(),
            fields.get("Signature").copied(),
            header("x-amz-security-token"),
            None,
        )
    }

    fn from_query(query: &str) -> Result<Self, Error> {
        let fields: BTreeMap<String, String> = url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        let field = |name: &str| fields.get(name).map(String::as_str);
        if field("X-Amz-Signature").is_none() {
            return Err(Error::Missing);
        }
        if field("X-Amz-Algorithm") != Some(ALGORITHM) {
            return Err(Error::Incomplete("X-Amz-Algorithm must be AWS4-HMAC-SHA256"));
        }
        // IoT Core's WebSocket addresses carry no X-Amz-Expires; AWS lets them live for five minutes.
        let expires = match field("X-Amz-Expires") {
            None => MAX_SKEW,
            Some(seconds) => {
                Duration::from_secs(seconds.parse().map_err(|_| Error::Incomplete("X-Amz-Expires"))?)
            }
        };
        if expires > MAX_EXPIRES {
            return Err(Error::Incomplete("X-Amz-Expires must be less than a week"));
        }
        Self::new(
            field("X-Amz-Credential"),
            field("X-Amz-Date").map(str::to_owned),
            field("X-Amz-SignedHeaders"),
            field("X-Amz-Signature"),
            field("X-Amz-Security-Token").map(str::to_owned),
            Some(expires),
        )
    }

    fn new(
        credential: Option<&str>,
        date: Option<String>,
        signed_headers: Option<&str>,
        signature: Option<&str>,
        token: Option<String>,
        expires: Option<Duration>,
    ) -> Result<Self, Error> {
        let mut scope = credential.ok_or(Error::Incomplete("no Credential"))?.split('/');
        let mut next = || {
            scope
                .next()
                .filter(|part| !part.is_empty())
                .ok_or(Error::Incomplete("Credential"))
        };
        let (key_id, day, region, service, end) = (next()?, next()?, next()?, next()?, next()?);
        let date = date.ok_or(Error::Incomplete("no X-Amz-Date"))?;
        if end != "aws4_request" || date.get(..8) != Some(day) {
            return Err(Error::Incomplete("the scope of the Credential"));
        }
        let signed_headers = signed_headers.ok_or(Error::Incomplete("no SignedHeaders"))?;
        Ok(Self {
            key_id: key_id.to_owned(),
            region: region.to_owned(),
            service: service.to_owned(),
            date,
            signed_headers: signed_headers.split(';').map(str::to_owned).collect(),
            signature: signature.ok_or(Error::Incomplete("no Signature"))?.to_owned(),
            token,
            expires,
        })
    }

    /// Whose request this is, if time, key, token and signature are right.
    ///
    /// `hosts` are names under which the caller may have signed, besides the one in the request: a browser that comes
    /// through a forwarded port says another one than the program that presigned its address.
    pub fn verify(
        &self,
        parts: &Parts,
        body: &[u8],
        hosts: &[String],
        credentials: &Credentials,
        now: SystemTime,
    ) -> Result<Caller, Error> {
        let caller = self.caller(credentials, now)?;
        let signed_at = self.check_time(now)?;
        self.check_signed_headers(&parts.headers)?;
        let secret = credentials.secret_of(&self.key_id).ok_or(Error::UnknownKey)?;
        let key = generate_signing_key(&secret, signed_at, &self.region, &self.service);
        let payload = hex::encode(Sha256::digest(body));
        let own_host = parts
            .headers
            .get(http::header::HOST)
            .and_then(|host| host.to_str().ok());
        let matches = own_host
            .into_iter()
            .chain(hosts.iter().map(String::as_str))
            .any(|host| {
                let expected =
                    calculate_signature(&key, self.string_to_sign(parts, host, &payload).as_bytes());
                expected.as_bytes().ct_eq(self.signature.as_bytes()).into()
            });
        if matches { Ok(caller) } else { Err(Error::Mismatch) }
    }

    /// The role behind the key, and the session if the key is temporary. Says nothing about the signature.
    pub fn caller(&self, credentials: &Credentials, now: SystemTime) -> Result<Caller, Error> {
        match &self.token {
            Some(token) => {
                let session = credentials
                    .session(&self.key_id, token, now)
                    .ok_or(Error::BadToken)?;
                Ok(Caller {
                    key_id: self.key_id.clone(),
                    role: session.role.clone(),
                    session: Some(session),
                })
            }
            None => {
                let role = credentials.role_of(&self.key_id).ok_or(Error::UnknownKey)?;
                Ok(Caller {
                    key_id: self.key_id.clone(),
                    role,
                    session: None,
                })
            }
        }
    }

    fn check_time(&self, now: SystemTime) -> Result<SystemTime, Error> {
        let date = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", &self.date)
            .and_then(|date| jiff::tz::TimeZone::UTC.to_timestamp(date))
            .map_err(|_| Error::Incomplete("X-Amz-Date"))?;
        let signed_at = SystemTime::try_from(date).map_err(|_| Error::Incomplete("X-Amz-Date"))?;
        let age = now.duration_since(signed_at).unwrap_or(Duration::ZERO);
        let ahead = signed_at.duration_since(now).unwrap_or(Duration::ZERO);
        match self.expires {
            _ if ahead > MAX_SKEW => Err(Error::Skewed),
            None if age > MAX_SKEW => Err(Error::Skewed),
            Some(expires) if age > expires => Err(Error::Expired),
            _ => Ok(signed_at),
        }
    }

    /// What changes the meaning of a request must be under its signature.
    pub fn check_signed_headers(&self, headers: &HeaderMap) -> Result<(), Error> {
        let signed = |name: &str| self.signed_headers.iter().any(|signed| signed == name);
        if !signed("host") {
            return Err(Error::Incomplete("the host header must be signed"));
        }
        if headers
            .keys()
            .any(|name| name.as_str().starts_with("x-amz-") && !signed(name.as_str()))
        {
            return Err(Error::Incomplete("every x-amz- header must be signed"));
        }
        Ok(())
    }

    fn string_to_sign(&self, parts: &Parts, host: &str, payload: &str) -> String {
        let request = self.canonical_request(parts, host, payload);
        let scope = format!(
            "{}/{}/{}/aws4_request",
            &self.date[..8],
            self.region,
            self.service
        );
        format!(
            "{ALGORITHM}\n{}\n{scope}\n{}",
            self.date,
            hex::encode(Sha256::digest(request))
        )
    }

    fn canonical_request(&self, parts: &Parts, host: &str, payload: &str) -> String {
        let mut headers = String::new();
        for name in &self.signed_headers {
            let value = if name == "host" {
                host.to_owned()
            } else {
                canonical_value(&parts.headers, name)
            };
            headers.push_str(&format!("{name}:{value}\n"));
        }
        // The path on the wire is encoded once; every service but S3 signs it encoded twice.
        let path = utf8_percent_encode(parts.uri.path(), UNRESERVED_PATH);
        let query = self.canonical_query(parts.uri.query().unwrap_or(""));
        let signed_headers = self.signed_headers.join(";");
        format!(
            "{}\n{path}\n{query}\n{headers}\n{signed_headers}\n{payload}",
            parts.method
        )
    }

    fn canonical_query(&self, query: &str) -> String {
        // IoT Core wants the token appended to the address after signing.
        let unsigned_token = self.service == "iotdevicegateway";
        let mut pairs: Vec<(String, String)> = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .filter(|(name, _)| {
                *name != "X-Amz-Signature" && !(unsigned_token && *name == "X-Amz-Security-Token")
            })
            .map(|(name, value)| (encoded_once(name), encoded_once(value)))
            .collect();
        pairs.sort();
        pairs
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect::<Vec<_>>()
            .join("&")
    }
}

fn encoded_once(text: &str) -> String {
    let decoded: Vec<u8> = percent_decode_str(text).collect();
    percent_encoding::percent_encode(&decoded, UNRESERVED).to_string()
}

fn canonical_value(headers: &HeaderMap, name: &str) -> String {
    let values = headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let tidy = |value: &str| value.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    values.map(tidy).collect::<Vec<_>>().join(",")
}
