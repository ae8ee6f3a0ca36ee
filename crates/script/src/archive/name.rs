//! Names in an archive: which are safe, and where a file stands.

use std::collections::BTreeMap;

use model::said;

use super::Error;

/// Names longer than this are refused, as most file systems do.
const MAX_PART: usize = 255;
const MAX_NAME: usize = 1024;

pub(super) fn is_plan(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with(".jmx")
}

/// The name of a file, without `./`; `None` for folders and for what macOS adds on its own.
pub(super) fn normalise(raw: &[u8]) -> Result<Option<String>, Error> {
    let shown = String::from_utf8_lossy(raw);
    let refuse = |said| Err(Error::Name(said));
    let Ok(name) = std::str::from_utf8(raw) else {
        return refuse(said!(
            "NAME_NOT_UTF8",
            "the name {:?} in the archive is not UTF-8",
            shown
        ));
    };
    if name.len() > MAX_NAME {
        return refuse(said!(
            "NAME_TOO_LONG",
            "the name {:?} in the archive is too long",
            shown
        ));
    }
    if name.contains('\\') {
        return refuse(said!(
            "NAME_BACKSLASH",
            "the name {:?} in the archive has a backslash: make the archive with forward slashes",
            shown
        ));
    }
    if name.chars().any(char::is_control) {
        return refuse(said!(
            "NAME_CONTROL_CHARACTER",
            "the name {:?} in the archive has a control character",
            shown
        ));
    }
    if name.starts_with('/') || is_drive(name) {
        return refuse(said!(
            "NAME_ABSOLUTE",
            "the name {:?} in the archive is absolute",
            shown
        ));
    }
    let is_folder = name.ends_with('/');
    let mut parts = Vec::new();
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                return refuse(said!(
                    "NAME_LEAVES",
                    "the name {:?} in the archive leaves the archive",
                    shown
                ));
            }
            _ if part.len() > MAX_PART => {
                return refuse(said!(
                    "NAME_TOO_LONG",
                    "the name {:?} in the archive is too long",
                    shown
                ));
            }
            _ => parts.push(part),
        }
    }
    if parts.first() == Some(&"__MACOSX") || parts.last() == Some(&".DS_Store") {
        return Ok(None);
    }
    if is_folder {
        return Ok(None);
    }
    if parts.is_empty() {
        return refuse(said!(
            "NAME_EMPTY",
            "the name {:?} in the archive is empty",
            shown
        ));
    }
    Ok(Some(parts.join("/")))
}

fn is_drive(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic()) && chars.next() == Some(':')
}

/// A name that is a file and, in another name, a folder.
pub(super) fn file_and_folder<T>(files: &BTreeMap<String, T>) -> Option<String> {
    files.keys().find_map(|name| {
        let folders = name.match_indices('/').map(|(at, _)| &name[..at]);
        folders
            .into_iter()
            .find(|folder| files.contains_key(*folder))
            .map(str::to_owned)
    })
}

/// The folder, with its `/`, that all files are in; empty where there is none.
pub(super) fn wrapper<T>(files: &BTreeMap<String, T>) -> String {
    let first = files.keys().next().and_then(|name| name.split_once('/'));
    match first {
        Some((folder, _)) => {
            let folder = format!("{folder}/");
            if files.keys().all(|name| name.starts_with(&folder)) {
                folder
            } else {
                String::new()
            }
        }
        None => String::new(),
    }
}

/// `name` as seen from `directory`, both from the root of the archive.
pub(super) fn relative(directory: &str, name: &str) -> String {
    let mut above = String::new();
    let mut directory = directory;
    loop {
        let within = if directory.is_empty() {
            Some(name)
        } else {
            name.strip_prefix(directory)
                .and_then(|rest| rest.strip_prefix('/'))
        };
        if let Some(within) = within {
            return above + within;
        }
        above.push_str("../");
        directory = directory.rsplit_once('/').map_or("", |(parent, _)| parent);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_seen_from_a_directory() {
        assert_eq!(relative("", "a/b.csv"), "a/b.csv");
        assert_eq!(relative("a", "a/b.csv"), "b.csv");
        assert_eq!(relative("a/x", "a/b.csv"), "../b.csv");
        assert_eq!(relative("ab", "a/b.csv"), "../a/b.csv");
        assert_eq!(relative("x/y", "a.csv"), "../../a.csv");
    }
}
