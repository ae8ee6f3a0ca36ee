//! Ids: a prefix that says what is meant, and a ULID, so that ids sort by the time of creation.

use std::{fmt, str::FromStr};

use ulid::Ulid;

use crate::{Timestamp, text::as_string};

/// A string that is not an id of the kind that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be `{prefix}_` and a ULID")]
pub struct InvalidId {
    prefix: &'static str,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Ulid);

        impl $name {
            pub const PREFIX: &'static str = $prefix;

            /// The id for a ULID made at the edge, where clock and randomness are at hand.
            pub fn new(ulid: Ulid) -> Self {
                Self(ulid)
            }

            /// The ids that can have been made from one instant to another, both included, as the least and the greatest.
            pub fn made_between(from: Timestamp, to: Timestamp) -> (Self, Self) {
                let ms = |at: Timestamp| u64::try_from(at.as_ms()).unwrap_or(0);
                let least = Ulid::from_parts(ms(from), 0);
                let greatest = Ulid::from_parts(ms(to), u128::MAX);
                (Self(least), Self(greatest))
            }

            /// When it was made, in milliseconds since the epoch.
            pub fn created_ms(self) -> u64 {
                self.0.timestamp_ms()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let invalid = InvalidId { prefix: $prefix };
                let ulid = text.strip_prefix(concat!($prefix, "_")).ok_or(invalid.clone())?;
                let id = Self(Ulid::from_string(ulid).map_err(|_| invalid.clone())?);
                // One spelling an id: Crockford's alphabet reads lower case and look-alikes too.
                if id.to_string() == text { Ok(id) } else { Err(invalid) }
            }
        }

        as_string!(
            $name,
            concat!("^", $prefix, "_[0-7][0-9A-HJKMNP-TV-Z]{25}$"),
            concat!($prefix, "_01KAR8Z6VBN6E1CT9W2QK0H3FM")
        );
    };
}

id!(/// A scenario: what to test, as a person wrote it.
    ScenarioId, "scn");
id!(/// One run of a scenario.
    RunId, "run");
id!(/// An uploaded script; immutable.
    ScriptId, "scr");
id!(/// An API token.
    TokenId, "tok");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_one_spelling() {
        let id = RunId::new(Ulid::from_parts(1_795_421_151_403, 7));
        let text = id.to_string();
        assert_eq!(text.parse::<RunId>(), Ok(id));
        assert!(text.to_lowercase().parse::<RunId>().is_err());
        assert!(text.replace("run_", "scn_").parse::<RunId>().is_err());
        assert!("run_".parse::<RunId>().is_err());
        assert_eq!(id.created_ms(), 1_795_421_151_403);
    }

    #[test]
    fn ids_lie_between_those_of_their_time() {
        let id = |ms, random| RunId::new(Ulid::from_parts(ms, random)).to_string();
        let (least, greatest) = RunId::made_between(Timestamp::from_ms(1_000), Timestamp::from_ms(2_000));
        let (least, greatest) = (least.to_string(), greatest.to_string());
        for within in [id(1_000, 0), id(1_500, 7), id(2_000, u128::MAX)] {
            assert!(least <= within && within <= greatest, "{within}");
        }
        for outside in [id(999, u128::MAX), id(2_001, 0)] {
            assert!(outside < least || outside > greatest, "{outside}");
        }
    }
}
