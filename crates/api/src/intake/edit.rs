//! An upload with one file changed, made on disk beside the old one.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use model::{Problem, Timestamp, field::Said, said};
use script::{
    archive::{Archive, FileName, Limits},
    jmx, xml,
};

use super::{Announced, Record, examine};

/// Where the edited upload is written.
pub(super) fn edited(upload: &Path) -> PathBuf {
    upload.with_extension("edited")
}

/// Writes the edited upload and takes it in like any other; answers what is wrong with it, by pointers into the request.
pub(super) fn write(
    upload: &Path,
    file_name: &str,
    name: &FileName,
    text: &str,
    now: Timestamp,
) -> io::Result<Result<(Announced, Record), Vec<Problem>>> {
    let refused = |pointer: &str, said: Said| Ok(Err(vec![Problem::new(pointer, said)]));
    if name.is_plan()
        && let Err(said) = check_plan(name, text)
    {
        return refused("/text", said);
    }
    let to = edited(upload);
    let written = Archive::open(fs::File::open(upload)?, file_name, Limits::default())
        .and_then(|mut archive| archive.with_file(name, text.as_bytes(), fs::File::create_new(&to)?));
    if let Err(error) = written {
        return refused("", examine::said(error)?);
    }
    let (size, sha256) = examine::digest(&to)?;
    let announced = Announced {
        file_name: file_name.to_owned(),
        size,
        sha256,
        announced_at: now,
    };
    let record = examine::take_in(&to, &announced)?;
    match record.problem {
        Some(problem) => refused("", problem),
        None => Ok(Ok((announced, record))),
    }
}

/// The text is kept in UTF-8, and is read as what its declaration says.
fn check_plan(name: &FileName, text: &str) -> Result<(), Said> {
    let read = xml::text(text.as_bytes()).map_err(|error| error.said().about(name.as_str()))?;
    if read != text.trim_start_matches('\u{feff}') {
        let said = said!(
            "XML_DECLARES_OTHER",
            "declares another encoding, and is kept in UTF-8: declare that"
        );
        return Err(said.about(name.as_str()));
    }
    let plan = jmx::Plan::parse(text.as_bytes());
    plan.map(drop).map_err(|error| error.said().about(name.as_str()))
}
