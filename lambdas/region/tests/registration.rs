//! A region's stack comes, changes and goes, as CloudFormation tells the function of it.

#[path = "../../../crates/aws/tests/support/access.rs"]
mod access;

use std::{
    sync::{Arc, Mutex, mpsc},
    time::Duration,
};

use aws::{Deployment, Gateways, HttpClient, Patience, connect, https::Https, settings::Site, tables};
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::put,
};
use lambda_region::{Error, Function, Hosts};
use local_cloud::{Config, LocalCloud, Tasks, ecs::Capacity};
use serde_json::{Value, json};

/// What the bucket of CloudFormation got, and what it answers, in order; 200 when there is nothing left to answer.
#[derive(Default)]
struct Bucket {
    answers: Mutex<Vec<Value>>,
    statuses: Mutex<Vec<u16>>,
}

struct Scene {
    function: Function,
    bucket: Arc<Bucket>,
    address: String,
    /// The test's own.
    gateways: Gateways,
    _cloud: LocalCloud,
    _access: access::Log,
    _data: tempfile::TempDir,
}

impl Scene {
    /// A deployment with its tables.
    async fn open() -> Self {
        Self::with(Some(&deployment())).await
    }

    /// A deployment whose tables were deleted, as by `scripts/destroy --delete-data`.
    async fn without_tables() -> Self {
        Self::with(None).await
    }

    async fn with(tables_of: Option<&Deployment>) -> Self {
        let data = tempfile::tempdir().unwrap();
        let access = access::Log::at(data.path().join("access"));
        let (sender, made) = mpsc::channel();
        let config = Config {
            data: data.path().to_owned(),
            regions: vec!["us-east-1".into(), "sa-east-1".into()],
            gateway_port: 0,
            functions: Box::new(move |around| {
                for role in [access::OWNER, "oleada-region"] {
                    let issued = around.credentials.issue(role)?;
                    let key = connect::Key {
                        endpoint: around.endpoint.clone(),
                        // Where the stack is; the settings are in the hub.
                        region: "sa-east-1".parse()?,
                        access_key_id: issued.id,
                        secret_access_key: issued.secret,
                    };
                    sender.send(connect::with_key(&HttpClient::new(), Patience::Function, key))?;
                }
                Ok(Vec::new())
            }),
            tasks: Tasks {
                supervisor: "/bin/false".into(),
                path: String::new(),
                capacity: Capacity {
                    cpu_units: 0,
                    memory_mib: 0,
                    spare_memory_mib: 0,
                    region_vcpus: 0,
                },
            },
            roles: access::roles(),
            access_log: Some(access.path().to_owned()),
        };
        let cloud = LocalCloud::start(config).await.unwrap();
        let (owner, region) = (made.recv().unwrap(), made.recv().unwrap());
        if let Some(deployment) = tables_of {
            tables::ensure(&owner, deployment).await.unwrap();
        }
        let (bucket, address) = bucket().await;
        Self {
            function: Function {
                gateways: Gateways::new(&region, deployment()),
                https: Https::new(Duration::from_secs(2)),
                hosts: Hosts::of_endpoint(Some(&address)).unwrap(),
            },
            bucket,
            address,
            gateways: Gateways::new(&owner, deployment()),
            _cloud: cloud,
            _access: access,
            _data: data,
        }
    }

    fn event(&self, kind: &str, physical_id: Option<&str>, properties: Value) -> Value {
        let mut event = json!({
            "RequestType": kind,
            "ResponseURL": self.address,
            "StackId": "arn:aws:cloudformation:sa-east-1:000000000000:stack/oleada-sa-east-1/1",
            "RequestId": "8a1e",
            "ResourceType": "Custom::OleadaRegion",
            "LogicalResourceId": "Site",
            "ResourceProperties": properties,
        });
        if let Some(id) = physical_id {
            event["PhysicalResourceId"] = json!(id);
        }
        event
    }

    async fn sites(&self) -> Vec<Site> {
        self.gateways.settings.sites().await.unwrap()
    }

