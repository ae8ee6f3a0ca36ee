//! Scripts: what was uploaded, and what is in it.

mod files;

use axum::{Json, extract::State};
use model::{ScriptId, Timestamp, field::Said, role::Role};
use serde::Serialize;

use crate::{
    App,
    extract::Id,
    intake::{self, Announced, File, Record},
    problem::Problem,
    query::{Nothing, Query},
    routes::{Access, Routes, routes},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    files::routes(routes.at(Access::Least(Role::Viewer), routes!(get)))
}

/// A script; it never changes.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
struct ScriptView {
    script_id: ScriptId,
    file_name: String,
    /// In bytes.
    size: u64,
    /// In hex.
    sha256: String,
    announced_at: Timestamp,
    /// Whether the upload is complete.
    uploaded: bool,
    /// Why nothing in it can run; null when nothing is wrong with the upload itself.
    #[schema(required)]
    problem: Option<String>,
    /// The same with its code and values, for those who say it in words of their own; absent where `problem` is null.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    said: Option<Said>,
    /// Empty until it is uploaded.
    files: Vec<File>,
}

impl ScriptView {
    fn of(id: ScriptId, announced: Announced, record: Option<Record>) -> Self {
        let uploaded = record.is_some();
        let (said, files) = record.map_or((None, Vec::new()), |record| (record.problem, record.files));
        Self {
            script_id: id,
            file_name: announced.file_name,
            size: announced.size,
            sha256: announced.sha256,
            announced_at: announced.announced_at,
            uploaded,
            problem: said.as_ref().map(|said| said.detail.clone()),
            said,
            files,
        }
    }
}

/// Reads what a script consists of.
#[utoipa::path(
    get, path = "/scripts/{scriptId}", operation_id = "getScript", tag = "scripts",
    params(("scriptId" = ScriptId, Path)),
    responses((status = 200, description = "The script", body = ScriptView), (status = 404, description = "No such script"))
)]
async fn get(
    State(app): State<App>,
    Id(id): Id<ScriptId>,
    _: Query<Nothing>,
) -> Result<Json<ScriptView>, Problem> {
    let (announced, record) = match intake::look(&app, id).await? {
        intake::Script::Unknown => return Err(Problem::no_such("script")),
        intake::Script::Announced(announced) => (announced, None),
        intake::Script::Taken(announced, record) => (announced, Some(record)),
    };
    Ok(Json(ScriptView::of(id, announced, record)))
}
