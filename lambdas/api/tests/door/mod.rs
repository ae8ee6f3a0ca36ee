//! The function `api` over a fresh local cloud, asked as the gateway asks it.

#![allow(dead_code, reason = "each test file uses its own part of this")]

#[path = "../../../../crates/aws/tests/support/access.rs"]
mod access;
pub mod ended;
pub mod working;

use std::collections::BTreeMap;

use api::App;
use aws::{Deployment, Gateways, HttpClient, Patience, connect, settings::Site};
use lambda_api::Function;
use local_cloud::{
    LocalCloud, Surroundings,
    access::Roles,
    call::{self, Call},
    lambda::{self, FunctionError},
};
use model::{Timestamp, TokenId, role::Role};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use ulid::Ulid;

/// What a caller is, as the authoriser says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum As {
    Nobody,
    Viewer,
    Operator,
    Admin,
}

impl As {
    fn context(self) -> Option<Value> {
        let role = match self {
            Self::Nobody => return None,
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Admin => "admin",
        };
        Some(json!({"principalId": "x", "principal": format!("token:{role}"), "role": role}))
    }
}

/// A running product of one function.
pub struct Door {
    pub function: Function,
    pub gateways: Gateways,
    pub deployment: Deployment,
    pub cloud: LocalCloud,
    access: access::Log,
    _data: TempDir,
}

