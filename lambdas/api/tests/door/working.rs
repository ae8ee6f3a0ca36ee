//! Workers that really run, with a shell in the place of the load tester.

use aws::fleet::Launch;
use local_cloud::call::{self, Call};
use model::{RunId, Timestamp, scenario::WorkerSize};
use serde_json::json;

use super::Door;

impl Door {
    /// Says what workers of the region write to their logs, before they wait for their end.
    pub async fn employ(&self, region: &str, says: &[&str]) {
        let group = json!({"logGroupName": "/oleada/load-tester"});
        let create = Call::internal(region, "CreateLogGroup", &group);
        call::outcome(self.cloud.logs().call(create).await).await.unwrap();
        let lines: String = says.iter().map(|line| format!("echo '{line}'; ")).collect();
        let script = format!("{lines} trap exit TERM; sleep 120 & wait");
        let options = json!({
            "awslogs-group": "/oleada/load-tester", "awslogs-region": region, "awslogs-stream-prefix": "worker",
        });
        let container = json!({
            "name": "worker", "image": "x", "command": ["/bin/sh", "-c", script],
            "logConfiguration": {"logDriver": "awslogs", "options": options},
        });
        let definition = json!({
            "family": "worker", "cpu": "1024", "memory": "2048", "networkMode": "awsvpc",
            "requiresCompatibilities": ["FARGATE"], "containerDefinitions": [container],
            "taskRoleArn": "arn:aws:iam::000000000000:role/oleada-worker",
        });
        let register = Call::internal(region, "RegisterTaskDefinition", &definition);
        call::outcome(self.cloud.ecs().call(register).await)
            .await
            .unwrap();
    }

    /// Launches the run's workers of these indices as Launch does.
    pub async fn launch(&self, run: &str, region: &str, indices: &[u32], size: &WorkerSize) {
        let (run_id, gateways): (RunId, _) = (run.parse().unwrap(), &self.gateways);
        let site = gateways.settings.site(&region.parse().unwrap()).await.unwrap();
        let launch = Launch {
            run_id,
            site: &site,
            indices,
            attempt: 0,
            size,
            disk_gb: model::disk::INCLUDED_GB,
        };
        let workers = &gateways.workers;
        workers
            .assign(run_id, &site.region, indices, 0, Timestamp::now())
            .await
            .unwrap();
        let launched = gateways.fleet.launch(launch).await.unwrap();
        assert_eq!(launched.tasks.len(), indices.len(), "{launched:?}");
        for (index, task) in indices.iter().zip(&launched.tasks) {
            workers
                .name_task(run_id, &site.region, *index, 0, task)
                .await
                .unwrap();
        }
    }

    /// Stops the run's workers in a region.
    pub async fn send_home(&self, run: &str, region: &str) {
        let gateways = &self.gateways;
        let site = gateways.settings.site(&region.parse().unwrap()).await.unwrap();
        for task in gateways.fleet.running(&site, run.parse().unwrap()).await.unwrap() {
            gateways.fleet.stop(&site, &task, "over").await.unwrap();
        }
    }
}

/// Built beside the tests by `cargo test --workspace`.
pub fn supervisor() -> std::path::PathBuf {
    let test = std::env::current_exe().unwrap();
    let built = test.ancestors().nth(2).unwrap();
    built.join("local-cloud-task-supervisor")
}
