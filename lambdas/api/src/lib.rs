//! Lambda function `api`: a REST proxy event in, the router, a proxy answer out.

mod proxy;

use api::{finish::RequestId, identity::Caller};
use axum::{Router, body::Body, response::Response};
use serde_json::Value;
use tower::ServiceExt as _;

pub use proxy::Error;

/// The API, made once and asked many times.
#[derive(Clone)]
pub struct Function(Router);

impl Function {
    pub fn new(app: api::App) -> Self {
        Self(api::router(app))
    }

    /// Answers one event of API Gateway's REST proxy integration. What a client does wrong is in the answer; an error is
    /// an event that no gateway sends.
    /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html>
    pub async fn handle(&self, event: Value) -> Result<Value, Error> {
        let event: proxy::Event = serde_json::from_value(event)?;
        let (request_id, caller) = (event.request_id(), event.caller());
        let Some(mut request) = event.into_request()? else {
            return proxy::unreadable().map_err(Error::from);
        };
        if let Some(id) = request_id {
            request.extensions_mut().insert(RequestId(id));
        }
        if let Some(caller) = caller {
            request.extensions_mut().insert::<Caller>(caller);
        }
        let response: Response<Body> = match self.0.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        proxy::answer(response).await
    }
}
