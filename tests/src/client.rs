//! The REST API as a script of a user's would call it.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
}

impl Client {
    pub fn new(base: &str, token: Option<&str>) -> Self {
        Self {
            http: reqwest::Client::new(),
            base: base.to_owned(),
            token: token.map(str::to_owned),
        }
    }

    /// Any request under `/api/v1`.
    pub async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Answer> {
        let mut request = self.http.request(method, format!("{}/api/v1{path}", self.base));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.with_context(|| format!("request {path}"))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.bytes().await?;
        let body = if bytes.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&bytes)
                .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned()))
        };
        Ok(Answer {
            status,
            headers,
            body,
        })
    }

    /// `GET`, which must succeed. A large answer is fetched from where it lies.
    pub async fn get(&self, path: &str) -> Result<Value> {
        let answer = self.send(Method::GET, path, None).await?;
        ensure!(
            answer.status == StatusCode::OK,
            "GET {path}: {} {}",
            answer.status,
            answer.body
        );
        match answer
            .body
            .as_object()
            .filter(|body| body.len() == 1)
            .and_then(|body| body.get("url"))
        {
            Some(url) => {
                let url = url.as_str().context("the url is a string")?;
                Ok(self
                    .http
                    .get(url)
                    .send()
                    .await?
                    .error_for_status()?
                    .json()
                    .await?)
            }
            None => Ok(answer.body),
        }
    }

    /// `POST`, which must succeed.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let answer = self.send(Method::POST, path, Some(body)).await?;
        ensure!(
            answer.status.is_success(),
            "POST {path}: {} {}",
            answer.status,
            answer.body
        );
        Ok(answer.body)
    }

    /// Uploads a script and answers its id.
    pub async fn upload(&self, file_name: &str, content: &[u8]) -> Result<String> {
        let sha256: String = Sha256::digest(content)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let ticket = self
            .post(
                "/uploads",
                &json!({"fileName": file_name, "size": content.len(), "sha256": sha256}),
            )
            .await?;
        let url = ticket["url"].as_str().context("the ticket has a url")?;
        let mut request = self.http.put(url).body(content.to_vec());
        for (name, value) in ticket["headers"].as_object().context("the ticket has headers")? {
            request = request.header(name, value.as_str().context("a header is a string")?);
        }
        let response = request.send().await?;
        ensure!(
            response.status().is_success(),
            "upload: {} {}",
            response.status(),
            response.text().await?
        );
        Ok(ticket["scriptId"]
            .as_str()
            .context("the ticket has a script id")?
            .to_owned())
    }

    /// Saves a scenario and answers its id.
    pub async fn scenario(&self, scenario: &Value) -> Result<String> {
        let saved = self.post("/scenarios", scenario).await?;
        Ok(saved["scenarioId"]
            .as_str()
            .context("a scenario has an id")?
            .to_owned())
    }

    /// Starts a run and answers its id.
    pub async fn run(&self, scenario: &str) -> Result<String> {
        let run = self
            .post(&format!("/scenarios/{scenario}/runs"), &json!({}))
            .await?;
        Ok(run["runId"].as_str().context("a run has an id")?.to_owned())
    }

    /// Waits until the run is as `is` wants it, and answers it. A run that ended otherwise is an error.
    pub async fn wait(&self, run: &str, patience: Duration, is: impl Fn(&Value) -> bool) -> Result<Value> {
        let since = Instant::now();
        loop {
            let now = self.get(&format!("/runs/{run}")).await?;
            if is(&now) {
                return Ok(now);
            }
            let ended =
                ["completed", "failed", "cancelled"].contains(&now["status"].as_str().unwrap_or_default());
            if ended || since.elapsed() > patience {
                bail!("after {:?} the run is {now:#}", since.elapsed());
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// Waits for the run's end, whatever it is.
    pub async fn ended(&self, run: &str, patience: Duration) -> Result<Value> {
        let terminal = |run: &Value| {
            ["completed", "failed", "cancelled"].contains(&run["status"].as_str().unwrap_or(""))
        };
        self.wait(run, patience, terminal).await
    }
}
