//! Where load comes from.

use serde::{Deserialize, Serialize};

use crate::{Region, field::Node};

/// Workers of one region in one run.
pub const MOST_WORKERS: u64 = 1_000;
/// Virtual users of one JMeter worker; above [`ADVISED_USERS`] the run carries a warning.
pub const MOST_USERS: u64 = 25_000;
/// What a JMeter worker is known to carry well.
pub const ADVISED_USERS: u64 = 2_000;

/// The share of one region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Traffic {
    pub region: Region,
    #[schema(minimum = 1, maximum = 1000)]
    pub workers: u32,
    /// The region's total. Absent with shape `script`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schema(minimum = 1)]
    pub virtual_users: Option<u32>,
}

impl Traffic {
    /// One item; whether `virtualUsers` must be there depends on the shape, which may be unreadable (`None`).
    pub(crate) fn read(node: &Node<'_>, wants_users: Option<bool>) -> Option<Self> {
        let fields = node.object()?;
        let region = fields.required("region", |node| node.parsed_as("NOT_REGION"));
        let workers = fields.required("workers", |node| node.integer(1..=MOST_WORKERS));
        let users = match wants_users {
            Some(false) => fields.optional("virtualUsers", |node| {
                node.problem(crate::said!(
                    "USERS_OF_PLAN",
                    "must be absent: the plan's own groups set the users"
                ))
            }),
            _ => {
                let least = workers.unwrap_or(1);
                let most = least * MOST_USERS;
                let read = |node: &Node<'_>| match node.integer(1..=most)? {
                    // A worker without users would send nothing and be taken for a lost one.
                    users if users < least => node.problem(crate::said!(
                        "FEWER_THAN_WORKERS",
                        "must be at least the number of workers, {}",
                        least
                    )),
                    users => Some(users),
                };
                if wants_users == Some(true) {
                    fields.required("virtualUsers", read).map(Some)
                } else {
                    fields.optional("virtualUsers", read)
                }
            }
        };
        fields.finish();
        Some(Self {
            region: region?,
            workers: u32::try_from(workers?).ok()?,
            virtual_users: users?.and_then(|users| u32::try_from(users).ok()),
        })
    }
}
