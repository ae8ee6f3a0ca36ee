//! The regions that load can come from.

mod site;

use aws::{capacity::Capacity, settings::Machine};
use axum::{Json, extract::State};
use http::StatusCode;
use model::{Duration, Region, Timestamp, role::Role, said};
use serde::Serialize;

use crate::{
    App,
    extract::{Document, Id},
    page::Page,
    problem::{Code, Problem},
    query::{Nothing, Query},
    routes::{Access, Routes, routes},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .at(Access::Least(Role::Viewer), routes!(list))
        .at(Access::Least(Role::Admin), routes!(put))
        .at(Access::Least(Role::Admin), routes!(delete))
}

/// A region on offer.
#[derive(Serialize, utoipa::ToSchema)]
struct RegionView {
    name: Region,
    vcpu: Vcpus,
    site: SiteView,
}

/// Where workers run in the region.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
struct SiteView {
    cluster: String,
    task_definition: String,
    container: String,
    subnets: Vec<String>,
    security_groups: Vec<String>,
    public_ip: bool,
    log_group: String,
    log_prefix: String,
    /// Null on Fargate.
    #[schema(required)]
    machine: Option<Machine>,
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
        let site = capacity.site;
        Self {
            name: site.region,
            vcpu: Vcpus {
                on_demand: vcpu(capacity.on_demand, capacity.used.map(|used| used.on_demand)),
                spot: vcpu(capacity.spot, capacity.used.map(|used| used.spot)),
            },
            site: SiteView {
                cluster: site.cluster,
                task_definition: site.task_definition,
                container: site.container,
                subnets: site.subnets,
                security_groups: site.security_groups,
                public_ip: site.public_ip,
                log_group: site.log_group,
                log_prefix: site.log_prefix,
                machine: site.machine,
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

const BODY: usize = 16 * 1024;

/// Offers a region, or changes where its workers run. What ECS does not know there is refused.
///
/// Runs that have been launched keep their tasks, which are looked for in the new place: change it while nothing runs.
#[utoipa::path(
    put, path = "/regions/{name}", operation_id = "putRegion", tag = "system",
    params(("name" = Region, Path)),
    request_body = site::SiteRequest,
    responses(
        (status = 200, description = "The region as it is now", body = RegionView),
        (status = 404, description = "Not the name of a region"),
        (status = 409, description = "A run uses it (`RUN_ACTIVE`, with `runId`)"),
        (status = 413, description = "Too large"), (status = 415, description = "Not JSON"),
        (status = 422, description = "Not a place where workers could run"),
    )
)]
async fn put(
    State(app): State<App>,
    Id(name): Id<Region>,
    _: Query<Nothing>,
    Document(document): Document<BODY>,
) -> Result<Json<RegionView>, Problem> {
    let site = site::read(name, &document)?;
    let unknown = app.gateways.fleet.problems_of(&site).await?;
    if !unknown.is_empty() {
        return Err(model::Problems(unknown).into());
    }
    refuse_while_used(&app, &site.region).await?;
    app.gateways.settings.put_site(&site).await?;
    Ok(Json(app.gateways.capacity(site).await?.into()))
}

/// Takes a region off offer. Scenarios that name it stay, and are refused when they are saved or run.
///
/// The results of its runs stay; the log lines of its workers cannot be read any more.
#[utoipa::path(
    delete, path = "/regions/{name}", operation_id = "deleteRegion", tag = "system",
    params(("name" = Region, Path)),
    responses(
        (status = 204, description = "It is off offer"),
        (status = 404, description = "No such region"),
        (status = 409, description = "A run uses it (`RUN_ACTIVE`, with `runId`)"),
    )
)]
async fn delete(
    State(app): State<App>,
    Id(name): Id<Region>,
    _: Query<Nothing>,
) -> Result<StatusCode, Problem> {
    app.gateways.settings.site(&name).await?;
    refuse_while_used(&app, &name).await?;
    app.gateways.settings.delete_site(&name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// No run lasts longer, with all that comes before and after its load.
const LONGEST_RUN: Duration = Duration::from_secs(3 * 24 * 3600);

/// A run's tasks are found, and stopped, by what is known of their region.
async fn refuse_while_used(app: &App, region: &Region) -> Result<(), Problem> {
    let now = (app.clock)();
    let since = Timestamp::from_ms(now.as_ms() - LONGEST_RUN.as_ms() as i64);
    for entry in app.gateways.runs.unfinished(since, now).await? {
        let run = match app.gateways.runs.get(entry.run_id).await {
            Ok(run) => run,
            Err(aws::Error::NotFound(_)) => continue,
            Err(error) => return Err(error.into()),
        };
        let uses = run
            .scenario
            .traffic
            .iter()
            .any(|traffic| traffic.region == *region);
        if uses && !run.status.is_terminal() {
            let said = said!(
                "REGION_IN_USE",
                "{} uses the region; cancel it or wait for its end",
                run.run_id
            );
            return Err(Problem::new(Code::RunActive, said).with_run(run.run_id));
        }
    }
    Ok(())
}