    fn last_answer(&self) -> Value {
        self.bucket.answers.lock().unwrap().last().cloned().unwrap()
    }
}

async fn bucket() -> (Arc<Bucket>, String) {
    let bucket = Arc::new(Bucket::default());
    let take = |State(bucket): State<Arc<Bucket>>, headers: HeaderMap, body: Bytes| async move {
        let status = bucket.statuses.lock().unwrap().pop().unwrap_or(200);
        // The address is signed for a request without a type.
        assert_eq!(headers.get("content-type"), None);
        if status == 200 {
            let answer = serde_json::from_slice(&body).unwrap();
            bucket.answers.lock().unwrap().push(answer);
        }
        StatusCode::from_u16(status).unwrap()
    };
    let app = Router::new()
        .route("/answer", put(take))
        .with_state(Arc::clone(&bucket));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!(
        "http://{}/answer?X-Amz-Signature=1",
        listener.local_addr().unwrap()
    );
    tokio::spawn(async move { axum::serve(listener, app).await });
    (bucket, address)
}

fn deployment() -> Deployment {
    Deployment {
        hub_region: "us-east-1".parse().unwrap(),
        scenarios_table: "oleada-scenarios".into(),
        runs_table: "oleada-runs".into(),
        workers_table: "oleada-workers".into(),
        settings_table: "oleada-settings".into(),
        bucket: access::BUCKET.into(),
        state_machine_arn: None,
        live_address: None,
        live_role_arn: None,
    }
}

/// As CloudFormation hands properties over: whatever the template says, a truth value arrives as text.
fn properties(subnets: &[&str]) -> Value {
    json!({
        "ServiceToken": "arn:aws:lambda:sa-east-1:000000000000:function:oleada-region",
        "ServiceTimeout": "180",
        "region": "sa-east-1",
        "cluster": "oleada",
        "taskDefinition": "oleada-load-tester",
        "container": "load-tester",
        "subnets": subnets,
        "securityGroups": ["sg-1"],
        "publicIp": "true",
        "logGroup": "/oleada/load-tester",
        "logPrefix": "worker",
    })
}

#[tokio::test]
async fn a_region_is_on_offer_while_its_stack_stands() {
    let scene = Scene::open().await;
    let create = scene.event("Create", None, properties(&["subnet-1", "subnet-2"]));
    scene.function.handle(create).await.unwrap();
    let answer = scene.last_answer();
    assert_eq!(
        answer,
        json!({"Status": "SUCCESS", "Reason": "", "PhysicalResourceId": "sa-east-1", "RequestId": "8a1e",
            "StackId": "arn:aws:cloudformation:sa-east-1:000000000000:stack/oleada-sa-east-1/1", "LogicalResourceId": "Site"})
    );
    let sites = scene.sites().await;
    assert_eq!(sites.len(), 1);
    assert_eq!(sites[0].subnets, ["subnet-1", "subnet-2"]);
    assert!(sites[0].public_ip);

    let update = scene.event("Update", Some("sa-east-1"), properties(&["subnet-3"]));
    scene.function.handle(update).await.unwrap();
    assert_eq!(scene.last_answer()["PhysicalResourceId"], "sa-east-1");
    assert_eq!(scene.sites().await[0].subnets, ["subnet-3"]);

    let delete = scene.event("Delete", Some("sa-east-1"), properties(&["subnet-3"]));
    scene.function.handle(delete.clone()).await.unwrap();
    assert_eq!(scene.last_answer()["Status"], "SUCCESS");
    assert_eq!(scene.sites().await, []);
    // Lambda may deliver an event twice.
    scene.function.handle(delete).await.unwrap();
    assert_eq!(scene.last_answer()["Status"], "SUCCESS");
}

