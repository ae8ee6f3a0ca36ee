//! The events that EventBridge gets when an execution's status changes.
//! <https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html>

use serde_json::{Value, json};

use super::{ledger::Execution, timestamp::rfc3339};
use crate::ACCOUNT;

/// The event of the execution's present status; `id` is the event's own.
pub(super) fn status_change(execution: &Execution, id: &str) -> Value {
    let at_ms = execution.stopped_ms.unwrap_or(execution.started_ms);
    let included = json!({"included": true});
    json!({
        "version": "0",
        "id": id,
        "detail-type": "Step Functions Execution Status Change",
        "source": "aws.states",
        "account": ACCOUNT,
        "time": rfc3339(at_ms - at_ms.rem_euclid(1000)).replace(".000Z", "Z"),
        "region": execution.region,
        "resources": [execution.arn],
        "detail": {
            "executionArn": execution.arn,
            "stateMachineArn": execution.machine,
            "name": execution.name,
            "status": execution.status,
            "startDate": execution.started_ms,
            "stopDate": execution.stopped_ms,
            "input": execution.input,
            "output": execution.output,
            "inputDetails": included,
            "outputDetails": execution.output.as_ref().map(|_| included.clone()),
            "error": execution.error,
            "cause": execution.cause,
            "stateMachineVersionArn": null,
            "stateMachineAliasArn": null,
            "redriveCount": 0,
            "redriveDate": null,
            "redriveStatus": null,
            "redriveStatusReason": null,
        },
    })
}
