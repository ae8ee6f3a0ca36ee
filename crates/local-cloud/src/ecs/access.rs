//! What a call needs to be allowed.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html>

use serde_json::Value;

use super::{
    Inner,
    operations::{definition_of, task_arn},
    task::{cluster_arn, short_name},
};
use crate::{
    ACCOUNT,
    call::{Call, Error},
    policy::{Key, Need},
};

const SERVICE: &str = "ecs-tasks.amazonaws.com";

impl Inner {
    pub(super) fn needs(&self, call: &Call) -> Result<Vec<Need>, Error> {
        let input: Value = call.input().unwrap_or(Value::Null);
        let cluster = short_name(input["cluster"].as_str().unwrap_or("default"));
        let operation = call.operation();
        let on = |resource: String| {
            Need::new(format!("ecs:{operation}"), resource)
                .with(Key::Cluster, [cluster_arn(&call.region, cluster)])
        };
        let tasks = |names: Vec<&Value>| -> Vec<Need> {
            let names = names.into_iter().filter_map(Value::as_str);
            names.map(|name| on(task_arn(call, cluster, name))).collect()
        };
        let needs = match operation {
            "RunTask" => self.needs_of_run(call, &input, on)?,
            "StopTask" => tasks(vec![&input["task"]]),
            "DescribeTasks" => tasks(input["tasks"].as_array().into_iter().flatten().collect()),
            // No resource is known for it on Fargate.
            "ListTasks" => vec![on(Need::ANY.to_owned())],
            "DescribeClusters" => {
                let names = input["clusters"].as_array().into_iter().flatten();
                let names = names.filter_map(Value::as_str);
                names
                    .map(|name| on(cluster_arn(&call.region, short_name(name))))
                    .collect()
            }
            _ => Vec::new(),
        };
        Ok(if needs.is_empty() {
            vec![on(Need::ANY.to_owned())]
        } else {
            needs
        })
    }

    /// To run the revision, and to hand its roles to tasks.
    fn needs_of_run(
        &self,
        call: &Call,
        input: &Value,
        on: impl Fn(String) -> Need,
    ) -> Result<Vec<Need>, Error> {
        let Some(name) = input["taskDefinition"].as_str() else {
            return Ok(Vec::new());
        };
        let found = self
            .database
            .read(|connection| definition_of(connection, &call.region, name));
        let definition = match found {
            Err(error) if error.code == "ClientException" => {
                let name = short_name(name);
                let arn = format!("arn:aws:ecs:{}:{ACCOUNT}:task-definition/{name}", call.region);
                return Ok(vec![on(arn)]);
            }
            found => found?,
        };
        let roles = ["taskRoleArn", "executionRoleArn"]
            .into_iter()
            .filter_map(|role| {
                let overridden = input["overrides"][role].as_str();
                overridden.or_else(|| definition.document.get(role)?.as_str())
            });
        let passed = roles.map(|role| Need::pass_role(role, SERVICE));
        let run = on(definition.arn(&call.region));
        Ok([run].into_iter().chain(passed).collect())
    }
}
