//! Uploads: a client announces a script and sends it straight to the bucket.

use std::{collections::BTreeMap, time::Duration};

use aws::objects::{Upload, keys};
use axum::{Json, extract::State};
use http::StatusCode;
use model::{ScriptId, Timestamp, field, role::Role, said};
use serde::Serialize;

use crate::{
    App,
    extract::Document,
    intake::{self, Announced},
    problem::Problem,
    query::{Nothing, Query},
    routes::{Access, Routes, routes},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.at(Access::Least(Role::Operator), routes!(create))
}

/// A script that is about to be uploaded.
#[derive(utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the document describes the body by it")]
struct UploadRequest {
    /// `.jmx` or `.zip`.
    #[schema(
        min_length = 5,
        max_length = 255,
        pattern = r"^[^/\\\x00-\x1f\x7f]+\.([jJ][mM][xX]|[zZ][iI][pP])$",
        example = "plan.jmx"
    )]
    file_name: String,
    /// In bytes.
    #[schema(minimum = 1, maximum = 524_288_000)]
    size: u64,
    /// Of the whole file, in hex.
    #[schema(pattern = "^[0-9a-fA-F]{64}$")]
    sha256: String,
}

/// The request that uploads the script. Its signature holds it to the announced length and checksum.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
struct UploadView {
    /// What a scenario names, once the upload is done.
    script_id: ScriptId,
    url: String,
    #[schema(example = "PUT")]
    method: String,
    /// Must be sent as they are.
    headers: BTreeMap<String, String>,
    expires_at: Timestamp,
}

const BODY: usize = 4 * 1024;
/// Half a gigabyte over a slow line.
const VALID: Duration = Duration::from_secs(3_600);

/// Announces a script and answers how to upload it.
#[utoipa::path(
    post, path = "/uploads", operation_id = "createUpload", tag = "scripts",
    request_body = UploadRequest,
    responses(
        (status = 201, description = "How to upload it", body = UploadView),
        (status = 413, description = "Too large"), (status = 415, description = "Not JSON"),
        (status = 422, description = "Not a script that can be uploaded"),
    )
)]
async fn create(
    State(app): State<App>,
    _: Query<Nothing>,
    Document(document): Document<BODY>,
) -> Result<(StatusCode, Json<UploadView>), Problem> {
    let (file_name, upload) = field::read(&document, |node| {
        let fields = node.object()?;
        let file_name = fields.required("fileName", file_name);
        let size = fields.required("size", |node| node.integer(1..=intake::LARGEST));
        let sha256 = fields.required("sha256", sha256);
        fields.finish();
        let upload = Upload {
            size: size?,
            sha256: sha256?,
        };
        Some((file_name?, upload))
    })?;
    let (id, now) = (ScriptId::new((app.ulid)()), (app.clock)());
    let announced = Announced {
        file_name,
        size: upload.size,
        sha256: hex::encode(upload.sha256),
        announced_at: now,
    };
    intake::announce(&app, id, &announced).await?;
    let request = app
        .gateways
        .objects
        .presigned_put(&keys::script(id), upload, VALID, now)
        .await?;
    let view = UploadView {
        script_id: id,
        url: request.url,
        method: request.method,
        headers: request.headers.into_iter().collect(),
        expires_at: request.expires_at,
    };
    Ok((StatusCode::CREATED, Json(view)))
}

fn file_name(node: &field::Node<'_>) -> Option<String> {
    let name = node.line(5..=255)?;
    if name.contains(['/', '\\']) {
        return node.problem(said!(
            "FILE_NAME_WITH_FOLDERS",
            "must be a file name without folders"
        ));
    }
    let ending = std::path::Path::new(&name).extension();
    if !ending.is_some_and(|ending| {
        ["jmx", "zip"]
            .iter()
            .any(|known| ending.eq_ignore_ascii_case(known))
    }) {
        return node.problem(said!("FILE_NAME_ENDING", "must end in .jmx or .zip"));
    }
    Some(name)
}

fn sha256(node: &field::Node<'_>) -> Option<[u8; 32]> {
    let bytes = node
        .value()
        .as_str()
        .and_then(|text| hex::decode(text).ok())
        .and_then(|bytes| bytes.try_into().ok());
    bytes.or_else(|| node.problem(said!("NOT_SHA256", "must be a SHA-256 in 64 hexadecimal digits")))
}
