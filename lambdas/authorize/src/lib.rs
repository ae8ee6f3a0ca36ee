//! Lambda function `authorize`: API Gateway's authoriser, of type `TOKEN` or `REQUEST`.

use aws::settings::Settings;
use model::role::Role;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Why nobody is let in.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The gateway answers 401 to exactly this word.
    #[error("Unauthorized")]
    Unauthorized,
    #[error("not an authoriser event")]
    NotAnEvent(#[from] serde_json::Error),
    #[error("the token could not be looked up")]
    Lookup(#[from] aws::Error),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    method_arn: String,
    /// Of a `TOKEN` authoriser.
    #[serde(default)]
    authorization_token: Option<String>,
    /// Of a `REQUEST` authoriser.
    #[serde(default)]
    headers: Option<BTreeMap<String, String>>,
}

impl Event {
    fn authorization(&self) -> Option<&str> {
        let of_request = || {
            let headers = self.headers.iter().flatten();
            headers
                .filter(|(name, _)| name.eq_ignore_ascii_case("authorization"))
                .map(|(_, value)| value.as_str())
                .next()
        };
        self.authorization_token.as_deref().or_else(of_request)
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    principal_id: String,
    policy_document: Value,
    context: Context,
}

/// What the function `api` is told of its caller.
#[derive(Debug, Serialize)]
struct Context {
    principal: String,
    role: Role,
}

/// Says who the caller is.
///
/// The policy is for the whole stage, as the gateway keeps answers by credential and asks once for many routes; what a
/// role may do is decided where the route is.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html>
pub async fn handle(settings: &Settings, event: Value) -> Result<Value, Error> {
    let event: Event = serde_json::from_value(event)?;
    let authorization = event.authorization().ok_or(Error::Unauthorized)?;
    let caller = api::authorize::caller(settings, authorization).await?;
    let caller = caller.ok_or(Error::Unauthorized)?;
    let policy = json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Action": "execute-api:Invoke",
            "Resource": whole_stage(&event.method_arn),
        }],
    });
    let answer = Answer {
        principal_id: caller.principal.clone(),
        policy_document: policy,
        context: Context {
            principal: caller.principal,
            role: caller.role,
        },
    };
    Ok(serde_json::to_value(answer)?)
}

/// `arn:…:{api}/{stage}/{method}/{path}` as `arn:…:{api}/{stage}/*`.
fn whole_stage(method_arn: &str) -> String {
    let stage: Vec<&str> = method_arn.splitn(3, '/').take(2).collect();
    format!("{}/*", stage.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_is_for_the_whole_stage() {
        let arn = "arn:aws:execute-api:us-east-1:000000000000:abc/prod/GET/api/v1/runs";
        let stage = "arn:aws:execute-api:us-east-1:000000000000:abc/prod/*";
        assert_eq!(whole_stage(arn), stage);
    }

    #[test]
    fn both_kinds_of_authoriser_are_understood() {
        let of = |event: Value| {
            let event: Event = serde_json::from_value(event).unwrap();
            event.authorization().map(str::to_owned)
        };
        let token = json!({"type": "TOKEN", "methodArn": "a", "authorizationToken": "Bearer x"});
        assert_eq!(of(token), Some("Bearer x".to_owned()));
        let request = json!({"type": "REQUEST", "methodArn": "a", "headers": {"Authorization": "Bearer y"}});
        assert_eq!(of(request), Some("Bearer y".to_owned()));
        assert_eq!(of(json!({"methodArn": "a", "headers": null})), None);
    }
}
