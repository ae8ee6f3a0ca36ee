//! Workers of a run through the door: what they write while they run, and what is left of them when their run is deleted.

mod door;

use std::time::Duration;

use aws::objects::keys;
use door::{As, Door, http_scenario};
use model::{Region, RunId, Timestamp, run::Status, scenario::WorkerSize};
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

fn texts(page: &Value) -> Vec<&str> {
    let lines = page["items"].as_array().unwrap();
    lines.iter().map(|line| line["text"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn what_a_worker_writes_is_read_page_by_page_while_it_runs() {
    let door = Door::open().await;
    let run = door.run(&door.scenario(&http_scenario("Checkout")).await).await;
    let says = ["waits for its place", "stands at the gate", "the gate is open"];
    door.employ("us-east-1", &says).await;
    door.launch(&run, "us-east-1", &[0], &WorkerSize::default()).await;
    let page = async |query: &str| -> Value {
        let target = format!("/runs/{run}/logs?worker=0{query}");
        let answer = door.call(As::Viewer, "GET", &target).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    };
    let written = async {
        while texts(&page("").await) != says {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_secs(30), written)
        .await
        .expect("the log is written");
    let first = page("&limit=2").await;
    assert_eq!(texts(&first), says[..2]);
    let cursor = first["nextCursor"].as_str().unwrap();
    assert_eq!(texts(&page(&format!("&cursor={cursor}")).await), says[2..]);
    // The other one was not launched.
    let other = door
        .call(As::Viewer, "GET", &format!("/runs/{run}/logs?worker=1"))
        .await;
    assert_eq!(other.json()["items"], json!([]));
    door.send_home(&run, "us-east-1").await;
}

#[tokio::test]
async fn a_deleted_run_leaves_neither_workers_nor_open_uploads() {
    let door = Door::open().await;
    let (objects, workers) = (&door.gateways.objects, &door.gateways.workers);
    let region: Region = "us-east-1".parse().unwrap();
    let mut runs: Vec<RunId> = Vec::new();
    for name in ["Checkout", "Search"] {
        let mut document = http_scenario(name);
        document["traffic"] = json!([{"region": "us-east-1", "workers": 30, "virtualUsers": 30}]);
        let scenario = door.scenario(&document).await;
        let run_id = door.ended(&scenario, Status::Completed, |_, _| {}).await;
        let indices: Vec<u32> = (0..30).collect();
        for batch in indices.chunks(10) {
            let assigned = workers.assign(run_id, &region, batch, 0, Timestamp::now()).await;
            assigned.unwrap();
        }
        // A worker that lost its network after the clean-up: nobody completes what it was uploading.
        let raw = keys::artifact(run_id, &region, 7, "kpi.jtl.gz");
        let upload = objects.begin(&raw).await.unwrap();
        objects.upload_part(&upload, 1, "raw".into()).await.unwrap();
        runs.push(run_id);
    }
    let path = format!("/runs/{}", runs[0]);
    assert_eq!(door.call(As::Operator, "DELETE", &path).await.status, 204);
    let mut left = Vec::new();
    for run_id in runs {
        left.push((
            workers.of_region(run_id, &region).await.unwrap().len(),
            objects.unfinished(&keys::run(run_id)).await.unwrap().len(),
            objects.list(&keys::run(run_id)).await.unwrap().len(),
        ));
    }
    assert_eq!(left, [(0, 0, 0), (30, 1, 1)], "the other run has all it had");
}
