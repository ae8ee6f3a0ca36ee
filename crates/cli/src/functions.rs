//! The Lambda functions, registered in this process under the names and limits that they have on AWS.

use std::{path::PathBuf, time::Duration};

use anyhow::{Context, Result};
use api::App;
use aws::{Deployment, Gateways, HttpClient, Patience, connect};
use lambda_runtime::Diagnostic;
use local_cloud::{
    Surroundings,
    lambda::{Function, FunctionError},
};
use model::Timestamp;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use ulid::Ulid;

use crate::resources::NAME;

/// Longer than the gateway waits for it.
const ANSWERING: Duration = Duration::from_secs(30);
/// The longest that Lambda lets a function work.
const WORKING: Duration = Duration::from_secs(15 * 60);
/// Lambda's own default for an account.
const CONCURRENCY: usize = 1_000;

/// What a function is called, and so its role.
pub fn name(function: &str) -> String {
    format!("{NAME}-{function}")
}

/// Makes every function, each with gateways and an access key of its own.
pub fn all(surroundings: &Surroundings, deployment: &Deployment, scratch: PathBuf) -> Result<Vec<Function>> {
    let maker = Maker {
        surroundings,
        deployment,
        http: HttpClient::new(),
    };
    let app = App {
        gateways: maker.gateways("api")?,
        clock: Timestamp::now,
        ulid: Ulid::generate,
        scratch,
    };
    let api = lambda_api::Function::new(app);
    let settings = maker.gateways("authorize")?.settings;
    Ok(vec![
        Function::new(name("api"), ANSWERING, CONCURRENCY, move |event, _| {
            let api = api.clone();
            async move {
                api.handle(event)
                    .await
                    .map_err(|error| failure("Runtime.BadEvent", &error))
            }
        }),
        Function::new(name("authorize"), ANSWERING, CONCURRENCY, move |event, _| {
            let settings = settings.clone();
            async move {
                let answer = lambda_authorize::handle(&settings, None, event).await;
                // The gateway knows this one error by its message.
                answer.map_err(|error| failure("Error", &error))
            }
        }),
        maker.working("plan", lambda_plan::handle)?,
        maker.working("launch", lambda_launch::handle)?,
        maker.working("ready", lambda_ready::handle)?,
        maker.working("release", lambda_release::handle)?,
        maker.working("watch", lambda_watch::handle)?,
        maker.working("collect", lambda_collect::handle)?,
        maker.working("clean-up", lambda_clean_up::handle)?,
        maker.working("publish-live", lambda_publish_live::handle)?,
        maker.working("sweep", lambda_sweep::handle)?,
    ])
}

struct Maker<'a> {
    surroundings: &'a Surroundings,
    deployment: &'a Deployment,
    http: HttpClient,
}

impl Maker<'_> {
    fn gateways(&self, function: &str) -> Result<Gateways> {
        let key = key(self.surroundings, self.deployment, &name(function))?;
        Ok(Gateways::new(
            &connect::with_key(&self.http, Patience::Function, key),
            self.deployment.clone(),
        ))
    }

    /// A function of the state machine, or of an event.
    fn working<E, A, H>(&self, function: &'static str, handle: H) -> Result<Function>
    where
        E: DeserializeOwned + Send,
        A: Serialize,
        H: for<'a> Handle<'a, E, A>,
    {
        let gateways = self.gateways(function)?;
        Ok(Function::new(
            name(function),
            WORKING,
            CONCURRENCY,
            move |event: Value, _| {
                let gateways = gateways.clone();
                async move {
                    let event = serde_json::from_value(event)
                        .map_err(|error| failure("Runtime.UnmarshalError", &error))?;
                    let answer = handle.call(&gateways, event).await.map_err(|error| {
                        tracing::error!(
                            function,
                            name = error.name(),
                            error = error.chain(),
                            "the invocation failed"
                        );
                        let Diagnostic {
                            error_type,
                            error_message,
                        } = error.into();
                        FunctionError {
                            error_type,
                            error_message,
                        }
                    })?;
                    serde_json::to_value(answer).map_err(|error| failure("Runtime.MarshalError", &error))
                }
            },
        ))
    }
}

/// An `async fn(&Gateways, E) -> Result<A, Error>` whose future may move between threads.
trait Handle<'a, E, A>: Copy + Send + Sync + 'static {
    fn call(
        self,
        gateways: &'a Gateways,
        event: E,
    ) -> impl Future<Output = Result<A, workflow::Error>> + Send + 'a;
}

impl<'a, E, A, F, Answer> Handle<'a, E, A> for F
where
    F: Fn(&'a Gateways, E) -> Answer + Copy + Send + Sync + 'static,
    Answer: Future<Output = Result<A, workflow::Error>> + Send + 'a,
{
    fn call(
        self,
        gateways: &'a Gateways,
        event: E,
    ) -> impl Future<Output = Result<A, workflow::Error>> + Send + 'a {
        self(gateways, event)
    }
}

/// The access key of a role, at the endpoint of this machine.
pub fn key(surroundings: &Surroundings, deployment: &Deployment, role: &str) -> Result<connect::Key> {
    let issued = surroundings
        .credentials
        .issue(role)
        .with_context(|| format!("issue the key of {role}"))?;
    Ok(connect::Key {
        endpoint: surroundings.endpoint.clone(),
        region: deployment.hub_region.clone(),
        access_key_id: issued.id,
        secret_access_key: issued.secret,
    })
}

fn failure(error_type: &str, error: &dyn std::error::Error) -> FunctionError {
    FunctionError {
        error_type: error_type.to_owned(),
        error_message: error.to_string(),
    }
}
