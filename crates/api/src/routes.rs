//! The one place where routes come to be: each with the least role that may use it, its handler and its documentation.

use axum::{Router, middleware};
use model::role::Role;
use utoipa::{
    OpenApi as _,
    openapi::{
        Content, HeaderBuilder, HttpMethod, OpenApi, Ref, RefOr, ResponseBuilder,
        path::{Operation, PathItem},
        security::SecurityRequirement,
    },
};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use crate::{App, identity, openapi::Info, problem::Code};

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Anybody, without a token.
    Public,
    /// Callers of at least this role.
    Least(Role),
}

/// Routes under one prefix, on their way to a router and a document.
pub(crate) struct Routes(OpenApiRouter<App>);

impl Routes {
    pub fn new() -> Self {
        Self(OpenApiRouter::with_openapi(Info::openapi()))
    }

    /// Adds the handlers of one path. There is no other way in, so no route is without an [`Access`].
    pub fn at(self, access: Access, (schemas, mut paths, methods): UtoipaMethodRouter<App>) -> Self {
        let methods = match access {
            Access::Public => methods,
            Access::Least(least) => methods.route_layer(middleware::from_fn(move |request, next| {
                identity::require(least, request, next)
            })),
        };
        for (name, schema) in &schemas {
            let known = self.0.get_openapi().components.as_ref();
            let same = known
                .and_then(|known| known.schemas.get(name))
                .is_none_or(|known| known == schema);
            assert!(same, "two types of the document are called {name}");
        }
        for item in paths.paths.values_mut() {
            for operation in operations(item).into_iter().map(|(_, operation)| operation) {
                describe(access, operation);
            }
        }
        Self(self.0.routes((schemas, paths, methods)))
    }

    /// The router and its document, under `prefix`.
    pub fn split(self, prefix: &str) -> (Router<App>, OpenApi) {
        let (router, mut document) = OpenApiRouter::with_openapi(Info::openapi())
            .nest(prefix, self.0)
            .split_for_parts();
        // OpenAPI has no word for a parameter that takes the rest of the path.
        let paths = std::mem::take(&mut document.paths.paths);
        document.paths.paths = paths
            .into_iter()
            .map(|(path, item)| (path.replace("{*", "{"), item))
            .collect();
        (router, document)
    }
}

/// The operations of a path.
pub(crate) fn operations(item: &mut PathItem) -> Vec<(HttpMethod, &mut Operation)> {
    [
        (HttpMethod::Get, &mut item.get),
        (HttpMethod::Put, &mut item.put),
        (HttpMethod::Post, &mut item.post),
        (HttpMethod::Delete, &mut item.delete),
        (HttpMethod::Patch, &mut item.patch),
    ]
    .into_iter()
    .filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
    .collect()
}

/// Documents what is true of every route of this access: its security, its refusals and the common headers.
fn describe(access: Access, operation: &mut Operation) {
    let mut refusals = vec![Code::Malformed, Code::Internal, Code::Unavailable];
    if let Access::Least(least) = access {
        let none: [&str; 0] = [];
        operation.security = Some(vec![SecurityRequirement::new("bearer", none)]);
        let note = format!("Needs the role `{}`.", identity::name(least));
        operation.description = Some(match operation.description.take() {
            Some(text) => format!("{text}\n\n{note}"),
            None => note,
        });
        refusals.extend([Code::Unauthenticated, Code::Forbidden, Code::TooManyRequests]);
    }
    for code in refusals {
        let status = code.status();
        let reason = status.canonical_reason().unwrap_or_default();
        operation
            .responses
            .responses
            .entry(status.as_str().to_owned())
            .or_insert_with(|| ResponseBuilder::new().description(reason).build().into());
    }
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else { continue };
        if status.as_str() >= "400" {
            let schema = Ref::from_schema_name("ProblemDetails");
            let content = Content::new(Some(RefOr::Ref(schema)));
            response
                .content
                .insert("application/problem+json".to_owned(), RefOr::T(content));
        }
        let header = HeaderBuilder::new()
            .description(Some("What to quote when asking for help."))
            .build();
        response
            .headers
            .insert("x-request-id".to_owned(), RefOr::T(header));
    }
}
