//! The REST API: routes by resource, identity, problem+json, the OpenAPI document.
//!
//! [`router`] is served by the Lambda function `api`, which puts the verified [`identity::Caller`] and the
//! [`finish::RequestId`] into each request's extensions; [`authorize`] is what the function `authorize` asks.

mod answer;
pub mod authorize;
mod baseline;
mod check;
mod compare;
mod error;
mod estimate;
mod extract;
pub mod finish;
mod header;
pub mod identity;
mod intake;
mod json;
mod live;
pub mod openapi;
mod page;
pub mod people;
pub mod problem;
mod query;
mod regions;
mod results;
mod routes;
mod runs;
mod scenarios;
mod scripts;
mod system;
pub mod token;
mod uploads;
mod workers;

use std::path::PathBuf;

use aws::Gateways;
use axum::{Router, middleware};
use model::Timestamp;
use ulid::Ulid;

use problem::{Code, Problem};
use routes::Routes;

/// Under which every route stands.
pub const PREFIX: &str = "/api/v1";

/// What the handlers work with. Cheap to clone.
#[derive(Clone)]
pub struct App {
    pub gateways: Gateways,
    pub clock: fn() -> Timestamp,
    /// A new one each time: time and randomness of every id.
    pub ulid: fn() -> Ulid,
    /// A directory on disk with room for the largest upload; `/tmp` of a function.
    pub scratch: PathBuf,
}

/// The whole API.
pub fn router(app: App) -> Router {
    all()
        .router(PREFIX)
        .fallback(|| async { Problem::new(Code::NotFound, "there is no such route") })
        .method_not_allowed_fallback(|| async {
            Problem::new(
                Code::MethodNotAllowed,
                "the header Allow lists the methods of this route",
            )
        })
        .layer(middleware::from_fn_with_state(app.clone(), finish::finish))
        .with_state(app)
}

fn all() -> Routes {
    let resources = [
        scenarios::routes,
        baseline::routes,
        runs::routes,
        results::routes,
        compare::routes,
        workers::routes,
        live::routes,
        uploads::routes,
        scripts::routes,
        estimate::routes,
        regions::routes,
        system::routes,
    ];
    resources
        .into_iter()
        .fold(Routes::new(), |routes, resource| resource(routes))
}
