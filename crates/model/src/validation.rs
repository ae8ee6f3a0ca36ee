//! A validation: a scenario is tried out by one virtual user who goes through it once.

use crate::{
    Duration,
    scenario::{Scenario, Start},
    shape::{Plan, Shape, Users},
    traffic::Traffic,
    workload::Workload,
};

/// The longest load phase of a validation.
pub const LONGEST: Duration = Duration::from_secs(60);
/// How long a request that runs at that end may take to finish.
const DRAIN: Duration = Duration::from_secs(10);

impl Scenario {
    /// What is run instead of this scenario to validate it: one worker in its first region, one user, without the think
    /// time of listed requests, without criteria. That each group is gone through once is the worker's work.
    pub fn validation(&self) -> Self {
        let mut scenario = self.clone();
        let drain = self.shape.drain().min(DRAIN);
        scenario.shape = match &self.shape {
            Shape::Users(_) => Shape::Users(Users {
                ramp_up: Duration::ZERO,
                hold: LONGEST,
                drain,
            }),
            Shape::Script(plan) => Shape::Script(Plan {
                max_duration: plan.max_duration.min(LONGEST),
                drain,
            }),
        };
        scenario.traffic = self.traffic.iter().take(1).map(one_user).collect();
        if let Workload::Http(http) = &mut scenario.workload {
            http.think_time = Duration::ZERO;
        }
        scenario.start = Start {
            quorum: 1.0,
            timeout: self.start.timeout,
        };
        scenario.criteria = Vec::new();
        scenario
    }
}

fn one_user(traffic: &Traffic) -> Traffic {
    Traffic {
        region: traffic.region.clone(),
        workers: 1,
        virtual_users: traffic.virtual_users.map(|_| 1),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn scenario(shape: &serde_json::Value, users: Option<u32>) -> Scenario {
        let region = |name: &str| json!({"region": name, "workers": 3, "virtualUsers": users});
        let document = json!({
            "name": "abc",
            "workload": {"kind": "script", "scriptId": "scr_01KB2Z7W6N9M3A5T4C8D1E2F3G"},
            "shape": shape,
            "traffic": [region("sa-east-1"), region("us-east-1")],
            "start": {"quorum": 0.5, "timeout": "2m"},
            "criteria": [{"metric": "p95", "op": "<", "value": "1s"}],
        });
        Scenario::parse(&document).unwrap()
    }

    #[test]
    fn a_validation_is_one_user_of_one_worker_for_a_minute() {
        let shape = json!({"kind": "users", "rampUp": "5m", "hold": "2h", "drain": "60s"});
        let validation = scenario(&shape, Some(90)).validation();
        assert_eq!(
            (validation.shape.load(), validation.shape.drain()),
            (LONGEST, DRAIN)
        );
        let [traffic] = &validation.traffic[..] else {
            panic!("{:?}", validation.traffic)
        };
        assert_eq!(
            (traffic.region.as_str(), traffic.workers, traffic.virtual_users),
            ("sa-east-1", 1, Some(1))
        );
        assert_eq!((validation.start.quorum, validation.criteria.len()), (1.0, 0));
        // It is a scenario that a person could have written.
        let document = serde_json::to_value(&validation).unwrap();
        assert_eq!(Scenario::parse(&document).unwrap(), validation);
    }

    #[test]
    fn a_plan_that_is_shorter_stays_so() {
        let shape = json!({"kind": "script", "maxDuration": "20s", "drain": "1s"});
        let validation = scenario(&shape, None).validation();
        assert_eq!(
            validation.shape,
            Shape::Script(Plan {
                max_duration: Duration::from_secs(20),
                drain: Duration::from_secs(1)
            })
        );
        assert_eq!(validation.traffic[0].virtual_users, None);
    }
}
