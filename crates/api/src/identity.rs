//! Who asks, and what their role lets them do.
//!
//! The gateway's authoriser has already verified the caller ([`crate::authorize`]); its word arrives with the request
//! and is put into the request's extensions by the function `api`. Nothing a client sends can get there.

use axum::{
    extract::{FromRequestParts, Request},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::request::Parts;
use model::{role::Role, run::Trigger, said};

use crate::problem::{Code, Problem};

/// What a principal starts with when a person is behind it.
pub const PERSON: &str = "person:";
/// What a principal starts with when it is an API token.
pub const TOKEN: &str = "token:";

/// A verified caller. It stands in the extensions of every request but an anonymous one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// [`PERSON`] and the name, or [`TOKEN`] and the token's id.
    pub principal: String,
    pub role: Role,
}

impl Caller {
    /// How a run came about that this caller asks for.
    pub(crate) fn trigger(&self) -> Trigger {
        if self.principal.starts_with(PERSON) {
            Trigger::Person
        } else {
            Trigger::Api
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(unauthenticated)
    }
}

/// Lets a request pass whose caller has at least the role: what every route but a public one is wrapped in.
pub(crate) async fn require(least: Role, request: Request, next: Next) -> Response {
    let Some(caller) = request.extensions().get::<Caller>() else {
        return unauthenticated().into_response();
    };
    if caller.role < least {
        let said = said!(
            "NEEDS_ROLE",
            "this needs the role {}, and yours is {}",
            name(least),
            name(caller.role)
        );
        return Problem::new(Code::Forbidden, said).into_response();
    }
    next.run(request).await
}

pub(crate) fn name(role: Role) -> &'static str {
    match role {
        Role::Viewer => "viewer",
        Role::Operator => "operator",
        Role::Admin => "admin",
    }
}

fn unauthenticated() -> Problem {
    Problem::new(Code::Unauthenticated, "send `Authorization: Bearer` with a token")
}
