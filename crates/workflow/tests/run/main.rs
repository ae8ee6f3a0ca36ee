//! A run through its functions, called as the state machine calls them, with the test playing the workers.

#[path = "../../../aws/tests/support/mod.rs"]
mod support;

mod ending;
mod launching;
mod machine;
mod samples;
mod sweeping;

use std::time::Duration;

use aws::objects::{Parts, keys};
use metrics::store::{Index, Query};
use model::{Timestamp, run::Status, worker::Progress};
use tokio::time::{sleep, timeout};
use workflow::watch;

use machine::{Machine, PATIENCE, clock, timing};
use samples::request;

#[tokio::test]
async fn a_run_of_two_regions_counts_everything_once() {
    let machine = Machine::planned([2, 1]).await;
    let gateways = machine.gateways();
    machine.launch().await;
    // Step Functions repeats a state whose answer was lost.
    machine.launch().await;
    for (region, count) in machine.regions.iter().zip([2, 1]) {
        let site = gateways.settings.site(region).await.unwrap();
        assert_eq!(
            gateways.fleet.running(&site, machine.id()).await.unwrap().len(),
            count
        );
    }
    let plan = gateways.runs.get(machine.id()).await.unwrap().plan.unwrap();
    let mut seats = Vec::new();
    for part in &plan.regions {
        for index in part.indices() {
            let seat = machine.seat(&part.region, index, 0).await;
            gateways
                .workers
                .report_ready(&seat, Timestamp::now())
                .await
                .unwrap();
            seats.push(seat);
        }
    }
    // The quickest region waits for the slowest.
    let (first, second) = tokio::join!(
        machine.ready(&machine.regions[0]),
        machine.ready(&machine.regions[1])
    );
    assert!(first.unwrap() && second.unwrap());
    assert!(machine.release().await.unwrap());
    let start_at = gateways.runs.get(machine.id()).await.unwrap().start_at;
    assert!(machine.release().await.unwrap(), "a repeated release");
    for region in &machine.regions {
        assert_eq!(
            gateways
                .workers
                .control(machine.id(), region)
                .await
                .unwrap()
                .start_at,
            start_at
        );
    }
    for seat in &seats {
        machine.load(seat, 10).await;
    }
    let raw = keys::artifact(machine.id(), &seats[0].region, 0, "kpi.jtl.gz");
    let upload = gateways.objects.begin(&raw).await.unwrap();
    gateways
        .objects
        .upload_part(&upload, 1, "raw".into())
        .await
        .unwrap();
    // This one got no further than to begin.
    let begun = keys::artifact(machine.id(), &seats[1].region, 1, "kpi.jtl.gz");
    gateways.objects.begin(&begun).await.unwrap();
    for seat in &seats {
        machine.done(seat).await;
    }
    machine.watch().await;
    assert_eq!(machine.collect(None).await, Status::Completed);
    assert_eq!(
        machine.collect(None).await,
        Status::Completed,
        "a repeated collect"
    );
    let results = machine.results().await;
    assert_eq!(
        (results.total.requests, results.by_region["sa-east-1"].requests),
        (30, 10)
    );
    assert_eq!((results.workers.included, results.workers.partial.len()), (3, 0));
    assert_eq!(results.total.throughput, Some(15.0));
    let run = gateways.runs.get(machine.id()).await.unwrap();
    assert_eq!(
        (run.summary.unwrap().requests, run.workers.done, run.reason),
        (30, 3, None)
    );
    assert_eq!(machine.clean_up().await, Status::Completed);
    assert_eq!(
        gateways.objects.size(&raw).await.unwrap(),
        Some(3),
        "the raw samples of a dead worker are saved"
    );
    assert_eq!(gateways.objects.size(&begun).await.unwrap(), None);
    let unfinished = gateways.objects.unfinished(&keys::workers(machine.id())).await;
    assert_eq!(unfinished.unwrap(), [], "no part stays that nobody sees");
}

#[tokio::test]
async fn a_page_that_is_opened_meanwhile_has_the_past() {
    let machine = Machine::planned([1, 0]).await;
    machine.launch().await;
    let seats = machine.all_ready().await;
    assert!(machine.release().await.unwrap());
    let (seat, workers) = (&seats[0], &machine.gateways().workers);
    workers.report_running(seat, Timestamp::now(), 0).await.unwrap();
    let parts = async || {
        let parts = machine
            .gateways()
            .objects
            .get(&keys::live(machine.id(), keys::PARTS))
            .await;
        parts.map_or_else(
            |_| Parts::default(),
            |parts| serde_json::from_slice(&parts).unwrap(),
        )
    };
    let load = async {
        let (mut recorder, start_ms) = machine.recorder(seat).await;
        for second in 0..10 {
            let end_ms = start_ms + i64::from(second) * 1_000 + 500;
            recorder.record(&request(end_ms, 5_000));
            recorder.close(end_ms + 500, None);
            machine.upload(seat, recorder.segment().unwrap()).await;
            let progress = Progress {
                segments: second + 1,
                complete_until: second + 1,
                ..Progress::default()
            };
            workers
                .heartbeat(seat, Timestamp::now(), &progress)
                .await
                .unwrap();
            let folded = async {
                while parts().await.complete_until < second + 1 {
                    sleep(Duration::from_millis(20)).await;
                }
            };
            timeout(PATIENCE, folded).await.expect("the segment is folded");
            if second == 0 {
                // The answer to the beginning of an upload was lost, and it was begun again: the first one stays open.
                let first = format!("{}/{}", parts().await.parts[0], keys::LABELS);
                let first = keys::live(machine.id(), &first);
                machine.gateways().objects.begin(&first).await.unwrap();
            }
        }
    };
    let event = machine.of(&machine.regions[0]);
    let (gateways, timing) = (machine.function("watch"), timing());
    let watching = watch::run(&gateways, clock(), &timing, event);
    tokio::select! {
        () = load => {}
        over = watching => panic!("the watch ended: {over:?}"),
    }
    let parts = parts().await;
    assert_eq!((parts.complete_until, parts.folded[&0]), (10, 10));
    // Of parts that became a larger one nothing is left.
    let folder = keys::live(machine.id(), "");
    let objects = &machine.gateways().objects;
    for object in objects.list(&folder).await.unwrap() {
        let name = &object.key[folder.len()..];
        let is_named = parts
            .parts
            .iter()
            .any(|part| name.starts_with(&format!("{part}/")));
        assert!(is_named || name == keys::PARTS, "{name} of {:?}", parts.parts);
    }
    assert_eq!(objects.unfinished(&folder).await.unwrap(), []);
    let mut query = Query::whole(1);
    for part in &parts.parts {
        let object = |name: &str| keys::live(machine.id(), &format!("{part}/{name}"));
        let index = machine
            .gateways()
            .objects
            .get(&object(keys::INDEX))
            .await
            .unwrap();
        let index = Index::decode(&index).unwrap();
        for fetch in query.fetches(&index) {
            let bytes = machine
                .gateways()
                .objects
                .get_range(&object(keys::LABELS), fetch.bytes.clone())
                .await;
            query.add(&index, &[(fetch, bytes.unwrap().to_vec())]).unwrap();
        }
    }
    let measured = query.finish(Timestamp::from_ms(0), 10_000);
    assert_eq!(
        (measured.total.requests, measured.total.response_time_ms.all.max),
        (10, Some(5.0))
    );
    machine.done(seat).await;
    machine.watch().await;
    machine.collect(None).await;
    machine.clean_up().await;
}
