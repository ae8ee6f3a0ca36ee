//! The roles of the infrastructure, and what a test used of them.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use local_cloud::{ACCOUNT, access::Roles};

const WRITTEN: &str = include_str!("../../../../infra/roles.json");
/// The first word of every name.
pub const NAME: &str = "oleada";
pub const BUCKET: &str = "oleada";
/// The role of the test itself: it makes what the infrastructure makes, and plays the workers.
pub const OWNER: &str = "owner";

/// The owner may do everything, and a function what the infrastructure lets it do.
pub fn roles() -> Roles {
    let places = [
        ("${Partition}", "aws"),
        ("${Account}", ACCOUNT),
        ("${Hub}", "us-east-1"),
        ("${Bucket}", BUCKET),
        ("${Name}", NAME),
    ];
    let roles = Roles::read(WRITTEN, &places, &format!("{NAME}-")).unwrap();
    roles.with_owner(OWNER)
}

/// What was denied fails the test, whatever became of it; and what was used is noted for scripts/permissions.
pub struct Log {
    path: PathBuf,
    /// The test is of what becomes of what is denied.
    pub may_have_denials: bool,
}

impl Log {
    pub fn at(path: PathBuf) -> Self {
        Self {
            path,
            may_have_denials: false,
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let log = fs::read_to_string(&self.path).unwrap();
        let test = std::env::current_exe().unwrap();
        let noted = test.ancestors().nth(2).unwrap().join("permissions");
        let mut noted = fs::File::options().create(true).append(true).open(noted).unwrap();
        noted.write_all(log.as_bytes()).unwrap();
        let denied: Vec<&str> = log.lines().filter(|line| line.starts_with("denied")).collect();
        assert!(
            self.may_have_denials || denied.is_empty(),
            "a function was denied what it did: {denied:#?}"
        );
    }
}
