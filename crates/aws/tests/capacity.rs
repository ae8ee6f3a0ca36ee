//! Quotas and what is in use, by tasks that really run.

mod support;

use aws::{
    fleet::{Launch, Usage},
    settings::Machine,
};
use model::{quota::Quota, scenario::WorkerSize};
use support::{TestCloud, run_of, scenario};

fn size(vcpu: u32, spot: bool) -> WorkerSize {
    WorkerSize {
        vcpu,
        memory_gb: 2 * vcpu,
        spot,
        ..WorkerSize::default()
    }
}

#[tokio::test]
async fn what_tasks_reserve_is_in_use() {
    let test = TestCloud::start().await;
    let stored = test.scenario([1, 1]).await;
    let gateways = &test.gateways;
    let east = test.offer("us-east-1").await;
    test.offer("sa-east-1").await;
    for (indices, size) in [(&[0, 1][..], size(2, false)), (&[2][..], size(4, true))] {
        let launch = Launch {
            run_id: run_of(&stored).run_id,
            site: &east,
            indices,
            attempt: 0,
            size: &size,
            disk_gb: model::disk::INCLUDED_GB,
        };
        let launched = gateways.fleet.launch(launch).await.unwrap();
        assert_eq!(launched.tasks.len(), indices.len(), "{launched:?}");
    }
    let capacities = gateways.capacities().await.unwrap();
    let used: Vec<_> = capacities
        .iter()
        .map(|capacity| {
            let used = capacity.used.unwrap();
            (
                capacity.site.region.as_str(),
                used.on_demand,
                used.spot,
                used.memory_gb,
            )
        })
        .collect();
    assert_eq!(used, [("sa-east-1", 0, 0, 0), ("us-east-1", 4, 4, 16)]);
    assert!(capacities.iter().all(|capacity| capacity.on_demand > Some(0)));
    for (arn, _) in gateways.fleet.all_running(&east).await.unwrap() {
        gateways.fleet.stop(&east, &arn, "over").await.unwrap();
    }
    assert_eq!(gateways.fleet.usage(&east).await.unwrap(), Usage::default());
}

#[tokio::test]
async fn a_run_is_held_to_its_regions_and_to_the_machine_that_they_share() {
    let test = TestCloud::start().await;
    let gateways = &test.gateways;
    let mut quotas = [0; 2];
    for (i, region) in ["us-east-1", "sa-east-1"].into_iter().enumerate() {
        let mut site = test.offer(region).await;
        site.machine = Some(Machine {
            vcpu: 10,
            memory_gb: 24,
        });
        gateways.settings.put_site(&site).await.unwrap();
        let kind = model::quota::FargateVcpu::OnDemand;
        quotas[i] = gateways
            .quotas
            .fargate_vcpu(&site.region, kind)
            .await
            .unwrap()
            .unwrap();
    }
    let mut scenario = scenario([3, 3]);
    scenario.worker = size(2, false);
    let expected = |quota: &Quota| (quota.needed, quota.quota, quota.shortfall);
    let found = gateways.quotas_of(&scenario).await.unwrap();
    assert_eq!(
        found.iter().map(expected).collect::<Vec<_>>(),
        [
            (6, Some(quotas[0]), 0),
            (6, Some(quotas[1]), 0),
            (12, Some(10), 2),
            (24, Some(24), 0)
        ]
    );
    assert_eq!(found[0].code.as_deref(), Some("L-3032A538"));
    scenario.worker.spot = true;
    let found = gateways.quotas_of(&scenario).await.unwrap();
    assert_eq!(found[0].code.as_deref(), Some("L-36FBB829"));

    // A cluster that is gone does not hide the rest.
    let mut site = test.offer("us-east-1").await;
    site.cluster = "gone".into();
    gateways.settings.put_site(&site).await.unwrap();
    let capacities = gateways.capacities().await.unwrap();
    assert_eq!(
        capacities
            .iter()
            .filter(|capacity| capacity.used.is_none())
            .count(),
        1
    );
}
