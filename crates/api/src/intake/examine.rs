//! Looking through an upload on disk.

use std::{
    collections::BTreeSet,
    fs,
    io::{self, Cursor, Read, Seek},
    path::Path,
};

use model::{field::Said, run::Warning, said, workload};
use script::{
    archive::{self, Archive, Limits},
    jmx::{self, classes::ClassIndex, execution, findings::Surroundings},
    xml,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Announced, File, MOST_TEXT, Record};

/// A plan, or a file that one includes, may have this many bytes.
const MOST_OF_PLAN: u64 = xml::MAX_BYTES as u64;
/// And a jar, which is looked through in memory, of which the function has not much.
const MOST_OF_JAR: u64 = 100 << 20;

/// Checks an upload against its announcement and lists what is in it. An `Err` is a failure of this machine; what is
/// wrong with the upload is in the record.
pub(super) fn take_in(path: &Path, announced: &Announced) -> io::Result<Record> {
    let refused = |problem: Said| {
        Ok(Record {
            files: Vec::new(),
            problem: Some(problem),
        })
    };
    let (size, sha256) = digest(path)?;
    if size != announced.size || sha256 != announced.sha256 {
        return refused(said!(
            "NOT_AS_ANNOUNCED",
            "what was uploaded is not what was announced: it has {} bytes and SHA-256 {}",
            size,
            sha256
        ));
    }
    let opened = Archive::open(fs::File::open(path)?, &announced.file_name, Limits::default());
    let mut archive = match opened {
        Ok(archive) => archive,
        Err(error) => return refused(said(error)?),
    };
    if let Err(error) = archive.verify() {
        return refused(said(error)?);
    }
    let files = archive
        .files()
        .map(|(path, size)| File {
            path: path.to_owned(),
            size,
        })
        .collect();
    Ok(Record { files, problem: None })
}

/// The text of a file of the upload, or why it is not shown as text.
pub(super) fn text(upload: &Path, file_name: &str, path: &str) -> io::Result<Result<String, Said>> {
    let opened = Archive::open(fs::File::open(upload)?, file_name, Limits::default());
    let bytes = match opened.and_then(|mut archive| archive.read_at_most(path, MOST_TEXT as u64)) {
        Ok(bytes) => bytes,
        Err(error) => return said(error).map(Err),
    };
    // XML says itself in what it is written; of everything else only UTF-8 is recognised.
    let decoded = if bytes.starts_with(b"<?xml")
        || bytes.starts_with(&[0xFE, 0xFF])
        || bytes.starts_with(&[0xFF, 0xFE])
    {
        xml::text(&bytes).map_err(|error| error.said().about(path))
    } else {
        String::from_utf8(bytes).map_err(|_| said!("FILE_NOT_UTF8", "is not UTF-8 text"))
    };
    Ok(decoded.and_then(|text| {
        if text.contains(|c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r')) {
            Err(said!("FILE_NOT_TEXT", "is not text: it has control characters"))
        } else {
            Ok(text)
        }
    }))
}

/// What there is to say about the plan that a workload names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Answer {
    /// With these it cannot run.
    pub problems: Vec<model::Problem>,
    /// What a run of it will not do as the plan says, or may miss.
    pub warnings: Vec<Warning>,
}

impl Answer {
    /// The one thing to say is that it cannot run.
    pub fn refused(field: &str, said: impl Into<Said>) -> Self {
        Self {
            problems: vec![at(field, said)],
            warnings: Vec::new(),
        }
    }
}

fn at(field: &str, said: impl Into<Said>) -> model::Problem {
    model::Problem::new(format!("/workload/{field}"), said)
}

