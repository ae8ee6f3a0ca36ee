//! What CloudFormation asks for.

use aws::settings::Site;
use model::Region;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Error;

/// An event, read once.
#[derive(Debug)]
pub(crate) struct Request {
    /// Presigned: whoever knows it can answer in our place, so it is never logged.
    pub response_url: String,
    pub stack_id: String,
    pub request_id: String,
    pub logical_resource_id: String,
    /// The name of the region. A change of it is another resource, and CloudFormation has the former one deleted.
    pub physical_resource_id: String,
    pub change: Change,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Offer(Site),
    TakeBack(Region),
    /// A creation that failed is deleted: there is nothing to take back.
    Nothing,
    Impossible(String),
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Event {
    request_type: Kind,
    #[serde(rename = "ResponseURL")]
    response_url: String,
    stack_id: String,
    request_id: String,
    logical_resource_id: String,
    #[serde(default)]
    physical_resource_id: Option<String>,
    #[serde(default)]
    resource_properties: Value,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Create,
    Update,
    Delete,
}

/// Of a resource that never came into being.
const NO_REGION: &str = "no-region";

impl Request {
    pub fn read(event: Value) -> Result<Self, Error> {
        let event: Event = serde_json::from_value(event)?;
        let (change, name) = match event.request_type {
            Kind::Delete => {
                let name = event.physical_resource_id.unwrap_or_else(|| NO_REGION.to_owned());
                (name.parse().map_or(Change::Nothing, Change::TakeBack), name)
            }
            Kind::Create | Kind::Update => match site(event.resource_properties) {
                Ok(site) => {
                    let name = site.region.to_string();
                    (Change::Offer(site), name)
                }
                Err(error) => {
                    // Another id would have CloudFormation delete the region that is there.
                    let name = event.physical_resource_id.unwrap_or_else(|| NO_REGION.to_owned());
                    let reason = format!("the resource's properties are not those of a region: {error}");
                    (Change::Impossible(reason), name)
                }
            },
        };
        Ok(Self {
            response_url: event.response_url,
            stack_id: event.stack_id,
            request_id: event.request_id,
            logical_resource_id: event.logical_resource_id,
            physical_resource_id: name,
            change,
        })
    }
}

/// CloudFormation makes text of every property.
fn site(mut properties: Value) -> serde_json::Result<Site> {
    if let Some(public_ip) = properties.get_mut("publicIp") {
        match public_ip.as_str() {
            Some("true") => *public_ip = json!(true),
            Some("false") => *public_ip = json!(false),
            _ => {}
        }
    }
    serde_json::from_value(properties)
}