/// An answer of the function.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u64,
    pub headers: BTreeMap<String, Vec<String>>,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.first().map(String::as_str)
    }

    /// The pointers of a problem's errors; asserts that it is a problem of this status.
    #[track_caller]
    pub fn pointers(&self, status: u64) -> Vec<String> {
        let problem = self.problem(status);
        let errors = problem["errors"].as_array().cloned().unwrap_or_default();
        errors
            .iter()
            .map(|error| error["pointer"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Asserts that this is a problem of this status in every way that the contract says.
    #[track_caller]
    pub fn problem(&self, status: u64) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        let problem = self.json();
        assert_eq!(problem["status"], status);
        for member in ["type", "title", "detail", "code"] {
            assert!(problem[member].is_string(), "{member} of {problem}");
        }
        assert_eq!(problem["requestId"].as_str(), self.header("x-request-id"));
        problem
    }
}

impl Door {
    /// Its functions may do what the infrastructure lets them do.
    pub async fn open() -> Self {
        Self::open_with(access::roles()).await
    }

    /// Its functions may do no more, and the test is of what becomes of what they are denied.
    pub async fn open_to_denials() -> Self {
        let mut door = Self::open().await;
        door.access.may_have_denials = true;
        door
    }

    /// Its functions may do everything.
    pub async fn open_wide() -> Self {
        Self::open_with(Roles::unrestricted()).await
    }

    async fn open_with(roles: Roles) -> Self {
        // The log of a failed test says why; only the first door can open it.
        drop(
            tracing_subscriber::fmt()
                .with_max_level(tracing_subscriber::filter::LevelFilter::ERROR)
                .with_test_writer()
                .try_init(),
        );
        let data = tempfile::tempdir().unwrap();
        let access = access::Log::at(data.path().join("access"));
        let (sender, made) = std::sync::mpsc::channel();
        let scratch = data.path().to_owned();
        let config = local_cloud::Config {
            data: data.path().join("cloud"),
            regions: vec!["us-east-1".into(), "sa-east-1".into()],
            gateway_port: 0,
            functions: Box::new(move |around| {
                let product = product(around, scratch);
                let functions = functions(&product);
                sender.send(product).unwrap();
                Ok(functions)
            }),
            // There is no state machine: a test that wants workers launches them.
            tasks: local_cloud::Tasks {
                supervisor: working::supervisor(),
                path: "/usr/bin:/bin".into(),
                capacity: local_cloud::ecs::Capacity {
                    cpu_units: 64 * 1_024,
                    memory_mib: 256 * 1_024,
                    spare_memory_mib: 0,
                    region_vcpus: 100,
                },
            },
            roles,
            access_log: Some(access.path().to_owned()),
        };
        let cloud = LocalCloud::start(config).await.unwrap();
        let Product {
            key,
            deployment,
            gateways,
            api: function,
            ..
        } = made.recv().unwrap();
        let sdk = connect::with_key(&HttpClient::new(), Patience::Function, key);
        aws::tables::ensure(&sdk, &deployment).await.unwrap();
        gateways.objects.ensure_bucket().await.unwrap();
        for region in ["us-east-1", "sa-east-1"] {
            let create = Call::internal(region, "CreateCluster", &json!({"clusterName": "oleada"}));
            call::outcome(cloud.ecs().call(create).await).await.unwrap();
            let site = Site {
                region: region.parse().unwrap(),
                cluster: "oleada".into(),
                task_definition: "worker".into(),
                container: "worker".into(),
                subnets: Vec::new(),
                security_groups: Vec::new(),
                public_ip: false,
                log_group: "/oleada/load-tester".into(),
                log_prefix: "worker".into(),
                machine: None,
            };
            gateways.settings.put_site(&site).await.unwrap();
        }
        Self {
            function,
            gateways,
            deployment,
            cloud,
            access,
            _data: data,
        }
    }

    /// A new API token.
    pub async fn token(&self, role: Role) -> api::token::Token {
        let token = api::token::Token::new(TokenId::new(Ulid::generate()), &mut rand::rng());
        let record = aws::settings::Token {
            token_id: token.id,
            name: "ci".into(),
            owner: "person:admin".into(),
            role,
            created_at: Timestamp::now(),
        };
        let settings = &self.gateways.settings;
        settings.put_token(&token.hash(), &record).await.unwrap();
        token
    }

    /// An event as it is.
    pub async fn event(&self, event: Value) -> Answer {
        let answer = self.function.handle(event).await.unwrap();
        Answer {
            status: answer["statusCode"].as_u64().unwrap(),
            headers: serde_json::from_value(answer["multiValueHeaders"].clone()).unwrap(),
            text: answer["body"].as_str().unwrap().to_owned(),
        }
    }

    /// A request without a body; `target` is a path under `/api/v1` with its query.
    pub async fn call(&self, who: As, method: &str, target: &str) -> Answer {
        self.event(event(who, method, target)).await
    }

    /// A request with a JSON body, and headers besides.
    pub async fn send(
        &self,
        who: As,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Answer {
        self.text(
            who,
            method,
            target,
            headers,
            "application/json",
            &body.to_string(),
        )
        .await
    }

    pub async fn text(
        &self,
        who: As,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        content_type: &str,
        body: &str,
    ) -> Answer {
        let mut event = event(who, method, target);
        event["multiValueHeaders"]["Content-Type"] = json!([content_type]);
        for (name, value) in headers {
            event["multiValueHeaders"][name] = json!([value]);
        }
        event["body"] = body.into();
        self.event(event).await
    }

    /// Creates a scenario and answers its id.
    pub async fn scenario(&self, document: &Value) -> String {
        let answer = self.send(As::Operator, "POST", "/scenarios", &[], document).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()["scenarioId"].as_str().unwrap().to_owned()
    }

    /// Starts a run and answers its id.
    pub async fn run(&self, scenario: &str) -> String {
        let target = format!("/scenarios/{scenario}/runs");
        let answer = self.call(As::Operator, "POST", &target).await;
        assert_eq!(answer.status, 202, "{}", answer.text);
        answer.json()["runId"].as_str().unwrap().to_owned()
    }

    /// Uploads a script and answers its id.
    pub async fn upload(&self, file_name: &str, bytes: &[u8]) -> String {
        let announced = self.announce(file_name, bytes).await;
        let status = put(&announced, bytes).await;
        assert!(status.is_success(), "{status}");
        announced["scriptId"].as_str().unwrap().to_owned()
    }

    pub async fn announce(&self, file_name: &str, bytes: &[u8]) -> Value {
        let body = json!({
            "fileName": file_name,
            "size": bytes.len(),
            "sha256": hex::encode(Sha256::digest(bytes)),
        });
        let answer = self.send(As::Operator, "POST", "/uploads", &[], &body).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()
    }
}

/// The owner's key and gateways, and the functions, which have others.
struct Product {
    key: connect::Key,
    deployment: Deployment,
    gateways: Gateways,
    api: Function,
    authorize: Gateways,
}

fn product(around: &Surroundings, scratch: std::path::PathBuf) -> Product {
    let key = |role: &str| {
        let key = around.credentials.issue(role).unwrap();
        connect::Key {
            endpoint: around.endpoint.clone(),
            region: "us-east-1".parse().unwrap(),
            access_key_id: key.id,
            secret_access_key: key.secret,
        }
    };
    let deployment = Deployment {
        hub_region: "us-east-1".parse().unwrap(),
        scenarios_table: "oleada-scenarios".into(),
        runs_table: "oleada-runs".into(),
        workers_table: "oleada-workers".into(),
        settings_table: "oleada-settings".into(),
        bucket: access::BUCKET.into(),
        // There is none: a run that is asked for stays queued, and sends nothing.
        state_machine_arn: Some("arn:aws:states:us-east-1:000000000000:stateMachine:oleada-run".into()),
        live_address: Some(format!("{}/mqtt", around.gateway_endpoint.replace("http", "ws"))),
        live_role_arn: Some("arn:aws:iam::000000000000:role/oleada-live-reader".into()),
    };
    let gateways = |role: &str| {
        let sdk = connect::with_key(&HttpClient::new(), Patience::Function, key(role));
        Gateways::new(&sdk, deployment.clone())
    };
    let api = Function::new(App {
        gateways: gateways("oleada-api"),
        clock: Timestamp::now,
        ulid: Ulid::generate,
        scratch,
    });
    Product {
        key: key(access::OWNER),
        gateways: gateways(access::OWNER),
        authorize: gateways("oleada-authorize"),
        deployment,
        api,
    }
}

fn functions(product: &Product) -> Vec<lambda::Function> {
    fn failed(error: &dyn std::error::Error) -> FunctionError {
        FunctionError {
            error_type: "Error".into(),
            error_message: error.to_string(),
        }
    }
    let (function, settings) = (product.api.clone(), product.authorize.settings.clone());
    let api = move |event, _| {
        let function = function.clone();
        async move { function.handle(event).await.map_err(|error| failed(&error)) }
    };
    let authorize = move |event, _| {
        let settings = settings.clone();
        async move {
            let answer = lambda_authorize::handle(&settings, None, event).await;
            answer.map_err(|error| failed(&error))
        }
    };
    let timeout = std::time::Duration::from_secs(29);
    vec![
        lambda::Function::new("api", timeout, 100, api),
        lambda::Function::new("authorize", timeout, 100, authorize),
    ]
}

/// Sends bytes as an announced upload.
pub async fn put(announced: &Value, bytes: &[u8]) -> reqwest::StatusCode {
    let method = announced["method"].as_str().unwrap().parse().unwrap();
    let mut request = reqwest::Client::new().request(method, announced["url"].as_str().unwrap());
    for (name, value) in announced["headers"].as_object().unwrap() {
        if name != "host" {
            request = request.header(name, value.as_str().unwrap());
        }
    }
    request.body(bytes.to_vec()).send().await.unwrap().status()
}

/// An event of the gateway.
pub fn event(who: As, method: &str, target: &str) -> Value {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut parameters: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        parameters
            .entry(name.into_owned())
            .or_default()
            .push(value.into_owned());
    }
    json!({
        "resource": "/{proxy+}",
        "path": format!("/api/v1{path}"),
        "httpMethod": method,
        "headers": {"Host": "127.0.0.1"},
        "multiValueHeaders": {"Host": ["127.0.0.1"]},
        "multiValueQueryStringParameters": parameters,
        "requestContext": {"requestId": format!("req-{}", Ulid::generate()), "stage": "$default",
                           "authorizer": who.context()},
        "body": null,
        "isBase64Encoded": false,
    })
}

/// A scenario of one HTTP request.
pub fn http_scenario(name: &str) -> Value {
    json!({
        "name": name,
        "workload": {"kind": "http", "requests": [{"url": "http://127.0.0.1:9/"}]},
        "shape": {"kind": "users", "hold": "5m"},
        "traffic": [{"region": "us-east-1", "workers": 2, "virtualUsers": 10}],
    })
}

/// A scenario of a script.
pub fn script_scenario(script_id: &str) -> Value {
    json!({
        "name": "With a script",
        "workload": {"kind": "script", "scriptId": script_id},
        "shape": {"kind": "users", "hold": "5m"},
        "traffic": [{"region": "us-east-1", "workers": 1, "virtualUsers": 10}],
    })
}
