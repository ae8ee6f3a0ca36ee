//! What a user uploads: one plan, or a zip with a plan, its data and its plugins. Opened without trusting a byte of it.
//!
//! Paths are as the user sees them: relative, with `/`, without a folder that wraps everything and without `__MACOSX`.

mod edit;
mod limits;
mod name;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, fs,
    io::{self, Read, Seek, Write},
    path::Path,
};

pub use edit::FileName;
pub use limits::Limits;
use limits::Meter;
use model::{field::Said, said};

/// An upload that has been looked through.
#[derive(Debug)]
pub struct Archive<R> {
    content: Content<R>,
    /// The folder that wraps everything, with its `/`; empty where there is none.
    wrapper: String,
    files: BTreeMap<String, File>,
    limits: Limits,
}

#[derive(Debug)]
enum Content<R> {
    Single(R),
    Zip(zip::ZipArchive<R>),
}

#[derive(Debug, Clone, Copy)]
struct File {
    index: usize,
    /// As the archive declares it; what is inflated is measured.
    size: u64,
}

/// Why an upload is refused. The messages are for the person who made it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    Zip(#[source] zip::result::ZipError),
    Io(#[from] io::Error),
    /// What is wrong with the name of an entry.
    Name(Said),
    SameName,
    Duplicate(String),
    NotAFile(String),
    Overlapping,
    /// Which limit is passed.
    TooLarge(Said),
    Missing(String),
    SingleFile(String),
    NoPlan,
    SeveralPlans(Vec<String>),
}

impl Error {
    /// The message, and how to say it in another language.
    pub fn said(&self) -> Said {
        match self {
            Self::Zip(error) => said!("ARCHIVE_UNREADABLE", "the archive cannot be read: {}", error),
            Self::Io(_) => said!("ARCHIVE_IO", "could not be read or written"),
            Self::Name(said) | Self::TooLarge(said) => said.clone(),
            Self::SameName => said!(
                "ARCHIVE_SAME_NAME",
                "two entries of the archive have the same name"
            ),
            Self::Duplicate(name) => said!(
                "ARCHIVE_DUPLICATE",
                "two entries of the archive stand for {:?}",
                name
            ),
            Self::NotAFile(name) => said!(
                "ARCHIVE_NOT_A_FILE",
                "`{}` is not a file that can be used: symbolic links, devices and encrypted files are refused",
                name
            ),
            Self::Overlapping => said!(
                "ARCHIVE_OVERLAPPING",
                "the entries of the archive lie over one another, as in a zip bomb"
            ),
            Self::Missing(name) => said!("ARCHIVE_MISSING", "the archive has no file `{}`", name),
            Self::SingleFile(name) => said!(
                "SCRIPT_SINGLE_FILE",
                "the script is the single file `{}`: upload a zip to have more",
                name
            ),
            Self::NoPlan => said!("ARCHIVE_NO_PLAN", "the archive has no .jmx file"),
            Self::SeveralPlans(plans) => said!(
                "ARCHIVE_SEVERAL_PLANS",
                "the archive has several .jmx files: say in `entry` which one to run: {}",
                plans.join(", ")
            ),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said().detail)
    }
}

impl<R: Read + Seek> Archive<R> {
    /// Looks through an upload: a zip by its first bytes, or else a single plan under its own name.
    pub fn open(mut reader: R, file_name: &str, limits: Limits) -> Result<Self, Error> {
        let size = reader.seek(io::SeekFrom::End(0))?;
        reader.rewind()?;
        let mut magic = Vec::new();
        (&mut reader).take(2).read_to_end(&mut magic)?;
        reader.rewind()?;
        if magic != b"PK" {
            if size > limits.file {
                return Err(limits.file_too_large(file_name));
            }
            let name = if name::is_plan(file_name) {
                file_name
            } else {
                "plan.jmx"
            };
            let name = name.rsplit(['/', '\\']).next().unwrap_or(name).to_owned();
            return Ok(Self {
                content: Content::Single(reader),
                wrapper: String::new(),
                files: BTreeMap::from([(name, File { index: 0, size })]),
                limits,
            });
        }
        let mut zip = zip::ZipArchive::new(reader).map_err(Error::Zip)?;
        let (wrapper, files) = look_through(&mut zip, &limits)?;
        Ok(Self {
            content: Content::Zip(zip),
            wrapper,
            files,
            limits,
        })
    }

    /// The files and their declared sizes in bytes.
    pub fn files(&self) -> impl Iterator<Item = (&str, u64)> {
        self.files.iter().map(|(name, file)| (name.as_str(), file.size))
    }

    /// The plan to run: the one that was asked for, or the only one there is.
    pub fn entry(&self, asked: Option<&str>) -> Result<String, Error> {
        if let Some(asked) = asked {
            let path = asked.strip_prefix("./").unwrap_or(asked);
            // As the files are listed, before it is taken for a name with the folder that wraps them.
            let found = [Some(path), path.strip_prefix(&self.wrapper)]
                .into_iter()
                .flatten()
                .find(|name| self.files.contains_key(*name));
            return found
                .map(str::to_owned)
                .ok_or_else(|| Error::Missing(asked.to_owned()));
        }
        let mut plans: Vec<String> = self
            .files
            .keys()
            .filter(|name| name::is_plan(name))
            .cloned()
            .collect();
        match plans.len() {
            0 => Err(Error::NoPlan),
            1 => Ok(plans.remove(0)),
            _ => Err(Error::SeveralPlans(plans)),
        }
    }

