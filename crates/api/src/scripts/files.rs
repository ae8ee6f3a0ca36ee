//! The files of a script: one is viewed, and an edit makes another script.

use axum::{
    Json,
    extract::{FromRequestParts, RawPathParams, State},
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header, request::Parts};
use model::{
    ScriptId,
    field::{self, Said},
    role::Role,
    said,
};
use script::archive::FileName;
use serde::Serialize;

use super::ScriptView;
use crate::{
    App,
    extract::{Document, Id},
    intake::{self, Announced, MOST_TEXT, Record},
    problem::{Code, Problem},
    query::{Nothing, Query},
    routes::{Access, Routes, routes},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .at(Access::Least(Role::Viewer), routes!(get))
        .at(Access::Least(Role::Operator), routes!(put))
}

/// JSON may write a character of a text in three times the bytes that it has.
const BODY: usize = 4 * MOST_TEXT;

/// A file of a script.
#[derive(Serialize, utoipa::ToSchema)]
struct ScriptFile {
    path: String,
    /// In bytes.
    size: u64,
    /// Null when the file is not shown: it is not text, or has more than 1 MiB.
    #[schema(required)]
    text: Option<String>,
    /// Why it is not shown.
    #[schema(required)]
    problem: Option<String>,
    /// The same with its code and values, for those who say it in words of their own; absent where `problem` is null.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    said: Option<Said>,
}

/// What a file shall hold, in UTF-8.
#[derive(utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the document describes the body by it")]
struct ScriptText {
    /// At most 1 MiB in UTF-8, without control characters but tab and line breaks.
    #[schema(max_length = 1_048_576)]
    text: String,
}

/// Reads a file of a script.
#[utoipa::path(
    get, path = "/scripts/{scriptId}/files/{*path}", operation_id = "getScriptFile", tag = "scripts",
    params(("scriptId" = ScriptId, Path), ("path" = String, Path, description = "As the script lists it; its slashes may be encoded")),
    responses(
        (status = 200, description = "The file", body = ScriptFile),
        (status = 404, description = "No such script, or no such file in it"),
    )
)]
async fn get(
    State(app): State<App>,
    Id(id): Id<ScriptId>,
    FilePath(path): FilePath,
    _: Query<Nothing>,
) -> Result<Json<ScriptFile>, Problem> {
    let (announced, record) = uploaded(&app, id).await?;
    let found = record.files.into_iter().find(|file| file.path == path);
    let file = found.ok_or_else(|| {
        let said = said!(
            "NO_SUCH_FILE",
            "the script has no such file; GET of the script lists them"
        );
        Problem::new(Code::NotFound, said)
    })?;
    let shown = if file.size > MOST_TEXT as u64 {
        Err(said!("FILE_TOO_LARGE", "has more than {} bytes", MOST_TEXT))
    } else {
        intake::text(&app, id, &announced, &file.path).await?
    };
    let (text, said) = match shown {
        Ok(text) => (Some(text), None),
        Err(said) => (None, Some(said)),
    };
    Ok(Json(ScriptFile {
        path: file.path,
        size: file.size,
        text,
        problem: said.as_ref().map(|said| said.detail.clone()),
        said,
    }))
}

/// Makes another script, in which this file is replaced or, in a zip, added. The old one stays as it is.
///
/// A plan must be well-formed; whether it can run is decided when a scenario is saved with the new script.
#[utoipa::path(
    put, path = "/scripts/{scriptId}/files/{*path}", operation_id = "putScriptFile", tag = "scripts",
    params(("scriptId" = ScriptId, Path), ("path" = String, Path, description = "Relative, with slashes, which may be encoded")),
    request_body = ScriptText,
    responses(
        (status = 201, description = "The new script", body = ScriptView,
         headers(("Location" = String, description = "Its path"))),
        (status = 404, description = "No such script"), (status = 413, description = "Too large"),
        (status = 415, description = "Not JSON"),
        (status = 422, description = "Not a file that the script can have, a plan that cannot be read, or a script of \
                                      more than 100 MiB, which is not edited here"),
    )
)]
async fn put(
    State(app): State<App>,
    Id(id): Id<ScriptId>,
    FilePath(path): FilePath,
    _: Query<Nothing>,
    Document(document): Document<BODY>,
) -> Result<Response, Problem> {
    let text = field::read(&document, |node| {
        let fields = node.object()?;
        let text = fields.required("text", |node| match node.text(0..=MOST_TEXT)? {
            text if text.len() > MOST_TEXT => node.problem(said!(
                "TOO_MANY_BYTES_OF_TEXT",
                "must have at most {} bytes in UTF-8",
                MOST_TEXT
            )),
            text => Some(text),
        });
        fields.finish();
        text
    })?;
    let name: FileName = path.parse().map_err(|error: script::archive::Error| {
        let said = said!("PATH_UNUSABLE", "the path cannot be used: {}", error);
        Problem::new(Code::Invalid, said.ending_in(&error.said()))
    })?;
    let (announced, _) = uploaded(&app, id).await?;
    let (new, announced, record) = intake::edit(&app, id, &announced, name, text).await?;
    let location = format!("{}/scripts/{new}", crate::PREFIX);
    let location = HeaderValue::from_str(&location).expect("ids are visible ASCII");
    let view = ScriptView::of(new, announced, Some(record));
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(view)).into_response())
}

/// A script with files in it.
async fn uploaded(app: &App, id: ScriptId) -> Result<(Announced, Record), Problem> {
    let missing = |said: Said| Err(Problem::new(Code::NotFound, said));
    match intake::look(app, id).await? {
        intake::Script::Unknown => Err(Problem::no_such("script")),
        intake::Script::Announced(_) => missing(said!(
            "SCRIPT_NOT_UPLOADED",
            "the script has not been uploaded yet"
        )),
        intake::Script::Taken(
            _,
            Record {
                problem: Some(problem),
                ..
            },
        ) => missing(
            said!(
                "SCRIPT_UNREADABLE",
                "the script cannot be read: {}",
                problem.detail
            )
            .ending_in(&problem),
        ),
        intake::Script::Taken(announced, record) => Ok((announced, record)),
    }
}

/// The rest of the path, decoded. A path that is not UTF-8 is refused before this by [`Id`].
struct FilePath(String);

impl<S: Send + Sync> FromRequestParts<S> for FilePath {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let params = RawPathParams::from_request_parts(parts, state).await;
        let path = params.ok().and_then(|params| {
            let found = params.iter().find(|(name, _)| *name == "path");
            found.map(|(_, value)| value.to_owned())
        });
        Ok(Self(path.unwrap_or_default()))
    }
}
