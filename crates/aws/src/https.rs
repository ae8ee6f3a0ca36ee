//! Plain requests to an address: what AWS, or an issuer of tokens, offers outside the SDKs.

use std::{sync::Arc, time::Duration};

use aws_smithy_http_client::Connector;
use aws_smithy_runtime_api::{
    client::{http::HttpConnector as _, orchestrator::HttpRequest},
    http::Request,
};
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Limited};

use crate::connector::connector;

/// A client that follows no redirect and waits for nobody longer than its patience.
#[derive(Clone, Debug)]
pub struct Https {
    connector: Arc<Connector>,
    patience: Duration,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("not an address that can be asked")]
    Address,
    #[error("no answer came in time")]
    TimedOut,
    #[error("the answer has status {0}")]
    Status(u16),
    #[error("the answer has more than {0} bytes, or broke off")]
    Body(usize),
    #[error("the address cannot be reached")]
    Unreachable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Https {
    /// `patience` is for one request, from the connection to the last byte.
    pub fn new(patience: Duration) -> Self {
        Self {
            connector: Arc::new(connector()),
            patience,
        }
    }

    /// The body at an address, of at most `limit` bytes.
    pub async fn get(&self, address: &str, limit: usize) -> Result<Bytes, Error> {
        self.send("GET", address, SdkBody::empty(), limit).await
    }

    /// Writes `body` to a presigned address. No header says what it is: that is how such addresses are signed.
    pub async fn put(&self, address: &str, body: Vec<u8>) -> Result<(), Error> {
        self.send("PUT", address, SdkBody::from(body), 64 * 1024).await?;
        Ok(())
    }

    async fn send(&self, method: &str, address: &str, body: SdkBody, limit: usize) -> Result<Bytes, Error> {
        let length = body.content_length();
        let mut request: HttpRequest = Request::new(body);
        request.set_uri(address).map_err(|_| Error::Address)?;
        request.set_method(method).map_err(|_| Error::Address)?;
        if let Some(length) = length.filter(|_| method != "GET") {
            request.headers_mut().insert("content-length", length.to_string());
        }
        tokio::time::timeout(self.patience, self.answer(request, limit))
            .await
            .map_err(|_| Error::TimedOut)?
    }

    async fn answer(&self, request: HttpRequest, limit: usize) -> Result<Bytes, Error> {
        let answer = self.connector.call(request).await;
        let answer = answer.map_err(|error| Error::Unreachable(Box::new(error)))?;
        if !answer.status().is_success() {
            return Err(Error::Status(answer.status().as_u16()));
        }
        let body = Limited::new(answer.into_body(), limit).collect().await;
        Ok(body.map_err(|_| Error::Body(limit))?.to_bytes())
    }
}
