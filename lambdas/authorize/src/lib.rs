//! Lambda function `authorize`: API Gateway's authoriser, of type `TOKEN` or `REQUEST`.

use api::{
    authorize,
    identity::Caller,
    people::{People, Verdict},
};
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
    #[error(transparent)]
    Undecided(#[from] authorize::Error),
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
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<Context>,
}

/// What the function `api` is told of its caller.
#[derive(Debug, Serialize)]
struct Context {
    principal: String,
    role: Role,
}

/// Says who the caller is. Nobody is answered 401, a person without a role 403.
///
/// The policy is for the whole stage, as the gateway keeps answers by credential and asks once for many routes; what a
/// role may do is decided where the route is.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html>
pub async fn handle(settings: &Settings, people: Option<&People>, event: Value) -> Result<Value, Error> {
    let event: Event = serde_json::from_value(event)?;
    let authorization = event.authorization().ok_or(Error::Unauthorized)?;
    let verdict = authorize::verdict(settings, people, authorization).await?;
    let (effect, context) = match verdict {
        Verdict::Caller(Caller { principal, role }) => ("Allow", Some(Context { principal, role })),
        Verdict::WithoutRole => ("Deny", None),
        Verdict::Unknown => return Err(Error::Unauthorized),
    };
    let policy = json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": effect,
            "Action": "execute-api:Invoke",
            "Resource": whole_stage(&event.method_arn),
        }],
    });
    let answer = Answer {
        principal_id: context
            .as_ref()
            .map_or("nobody", |context| context.principal.as_str())
            .to_owned(),
        policy_document: policy,
        context,
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
