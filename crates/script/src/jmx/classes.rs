//! The classes that JMeter can load, so that a plan that needs another is refused before it runs.

use std::{
    collections::BTreeSet,
    fmt, fs,
    io::{self, Read, Seek},
    path::Path,
};

use model::{field::Said, said};

use super::{Plan, element, listener};

/// Names that may stand as a tag, or as an `elementType`, in a plan: aliases, old names and classes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClassIndex {
    names: BTreeSet<String>,
}

/// Why a jar or an installation cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    Jar(#[from] zip::result::ZipError),
    NoManifest,
    Io(#[from] io::Error),
}

impl Error {
    /// The message, which is about a file, and how to say it in another language.
    pub fn said(&self) -> Said {
        match self {
            Self::Jar(_) => said!("NOT_A_JAR", "is not a jar"),
            Self::NoManifest => said!(
                "JAR_NO_MANIFEST",
                "has no META-INF/MANIFEST.MF, without which JMeter finds no functions at all"
            ),
            Self::Io(_) => said!("FILE_UNREADABLE", "could not be read"),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said().detail)
    }
}

impl ClassIndex {
    /// What `scripts/engines` installs. Made by `cargo test -p oleada-script --test classes -- --ignored` with
    /// `OLEADA_BLESS=1`, which also tells when it is out of date.
    pub fn standard() -> Self {
        Self::from_lines(include_str!("classes/standard.txt"))
    }

    /// Reads a JMeter installation: `bin/saveservice.properties` (aliases), `bin/upgrade.properties` (old names) and
    /// the classes of `lib/ext`.
    pub fn of_installation(home: &Path) -> Result<Self, Error> {
        let mut index = Self::default();
        for file in ["bin/saveservice.properties", "bin/upgrade.properties"] {
            let text = fs::read_to_string(home.join(file))?;
            let keys = text
                .lines()
                .filter(|line| !line.starts_with(['#', '_']))
                .filter_map(|line| line.split_once('='))
                // One line may give several names to a class.
                .flat_map(|(names, _)| names.split(','))
                .map(str::trim)
                .filter(|name| !name.contains(['/', '|']));
            index.names.extend(keys.map(str::to_owned));
        }
        for entry in fs::read_dir(home.join("lib/ext"))? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "jar") {
                index.add_jar(fs::File::open(path)?)?;
            }
        }
        Ok(index)
    }

    /// Adds the classes of a jar.
    pub fn add_jar(&mut self, jar: impl Read + Seek) -> Result<(), Error> {
        let archive = zip::ZipArchive::new(jar)?;
        if archive.index_for_name("META-INF/MANIFEST.MF").is_none() {
            return Err(Error::NoManifest);
        }
        for name in archive.file_names_raw() {
            let class = std::str::from_utf8(name)
                .ok()
                .and_then(|name| name.strip_suffix(".class"))
                .filter(|class| !class.contains('$') && !class.starts_with("META-INF/"))
                // A plan of a user's has no business with these.
                .filter(|class| !class.starts_with("oleada/"));
            self.names.extend(class.map(|class| class.replace('/', ".")));
        }
        Ok(())
    }

    /// One name a line, sorted.
    pub fn to_lines(&self) -> String {
        self.names.iter().map(|name| format!("{name}\n")).collect()
    }

    pub fn knows(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    fn from_lines(lines: &str) -> Self {
        Self {
            names: lines.lines().map(str::to_owned).collect(),
        }
    }
}

impl Plan {
    /// The classes that JMeter would not find, each once. A disabled element counts: JMeter loads it all the same.
    /// Listeners that [`super::execution::prepare`] leaves out do not.
    pub fn unresolved_classes(&self, known: &ClassIndex) -> Vec<String> {
        let mut missing = BTreeSet::new();
        element::walk(self.top(), &mut |item| {
            if listener::is_left_out(item.element) {
                return;
            }
            let nested = item
                .element
                .elements()
                .filter(|child| child.name == "elementProp")
                .filter_map(|child| child.attribute("elementType"));
            for name in nested.chain([item.element.name.as_str()]) {
                if !known.knows(name) {
                    missing.insert(name.to_owned());
                }
            }
        });
        missing.into_iter().collect()
    }
}
