//! A running product that belongs to one test.

use std::{
    ffi::OsStr,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use crate::client::Client;

/// The product's log of permissions in its data directory, and where the lines of all products come together, beside the binary.
const ACCESS_LOG: &str = "access";
const PERMISSIONS: &str = "permissions";

/// A child process `oleada up`, ended when the test lets go of it. A call that was denied for want of a permission fails the
/// test then, whatever became of it: what is swallowed in a retry here may be a lost run on AWS.
pub struct Product {
    child: Child,
    data: PathBuf,
    base: String,
    may_be_denied: bool,
    /// Goes with the product.
    temporary: Option<tempfile::TempDir>,
}

impl Product {
    /// Starts in an empty directory and waits until it is ready.
    pub fn start() -> Result<Self> {
        let temporary = tempfile::tempdir()?;
        let mut product = Self::start_in(temporary.path())?;
        product.temporary = Some(temporary);
        Ok(product)
    }

    /// Starts with a data directory that may hold an earlier life.
    pub fn start_in(data: &Path) -> Result<Self> {
        Self::start_with(data, &[])
    }

    /// Starts with the permissions of a file like `infra/roles.json`. Calls may be denied then.
    pub fn start_with_roles(roles: &serde_json::Value) -> Result<Self> {
        let temporary = tempfile::tempdir()?;
        let file = temporary.path().join("roles.json");
        fs::write(&file, roles.to_string())?;
        let mut product = Self::start_with(temporary.path(), &["--roles".as_ref(), file.as_os_str()])?;
        product.may_be_denied = true;
        product.temporary = Some(temporary);
        Ok(product)
    }

    fn start_with(data: &Path, more: &[&OsStr]) -> Result<Self> {
        let endpoint = data.join("endpoint");
        // A killed product leaves its file behind; only the one of this start counts.
        if endpoint.exists() {
            fs::remove_file(&endpoint)?;
        }
        let port = fs::read_to_string(data.join("test-port")).unwrap_or_else(|_| "0".to_owned());
        fs::create_dir_all(data)?;
        let log = fs::File::options()
            .create(true)
            .append(true)
            .open(data.join("product.log"))?;
        let mut child = Command::new(binary("oleada")?)
            .args([
                "up",
                "--port",
                port.trim(),
                "--regions",
                "us-east-1,sa-east-1",
                "--data",
            ])
            .arg(data)
            .arg("--access-log")
            .arg(data.join(ACCESS_LOG))
            .args(more)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .context("start the product")?;
        let patience = Instant::now();
        let base = loop {
            if let Ok(base) = fs::read_to_string(&endpoint)
                && !base.trim().is_empty()
            {
                break base.trim().to_owned();
            }
            if let Some(status) = child.try_wait()? {
                bail!(
                    "the product ended with {status}: {}",
                    tail(&data.join("product.log"))
                );
            }
            ensure!(
                patience.elapsed() < Duration::from_secs(60),
                "not ready: {}",
                tail(&data.join("product.log"))
            );
            std::thread::sleep(Duration::from_millis(20));
        };
        let port = base.rsplit(':').next().context("the endpoint has a port")?;
        fs::write(data.join("test-port"), port)?;
        Ok(Self {
            child,
            data: data.to_owned(),
            base,
            may_be_denied: false,
            temporary: None,
        })
    }

    /// Where the product answers, such as `http://127.0.0.1:8080`.
    pub fn base(&self) -> &str {
        &self.base
    }

    pub fn data(&self) -> &Path {
        &self.data
    }

    /// A client with the administrator's token.
    pub fn client(&self) -> Result<Client> {
        let token =
            fs::read_to_string(self.data.join("admin-token")).context("read the administrator's token")?;
        Ok(Client::new(&self.base, Some(token.trim())))
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends it as a person does with Ctrl-C, and answers its exit code.
    pub fn interrupt(mut self) -> Result<Option<i32>> {
        self.signal(Signal::SIGINT)?;
        Ok(self.child.wait()?.code())
    }

    /// `kill -9`, and nothing else; the data stays for another start.
    pub fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// What the product printed and logged, the end of it.
    pub fn log(&self) -> String {
        tail(&self.data.join("product.log"))
    }

    /// The calls that were denied, each as role, action and resource.
    pub fn denials(&self) -> Result<Vec<String>> {
        let log = fs::read_to_string(self.data.join(ACCESS_LOG)).context("read the log of permissions")?;
        let denials = log.lines().filter_map(|line| line.strip_prefix("denied\t"));
        Ok(denials.map(|denial| denial.trim().replace('\t', " ")).collect())
    }

    /// Adds what this product's roles were granted, and used, to what scripts/permissions reads.
    fn note_permissions(&self) -> Result<()> {
        let log = fs::read(self.data.join(ACCESS_LOG))?;
        let all = binary("oleada")?.with_file_name(PERMISSIONS);
        let mut all = fs::File::options().create(true).append(true).open(all)?;
        Ok(all.write_all(&log)?)
    }

    fn signal(&self, signal: Signal) -> Result<()> {
        kill(Pid::from_raw(i32::try_from(self.child.id())?), signal).context("signal the product")
    }
}

impl Drop for Product {
    fn drop(&mut self) {
        self.end();
        // A second panic would hide the first.
        if self.may_be_denied || std::thread::panicking() {
            return;
        }
        self.note_permissions().expect("the permissions are noted");
        let denials = self.denials().expect("the denials are noted");
        assert!(
            denials.is_empty(),
            "the product was denied what it did: {denials:#?}"
        );
    }
}

impl Product {
    /// Cleanly if it can be, so that its workers end with it.
    fn end(&mut self) {
        if self.child.try_wait().is_ok_and(|ended| ended.is_some()) {
            return;
        }
        let asked = self.signal(Signal::SIGTERM).is_ok();
        let patience = Instant::now();
        while asked && patience.elapsed() < Duration::from_secs(20) {
            if self.child.try_wait().is_ok_and(|ended| ended.is_some()) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        if self.child.kill().is_ok() {
            let _status = self.child.wait();
        }
    }
}

/// A binary of this workspace, built beside the test that runs.
pub fn binary(name: &str) -> Result<PathBuf> {
    let test = std::env::current_exe()?;
    let folder = test
        .parent()
        .and_then(Path::parent)
        .context("tests run from target/<profile>/deps")?;
    let binary = folder.join(name);
    ensure!(
        binary.exists(),
        "{} is not built: run scripts/test, or cargo build --workspace first",
        binary.display()
    );
    Ok(binary)
}

fn tail(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(60)..].join("\n")
}
