//! Independent emulators of AWS, and what they and this host answer to the same calls.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::{
    collections::BTreeMap,
    net::{TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use aws_config::SdkConfig;
use aws_sdk_dynamodb::{
    config::Credentials,
    error::{ProvideErrorMetadata, SdkError},
};

/// What one service answered, by the name of the call.
pub type Transcript = BTreeMap<&'static str, String>;

/// An emulator in a process of its own, in a directory of its own.
pub struct Referee {
    pub name: &'static str,
    process: Child,
    port: u16,
    _directory: tempfile::TempDir,
}

impl Referee {
    /// The emulators of the environment that `OLEADA_REFEREES` names.
    pub fn all() -> Vec<Self> {
        let environment =
            PathBuf::from(std::env::var("OLEADA_REFEREES").expect("scripts/test --full sets it"));
        let moto = |port: u16| {
            let mut command = Command::new(environment.join("bin/moto_server"));
            command.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
            command
        };
        let ministack = |port: u16| {
            let mut command = Command::new(environment.join("bin/ministack"));
            command
                .env("GATEWAY_PORT", port.to_string())
                .env("BIND_HOST", "127.0.0.1")
                .env("LOG_LEVEL", "ERROR");
            command
        };
        vec![Self::start("moto", moto), Self::start("ministack", ministack)]
    }

    /// The SDK's configuration for it; it takes any key.
    pub fn sdk(&self) -> SdkConfig {
        let credentials = Credentials::new("test", "test", None, None, "test");
        crate::support::sdk_with(&format!("http://127.0.0.1:{}", self.port), credentials)
    }

    fn start(name: &'static str, command: impl Fn(u16) -> Command) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let mut command = command(port);
        command
            .current_dir(directory.path())
            .env("TMPDIR", directory.path())
            .env("HOME", directory.path());
        let process = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let referee = Self {
            name,
            process,
            port,
            _directory: directory,
        };
        let deadline = Instant::now() + Duration::from_secs(60);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < deadline, "{name} does not start");
            std::thread::sleep(Duration::from_millis(100));
        }
        referee
    }
}

impl Drop for Referee {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// Where the transcripts differ otherwise than `known` says, see `docs/referees.md`: an unlisted difference, or a listed
/// one that is gone.
pub fn surprises(
    referee: &str,
    ours: &Transcript,
    theirs: &Transcript,
    known: &[(&str, &str)],
) -> Vec<String> {
    assert_eq!(ours.keys().collect::<Vec<_>>(), theirs.keys().collect::<Vec<_>>());
    let mut surprises = Vec::new();
    for (call, our) in ours {
        let (their, is_known) = (&theirs[call], known.contains(&(referee, *call)));
        if (our == their) == is_known {
            surprises.push(format!(
                "{call}\n  local-cloud: {our}\n  {referee}: {their}\n  listed: {is_known}"
            ));
        }
    }
    surprises
}

/// The code of an error, or its HTTP status if it has none.
pub fn code<E: ProvideErrorMetadata>(error: &SdkError<E>) -> String {
    let status = error
        .raw_response()
        .map_or(0, |response| response.status().as_u16());
    match error.code() {
        Some(code) => format!("{status} {code}"),
        None => format!("{status}"),
    }
}

/// What came of a call that should be refused.
pub fn refusal<T, E: ProvideErrorMetadata>(outcome: Result<T, SdkError<E>>) -> String {
    outcome.map_or_else(|error| code(&error), |_| "done".into())
}
