//! What a call needs to be allowed.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html>

use serde_json::Value;

use super::group_arn;
use crate::{call::Call, policy::Need};

/// Each knows one resource: a stream, which is the empty one where a call is about the whole group.
pub(super) fn needs(call: &Call) -> Vec<Need> {
    let input: Value = call.input().unwrap_or(Value::Null);
    let stream = input["logStreamName"].as_str().unwrap_or("");
    let resource = match input["logGroupName"].as_str() {
        Some(group) => format!("{}:log-stream:{stream}", group_arn(&call.region, group)),
        None => Need::ANY.to_owned(),
    };
    vec![Need::new(format!("logs:{}", call.operation()), resource)]
}
