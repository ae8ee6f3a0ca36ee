//! Estimates, through the door.

mod door;

use aws::settings::Machine;
use door::{As, Door, http_scenario};
use serde_json::{Value, json};

async fn estimate(door: &Door, document: &Value) -> Value {
    let answer = door.send(As::Viewer, "POST", "/estimate", &[], document).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

#[tokio::test]
async fn a_scenario_has_a_price_by_item() {
    let door = Door::open().await;
    let mut document = http_scenario("Checkout");
    document["traffic"].as_array_mut().unwrap().push(json!({
        "region": "sa-east-1", "workers": 1, "virtualUsers": 5,
    }));
    let made = estimate(&door, &document).await;
    assert_eq!(
        (&made["workers"], &made["vcpu"], &made["memoryGb"]),
        (&json!(3), &json!(6), &json!(12))
    );
    // A start-up of 90 s, 5 min of load, 30 s of drain, and half a minute to the end.
    assert_eq!(made["durationMs"], 450_000);
    assert_eq!((&made["complete"], &made["spot"]), (&json!(true), &json!(false)));
    let items = made["items"].as_array().unwrap();
    let of = |region: &str, item: &str| {
        items
            .iter()
            .find(|line| line["region"] == region && line["item"] == item)
    };
    let vcpu = of("us-east-1", "fargateVcpuHour").unwrap();
    assert_eq!(
        (&vcpu["quantity"], &vcpu["unit"]),
        (&json!(0.5), &json!("vCPU-hour"))
    );
    assert_eq!(vcpu["price"]["usd"], 0.04048);
    assert_eq!(vcpu["price"]["asOf"], "2026-09-29");
    assert!(vcpu["price"]["source"].as_str().unwrap().starts_with("https://"));
    assert!((vcpu["dollars"].as_f64().unwrap() - 0.02024).abs() < 1e-9);
    assert_eq!(
        of("sa-east-1", "fargateVcpuHour").unwrap()["price"]["usd"],
        0.0696
    );
    assert!(of("us-east-1", "iotMillionMessages").is_some());
    assert!(of("us-east-1", "publicIpv4Hour").is_none(), "its tasks have none");
    let sum: f64 = items.iter().map(|line| line["dollars"].as_f64().unwrap()).sum();
    assert!((made["dollars"].as_f64().unwrap() - sum).abs() < 1e-9);
    assert_eq!(made["assumptions"]["startUpMs"], 90_000);
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let door = Door::open().await;
    let mut site = door
        .gateways
        .settings
        .site(&"sa-east-1".parse().unwrap())
        .await
        .unwrap();
    site.machine = Some(Machine {
        vcpu: 8,
        memory_gb: 1_000,
    });
    site.public_ip = true;
    door.gateways.settings.put_site(&site).await.unwrap();
    let mut document = http_scenario("Checkout");
    document["traffic"] = json!([
        {"region": "us-east-1", "workers": 40, "virtualUsers": 40},
        {"region": "sa-east-1", "workers": 5, "virtualUsers": 5},
    ]);
    let made = estimate(&door, &document).await;
    assert_eq!(
        made["quotas"],
        json!([
            {"region": "us-east-1", "name": "Fargate On-Demand vCPU resource count", "code": "L-3032A538",
             "needed": 80, "quota": 64, "used": 0, "shortfall": 16},
            {"region": "sa-east-1", "name": "Fargate On-Demand vCPU resource count", "code": "L-3032A538",
             "needed": 10, "quota": 64, "used": 0, "shortfall": 0},
            {"region": null, "name": "vCPU", "code": null, "needed": 10, "quota": 8, "used": 0, "shortfall": 2},
            {"region": null, "name": "memory in GB", "code": null, "needed": 20, "quota": 1_000, "used": 0,
             "shortfall": 0},
        ])
    );
    let has_address = |line: &Value| line["item"] == "publicIpv4Hour";
    let items = made["items"].as_array().unwrap();
    assert_eq!(items.iter().filter(|line| has_address(line)).count(), 1);
}

#[tokio::test]
async fn only_a_scenario_of_regions_on_offer_is_estimated() {
    let door = Door::open().await;
    let mut document = http_scenario("Checkout");
    document["traffic"][0]["region"] = "eu-west-2".into();
    let answer = door.send(As::Viewer, "POST", "/estimate", &[], &document).await;
    assert_eq!(answer.pointers(422), ["/traffic/0/region"]);
    document["shape"] = json!({"kind": "users"});
    let answer = door.send(As::Viewer, "POST", "/estimate", &[], &document).await;
    assert_eq!(answer.pointers(422), ["/shape/hold"]);
    let list = door.call(As::Viewer, "GET", "/scenarios").await.json();
    assert_eq!(list["items"], json!([]), "nothing is kept");
    // A script that is not there yet does not matter to what a run costs.
    let script = door::script_scenario("scr_01KAR8Z6VBN6E1CT9W2QK0H3FM");
    estimate(&door, &script).await;
}
