//! The API tokens of one machine: each in a file of the data directory, its hash where every token's is.

use std::{
    fs,
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use api::{authorize::CONSOLE_SESSION, identity::PERSON, token::Token};
use aws::settings::{self, Settings};
use model::{Timestamp, TokenId, role::Role};
use ulid::Ulid;

/// The administrator's token, for scripts.
pub async fn administrator(data: &Path, settings: &Settings) -> Result<String> {
    let name = "administrator of this machine";
    keep(&data.join("admin-token"), name, "administrator", settings).await
}

/// What the console's sessions stand for: the person at this machine, so that runs say who started them.
pub async fn session(data: &Path, person: &str, settings: &Settings) -> Result<String> {
    let owner = format!("{PERSON}{person}");
    keep(&data.join("session-token"), CONSOLE_SESSION, &owner, settings).await
}

/// The token of this file, made at the first start. It is stored before it is shown.
async fn keep(file: &Path, name: &str, owner: &str, settings: &Settings) -> Result<String> {
    let kept = fs::read_to_string(file)
        .ok()
        .and_then(|text| text.trim().parse::<Token>().ok());
    if let Some(token) = kept
        && settings.token(&token.hash()).await?.is_some()
    {
        return Ok(token.to_string());
    }
    let token = Token::new(TokenId::new(Ulid::generate()), &mut rand::rng());
    let record = settings::Token {
        token_id: token.id,
        name: name.to_owned(),
        owner: owner.to_owned(),
        role: Role::Admin,
        created_at: Timestamp::now(),
    };
    settings
        .put_token(&token.hash(), &record)
        .await
        .with_context(|| format!("store the token of the {name}"))?;
    write_private(file, &token.to_string()).with_context(|| format!("write the token of the {name}"))?;
    Ok(token.to_string())
}

/// Replaces a file at once, so that no reader sees half of it; only its owner may read it.
pub fn write_private(file: &Path, text: &str) -> Result<()> {
    let new: PathBuf = file.with_extension("new");
    // What a broken start left may have other permissions.
    if new.exists() {
        fs::remove_file(&new)?;
    }
    let mut handle = fs::File::options()
        .create_new(true)
        .write(true)
        .mode(0o600)
        .open(&new)?;
    writeln!(handle, "{text}")?;
    handle.sync_all()?;
    fs::rename(&new, file)?;
    Ok(())
}
