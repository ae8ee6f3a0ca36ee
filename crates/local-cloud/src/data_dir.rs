//! The data directory: one process at a time, and ports that outlive it.

use std::{
    fs::{self, File, TryLockError},
    io::{self, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

/// Why a data directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the data directory {} is in use by another process", .0.display())]
    InUse(PathBuf),
    #[error("the data directory {} cannot be used", path.display())]
    Io {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("the file {} is damaged", path.display())]
    Damaged {
        path: PathBuf,
        #[source]
        source: serde_json::Error,
    },
}

/// A data directory that is locked for this process, until it is dropped or the process ends.
#[derive(Debug)]
pub struct DataDir {
    path: PathBuf,
    _lock: File,
}

/// The ports of this host: chosen once, because running workers know them. 0 is a port yet to be chosen.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Ports {
    /// Where the AWS services listen.
    pub cloud: u16,
    /// Where the gateway listens.
    pub gateway: u16,
}

impl DataDir {
    /// Creates the directory, readable by its owner only, and locks it.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let failed = |source| Error::Io {
            path: path.to_owned(),
            source,
        };
        fs::create_dir_all(path).map_err(failed)?;
        fs::set_permissions(path, fs::Permissions::from_mode(0o700)).map_err(failed)?;
        let path = path.canonicalize().map_err(failed)?;
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path.join("lock"))
            .map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path, _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(Error::InUse(path)),
            Err(TryLockError::Error(source)) => Err(Error::Io { path, source }),
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The ports that were kept.
    pub fn ports(&self) -> Result<Ports, Error> {
        Ok(read_json(&self.path.join("ports.json"))?.unwrap_or_default())
    }

    pub fn keep_ports(&self, ports: Ports) -> Result<(), Error> {
        write_json(&self.path.join("ports.json"), &ports)
    }
}

/// Reads a JSON file; `None` if there is none.
pub(crate) fn read_json<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<Option<T>, Error> {
    match fs::read(path) {
        Ok(bytes) => match serde_json::from_slice(&bytes) {
            Ok(value) => Ok(Some(value)),
            Err(source) => Err(Error::Damaged {
                path: path.to_owned(),
                source,
            }),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::Io {
            path: path.to_owned(),
            source,
        }),
    }
}

/// Replaces a JSON file atomically and durably; only its owner can read it.
pub(crate) fn write_json<T: Serialize>(path: &Path, value: &T) -> Result<(), Error> {
    let bytes = serde_json::to_vec_pretty(value).map_err(|source| Error::Damaged {
        path: path.to_owned(),
        source,
    })?;
    replace(path, &bytes).map_err(|source| Error::Io {
        path: path.to_owned(),
        source,
    })
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let fresh = path.with_extension("fresh");
    let mut file = File::options()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(&fresh)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&fresh, path)?;
    match path.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}
