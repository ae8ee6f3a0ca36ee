//! Scripts on their way in: announced, uploaded by the client to the bucket, taken in when somebody first looks.
//!
//! A script never changes once it is uploaded, so what was found out about it is kept beside it.

mod edit;
mod examine;

use std::path::PathBuf;

use aws::objects::keys;
use model::{ScriptId, Timestamp, field::Said, said, workload};
use script::archive::FileName;
use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};
use tempfile::TempDir;

pub(crate) use examine::Answer;

use crate::{
    App,
    error::internal,
    problem::{Code, Problem},
};

/// The largest upload, in bytes.
pub(crate) const LARGEST: u64 = 500 * 1024 * 1024;
/// The largest file that is shown and edited, in bytes.
pub(crate) const MOST_TEXT: usize = 1024 * 1024;
/// The largest script that is edited here, in bytes: an edit goes through a request, which has less than 30 s.
const LARGEST_EDITED: u64 = 100 * 1024 * 1024;

/// What a client said it would upload.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Announced {
    pub file_name: String,
    /// In bytes.
    pub size: u64,
    /// In hex.
    pub sha256: String,
    pub announced_at: Timestamp,
}

/// What is known of a script that was uploaded.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Record {
    pub files: Vec<File>,
    /// Why nothing in it can ever run.
    #[serde(deserialize_with = "written_before")]
    pub problem: Option<Said>,
}

/// Records of earlier releases have the words alone.
fn written_before<'de, D: Deserializer<'de>>(record: D) -> Result<Option<Said>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Words(String),
        Said(Said),
    }
    let written = Option::deserialize(record)?;
    Ok(written.map(|written| match written {
        Written::Words(words) => words.into(),
        Written::Said(said) => said,
    }))
}

/// A file of a script.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub(crate) struct File {
    /// Within the archive, without a folder that wraps everything.
    pub path: String,
    /// In bytes.
    pub size: u64,
}

/// Where a script stands.
pub(crate) enum Script {
    Unknown,
    Announced(Announced),
    Taken(Announced, Record),
}

/// Keeps what a client is about to upload.
pub(crate) async fn announce(app: &App, id: ScriptId, announced: &Announced) -> Result<(), Problem> {
    put(app, &announcement_key(id), announced).await
}

/// Where the script stands; the first look after the upload takes it in.
pub(crate) async fn look(app: &App, id: ScriptId) -> Result<Script, Problem> {
    let Some(announced) = get::<Announced>(app, &announcement_key(id)).await? else {
        return Ok(Script::Unknown);
    };
    let record_key = keys::script_record(id);
    if let Some(record) = get::<Record>(app, &record_key).await? {
        return Ok(Script::Taken(announced, record));
    }
    if app.gateways.objects.size(&keys::script(id)).await?.is_none() {
        return Ok(Script::Announced(announced));
    }
    let record = match fetch(app, id).await? {
        None => Record {
            files: Vec::new(),
            problem: Some(said!("FILE_TOO_LARGE", "has more than {} bytes", LARGEST)),
        },
        Some(upload) => {
            let announced = announced.clone();
            blocking(move || examine::take_in(&upload.path, &announced)).await?
        }
    };
    put(app, &record_key, &record).await?;
    Ok(Script::Taken(announced, record))
}

/// Reads the script's plan as a scenario with this workload would run it, and answers what there is to say about it.
pub(crate) async fn ask(
    app: &App,
    id: ScriptId,
    script: &workload::Script,
    sets_users: bool,
) -> Result<Answer, Problem> {
    let (Some(announced), Some(upload)) = (
        get::<Announced>(app, &announcement_key(id)).await?,
        fetch(app, id).await?,
    ) else {
        return Ok(Answer::default());
    };
    let script = script.clone();
    blocking(move || examine::plan(&upload.path, &announced.file_name, &script, sets_users)).await
}

