//! Service Quotas, as the SDK asks them.

mod support;

use aws_sdk_servicequotas::{Client, config::Region, error::ProvideErrorMetadata};
use local_cloud::{LocalCloud, ecs::Capacity};
use support::{config, sdk};

#[tokio::test]
async fn the_quota_of_a_region_is_what_the_machine_bears() {
    for (cpu_units, region_vcpus, expected) in [(48 * 1_024, 4_000, 48.0), (48 * 1_024, 6, 6.0)] {
        let data = tempfile::tempdir().unwrap();
        let mut config = config(data.path());
        config.tasks.capacity = Capacity {
            cpu_units,
            region_vcpus,
            ..config.tasks.capacity
        };
        let cloud = LocalCloud::start(config).await.unwrap();
        let client = Client::new(&sdk(&cloud, "plan"));
        for (code, name) in [
            ("L-3032A538", "Fargate On-Demand vCPU resource count"),
            ("L-36FBB829", "Fargate Spot vCPU resource count"),
        ] {
            let get = client
                .get_service_quota()
                .service_code("fargate")
                .quota_code(code);
            let quota = get.send().await.unwrap().quota.unwrap();
            assert_eq!((quota.value(), quota.quota_name()), (Some(expected), Some(name)));
            assert_eq!(quota.service_code(), Some("fargate"));
            let default = client
                .get_aws_default_service_quota()
                .service_code("fargate")
                .quota_code(code);
            assert_eq!(
                default.send().await.unwrap().quota.unwrap().value(),
                Some(expected)
            );
        }
        for (service, code) in [("fargate", "L-00000000"), ("ec2", "L-3032A538")] {
            let get = client.get_service_quota().service_code(service).quota_code(code);
            let error = get.send().await.unwrap_err();
            assert_eq!(error.code(), Some("NoSuchResourceException"), "{service} {code}");
        }
        let other = client.list_services().send().await.unwrap_err();
        assert_eq!(other.code(), Some("UnknownOperationException"));
    }
}

#[tokio::test]
async fn where_nobody_changed_a_quota_only_its_default_is_there() {
    let data = tempfile::tempdir().unwrap();
    let cloud = LocalCloud::start(config(data.path())).await.unwrap();
    cloud.quotas().leave_unchanged("sa-east-1");
    for (region, has_own) in [("us-east-1", true), ("sa-east-1", false)] {
        let client = Client::new(
            &sdk(&cloud, "plan")
                .into_builder()
                .region(Region::new(region))
                .build(),
        );
        let (service, code) = ("fargate", "L-3032A538");
        let default = client
            .get_aws_default_service_quota()
            .service_code(service)
            .quota_code(code);
        let default = default.send().await.unwrap().quota.unwrap();
        let own = client.get_service_quota().service_code(service).quota_code(code);
        match own.send().await {
            Ok(answer) => assert_eq!((has_own, answer.quota), (true, Some(default))),
            Err(error) => assert_eq!(
                (has_own, error.code()),
                (false, Some("NoSuchResourceException")),
                "{region}"
            ),
        }
    }
}
