//! What a run would take and cost.

use std::collections::BTreeSet;

use axum::{Json, extract::State};
use model::{Region, estimate::Estimate, role::Role, scenario::Scenario};

use crate::{
    App, check,
    extract::Document,
    problem::Problem,
    query::{Nothing, Query},
    routes::{Access, Routes, routes},
    scenarios::{self, BODY},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.at(Access::Least(Role::Viewer), routes!(create))
}

/// Estimates what a run of a scenario takes and costs, and whether quotas allow it. Nothing is kept.
///
/// Prices are those of a dated table; a region without a price says so. The content of a script is not looked at.
#[utoipa::path(
    post, path = "/estimate", operation_id = "createEstimate", tag = "scenarios",
    request_body = Scenario,
    responses(
        (status = 200, description = "The estimate", body = Estimate),
        (status = 413, description = "Too large"), (status = 415, description = "Not JSON"),
        (status = 422, description = "Not a scenario, or not of regions on offer"),
    )
)]
async fn create(
    State(app): State<App>,
    _: Query<Nothing>,
    Document(document): Document<BODY>,
) -> Result<Json<Estimate>, Problem> {
    let scenario = scenarios::read(document)?;
    let problems = check::regions(&app, &scenario).await?;
    if !problems.is_empty() {
        return Err(model::Problems(problems).into());
    }
    let sites = app.gateways.settings.sites().await?;
    let public: BTreeSet<Region> = sites
        .into_iter()
        .filter_map(|site| site.public_ip.then_some(site.region))
        .collect();
    let quotas = app.gateways.quotas_of(&scenario).await?;
    let has_public_ip = |region: &Region| public.contains(region);
    Ok(Json(Estimate::of(
        &scenario,
        &app.gateways.hub,
        has_public_ip,
        quotas,
    )))
}