/// The text of a file of the script; `Err` says why it is not shown.
pub(crate) async fn text(
    app: &App,
    id: ScriptId,
    announced: &Announced,
    path: &str,
) -> Result<Result<String, Said>, Problem> {
    let Some(upload) = fetch(app, id).await? else {
        return Ok(Err(said!("FILE_CANNOT_BE_READ", "cannot be read")));
    };
    let (file_name, path) = (announced.file_name.clone(), path.to_owned());
    blocking(move || examine::text(&upload.path, &file_name, &path)).await
}

/// Makes another script with one file changed, and answers it as it was taken in.
pub(crate) async fn edit(
    app: &App,
    id: ScriptId,
    announced: &Announced,
    name: FileName,
    text: String,
) -> Result<(ScriptId, Announced, Record), Problem> {
    let too_large = || {
        let said = said!(
            "TOO_LARGE_TO_EDIT",
            "the script has more than {} bytes: edit it on your side and upload it",
            LARGEST_EDITED
        );
        Problem::new(Code::Invalid, said)
    };
    if announced.size > LARGEST_EDITED {
        return Err(too_large());
    }
    let upload = fetch(app, id).await?.ok_or_else(too_large)?;
    let now = (app.clock)();
    let file_name = announced.file_name.clone();
    let (upload, edited) = blocking(move || {
        let edited = edit::write(&upload.path, &file_name, &name, &text, now)?;
        Ok((upload, edited))
    })
    .await?;
    let (announced, record) = edited.map_err(model::Problems)?;
    let new = ScriptId::new((app.ulid)());
    // The announcement goes last: until it is there, nobody knows of the script.
    app.gateways
        .objects
        .upload(&keys::script(new), &edit::edited(&upload.path))
        .await?;
    put(app, &keys::script_record(new), &record).await?;
    announce(app, new, &announced).await?;
    Ok((new, announced, record))
}

/// An upload on disk, for as long as it is looked at.
struct Upload {
    path: PathBuf,
    _directory: TempDir,
}

/// Fetches the upload; `None` when it is too large, which a signed upload cannot be.
async fn fetch(app: &App, id: ScriptId) -> Result<Option<Upload>, Problem> {
    let directory = tempfile::tempdir_in(&app.scratch).map_err(|error| internal(&error))?;
    let path = directory.path().join("upload");
    match app
        .gateways
        .objects
        .download(&keys::script(id), &path, LARGEST)
        .await
    {
        Ok(_) => Ok(Some(Upload {
            path,
            _directory: directory,
        })),
        Err(aws::Error::TooLarge { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn announcement_key(id: ScriptId) -> String {
    format!("{}announced.json", keys::script_prefix(id))
}

async fn get<T: DeserializeOwned>(app: &App, key: &str) -> Result<Option<T>, Problem> {
    match app.gateways.objects.get(key).await {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|error| internal(&error)),
        Err(aws::Error::NotFound(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

async fn put<T: Serialize>(app: &App, key: &str, value: &T) -> Result<(), Problem> {
    let bytes = serde_json::to_vec(value).map_err(|error| internal(&error))?;
    app.gateways.objects.put(key, bytes).await?;
    Ok(())
}

/// Runs what reads and inflates files where it does not hold up other requests.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T, Problem> {
    let outcome = tokio::task::spawn_blocking(work).await;
    outcome
        .map_err(|error| internal(&error))?
        .map_err(|error| internal(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_of_an_earlier_release_is_read() {
        let read =
            |problem: &str| serde_json::from_str::<Record>(&format!(r#"{{"files":[],"problem":{problem}}}"#));
        assert_eq!(read("null").unwrap().problem, None);
        assert_eq!(
            read(r#""is damaged""#).unwrap().problem,
            Some("is damaged".into())
        );
        let said = said!("FILE_TOO_LARGE", "has more than {} bytes", 5);
        let written = serde_json::to_string(&said).unwrap();
        assert_eq!(read(&written).unwrap().problem, Some(said));
    }
}
