//! The regions that load can come from.

use aws::capacity::Capacity;
use axum::{Json, extract::State};
use model::{Region, role::Role};
use serde::Serialize;
use utoipa_axum::routes;

use crate::{
    App,
    page::Page,
    problem::Problem,
    query::{Nothing, Query},
    routes::{Access, Routes},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.at(Access::Least(Role::Viewer), routes!(list))
}

/// A region on offer.
#[derive(Serialize, utoipa::ToSchema)]
struct RegionView {
    name: Region,
    vcpu: Vcpus,
}

/// vCPUs of Fargate; each kind has a quota of its own.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
struct Vcpus {
    on_demand: Vcpu,
    spot: Vcpu,
}

#[derive(Serialize, utoipa::ToSchema)]
struct Vcpu {
    /// How many may run at once in the account; null when it could not be read.
    #[schema(required)]
    quota: Option<u64>,
    /// How many the tasks of Oleada's cluster have reserved; null when it could not be read. What runs elsewhere in the
    /// account is not counted.
    #[schema(required)]
    used: Option<u64>,
}

impl From<Capacity> for RegionView {
    fn from(capacity: Capacity) -> Self {
        let vcpu = |quota, used| Vcpu { quota, used };
        Self {
            name: capacity.site.region,
            vcpu: Vcpus {
                on_demand: vcpu(capacity.on_demand, capacity.used.map(|used| used.on_demand)),
                spot: vcpu(capacity.spot, capacity.used.map(|used| used.spot)),
            },
        }
    }
}

/// Lists the regions on offer, by name, with how much may run there and how much does.
#[utoipa::path(
    get, path = "/regions", operation_id = "listRegions", tag = "system",
    responses((status = 200, description = "All regions", body = Page<RegionView>))
)]
async fn list(State(app): State<App>, _: Query<Nothing>) -> Result<Json<Page<RegionView>>, Problem> {
    let capacities = app.gateways.capacities().await?;
    Ok(Json(Page::whole(
        capacities.into_iter().map(Into::into).collect(),
    )))
}
