//! Who may use the console on one machine: a one-time link, then a session cookie.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context, Result};

use axum::{
    Router,
    extract::{self, Query},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use model::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::token::write_private;

/// The file in the data directory that keeps sessions over a restart.
const FILE: &str = "sessions";

/// How long a link may be used: long enough to find the terminal, short enough to scroll away.
const LINK_LIFE: Duration = Duration::from_secs(15 * 60);

/// How long a browser stays logged in; a week of work.
const SESSION_LIFE: Duration = Duration::from_secs(7 * 24 * 3600);

/// More sessions than browsers on one machine; the oldest goes first.
const MOST_SESSIONS: usize = 100;

/// The open link and the sessions of this data directory. A restart prints a new link, and browsers stay logged in.
pub struct Logins {
    /// What a session stands for: an API token.
    token: String,
    /// Cookies know no ports: two products on one machine must not log each other's browsers out.
    cookie: String,
    file: PathBuf,
    clock: fn() -> Timestamp,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    link: Option<Secret>,
    sessions: Vec<Secret>,
}

/// A secret that was given out. Only its digest is kept, and compared: a comparison of digests tells nothing about it.
#[derive(Clone, Serialize, Deserialize)]
struct Secret {
    /// SHA-256, in hex.
    digest: String,
    since: Timestamp,
}

impl Secret {
    fn of(secret: &str, since: Timestamp) -> Self {
        Self {
            digest: digest(secret),
            since,
        }
    }

    fn is(&self, secret: &str) -> bool {
        self.digest.as_bytes().ct_eq(digest(secret).as_bytes()).into()
    }

    fn is_live(&self, life: Duration, now: Timestamp) -> bool {
        now.as_ms() - self.since.as_ms() < life.as_millis() as i64
    }
}

fn digest(secret: &str) -> String {
    hex::encode(Sha256::digest(secret))
}

impl Logins {
    /// With the sessions that this data directory has kept; `port` is where the product listens.
    pub fn open(data: &Path, port: u16, token: String, clock: fn() -> Timestamp) -> Result<Self> {
        let file = data.join(FILE);
        let sessions = match fs::read(&file) {
            // A file that cannot be read costs a login, not the start.
            Ok(kept) => serde_json::from_slice(&kept).unwrap_or_else(|error| {
                tracing::warn!(%error, "the sessions could not be read; browsers must log in again");
                Vec::new()
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error).context("read the sessions"),
        };
        Ok(Self {
            token,
            cookie: format!("oleada-session-{port}"),
            file,
            clock,
            state: Mutex::new(State { link: None, sessions }),
        })
    }

    /// A fresh code for a login link, in place of the one before.
    pub fn link_code(&self) -> String {
        let code = secret();
        self.lock().link = Some(Secret::of(&code, (self.clock)()));
        code
    }

    /// Gives a request that carries a live session its token, unless it brings one of its own.
    pub fn authorize(&self, request: &mut request::Parts) {
        if request.headers.contains_key(header::AUTHORIZATION) {
            return;
        }
        let Some(session) = self.cookie_of(&request.headers) else {
            return;
        };
        let now = (self.clock)();
        let live = self
            .lock()
            .sessions
            .iter()
            .any(|known| known.is_live(SESSION_LIFE, now) && known.is(session));
        if live && let Ok(value) = HeaderValue::from_str(&format!("Bearer {}", self.token)) {
            request.headers.insert(header::AUTHORIZATION, value);
        }
    }

    /// `None` for a code that opens nothing. The session is kept before it is given out.
    fn open_session(&self, code: &str) -> Result<Option<String>> {
        let now = (self.clock)();
        let mut state = self.lock();
        let fits = |link: &mut Secret| link.is_live(LINK_LIFE, now) && link.is(code);
        if state.link.take_if(fits).is_none() {
            return Ok(None);
        }
        let session = secret();
        state.sessions.retain(|known| known.is_live(SESSION_LIFE, now));
        if state.sessions.len() >= MOST_SESSIONS {
            state.sessions.remove(0);
        }
        state.sessions.push(Secret::of(&session, now));
        self.keep(&state.sessions)?;
        Ok(Some(session))
    }

    fn end_session(&self, session: &str) -> Result<()> {
        let mut state = self.lock();
        state.sessions.retain(|known| !known.is(session));
        self.keep(&state.sessions)
    }

    fn keep(&self, sessions: &[Secret]) -> Result<()> {
        write_private(&self.file, &serde_json::to_string(sessions)?).context("keep the sessions")
    }

    fn cookie_of<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        let cookies = headers
            .get_all(header::COOKIE)
            .into_iter()
            .filter_map(|value| value.to_str().ok());
        cookies
            .flat_map(|line| line.split(';'))
            .find_map(|pair| pair.trim().strip_prefix(&self.cookie)?.strip_prefix('='))
    }

    fn set_cookie(&self, session: &str, life: Duration) -> [(HeaderName, String); 1] {
        let (name, life) = (&self.cookie, life.as_secs());
        let cookie = format!("{name}={session}; Path=/; Max-Age={life}; HttpOnly; SameSite=Strict");
        [(header::SET_COOKIE, cookie)]
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `GET /login?code=` and `POST /logout`.
pub fn router(logins: Arc<Logins>) -> Router {
    Router::new()
        .route("/login", get(login))
        .route("/logout", post(logout))
        .with_state(logins)
}

#[derive(Deserialize)]
struct Login {
    #[serde(default)]
    code: String,
}

async fn login(extract::State(logins): extract::State<Arc<Logins>>, Query(login): Query<Login>) -> Response {
    let session = match logins.open_session(&login.code) {
        Ok(Some(session)) => session,
        Ok(None) => {
            let text = "This link was used or has expired. Start Oleada again to get a new one.";
            return (StatusCode::FORBIDDEN, text).into_response();
        }
        Err(error) => return not_kept(&error),
    };
    (logins.set_cookie(&session, SESSION_LIFE), Redirect::to("/")).into_response()
}

async fn logout(extract::State(logins): extract::State<Arc<Logins>>, headers: HeaderMap) -> Response {
    let ended = logins
        .cookie_of(&headers)
        .map_or(Ok(()), |session| logins.end_session(session));
    match ended {
        Ok(()) => (logins.set_cookie("", Duration::ZERO), StatusCode::NO_CONTENT).into_response(),
        Err(error) => not_kept(&error),
    }
}

fn not_kept(error: &anyhow::Error) -> Response {
    tracing::error!(error = format!("{error:#}"), "the sessions could not be kept");
    let text = "The sessions could not be kept; the terminal says why.";
    (StatusCode::INTERNAL_SERVER_ERROR, text).into_response()
}

/// 256 random bits.
fn secret() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 1_800_000_000_000;

    fn at_start() -> Timestamp {
        Timestamp::from_ms(START)
    }

    fn a_week_later() -> Timestamp {
        Timestamp::from_ms(START + SESSION_LIFE.as_millis() as i64)
    }

    fn open(data: &Path, clock: fn() -> Timestamp) -> Logins {
        Logins::open(data, 8080, "olt_x".into(), clock).unwrap()
    }

    /// Whether the session gets a request in.
    fn admits(logins: &Logins, session: &str) -> bool {
        let cookie = format!("a=b; oleada-session-8080={session}");
        let (mut request, ()) = axum::http::Request::builder()
            .header(header::COOKIE, cookie)
            .body(())
            .unwrap()
            .into_parts();
        logins.authorize(&mut request);
        request
            .headers
            .get(header::AUTHORIZATION)
            .is_some_and(|value| value == "Bearer olt_x")
    }

    #[test]
    fn a_link_opens_one_session() {
        let data = tempfile::tempdir().unwrap();
        let logins = open(data.path(), at_start);
        let code = logins.link_code();
        assert!(logins.open_session("wrong").unwrap().is_none());
        let session = logins.open_session(&code).unwrap().expect("the first use");
        assert!(logins.open_session(&code).unwrap().is_none(), "a second use");
        assert!(admits(&logins, &session));
        assert!(!admits(&logins, "guess"));
    }

    #[test]
    fn a_session_outlives_a_restart_and_ends_after_a_week() {
        let data = tempfile::tempdir().unwrap();
        let logins = open(data.path(), at_start);
        let session = logins.open_session(&logins.link_code()).unwrap().unwrap();
        assert!(admits(&open(data.path(), at_start), &session));
        assert!(!admits(&open(data.path(), a_week_later), &session));
        let kept = fs::read_to_string(data.path().join(FILE)).unwrap();
        assert!(!kept.contains(&session), "only digests are kept");
    }

    #[test]
    fn a_session_that_was_ended_is_ended_after_a_restart_too_and_no_other_is() {
        let data = tempfile::tempdir().unwrap();
        let logins = open(data.path(), at_start);
        let [one, other] = [(), ()].map(|()| logins.open_session(&logins.link_code()).unwrap().unwrap());
        logins.end_session(&one).unwrap();
        for logins in [logins, open(data.path(), at_start)] {
            assert!(!admits(&logins, &one));
            assert!(admits(&logins, &other));
        }
    }

    #[test]
    fn an_empty_code_is_no_code() {
        let data = tempfile::tempdir().unwrap();
        assert!(open(data.path(), at_start).open_session("").unwrap().is_none());
    }
}
