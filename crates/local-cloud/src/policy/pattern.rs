//! Patterns of actions and resources.

use serde::{Deserialize, Serialize};

/// A text in which `*` stands for any run of characters and `?` for one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Pattern(String);

/// Policy variables are not offered: one that was taken for plain text would allow, or deny, something else.
#[derive(Debug, thiserror::Error)]
#[error("{0} holds a policy variable, which is not offered here")]
pub struct Variable(String);

impl Pattern {
    pub fn any() -> Self {
        Self("*".to_owned())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn matches(&self, text: &str) -> bool {
        matches(self.0.as_bytes(), text.as_bytes(), |a, b| a == b)
    }

    /// Actions are the same in capitals and small letters.
    pub fn matches_action(&self, action: &str) -> bool {
        matches(self.0.as_bytes(), action.as_bytes(), u8::eq_ignore_ascii_case)
    }

    /// As `ArnLike` compares: each of the six parts by itself, so that a wildcard in one does not reach into the next.
    pub fn matches_arn(&self, arn: &str) -> bool {
        let (mut patterns, mut parts) = (self.0.splitn(6, ':'), arn.splitn(6, ':'));
        loop {
            match (patterns.next(), parts.next()) {
                (Some(pattern), Some(part)) => {
                    if !matches(pattern.as_bytes(), part.as_bytes(), |a, b| a == b) {
                        return false;
                    }
                }
                (None, None) => return true,
                _ => return false,
            }
        }
    }
}

impl TryFrom<String> for Pattern {
    type Error = Variable;

    fn try_from(text: String) -> Result<Self, Variable> {
        if text.contains("${") {
            Err(Variable(text))
        } else {
            Ok(Self(text))
        }
    }
}

impl From<Pattern> for String {
    fn from(pattern: Pattern) -> Self {
        pattern.0
    }
}

/// Takes time proportional to both lengths.
fn matches(pattern: &[u8], text: &[u8], same: impl Fn(&u8, &u8) -> bool) -> bool {
    let (mut at, mut position) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while position < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                retry = Some((at + 1, position));
                at += 1;
            }
            Some(expected) if *expected == b'?' || same(expected, &text[position]) => {
                at += 1;
                position += 1;
            }
            _ => match retry {
                Some((after_star, matched)) => {
                    at = after_star;
                    position = matched + 1;
                    retry = Some((after_star, position));
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|&rest| rest == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Pattern {
        Pattern::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn wildcards() {
        for (text, candidate, expected) in [
            ("*", "", true),
            ("a*c", "abbc", true),
            ("a*c", "abcd", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*b*", "abc", true),
            ("**", "x", true),
            ("", "x", false),
            ("A", "a", false),
        ] {
            assert_eq!(pattern(text).matches(candidate), expected, "{text} {candidate}");
        }
        assert!(pattern("S3:get*").matches_action("s3:GetObject"));
    }

    #[test]
    fn a_wildcard_in_an_arn_stays_in_its_part() {
        let cluster = pattern("arn:aws:ecs:*:000000000000:cluster/a");
        assert!(cluster.matches_arn("arn:aws:ecs:us-east-1:000000000000:cluster/a"));
        assert!(!cluster.matches_arn("arn:aws:ecs:us-east-1:111111111111:x:000000000000:cluster/a"));
        assert!(!cluster.matches_arn("arn:aws:ecs:us-east-1:000000000000:cluster/ab"));
        assert!(!cluster.matches_arn("arn:aws:ecs"));
    }

    #[test]
    fn a_policy_variable_is_refused() {
        assert!(Pattern::try_from("arn:aws:s3:::a/${aws:username}/*".to_owned()).is_err());
    }
}
