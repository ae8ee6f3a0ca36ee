//! Who a bearer credential stands for.

use aws::settings::Settings;

use crate::{
    identity::{Caller, TOKEN},
    people::{self, People, Verdict},
    token::Token,
};

/// The name of tokens that sessions of the console use. Their runs are started by a person: the token's owner.
pub const CONSOLE_SESSION: &str = "console session";

/// Why it cannot be told whose credential it is.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the token could not be looked up")]
    Lookup(#[from] aws::Error),
    #[error("the token could not be verified")]
    Issuer(#[from] people::Error),
}

/// Whose credential an `Authorization` header holds: an API token, or the token of a person where `people` have an issuer.
pub async fn verdict(
    settings: &Settings,
    people: Option<&People>,
    authorization: &str,
) -> Result<Verdict, Error> {
    let Some(credential) = bearer(authorization) else {
        return Ok(Verdict::Unknown);
    };
    match (credential.parse::<Token>(), people) {
        (Ok(token), _) => Ok(of_token(settings, &token).await?),
        (Err(_), Some(people)) => Ok(people.verdict(credential).await?),
        (Err(_), None) => Ok(Verdict::Unknown),
    }
}

/// An API token is looked up by the hash of its secret, so no comparison of secrets can tell by its time how far they
/// agree.
async fn of_token(settings: &Settings, token: &Token) -> Result<Verdict, aws::Error> {
    let Some(record) = settings.token(&token.hash()).await? else {
        return Ok(Verdict::Unknown);
    };
    if record.token_id != token.id {
        return Ok(Verdict::Unknown);
    }
    let principal = if record.name == CONSOLE_SESSION {
        record.owner
    } else {
        format!("{TOKEN}{}", record.token_id)
    };
    Ok(Verdict::Caller(Caller {
        principal,
        role: record.role,
    }))
}

fn bearer(authorization: &str) -> Option<&str> {
    let (scheme, credential) = authorization.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| credential.trim_matches(' '))
}
