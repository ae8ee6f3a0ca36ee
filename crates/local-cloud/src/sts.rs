//! STS: temporary credentials that narrow a role by a policy.
//!
//! Trust policies are not modelled: whom its own policy allows to assume a role may do it.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use http::{Response, StatusCode};
use serde::Deserialize;

use crate::{
    ACCOUNT,
    call::{self, Body, Call},
    credentials::{Credentials, SessionKey},
    policy::{Need, Policy},
};

/// The default life of a session, in seconds.
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>
const DEFAULT_LIFETIME: u64 = 3600;
const LIFETIMES: std::ops::RangeInclusive<u64> = 900..=43_200;
const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// The token service.
#[derive(Clone)]
pub struct Sts {
    credentials: Arc<Credentials>,
}

#[derive(Deserialize)]
#[serde(tag = "Action")]
enum Action {
    AssumeRole(AssumeRole),
    GetCallerIdentity,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AssumeRole {
    role_arn: String,
    role_session_name: String,
    policy: Option<String>,
    duration_seconds: Option<String>,
}

impl Sts {
    pub fn new(credentials: Arc<Credentials>) -> Self {
        Self { credentials }
    }

    /// What a call needs to be allowed. Everybody may ask who they are.
    pub(crate) fn needs(&self, call: &Call) -> Vec<Need> {
        match url_decoded(&call.body) {
            Ok(Action::AssumeRole(input)) => vec![Need::new("sts:AssumeRole", input.role_arn)],
            Ok(Action::GetCallerIdentity) => Vec::new(),
            Err(_unreadable) => vec![Need::new("sts:AssumeRole", Need::ANY)],
        }
    }

    /// Answers one `awsQuery` call.
    pub async fn call(&self, call: Call) -> Response<Body> {
        let answer = match url_decoded(&call.body) {
            Ok(Action::AssumeRole(input)) => self.assume_role(&input),
            Ok(Action::GetCallerIdentity) => Ok(caller_identity(&call.role)),
            Err(error) => Err(error),
        };
        match answer {
            Ok(body) => xml(StatusCode::OK, body),
            Err(error) => error_answer(&error),
        }
    }

    fn assume_role(&self, input: &AssumeRole) -> Result<String, call::Error> {
        let role = input
            .role_arn
            .split_once(":role/")
            .map(|(_, role)| role)
            .filter(|role| !role.is_empty());
        let role = role.ok_or_else(|| invalid(format!("{} is not the ARN of a role", input.role_arn)))?;
        let seconds = match &input.duration_seconds {
            None => DEFAULT_LIFETIME,
            Some(text) => text
                .parse()
                .map_err(|_| invalid("DurationSeconds must be a number"))?,
        };
        if !LIFETIMES.contains(&seconds) {
            return Err(invalid(format!(
                "DurationSeconds must be from {} to {}",
                LIFETIMES.start(),
                LIFETIMES.end()
            )));
        }
        let policy = input.policy.as_deref().map(parse_policy).transpose()?;
        let key =
            self.credentials
                .issue_session(role, policy, Duration::from_secs(seconds), SystemTime::now());
        Ok(assumed(role, &input.role_session_name, &key))
    }
}

/// An error in the XML of the `awsQuery` protocol.
pub(crate) fn error_answer(error: &call::Error) -> Response<Body> {
    let (code, message) = (escaped(&error.code), escaped(&error.message));
    let body = format!(
        r#"<ErrorResponse xmlns="{NAMESPACE}"><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"#
    );
    xml(error.status, body)
}

/// Text as it stands in an XML element.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

fn url_decoded(body: &[u8]) -> Result<Action, call::Error> {
    let fields: serde_json::Map<String, serde_json::Value> = url::form_urlencoded::parse(body)
        .map(|(name, value)| (name.into_owned(), value.into_owned().into()))
        .collect();
    let action = fields
        .get("Action")
        .and_then(serde_json::Value::as_str)
        .unwrap_or("")
        .to_owned();
    serde_json::from_value(fields.into()).map_err(|error| match action.as_str() {
        "AssumeRole" => invalid(error.to_string()),
        _ => call::Error::new(
            "InvalidAction",
            call::Error::unknown_operation("STS", &action).message,
        ),
    })
}

fn parse_policy(document: &str) -> Result<Policy, call::Error> {
    serde_json::from_str(document)
        .map_err(|error| call::Error::new("MalformedPolicyDocument", error.to_string()))
}

fn invalid(message: impl Into<String>) -> call::Error {
    call::Error::new("ValidationError", message)
}

fn assumed(role: &str, session_name: &str, key: &SessionKey) -> String {
    let expires_at =
        jiff::Timestamp::try_from(key.expires_at).map_or_else(|_| String::new(), |at| format!("{at:.0}"));
    let (role, session_name) = (escaped(role), escaped(session_name));
    format!(
        r#"<AssumeRoleResponse xmlns="{NAMESPACE}"><AssumeRoleResult>
<AssumedRoleUser><Arn>arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{session_name}</Arn><AssumedRoleId>{id}:{session_name}</AssumedRoleId></AssumedRoleUser>
<Credentials><AccessKeyId>{id}</AccessKeyId><SecretAccessKey>{secret}</SecretAccessKey><SessionToken>{token}</SessionToken><Expiration>{expires_at}</Expiration></Credentials>
</AssumeRoleResult>{METADATA}</AssumeRoleResponse>"#,
        id = key.id,
        secret = key.secret,
        token = key.token,
    )
}

fn caller_identity(role: &str) -> String {
    let role = escaped(role);
    format!(
        r#"<GetCallerIdentityResponse xmlns="{NAMESPACE}"><GetCallerIdentityResult>
<Arn>arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{role}</Arn><UserId>{role}</UserId><Account>{ACCOUNT}</Account>
</GetCallerIdentityResult>{METADATA}</GetCallerIdentityResponse>"#
    )
}

const METADATA: &str = "<ResponseMetadata><RequestId>local</RequestId></ResponseMetadata>";

fn xml(status: StatusCode, body: String) -> Response<Body> {
    Response::builder()
        .status(status)
        .header("content-type", "text/xml")
        .body(call::whole(body))
        .expect("the parts of the answer are valid")
}