/// Reads the plan that the workload names.
pub(super) fn plan(
    path: &Path,
    file_name: &str,
    workload: &workload::Script,
    sets_users: bool,
) -> io::Result<Answer> {
    let mut archive = match Archive::open(fs::File::open(path)?, file_name, Limits::default()) {
        Ok(archive) => archive,
        Err(error) => return Ok(Answer::refused("scriptId", said(error)?)),
    };
    let entry = match archive.entry(workload.entry.as_deref()) {
        Ok(entry) => entry,
        Err(error) => return Ok(Answer::refused("entry", said(error)?)),
    };
    let bytes = match archive.read_at_most(&entry, MOST_OF_PLAN) {
        Ok(bytes) => bytes,
        Err(error) => return Ok(Answer::refused("scriptId", said(error)?)),
    };
    let plan = match jmx::Plan::parse(&bytes) {
        Ok(plan) => plan,
        Err(error) => return Ok(Answer::refused("scriptId", error.said().about(&entry))),
    };
    let mut problems = Vec::new();
    let mut classes = ClassIndex::standard();
    for jar in archive.jars() {
        let added = match archive.read_at_most(&jar, MOST_OF_JAR) {
            Ok(bytes) => classes
                .add_jar(Cursor::new(bytes))
                .map_err(|error| error.said().about(&jar)),
            Err(error) => Err(said(error)?),
        };
        problems.extend(added.err().map(|said| at("scriptId", said)));
    }
    let findings = plan.findings(&Surroundings {
        properties: &workload.properties,
        sets_users,
        classes: &classes,
        files: &archive.files_from(&entry),
    });
    let in_plan = findings.problems.into_iter();
    problems.extend(in_plan.map(|problem| at("scriptId", problem.found_in(&entry))));
    let mut warnings = warned("FILE_MISSING", &entry, findings.warnings);
    warnings.extend(warned(
        PLAN_CHANGED,
        &entry,
        execution::warnings(&plan, sets_users),
    ));
    warnings.extend(of_includes(&mut archive, &entry, plan)?);
    Ok(Answer { problems, warnings })
}

/// The executed copy is not in everything as the plan.
const PLAN_CHANGED: &str = "PLAN_CHANGED";

fn warned(code: &str, file: &str, warnings: Vec<Said>) -> Vec<Warning> {
    let warning = |said: Said| Warning::new(code, said.found_in(file));
    warnings.into_iter().map(warning).collect()
}

/// What Include Controllers read is executed, too. One that cannot be read is left to JMeter, which says so itself.
fn of_includes<R: Read + Seek>(
    archive: &mut Archive<R>,
    entry: &str,
    plan: jmx::Plan,
) -> io::Result<Vec<Warning>> {
    let mut warnings = Vec::new();
    let (mut open, mut seen) = (vec![plan], BTreeSet::from([entry.to_owned()]));
    while let Some(plan) = open.pop() {
        for include in plan.includes() {
            let Some(path) = archive.beside(entry, &include) else {
                continue;
            };
            if !seen.insert(path.clone()) {
                continue;
            }
            let bytes = match archive.read_at_most(&path, MOST_OF_PLAN) {
                Ok(bytes) => bytes,
                Err(error) => {
                    said(error)?;
                    continue;
                }
            };
            if let Ok(included) = jmx::Plan::parse(&bytes) {
                let prepared = execution::prepare_include(&included);
                warnings.extend(warned(PLAN_CHANGED, &path, prepared.warnings));
                open.push(included);
            }
        }
    }
    Ok(warnings)
}

/// An archive's error in its own words, unless this machine is to blame.
pub(super) fn said(error: archive::Error) -> io::Result<Said> {
    match error {
        // An archive that ends too early, or is damaged, shows as such an error of the reader.
        archive::Error::Io(error)
            if !matches!(
                error.kind(),
                io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput
            ) =>
        {
            Err(error)
        }
        archive::Error::Io(error) => Ok(said!("ARCHIVE_DAMAGED", "the archive is damaged: {}", error)),
        other => Ok(other.said()),
    }
}

pub(super) fn digest(path: &Path) -> io::Result<(u64, String)> {
    let mut file = fs::File::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 256 * 1024];
    let mut size = 0;
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok((size, hex::encode(hash.finalize())));
        }
        size += read as u64;
        hash.update(&buffer[..read]);
    }
}