#[tokio::test]
async fn a_region_goes_also_where_the_hubs_tables_went_before_it() {
    let scene = Scene::without_tables().await;
    let delete = scene.event("Delete", Some("sa-east-1"), properties(&["subnet-1"]));
    scene.function.handle(delete).await.unwrap();
    assert_eq!(scene.last_answer()["Status"], "SUCCESS");
    // Offering it there is another matter.
    let create = scene.event("Create", None, properties(&["subnet-1"]));
    scene.function.handle(create).await.unwrap();
    assert_eq!(scene.last_answer()["Status"], "FAILED");
}

#[tokio::test]
async fn what_is_no_region_fails_and_takes_nothing_away() {
    let scene = Scene::open().await;
    let create = scene.event("Create", None, properties(&["subnet-1"]));
    scene.function.handle(create).await.unwrap();

    let mut wrong = properties(&["subnet-1"]);
    wrong["publicIp"] = json!("perhaps");
    scene
        .function
        .handle(scene.event("Update", Some("sa-east-1"), wrong.clone()))
        .await
        .unwrap();
    let answer = scene.last_answer();
    assert_eq!(answer["Status"], "FAILED");
    assert!(answer["Reason"].as_str().unwrap().contains("boolean"), "{answer}");
    // Under another id CloudFormation would have the former region deleted.
    assert_eq!(answer["PhysicalResourceId"], "sa-east-1");
    assert_eq!(scene.sites().await.len(), 1);

    // A creation that failed is rolled back: a deletion of what never was.
    scene
        .function
        .handle(scene.event("Create", None, wrong.clone()))
        .await
        .unwrap();
    let failed = scene.last_answer();
    assert_eq!(failed["Status"], "FAILED");
    let id = failed["PhysicalResourceId"].as_str().unwrap();
    scene
        .function
        .handle(scene.event("Delete", Some(id), wrong))
        .await
        .unwrap();
    assert_eq!(scene.last_answer()["Status"], "SUCCESS");
    assert_eq!(scene.sites().await.len(), 1);
}

#[tokio::test]
async fn a_failure_of_the_hub_is_told() {
    let scene = Scene::open().await;
    let function = Function {
        gateways: {
            let key = connect::Key {
                endpoint: "http://127.0.0.1:9".into(),
                region: "sa-east-1".parse().unwrap(),
                access_key_id: "a".into(),
                secret_access_key: "b".into(),
            };
            Gateways::new(
                &connect::with_key(&HttpClient::new(), Patience::Function, key),
                deployment(),
            )
        },
        ..scene.function.clone()
    };
    function
        .handle(scene.event("Create", None, properties(&["subnet-1"])))
        .await
        .unwrap();
    let answer = scene.last_answer();
    assert_eq!(answer["Status"], "FAILED");
    assert!(
        answer["Reason"]
            .as_str()
            .unwrap()
            .starts_with("the service is unavailable"),
        "{answer}"
    );
}

#[tokio::test]
async fn an_answer_is_given_again_until_it_is_taken() {
    let scene = Scene::open().await;
    *scene.bucket.statuses.lock().unwrap() = vec![503, 500];
    let create = scene.event("Create", None, properties(&["subnet-1"]));
    scene.function.handle(create.clone()).await.unwrap();
    assert_eq!(scene.bucket.answers.lock().unwrap().len(), 1);

    *scene.bucket.statuses.lock().unwrap() = vec![200, 403];
    let refused = scene.function.handle(create).await;
    assert!(matches!(refused, Err(Error::Unanswered(_))), "{refused:?}");
    // A refusal is final: nothing was sent after it.
    assert_eq!(*scene.bucket.statuses.lock().unwrap(), [200]);
}

#[tokio::test]
async fn nothing_is_changed_for_an_answer_that_would_go_elsewhere() {
    let scene = Scene::open().await;
    let mut event = scene.event("Create", None, properties(&["subnet-1"]));
    event["ResponseURL"] = json!("http://169.254.169.254/latest/meta-data");
    assert!(matches!(scene.function.handle(event).await, Err(Error::Foreign)));
    assert_eq!(scene.sites().await, []);
    let not_an_event = scene.function.handle(json!({"RequestType": "Create"})).await;
    assert!(matches!(not_an_event, Err(Error::NotAnEvent(_))));
}
