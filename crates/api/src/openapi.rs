//! The OpenAPI document: what the handlers say of themselves, and what is true of all of them.

mod input;

use serde_json::Value;
use utoipa::{
    Modify, OpenApi,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};

use crate::problem;

/// What [`document`] makes, as it is checked in and served; a test holds them together.
pub(crate) const CHECKED_IN: &str = include_str!("../openapi.json");

/// The document of the API.
pub fn document() -> Value {
    let document = crate::all().document(crate::PREFIX);
    let mut document = serde_json::to_value(document).expect("a document has string keys only");
    input::describe(&mut document);
    document
}

/// What the document says beside the routes.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Oleada",
        version = "1",
        description = "Distributed load tests. Times are RFC 3339 UTC with milliseconds, durations are strings such as \
                       `90s` or `1h30m` and milliseconds in fields that end in `Ms`, rates are requests per second.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
        contact()
    ),
    components(schemas(problem::Problem)),
    modifiers(&Bearer)
)]
pub(crate) struct Info;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(
                "An API token `olt_…`, or a JWT of the configured OIDC issuer.",
            ))
            .build();
        let components = openapi.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}
