//! Access keys of this host: one per role, the same after a restart, and temporary ones that narrow a role.

use std::{
    path::{Path, PathBuf},
    sync::Mutex,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use aws_sigv4::sign::v4::calculate_signature;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::{data_dir, policy::Policy};

/// A role's long-lived access key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessKey {
    pub id: String,
    pub secret: String,
}

/// A temporary access key, as STS hands it out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionKey {
    pub id: String,
    pub secret: String,
    pub token: String,
    pub expires_at: SystemTime,
}

/// What a valid session token says. It says it itself, so that it outlives a restart of the host.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Session {
    /// The access key that the token belongs to.
    pub key_id: String,
    pub role: String,
    /// What the session may do, if less than its role.
    pub policy: Option<Policy>,
    /// Seconds since 1970.
    pub expires_at: u64,
}

/// The access keys of a data directory.
///
/// A role's key is derived from one secret in the directory; the file also lists the roles, to find the role of a key.
#[derive(Debug)]
pub struct Credentials {
    path: PathBuf,
    file: Mutex<Stored>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Stored {
    secret: String,
    roles: Vec<String>,
}

const LONG_LIVED: &str = "AKIA";
const TEMPORARY: &str = "ASIA";

impl Credentials {
    /// Reads the keys of a data directory, or makes the secret that they come from (file mode 0600).
    pub fn open(data: &Path) -> Result<Self, data_dir::Error> {
        let path = data.join("credentials.json");
        let stored = match data_dir::read_json(&path)? {
            Some(stored) => stored,
            None => {
                let stored = Stored {
                    secret: hex::encode(rand::random::<[u8; 32]>()),
                    roles: Vec::new(),
                };
                data_dir::write_json(&path, &stored)?;
                stored
            }
        };
        Ok(Self {
            path,
            file: Mutex::new(stored),
        })
    }

    /// The access key of a role: always the same one.
    pub fn issue(&self, role: &str) -> Result<AccessKey, data_dir::Error> {
        let mut stored = self.file.lock().expect("no holder panics");
        if !stored.roles.iter().any(|known| known == role) {
            let mut more = stored.clone();
            more.roles.push(role.to_owned());
            data_dir::write_json(&self.path, &more)?;
            *stored = more;
        }
        let id = stored.key_id_of(role);
        let secret = stored.secret_of(&id);
        Ok(AccessKey { id, secret })
    }

    /// The role that a long-lived access key stands for.
    pub fn role_of(&self, access_key_id: &str) -> Option<String> {
        let stored = self.file.lock().expect("no holder panics");
        stored
            .roles
            .iter()
            .find(|role| stored.key_id_of(role) == access_key_id)
            .cloned()
    }

    /// A temporary key for a role, at most with what `policy` allows.
    pub fn issue_session(
        &self,
        role: &str,
        policy: Option<Policy>,
        lifetime: Duration,
        now: SystemTime,
    ) -> SessionKey {
        let stored = self.file.lock().expect("no holder panics");
        let id = format!("{TEMPORARY}{}", &hex::encode_upper(rand::random::<[u8; 8]>()));
        let expires_at = now + lifetime;
        let session = Session {
            key_id: id.clone(),
            role: role.to_owned(),
            policy,
            expires_at: expires_at
                .duration_since(UNIX_EPOCH)
                .map_or(0, |since| since.as_secs()),
        };
        let claims = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&session).expect("a session is plain data"));
        let token = format!("{claims}.{}", stored.sign("token", &claims));
        SessionKey {
            secret: stored.secret_of(&id),
            id,
            token,
            expires_at,
        }
    }

    /// What a session token says, if this host issued it for this key and it has not expired.
    pub fn session(&self, access_key_id: &str, token: &str, now: SystemTime) -> Option<Session> {
        let (claims, signature) = token.split_once('.')?;
        let expected = self.file.lock().expect("no holder panics").sign("token", claims);
        if !bool::from(expected.as_bytes().ct_eq(signature.as_bytes())) {
            return None;
        }
        let session: Session = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
        let now = now.duration_since(UNIX_EPOCH).ok()?.as_secs();
        (session.key_id == access_key_id && now < session.expires_at).then_some(session)
    }

    /// The secret of a key of this host. That of a temporary key says nothing without its session token.
    pub(crate) fn secret_of(&self, access_key_id: &str) -> Option<String> {
        if !access_key_id.starts_with(TEMPORARY) {
            self.role_of(access_key_id)?;
        }
        Some(
            self.file
                .lock()
                .expect("no holder panics")
                .secret_of(access_key_id),
        )
    }
}

impl Stored {
    fn key_id_of(&self, role: &str) -> String {
        format!("{LONG_LIVED}{}", &self.sign("id", role).to_uppercase()[..16])
    }

    fn secret_of(&self, key_id: &str) -> String {
        self.sign("secret", key_id)[..40].to_owned()
    }

    /// HMAC-SHA-256 in hex; `purpose` keeps the uses of the one secret apart.
    fn sign(&self, purpose: &str, text: &str) -> String {
        calculate_signature(&self.secret, format!("{purpose}:{text}").as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_keeps_its_key_over_a_restart() {
        let data = tempfile::tempdir().unwrap();
        let first = Credentials::open(data.path()).unwrap().issue("api").unwrap();
        let again = Credentials::open(data.path()).unwrap();
        assert_eq!(again.role_of(&first.id).as_deref(), Some("api"));
        assert_eq!(again.issue("api").unwrap(), first);
        assert_ne!(again.issue("worker").unwrap().id, first.id);
        assert_eq!(again.role_of("AKIA0000000000000000"), None);
    }

    #[test]
    fn the_file_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let data = tempfile::tempdir().unwrap();
        Credentials::open(data.path()).unwrap().issue("api").unwrap();
        let mode = std::fs::metadata(data.path().join("credentials.json"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_session_token_outlives_a_restart_and_nothing_else() {
        let data = tempfile::tempdir().unwrap();
        let now = SystemTime::now();
        let hour = Duration::from_secs(3600);
        let key = Credentials::open(data.path())
            .unwrap()
            .issue_session("live", None, hour, now);
        let credentials = Credentials::open(data.path()).unwrap();
        assert_eq!(
            credentials.session(&key.id, &key.token, now).unwrap().role,
            "live"
        );
        assert_eq!(credentials.secret_of(&key.id).unwrap(), key.secret);
        assert!(
            credentials.session(&key.id, &key.token, now + hour).is_none(),
            "expired"
        );
        assert!(
            credentials.session("ASIA0", &key.token, now).is_none(),
            "of another key"
        );
        let forged = key.token.replacen(&key.token[..8], "AAAAAAAA", 1);
        assert!(credentials.session(&key.id, &forged, now).is_none(), "forged");
        let elsewhere = tempfile::tempdir().unwrap();
        assert!(
            Credentials::open(elsewhere.path())
                .unwrap()
                .session(&key.id, &key.token, now)
                .is_none()
        );
    }
}
