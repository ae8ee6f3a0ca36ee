//! The one port of all AWS services: a request goes to the service, and the region, that its signature names.

use std::{sync::Arc, time::SystemTime};

use axum::{
    Json, Router,
    extract::{Request, State},
    middleware,
    response::{IntoResponse, Response},
};
use http::{Method, StatusCode, request::Parts};
use http_body_util::{BodyExt, Limited};

use crate::{
    access::{Access, Denied},
    call::{self, Call},
    credentials::Credentials,
    dynamodb::{self, DynamoDb},
    ecs::{self, Ecs},
    events::{Bus, Scheduler},
    iot::{self, Iot},
    lambda::{self, Lambda},
    logs::Logs,
    loopback,
    policy::Need,
    quotas::Quotas,
    s3::{self, S3},
    signature::Claim,
    states::{self, States},
    sts::{self, Sts},
};

/// What the host dispatches to.
#[derive(Clone)]
pub(crate) struct Services {
    pub access: Access,
    pub credentials: Arc<Credentials>,
    pub dynamodb: DynamoDb,
    pub ecs: Ecs,
    pub events: Bus,
    pub iot: Iot,
    pub lambda: Lambda,
    pub logs: Logs,
    pub quotas: Quotas,
    pub s3: S3,
    pub scheduler: Scheduler,
    pub states: Arc<States>,
    pub sts: Sts,
}

/// The services that take a whole body, by the name in a credential scope. S3 is the one that streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Service {
    DynamoDb,
    Ecs,
    Events,
    Iot,
    Lambda,
    Logs,
    Quotas,
    Scheduler,
    States,
    Sts,
}

impl Service {
    fn of(scope: &str) -> Option<Self> {
        Some(match scope {
            "dynamodb" => Self::DynamoDb,
            "ecs" => Self::Ecs,
            "events" => Self::Events,
            "iotdata" | "iotdevicegateway" => Self::Iot,
            "lambda" => Self::Lambda,
            "logs" => Self::Logs,
            "scheduler" => Self::Scheduler,
            "servicequotas" => Self::Quotas,
            "states" => Self::States,
            "sts" => Self::Sts,
            _ => return None,
        })
    }

    /// The largest request body, in bytes.
    fn body_limit(self) -> usize {
        match self {
            Self::DynamoDb => dynamodb::BODY_LIMIT,
            Self::Iot => iot::PAYLOAD_LIMIT,
            Self::Lambda => lambda::PAYLOAD_LIMIT,
            Self::Ecs | Self::Events | Self::Logs | Self::Scheduler => 2 * 1024 * 1024,
            Self::States => states::BODY_LIMIT,
            Self::Quotas | Self::Sts => 64 * 1024,
        }
    }

    /// An error in the protocol of the service.
    fn refuse(self, error: &call::Error) -> Response {
        match self {
            Self::Sts => sts::error_answer(error).map(axum::body::Body::new),
            _ => refuse(error.clone()),
        }
    }

    /// What the service says to somebody who may not do that.
    fn deny(self, denied: &Denied) -> Response {
        let forbidden = |code: &str| call::Error::new(code, denied.to_string()).status(StatusCode::FORBIDDEN);
        self.refuse(&match self {
            Self::Sts => forbidden("AccessDenied"),
            Self::Iot => forbidden("ForbiddenException"),
            Self::Lambda | Self::Scheduler => forbidden("AccessDeniedException"),
            // These speak `awsJson`, where every error of the caller is a 400.
            _ => call::Error::new("AccessDeniedException", denied.to_string()),
        })
    }
}

/// The port of all services as a router.
pub(crate) fn router(services: Services) -> Router {
    Router::new()
        .fallback(handle)
        .layer(middleware::from_fn(loopback::require_host))
        .with_state(services)
}

