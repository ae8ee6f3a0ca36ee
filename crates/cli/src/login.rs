//! Who may use the console on one machine: a one-time link, then a session cookie.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header, request},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

const COOKIE: &str = "oleada-session";

/// How long a link may be used: long enough to find the terminal, short enough to scroll away.
const LINK_LIFE: Duration = Duration::from_secs(15 * 60);

/// How long a browser stays logged in; a week of work.
const SESSION_LIFE: Duration = Duration::from_secs(7 * 24 * 3600);

/// More sessions than browsers on one machine; the oldest goes first.
const MOST_SESSIONS: usize = 100;

/// The open link and the sessions of this process. A restart prints a new link.
pub struct Logins {
    /// What a session stands for: the administrator's API token.
    token: String,
    state: Mutex<Sessions>,
}

#[derive(Default)]
struct Sessions {
    link: Option<(Digested, Instant)>,
    sessions: Vec<(Digested, Instant)>,
}

/// Only digests are kept, and compared: a comparison of them tells nothing about the secret.
#[derive(PartialEq, Eq)]
struct Digested([u8; 32]);

impl Digested {
    fn of(secret: &str) -> Self {
        Self(Sha256::digest(secret).into())
    }

    fn is(&self, secret: &str) -> bool {
        self.0.ct_eq(&Self::of(secret).0).into()
    }
}

impl Logins {
    pub fn new(token: String) -> Self {
        Self {
            token,
            state: Mutex::default(),
        }
    }

    /// A fresh code for a login link, in place of the one before.
    pub fn link_code(&self) -> String {
        let code = secret();
        self.lock().link = Some((Digested::of(&code), Instant::now()));
        code
    }

    /// Gives a request that carries a live session the administrator's token, unless it brings one of its own.
    pub fn authorize(&self, request: &mut request::Parts) {
        if request.headers.contains_key(header::AUTHORIZATION) {
            return;
        }
        let Some(session) = cookie(&request.headers) else {
            return;
        };
        let live = self
            .lock()
            .sessions
            .iter()
            .any(|(id, since)| since.elapsed() < SESSION_LIFE && id.is(session));
        if live && let Ok(value) = HeaderValue::from_str(&format!("Bearer {}", self.token)) {
            request.headers.insert(header::AUTHORIZATION, value);
        }
    }

    fn open_session(&self, code: &str) -> Option<String> {
        let mut state = self.lock();
        let fits = |(link, since): &mut (Digested, Instant)| since.elapsed() < LINK_LIFE && link.is(code);
        state.link.take_if(fits)?;
        let session = secret();
        state.sessions.retain(|(_, since)| since.elapsed() < SESSION_LIFE);
        if state.sessions.len() >= MOST_SESSIONS {
            state.sessions.remove(0);
        }
        state.sessions.push((Digested::of(&session), Instant::now()));
        Some(session)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Sessions> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `GET /login?code=`.
pub fn router(logins: std::sync::Arc<Logins>) -> Router {
    Router::new().route("/login", get(login)).with_state(logins)
}

#[derive(Deserialize)]
struct Login {
    #[serde(default)]
    code: String,
}

async fn login(State(logins): State<std::sync::Arc<Logins>>, Query(login): Query<Login>) -> Response {
    let Some(session) = logins.open_session(&login.code) else {
        let text = "This link was used or has expired. Start Oleada again to get a new one.";
        return (StatusCode::FORBIDDEN, text).into_response();
    };
    let life = SESSION_LIFE.as_secs();
    let cookie = format!("{COOKIE}={session}; Path=/; Max-Age={life}; HttpOnly; SameSite=Strict");
    ([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response()
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers
        .get_all(header::COOKIE)
        .into_iter()
        .filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|line| line.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}

/// 256 random bits.
fn secret() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(cookie: &str) -> request::Parts {
        axum::http::Request::builder()
            .header(header::COOKIE, cookie)
            .body(())
            .unwrap()
            .into_parts()
            .0
    }

    #[test]
    fn a_link_opens_one_session() {
        let logins = Logins::new("olt_x".into());
        let code = logins.link_code();
        assert!(logins.open_session("wrong").is_none());
        let session = logins.open_session(&code).expect("the first use");
        assert!(logins.open_session(&code).is_none(), "a second use");

        let mut known = request(&format!("a=b; {COOKIE}={session}"));
        logins.authorize(&mut known);
        assert_eq!(known.headers[header::AUTHORIZATION], "Bearer olt_x");
        let mut unknown = request(&format!("{COOKIE}=guess"));
        logins.authorize(&mut unknown);
        assert!(!unknown.headers.contains_key(header::AUTHORIZATION));
    }

    #[test]
    fn an_empty_code_is_no_code() {
        assert!(Logins::new("t".into()).open_session("").is_none());
    }
}
