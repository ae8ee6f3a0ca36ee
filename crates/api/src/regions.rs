//! The regions that load can come from.

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
}

/// Lists the regions on offer, by name.
#[utoipa::path(
    get, path = "/regions", operation_id = "listRegions", tag = "system",
    responses((status = 200, description = "All regions", body = Page<RegionView>))
)]
async fn list(State(app): State<App>, _: Query<Nothing>) -> Result<Json<Page<RegionView>>, Problem> {
    let sites = app.gateways.settings.sites().await?;
    let regions = sites.into_iter().map(|site| RegionView { name: site.region });
    Ok(Json(Page::whole(regions.collect())))
}
