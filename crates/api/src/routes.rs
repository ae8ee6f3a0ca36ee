//! The one place where routes come to be: each with the least role that may use it, its handler and its documentation.

use axum::{Router, middleware, routing::MethodRouter};
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

/// A handler at its path. What it says of itself is made when the document is: a function that starts to answer one
/// request has no time for it.
pub(crate) struct Route {
    pub path: String,
    pub methods: MethodRouter<App>,
    pub documented: fn() -> UtoipaMethodRouter<App>,
}

/// The [`Route`] of a handler that bears `#[utoipa::path]`.
macro_rules! routes {
    ($handler:ident) => {
        $crate::routes::routes!(self::$handler)
    };
    ($module:ident::$handler:ident) => {
        utoipa_axum::paste! {
            $crate::routes::Route {
                path: <$module::[<__path_ $handler>] as utoipa::Path>::path(),
                methods: <$module::[<__path_ $handler>] as utoipa::Path>::methods().iter().fold(
                    axum::routing::MethodRouter::new(),
                    |router, method| router.on(utoipa_axum::PathItemExt::to_method_filter(method), $module::$handler),
                ),
                documented: || utoipa_axum::routes!($module::$handler),
            }
        }
    };
}
pub(crate) use routes;

/// Routes under one prefix, on their way to a router or a document.
pub(crate) struct Routes(Vec<(Access, Route)>);

impl Routes {
    pub fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a route. There is no other way in, so none is without an [`Access`].
    pub fn at(mut self, access: Access, route: Route) -> Self {
        self.0.push((access, route));
        self
    }

    /// The router, under `prefix`.
    pub fn router(self, prefix: &str) -> Router<App> {
        let routes = self.0.into_iter().fold(Router::new(), |router, (access, route)| {
            let methods = match access {
                Access::Public => route.methods,
                Access::Least(least) => {
                    route
                        .methods
                        .route_layer(middleware::from_fn(move |request, next| {
                            identity::require(least, request, next)
                        }))
                }
            };
            router.route(&route.path, methods)
        });
        Router::new().nest(prefix, routes)
    }

    /// The document, under `prefix`.
    pub fn document(self, prefix: &str) -> OpenApi {
        let mut documented = OpenApiRouter::with_openapi(Info::openapi());
        for (access, route) in self.0 {
            let (schemas, mut paths, methods) = (route.documented)();
            for (name, schema) in &schemas {
                let known = documented.get_openapi().components.as_ref();
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
            documented = documented.routes((schemas, paths, methods));
        }
        let mut document = OpenApiRouter::with_openapi(Info::openapi())
            .nest(prefix, documented)
            .into_openapi();
        // OpenAPI has no word for a parameter that takes the rest of the path.
        let paths = std::mem::take(&mut document.paths.paths);
        document.paths.paths = paths
            .into_iter()
            .map(|(path, item)| (path.replace("{*", "{"), item))
            .collect();
        document
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
