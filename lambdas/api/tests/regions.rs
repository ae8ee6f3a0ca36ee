//! Regions, through the door.

mod door;

use aws::runs::Ending;
use door::{As, Door, http_scenario};
use local_cloud::call::{self, Call};
use model::{Timestamp, run::Status, scenario::WorkerSize};
use serde_json::{Value, json};

async fn list(door: &Door) -> Vec<Value> {
    let answer = door.call(As::Viewer, "GET", "/regions").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["items"].as_array().unwrap().clone()
}

async fn ecs(door: &Door, region: &str, operation: &str, input: Value) {
    let call = Call::internal(region, operation, &input);
    call::outcome(door.cloud.ecs().call(call).await).await.unwrap();
}

fn site() -> Value {
    json!({
        "cluster": "oleada", "taskDefinition": "load-tester", "container": "worker",
        "subnets": ["subnet-0123456789abcdef0"], "securityGroups": ["sg-01234567"], "publicIp": true,
        "logGroup": "/load/workers", "logPrefix": "worker",
    })
}

/// A region in which ECS knows what [`site`] names.
async fn set_up(door: &Door, region: &str) {
    ecs(door, region, "CreateCluster", json!({"clusterName": "oleada"})).await;
    let container = json!({"name": "worker", "image": "x", "command": ["/bin/true"]});
    let definition = json!({
        "family": "load-tester", "cpu": "1024", "memory": "2048", "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"], "containerDefinitions": [container],
    });
    ecs(door, region, "RegisterTaskDefinition", definition).await;
}

#[tokio::test]
async fn a_region_says_what_may_run_there_and_what_does() {
    // The role of the function may ask about no other cluster than its own.
    let door = Door::open_wide().await;
    let regions = list(&door).await;
    let vcpu = json!({"onDemand": {"quota": 64, "used": 0}, "spot": {"quota": 64, "used": 0}});
    for (region, name) in regions.iter().zip(["sa-east-1", "us-east-1"]) {
        assert_eq!((&region["name"], &region["vcpu"]), (&json!(name), &vcpu));
        assert_eq!(
            (&region["site"]["cluster"], &region["site"]["machine"]),
            (&json!("oleada"), &json!(null))
        );
    }
    let mut site = door
        .gateways
        .settings
        .site(&"sa-east-1".parse().unwrap())
        .await
        .unwrap();
    site.cluster = "gone".into();
    door.gateways.settings.put_site(&site).await.unwrap();
    assert_eq!(
        list(&door).await[0]["vcpu"]["onDemand"],
        json!({"quota": 64, "used": null})
    );
}

#[tokio::test]
async fn what_workers_have_reserved_is_in_use_until_they_are_gone() {
    let door = Door::open().await;
    let run = door.run(&door.scenario(&http_scenario("Checkout")).await).await;
    door.employ("us-east-1", &[]).await;
    let size = |vcpu, spot| WorkerSize {
        vcpu,
        memory_gb: 2 * vcpu,
        spot,
        ..WorkerSize::default()
    };
    door.launch(&run, "us-east-1", &[0, 1], &size(2, false)).await;
    door.launch(&run, "us-east-1", &[2], &size(8, true)).await;
    let used = async || -> Vec<Value> {
        let regions = list(&door).await;
        let used = regions
            .iter()
            .map(|region| json!([region["vcpu"]["onDemand"]["used"], region["vcpu"]["spot"]["used"]]));
        used.collect()
    };
    assert_eq!(
        used().await,
        [json!([0, 0]), json!([4, 8])],
        "sa-east-1, us-east-1"
    );
    door.send_home(&run, "us-east-1").await;
    assert_eq!(used().await, [json!([0, 0]), json!([0, 0])]);
}

#[tokio::test]
async fn where_the_account_never_changed_its_quotas_the_defaults_are_shown() {
    let door = Door::open().await;
    door.cloud.quotas().leave_unchanged("sa-east-1");
    for region in list(&door).await {
        let vcpu = &region["vcpu"];
        assert_eq!(
            (&vcpu["onDemand"]["quota"], &vcpu["spot"]["quota"]),
            (&json!(64), &json!(64)),
            "{region}"
        );
    }
}

