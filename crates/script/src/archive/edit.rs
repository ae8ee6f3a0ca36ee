//! An upload with one file changed. What is not changed is copied as it is packed, so a large archive costs little.

use std::{
    fmt,
    io::{self, Read, Seek, Write},
    str::FromStr,
};

use model::said;
use zip::{ZipWriter, write::SimpleFileOptions};

use super::{Archive, Content, Error, name};

/// The name of a file as an archive lists it: relative, with `/`, plainly written, leading nowhere else.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileName(String);

impl FileName {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it should be a JMeter plan.
    pub fn is_plan(&self) -> bool {
        name::is_plan(&self.0)
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for FileName {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match name::normalise(text.as_bytes())? {
            Some(plain) if plain == text => Ok(Self(plain)),
            Some(_) => Err(Error::Name(said!(
                "NAME_NOT_PLAIN",
                "the name {:?} in the archive is not written plainly",
                text
            ))),
            None => Err(Error::Name(said!(
                "NAME_NOT_A_FILE",
                "the name {:?} in the archive is not the name of a file that a script can have",
                text
            ))),
        }
    }
}

impl<R: Read + Seek> Archive<R> {
    /// Writes the upload with `bytes` as the content of `name`, which is replaced, or added to a zip. What comes out is as
    /// trustworthy as any upload: it has to be opened to be believed.
    pub fn with_file(
        &mut self,
        name: &FileName,
        bytes: &[u8],
        mut to: impl Write + Seek,
    ) -> Result<(), Error> {
        let zip = match &mut self.content {
            Content::Zip(zip) => zip,
            Content::Single(_) => {
                return match self.files.keys().next() {
                    Some(only) if only != name.as_str() => Err(Error::SingleFile(only.clone())),
                    _ => Ok(to.write_all(bytes)?),
                };
            }
        };
        let mut writer = ZipWriter::new(to);
        for (path, file) in &self.files {
            if path != name.as_str() {
                let entry = zip.by_index_raw(file.index).map_err(Error::Zip)?;
                let path = format!("{}{path}", self.wrapper);
                writer.raw_copy_file_rename(entry, path).map_err(Error::Zip)?;
            }
        }
        // The folder that wraps everything stays: without it, what is left could seem to have another one.
        let path = format!("{}{name}", self.wrapper);
        writer
            .start_file(path, SimpleFileOptions::default())
            .map_err(Error::Zip)?;
        writer.write_all(bytes)?;
        let mut to = writer.finish().map_err(Error::Zip)?;
        to.flush().map_err(io::Error::into)
    }
}
