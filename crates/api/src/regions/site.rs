//! Where workers run in a region, as an administrator writes it.

use aws::settings::{Machine, Site};
use model::{
    Problems, Region,
    field::{self, Node},
    said,
};
use serde_json::Value;

/// Where workers shall run.
#[derive(utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the document describes the body by it")]
pub(super) struct SiteRequest {
    /// The name of an ECS cluster, which should be Oleada's own.
    #[schema(min_length = 1, max_length = 255, pattern = "^[A-Za-z0-9_-]+$")]
    cluster: String,
    /// The family of the task definition; its newest revision is used.
    #[schema(min_length = 1, max_length = 255, pattern = "^[A-Za-z0-9_-]+$")]
    task_definition: String,
    /// The container of the task definition that is the worker.
    #[schema(min_length = 1, max_length = 255, pattern = "^[A-Za-z0-9_-]+$")]
    container: String,
    /// Empty where tasks need no network of their own.
    #[schema(max_items = 16)]
    subnets: Option<Vec<String>>,
    #[schema(max_items = 5)]
    security_groups: Option<Vec<String>>,
    /// Whether each task gets a public address.
    public_ip: Option<bool>,
    #[schema(min_length = 1, max_length = 512, pattern = "^[A-Za-z0-9_/.#-]+$")]
    log_group: String,
    /// Of the names of log streams.
    #[schema(min_length = 1, max_length = 255, pattern = "^[A-Za-z0-9_/.-]+$")]
    log_prefix: String,
    /// The machine that the tasks run on, where that is not Fargate.
    machine: Option<Machine>,
}

/// Reads the body; how many subnets and groups there may be is RunTask's own limit:
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html>
pub(super) fn read(region: Region, document: &Value) -> Result<Site, Problems> {
    field::read(document, |node| {
        let fields = node.object()?;
        let cluster = fields.required("cluster", |node| name(node, 255, ""));
        let task_definition = fields.required("taskDefinition", |node| name(node, 255, ""));
        let container = fields.required("container", |node| name(node, 255, ""));
        let subnets = fields.or("subnets", Vec::new(), |node| ids(node, 16, "subnet-"));
        let security_groups = fields.or("securityGroups", Vec::new(), |node| ids(node, 5, "sg-"));
        let public_ip = fields.or("publicIp", false, Node::boolean);
        let log_group = fields.required("logGroup", |node| name(node, 512, "/.#"));
        let log_prefix = fields.required("logPrefix", |node| name(node, 255, "/."));
        let machine = fields.optional("machine", |node| {
            let fields = node.object()?;
            let vcpu = fields.required("vcpu", |node| node.integer(1..=1_000_000));
            let memory_gb = fields.required("memoryGb", |node| node.integer(1..=10_000_000));
            fields.finish();
            Some(Machine {
                vcpu: vcpu?,
                memory_gb: memory_gb?,
            })
        });
        let networked = subnets.as_ref().is_none_or(|subnets| !subnets.is_empty());
        if !networked && security_groups.as_ref().is_some_and(|groups| !groups.is_empty()) {
            return fields.problem("securityGroups", said!("NEEDS_SUBNETS", "need subnets"));
        }
        if !networked && public_ip == Some(true) {
            return fields.problem("publicIp", said!("NEEDS_SUBNETS", "needs subnets"));
        }
        fields.finish();
        Some(Site {
            region,
            cluster: cluster?,
            task_definition: task_definition?,
            container: container?,
            subnets: subnets?,
            security_groups: security_groups?,
            public_ip: public_ip?,
            log_group: log_group?,
            log_prefix: log_prefix?,
            machine: machine?,
        })
    })
}

fn name(node: &Node<'_>, most: usize, besides: &str) -> Option<String> {
    let name = node.line(1..=most)?;
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_') || besides.contains(c);
    if name.chars().all(fits) {
        return Some(name);
    }
    let more: String = besides.chars().flat_map(|c| [' ', c]).collect();
    node.problem(said!(
        "WRONG_CHARACTERS",
        "may have letters, digits and - _{} only",
        more
    ))
}

fn ids(node: &Node<'_>, most: usize, prefix: &str) -> Option<Vec<String>> {
    let ids = node.list(0..=most, |node| {
        let id = node.line(1..=50)?;
        let digits = id.strip_prefix(prefix).unwrap_or_default();
        let fits = (8..=17).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_hexdigit());
        if fits {
            Some(id)
        } else {
            node.problem(said!(
                "NOT_AWS_ID",
                "must be an id such as {}0123456789abcdef0",
                prefix
            ))
        }
    })?;
    match (1..ids.len()).find(|i| ids[..*i].contains(&ids[*i])) {
        Some(i) => node.problem(said!("NAMED_TWICE", "names {} twice", ids[i])),
        None => Some(ids),
    }
}
