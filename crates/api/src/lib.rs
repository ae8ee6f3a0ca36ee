//! The REST API: routes by resource, identity, problem+json, the OpenAPI document.