    /// The names of all files relative to the directory of `entry`, with `../` for those above it.
    pub fn files_from(&self, entry: &str) -> BTreeSet<String> {
        let (directory, _) = entry.rsplit_once('/').unwrap_or_default();
        self.files
            .keys()
            .map(|name| name::relative(directory, name))
            .collect()
    }

    /// The file that the plan at `entry` means by this relative name.
    pub fn beside(&self, entry: &str, name: &str) -> Option<String> {
        let (directory, _) = entry.rsplit_once('/').unwrap_or_default();
        let wanted = name.trim_start_matches("./");
        let found = self
            .files
            .keys()
            .find(|path| name::relative(directory, path) == wanted);
        found.cloned()
    }

    /// The jars of the archive's `plugins` and `lib` folders.
    pub fn jars(&self) -> Vec<String> {
        let is_jar = |name: &&String| {
            let in_folder = name
                .strip_prefix("plugins/")
                .or_else(|| name.strip_prefix("lib/"));
            in_folder.is_some_and(|file| !file.contains('/') && file.to_ascii_lowercase().ends_with(".jar"))
        };
        self.files.keys().filter(is_jar).cloned().collect()
    }

    /// The bytes of one file, if it has so many at most; of one that has more, no more are held.
    pub fn read_at_most(&mut self, path: &str, most: u64) -> Result<Vec<u8>, Error> {
        let limits = Limits {
            file: most.min(self.limits.file),
            ..self.limits
        };
        let mut bytes = Vec::new();
        self.copy(path, &mut limits.meter(), &mut bytes)?;
        Ok(bytes)
    }

    /// Writes everything into a directory, which has to be empty.
    pub fn unpack(&mut self, directory: &Path) -> Result<(), Error> {
        let mut meter = self.limits.meter();
        for path in self.files.keys().cloned().collect::<Vec<_>>() {
            let target = directory.join(&path);
            if let Some(parent) = target.parent() {
                fs::create_dir_all(parent)?;
            }
            let mut file = fs::File::create_new(target)?;
            self.copy(&path, &mut meter, &mut file)?;
        }
        Ok(())
    }

    /// Inflates everything and keeps nothing: afterwards sizes and checksums are known to be right.
    pub fn verify(&mut self) -> Result<(), Error> {
        let mut meter = self.limits.meter();
        for path in self.files.keys().cloned().collect::<Vec<_>>() {
            self.copy(&path, &mut meter, &mut io::sink())?;
        }
        Ok(())
    }

    fn copy(&mut self, path: &str, meter: &mut Meter, to: &mut impl Write) -> Result<(), Error> {
        let file = *self
            .files
            .get(path)
            .ok_or_else(|| Error::Missing(path.to_owned()))?;
        match &mut self.content {
            Content::Single(reader) => {
                reader.rewind()?;
                meter.copy(path, file.size, reader, to)
            }
            Content::Zip(zip) => {
                let mut entry = zip.by_index(file.index).map_err(Error::Zip)?;
                let compressed = entry.compressed_size();
                meter.copy(path, compressed, &mut entry, to)
            }
        }
    }
}

fn look_through<R: Read + Seek>(
    zip: &mut zip::ZipArchive<R>,
    limits: &Limits,
) -> Result<(String, BTreeMap<String, File>), Error> {
    if zip.len() > limits.entries {
        return Err(Error::TooLarge(said!(
            "ARCHIVE_ENTRIES",
            "the archive has more than {} entries",
            limits.entries
        )));
    }
    if zip.has_duplicate_names() {
        return Err(Error::SameName);
    }
    if zip.has_overlapping_files().map_err(Error::Zip)? {
        return Err(Error::Overlapping);
    }
    let mut files = BTreeMap::new();
    let mut total = 0;
    for index in 0..zip.len() {
        let entry = zip.by_index_raw(index).map_err(Error::Zip)?;
        let Some(path) = name::normalise(entry.name_raw())? else {
            continue;
        };
        if !is_plain(&entry) {
            return Err(Error::NotAFile(path));
        }
        limits.check_declared(&path, entry.size(), entry.compressed_size(), &mut total)?;
        let file = File {
            index,
            size: entry.size(),
        };
        if files.insert(path.clone(), file).is_some() {
            return Err(Error::Duplicate(path));
        }
    }
    if let Some(path) = name::file_and_folder(&files) {
        return Err(Error::Duplicate(path));
    }
    let wrapper = name::wrapper(&files);
    let unwrapped = files
        .into_iter()
        .map(|(path, file)| (path[wrapper.len()..].to_owned(), file))
        .collect();
    Ok((wrapper, unwrapped))
}

/// A regular file, stored or deflated, not encrypted.
fn is_plain<R: Read>(entry: &zip::read::ZipFile<'_, R>) -> bool {
    const FILE_TYPE: u32 = 0o170_000;
    const REGULAR: u32 = 0o100_000;
    let kind = entry.unix_mode().map_or(0, |mode| mode & FILE_TYPE);
    let packed = matches!(
        entry.compression(),
        zip::CompressionMethod::Stored | zip::CompressionMethod::Deflated
    );
    (kind == 0 || kind == REGULAR) && packed && !entry.encrypted()
}