async fn handle(State(services): State<Services>, request: Request) -> Response {
    // Only S3 is for browsers, and a preflight is not signed.
    if request.method() == Method::OPTIONS {
        return s3::preflight(request.headers());
    }
    // A task knows its own metadata by the token in the address.
    if request.uri().path().starts_with(ecs::METADATA_PREFIX) {
        return match services.ecs.metadata(request.uri().path()) {
            Some(metadata) => Json(metadata).into_response(),
            None => StatusCode::NOT_FOUND.into_response(),
        };
    }
    let (parts, body) = request.into_parts();
    let claim = match Claim::of(&parts) {
        Ok(claim) => claim,
        Err(error) => return refuse(error.into()),
    };
    if claim.service == "s3" {
        return serve_s3(&services, &claim, Request::from_parts(parts, body)).await;
    }
    let Some(service) = Service::of(&claim.service) else {
        return refuse(call::Error::unknown_operation(&claim.service, parts.uri.path()));
    };
    let body = match Limited::new(body, service.body_limit()).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) => return service.refuse(&unreadable(error.as_ref(), service.body_limit())),
    };
    let caller = match claim.verify(&parts, &body, &[], &services.credentials, SystemTime::now()) {
        Ok(caller) => caller,
        Err(error) => {
            tracing::warn!(?service, key = claim.key_id, %error, "refused a request");
            return service.refuse(&error.into());
        }
    };
    let Parts {
        method, uri, headers, ..
    } = parts;
    let call = Call {
        region: claim.region,
        role: caller.role.clone(),
        method,
        uri,
        headers,
        body,
    };
    match services.needs(service, &call).await {
        Err(error) => return service.refuse(&error),
        Ok(needs) => {
            if let Err(denied) = services.access.check(&caller, &needs) {
                return service.deny(&denied);
            }
        }
    }
    let answer = match service {
        Service::DynamoDb => services.dynamodb.call(call).await,
        Service::Ecs => services.ecs.call(call).await,
        Service::Events => services.events.call(call).await,
        Service::Iot => services.iot.call(call).await,
        Service::Lambda => services.lambda.call(call).await,
        Service::Logs => services.logs.call(call).await,
        Service::Quotas => services.quotas.call(call).await,
        Service::Scheduler => services.scheduler.call(call).await,
        Service::States => services.states.call(call).await,
        Service::Sts => services.sts.call(call).await,
    };
    answer.map(axum::body::Body::new)
}

async fn serve_s3(services: &Services, claim: &Claim, request: Request) -> Response {
    let checked = claim
        .check_signed_headers(request.headers())
        .and_then(|()| claim.caller(&services.credentials, SystemTime::now()));
    match checked {
        Err(error) => s3::refuse(error.into()),
        Ok(caller) => services.s3.call(request, caller).await,
    }
}

impl Services {
    /// What a call needs to be allowed, in the words of policies.
    async fn needs(&self, service: Service, call: &Call) -> Result<Vec<Need>, call::Error> {
        match service {
            Service::DynamoDb => self.dynamodb.needs(call).await,
            Service::Ecs => self.ecs.needs(call).await,
            Service::Events => Ok(self.events.needs(call)),
            Service::Iot => Ok(self.iot.needs(call)),
            Service::Lambda => Ok(self.lambda.needs(call)),
            Service::Logs => Ok(self.logs.needs(call)),
            Service::Quotas => Ok(self.quotas.needs(call)),
            Service::Scheduler => Ok(self.scheduler.needs(call)),
            Service::States => Ok(self.states.needs(call)),
            Service::Sts => Ok(self.sts.needs(call)),
        }
    }
}

fn unreadable(error: &(dyn std::error::Error + 'static), limit: usize) -> call::Error {
    if error.is::<http_body_util::LengthLimitError>() {
        let message = format!("the request is larger than {limit} bytes");
        call::Error::new("RequestEntityTooLargeException", message).status(StatusCode::PAYLOAD_TOO_LARGE)
    } else {
        call::Error::new("RequestAbortedException", "the request body ended early")
    }
}

fn refuse(error: call::Error) -> Response {
    call::json::<()>(Err(error)).map(axum::body::Body::new)
}
