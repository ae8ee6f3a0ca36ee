//! Lambda authorisers: a function that answers with a policy. Answers are not cached (a TTL of 0).
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html>

use http::{StatusCode, header, request::Parts};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    event::{self, Context},
    problem::Problem,
};
use crate::{
    lambda::{InvokeError, Lambda},
    policy::Policy,
};

/// Which function authorises, and what it is told.
#[derive(Debug, Clone)]
pub enum Authorizer {
    /// It gets the `Authorization` header alone.
    Token { function: String },
    /// It gets the request without its body.
    Request { function: String },
}

/// What the function answers.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Output {
    principal_id: String,
    policy_document: Policy,
    context: Option<Map<String, Value>>,
}

impl Authorizer {
    /// Who the caller is, for the function behind: the authoriser's context, and `principalId`.
    pub(super) async fn authorize(
        &self,
        lambda: &Lambda,
        parts: &Parts,
        context: &Context,
    ) -> Result<Map<String, Value>, Problem> {
        // As on AWS, a request without the header that identifies it does not reach the authoriser.
        let token = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok());
        let token = token.filter(|token| !token.is_empty()).ok_or_else(unauthorized)?;
        let (function, event) = match self {
            Self::Token { function } => (
                function,
                json!({"type": "TOKEN", "authorizationToken": token, "methodArn": context.method_arn}),
            ),
            Self::Request { function } => {
                let mut event = event::request(parts, context);
                event["type"] = "REQUEST".into();
                event["methodArn"] = context.method_arn.as_str().into();
                (function, event)
            }
        };
        let output = match lambda.invoke(function, event).await {
            Ok(output) => output,
            Err(InvokeError::Function(error)) if error.error_message == "Unauthorized" => {
                return Err(unauthorized());
            }
            Err(error) => return Err(failed(error)),
        };
        let output: Output = serde_json::from_value(output).map_err(failed)?;
        if !output
            .policy_document
            .allows("execute-api:Invoke", &context.method_arn)
        {
            return Err(Problem::new(
                StatusCode::FORBIDDEN,
                "you are not authorized to access this resource",
            ));
        }
        principal(output)
    }
}

/// Context values reach the function as strings; objects and lists are a mistake of the authoriser.
fn principal(output: Output) -> Result<Map<String, Value>, Problem> {
    let mut principal = Map::new();
    for (name, value) in output.context.unwrap_or_default() {
        let text = match value {
            Value::Null => continue,
            Value::String(text) => text,
            Value::Bool(_) | Value::Number(_) => value.to_string(),
            Value::Array(_) | Value::Object(_) => {
                return Err(failed(format!("the context value {name} is not plain")));
            }
        };
        principal.insert(name, text.into());
    }
    principal.insert("principalId".into(), output.principal_id.into());
    Ok(principal)
}

fn unauthorized() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "a valid Authorization header is required",
    )
}

fn failed(cause: impl std::fmt::Display) -> Problem {
    Problem::hidden(StatusCode::INTERNAL_SERVER_ERROR, "the authorizer failed", cause)
}
