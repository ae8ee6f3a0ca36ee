//! The administrator's API token of one machine: in a file for scripts, its hash where every token's is.

use std::{
    fs,
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use api::token::Token;
use aws::settings::{self, Settings};
use model::{Timestamp, TokenId, role::Role};
use ulid::Ulid;

/// The file in the data directory; readable by its owner only.
const FILE: &str = "admin-token";

/// The token of this data directory, made at the first start. It is stored before it is shown.
pub async fn administrator(data: &Path, settings: &Settings) -> Result<String> {
    let file = data.join(FILE);
    let kept = fs::read_to_string(&file)
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
        name: "administrator of this machine".to_owned(),
        owner: "administrator".to_owned(),
        role: Role::Admin,
        created_at: Timestamp::now(),
    };
    settings
        .put_token(&token.hash(), &record)
        .await
        .context("store the administrator's token")?;
    write_private(&file, &token.to_string()).context("write the administrator's token")?;
    Ok(token.to_string())
}

/// Replaces a file at once, so that no reader sees half of it.
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
