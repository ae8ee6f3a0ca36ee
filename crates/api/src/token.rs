//! API tokens: `olt_`, the token's id, and a secret of which only the hash is kept.

use std::{fmt, str::FromStr};

use model::TokenId;
use sha2::{Digest, Sha256};

const PREFIX: &str = "olt_";
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// 43 letters of 62 hold 256 bits.
const LETTERS: usize = 43;

/// A token as its holder sends it: `olt_<ulid>_<secret>`. The id names it in logs and lists, where the
/// secret must not be.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    pub id: TokenId,
    secret: String,
}

/// A string that is not a token of this product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an API token")]
pub struct InvalidToken;

impl Token {
    /// A new token, with 43 letters drawn from `random`.
    pub fn new(id: TokenId, random: &mut impl rand::Rng) -> Self {
        use rand::RngExt as _;
        let secret = (0..LETTERS)
            .map(|_| char::from(ALPHABET[random.random_range(0..ALPHABET.len())]))
            .collect();
        Self { id, secret }
    }

    /// The SHA-256 of the secret, in hex: what is kept of it, and what it is found by.
    pub fn hash(&self) -> String {
        hex::encode(Sha256::digest(self.secret.as_bytes()))
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = self.id.to_string();
        let ulid = id.strip_prefix("tok_").unwrap_or(&id);
        write!(f, "{PREFIX}{ulid}_{}", self.secret)
    }
}

/// The secret stays out of logs.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token({})", self.id)
    }
}

impl FromStr for Token {
    type Err = InvalidToken;

    fn from_str(text: &str) -> Result<Self, InvalidToken> {
        let rest = text.strip_prefix(PREFIX).ok_or(InvalidToken)?;
        let (ulid, secret) = rest.split_once('_').ok_or(InvalidToken)?;
        let id = format!("tok_{ulid}").parse().map_err(|_| InvalidToken)?;
        if secret.len() != LETTERS || !secret.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(InvalidToken);
        }
        Ok(Self {
            id,
            secret: secret.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token() -> Token {
        let id = "tok_01KAR8Z6VBN6E1CT9W2QK0H3FM".parse().unwrap();
        Token::new(id, &mut rand::rng())
    }

    #[test]
    fn a_token_reads_back_and_no_two_have_one_hash() {
        let (token, other) = (token(), token());
        assert_eq!(token.to_string().parse(), Ok(token.clone()));
        assert_ne!(token.hash(), other.hash());
        assert!(!token.hash().contains(&token.secret));
    }

    #[test]
    fn other_strings_are_no_tokens() {
        let text = token().to_string();
        for wrong in [
            "",
            "olt_",
            "olt__",
            &text[1..],
            &text[..text.len() - 1],
            &format!("{text}x"),
            &text.replace("olt_0", "olt_9"),
            &text.to_lowercase(),
        ] {
            assert_eq!(wrong.parse::<Token>(), Err(InvalidToken), "{wrong}");
        }
    }

    #[test]
    fn the_secret_is_not_in_the_debug_output() {
        let token = token();
        assert!(!format!("{token:?}").contains(&token.secret));
    }
}
