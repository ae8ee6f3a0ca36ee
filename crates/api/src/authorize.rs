//! Who a bearer credential stands for.

use aws::settings::Settings;

use crate::{
    identity::{Caller, TOKEN},
    token::Token,
};

/// The name of tokens that sessions of the console use. Their runs are started by a person: the token's owner.
pub const CONSOLE_SESSION: &str = "console session";

/// The caller behind an `Authorization` header; `None` when there is nobody.
///
/// An API token is looked up by the hash of its secret, so no comparison of secrets can tell by its time how far they
/// agree. JWTs are refused as long as no issuer can be configured.
pub async fn caller(settings: &Settings, authorization: &str) -> Result<Option<Caller>, aws::Error> {
    let Some(credential) = bearer(authorization) else {
        return Ok(None);
    };
    let Ok(token) = credential.parse::<Token>() else {
        return Ok(None);
    };
    let Some(record) = settings.token(&token.hash()).await? else {
        return Ok(None);
    };
    if record.token_id != token.id {
        return Ok(None);
    }
    let principal = if record.name == CONSOLE_SESSION {
        record.owner
    } else {
        format!("{TOKEN}{}", record.token_id)
    };
    Ok(Some(Caller {
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
