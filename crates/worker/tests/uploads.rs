//! What a worker uploads while the control plane comes and goes.

mod support;

use std::time::Duration;

use aws::{objects::keys, workers::Seat};
use bytes::Bytes;
use model::worker::Assignment;
use oleada_worker::{
    patience::Patience,
    upload::{RAW, Uploads},
};
use serde_json::json;
use support::Stage;

#[tokio::test]
async fn an_upload_that_was_completed_without_the_worker_knowing_is_done() {
    let stage = Stage::set(|address| {
        json!({
            "name": "a test",
            "workload": {"kind": "http", "requests": [{"url": format!("{address}/json")}]},
            "shape": {"kind": "users", "rampUp": "0s", "hold": "1s", "drain": "1s"},
            "traffic": [{"region": "us-east-1", "workers": 1, "virtualUsers": 1}],
        })
    })
    .await;
    let objects = &stage.gateways.objects;
    let seat = Seat {
        run_id: stage.run_id,
        region: stage.region.clone(),
        index: 0,
        assignment: Assignment {
            task_arn: stage.task_arn.clone(),
            generation: 0,
        },
    };
    let uploads = Uploads::start(objects, &seat, &Patience::default());
    uploads.raw(Bytes::from_static(b"rows"));
    let (upload, parts) = loop {
        if let Some(upload) = objects
            .unfinished(&keys::workers(stage.run_id))
            .await
            .unwrap()
            .pop()
        {
            let parts = objects.parts(&upload).await.unwrap();
            if !parts.is_empty() {
                break (upload, parts);
            }
        }
        tokio::task::yield_now().await;
    };
    objects.complete(&upload, &parts).await.unwrap();
    let finished = tokio::time::timeout(Duration::from_secs(20), uploads.finish()).await;
    finished.expect("it does not try for ever").unwrap();
    let key = keys::artifact(stage.run_id, &stage.region, 0, RAW);
    assert_eq!(objects.get(&key).await.unwrap(), "rows");
}
