//! The edge of a deployed function: environment, log, gateways, events.

use std::{env, sync::Arc};

use aws::{Deployment, Gateways, HttpClient, Patience, connect};
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde::{Serialize, de::DeserializeOwned};
use tracing::field::{Field, Visit};
use tracing_subscriber::{
    EnvFilter, Layer, filter::filter_fn, layer::Context, layer::SubscriberExt, util::SubscriberInitExt,
};

use crate::{Error, emf};

/// Serves invocations with `handle` until the environment is shut down.
pub async fn run<E, A>(
    handle: impl AsyncFn(&Gateways, E) -> Result<A, Error>,
) -> Result<(), lambda_runtime::Error>
where
    E: DeserializeOwned,
    A: Serialize,
{
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt::layer()
        .json()
        .with_current_span(false)
        .with_filter(filter_fn(|metadata| metadata.target() != emf::TARGET));
    tracing_subscriber::registry()
        .with(log)
        .with(EmbeddedMetrics)
        .with(filter)
        .init();
    let deployment = Deployment::from_env(|name| env::var(name).ok())?;
    let config = connect::from_environment(&HttpClient::new(), Patience::Function).await;
    let gateways = Gateways::new(&config, deployment);
    let (gateways, handle) = (Arc::new(gateways), Arc::new(handle));
    let service = service_fn(move |event: LambdaEvent<E>| {
        let (gateways, handle) = (Arc::clone(&gateways), Arc::clone(&handle));
        async move {
            handle(&gateways, event.payload).await.map_err(|error| {
                tracing::error!(
                    name = error.name(),
                    error = error.chain(),
                    "the invocation failed"
                );
                Diagnostic::from(error)
            })
        }
    });
    lambda_runtime::run(service).await
}

/// Writes metric lines as they are: CloudWatch reads them only at the top of a log event.
struct EmbeddedMetrics;

impl<S: tracing::Subscriber> Layer<S> for EmbeddedMetrics {
    fn on_event(&self, event: &tracing::Event<'_>, _context: Context<'_, S>) {
        if event.metadata().target() == emf::TARGET {
            event.record(&mut PrintLine);
        }
    }
}

struct PrintLine;

impl Visit for PrintLine {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "line" {
            println!("{value}");
        }
    }

    fn record_debug(&mut self, _field: &Field, _value: &dyn std::fmt::Debug) {}
}