#[tokio::test]
async fn a_region_comes_and_goes() {
    let door = Door::open().await;
    let path = "/regions/eu-west-1";
    set_up(&door, "eu-west-1").await;
    let answer = door.send(As::Admin, "PUT", path, &[], &site()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let region = answer.json();
    assert_eq!(region["name"], "eu-west-1");
    let mut expected = site();
    expected["machine"] = Value::Null;
    assert_eq!(region["site"], expected);
    assert_eq!(list(&door).await[0], region);
    // What was answered can be sent back, and changed.
    let mut changed = region["site"].clone();
    changed["publicIp"] = false.into();
    changed["machine"] = json!({"vcpu": 8, "memoryGb": 32});
    let answer = door.send(As::Admin, "PUT", path, &[], &changed).await;
    assert_eq!(answer.json()["site"], changed);

    let mut document = http_scenario("Checkout");
    document["traffic"][0]["region"] = "eu-west-1".into();
    let scenario = door.scenario(&document).await;
    let run = door.run(&scenario).await;
    for (method, body) in [("DELETE", Value::Null), ("PUT", site())] {
        let used = door.send(As::Admin, method, path, &[], &body).await.problem(409);
        assert_eq!(
            (&used["code"], &used["runId"]),
            (&json!("RUN_ACTIVE"), &json!(run)),
            "{method}"
        );
    }
    let ending = Ending {
        status: Status::Failed,
        reason: None,
        degraded: false,
        summary: None,
        ended_at: Timestamp::now(),
    };
    door.gateways
        .runs
        .finish(run.parse().unwrap(), &ending)
        .await
        .unwrap();
    assert_eq!(door.call(As::Admin, "DELETE", path).await.status, 204);
    door.call(As::Admin, "DELETE", path).await.problem(404);
    assert_eq!(list(&door).await.len(), 2);
    // The scenario stays, and says what is wrong when it shall run.
    let again = door
        .call(As::Operator, "POST", &format!("/scenarios/{scenario}/runs"))
        .await;
    assert_eq!(again.pointers(422), ["/traffic/0/region"]);
}

#[tokio::test]
async fn a_cluster_that_no_role_may_use_is_refused() {
    let door = Door::open_to_denials().await;
    set_up(&door, "eu-west-1").await;
    let mut other = site();
    other["cluster"] = "elsewhere".into();
    let answer = door
        .send(As::Admin, "PUT", "/regions/eu-west-1", &[], &other)
        .await;
    assert_eq!(answer.pointers(422), ["/cluster"]);
}

#[tokio::test]
async fn a_place_where_no_worker_could_run_is_refused() {
    let door = Door::open().await;
    let put = |body: Value| {
        let door = &door;
        async move {
            door.send(As::Admin, "PUT", "/regions/eu-west-1", &[], &body)
                .await
        }
    };
    assert_eq!(put(site()).await.pointers(422), ["/cluster", "/taskDefinition"]);
    set_up(&door, "eu-west-1").await;
    let mut other = site();
    other["container"] = "sidecar".into();
    assert_eq!(put(other).await.pointers(422), ["/container"]);
    let nonsense = json!({
        "cluster": "a b", "taskDefinition": "x:1", "container": "",
        "subnets": ["subnet-1", "subnet-0123456789abcdef0"], "securityGroups": "sg-01234567", "publicIp": "yes",
        "logGroup": "/a*", "logPrefix": "x".repeat(256), "machine": {"vcpu": 0}, "zone": "a",
    });
    assert_eq!(
        put(nonsense).await.pointers(422),
        [
            "/cluster",
            "/taskDefinition",
            "/container",
            "/subnets/0",
            "/securityGroups",
            "/publicIp",
            "/logGroup",
            "/logPrefix",
            "/machine/vcpu",
            "/machine/memoryGb",
            "/zone"
        ]
    );
    let mut bare = site();
    bare["subnets"] = json!([]);
    assert_eq!(put(bare.clone()).await.pointers(422), ["/securityGroups"]);
    bare["securityGroups"] = json!([]);
    assert_eq!(put(bare).await.pointers(422), ["/publicIp"]);
    let mut twice = site();
    twice["subnets"] = json!(["subnet-0123456789abcdef0", "subnet-0123456789abcdef0"]);
    assert_eq!(put(twice).await.pointers(422), ["/subnets"]);
    door.send(As::Admin, "PUT", "/regions/mars", &[], &site())
        .await
        .problem(404);
}
