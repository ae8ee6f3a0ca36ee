//! Filter patterns: which log events a filter takes.
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html>

mod json;

/// A filter pattern that has been read.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Pattern {
    /// Takes every event.
    All,
    Terms(Terms),
    Json(json::Condition),
}

/// Plain terms: case-sensitive pieces of text.
///
/// Terms with a question mark count only when there are no others: AWS ignores them in mixed patterns.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Terms {
    required: Vec<String>,
    any_of: Vec<String>,
    excluded: Vec<String>,
}

/// Why a pattern is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum PatternError {
    #[error("patterns for space-delimited events and regular expressions are not offered on one machine")]
    Unsupported,
    #[error("a quotation mark is not closed")]
    OpenQuotation,
    #[error("the JSON condition cannot be read near {0:?}")]
    Json(String),
}

impl Pattern {
    pub(super) fn parse(text: &str) -> Result<Self, PatternError> {
        let text = text.trim();
        match text.as_bytes() {
            [] => Ok(Self::All),
            [b'{', .., b'}'] => json::parse(&text[1..text.len() - 1]).map(Self::Json),
            [b'[' | b'%', ..] => Err(PatternError::Unsupported),
            _ => parse_terms(text).map(Self::Terms),
        }
    }

    pub(super) fn matches(&self, message: &str) -> bool {
        match self {
            Self::All => true,
            Self::Terms(terms) => terms.match_text(message),
            Self::Json(condition) => {
                serde_json::from_str(message).is_ok_and(|message| condition.holds(&message))
            }
        }
    }
}

impl Terms {
    fn match_text(&self, message: &str) -> bool {
        let contained = |term: &String| message.contains(term.as_str());
        if self.required.is_empty() && self.excluded.is_empty() {
            return self.any_of.iter().any(contained);
        }
        self.required.iter().all(contained) && !self.excluded.iter().any(contained)
    }
}

fn parse_terms(text: &str) -> Result<Terms, PatternError> {
    let mut terms = Terms::default();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (list, start) = match rest.as_bytes()[0] {
            b'?' => (&mut terms.any_of, &rest[1..]),
            b'-' => (&mut terms.excluded, &rest[1..]),
            _ => (&mut terms.required, rest),
        };
        let (term, after) = match start.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').ok_or(PatternError::OpenQuotation)?,
            None => start.split_at(start.find(char::is_whitespace).unwrap_or(start.len())),
        };
        list.push(term.to_owned());
        rest = after.trim_start();
    }
    Ok(terms)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn takes(pattern: &str, message: &str) -> bool {
        Pattern::parse(pattern).unwrap().matches(message)
    }

    #[test]
    fn terms() {
        assert!(takes("", "anything"));
        assert!(takes("ERROR", "an ERROR here"));
        assert!(!takes("ERROR", "an error here"));
        assert!(takes("ERROR timeout", "timeout, then ERROR"));
        assert!(!takes("ERROR timeout", "ERROR"));
        assert!(takes(r#""out of memory""#, "it is out of memory now"));
        assert!(!takes(r#""out of memory""#, "memory out of"));
        assert!(takes("?ERROR ?WARN", "a WARN"));
        assert!(!takes("?ERROR ?WARN", "an INFO"));
        assert!(takes("ERROR -retry", "ERROR"));
        assert!(!takes("ERROR -retry", "ERROR, will retry"));
        assert!(takes(
            "ERROR ?WARN",
            "ERROR alone: the optional term is ignored in a mixed pattern"
        ));
        assert_eq!(Pattern::parse("\"open"), Err(PatternError::OpenQuotation));
        assert_eq!(Pattern::parse("[a, b]"), Err(PatternError::Unsupported));
    }

    #[test]
    fn json_conditions() {
        let message =
            r#"{"type": "tick", "n": 7, "ok": true, "nothing": null, "in": {"list": [{"x": "first"}]}}"#;
        for (pattern, expected) in [
            (r#"{ $.type = "tick" }"#, true),
            (r"{ $.type = tick }", true),
            (r#"{ $.type != "tick" }"#, false),
            (r#"{ $.type = "t*" }"#, true),
            (r#"{ $.type = "*k" }"#, true),
            (r#"{ $.type = "*z*" }"#, false),
            (r"{ $.n >= 7 && $.n < 8 }", true),
            (r"{ $.n > 7 || $.n = 7 }", true),
            (r"{ $.n > 7 || ($.n < 7 && $.ok IS TRUE) }", false),
            (r"{ $.ok IS TRUE }", true),
            (r"{ $.nothing IS NULL }", true),
            (r"{ $.missing IS NULL }", false),
            (r"{ $.missing NOT EXISTS }", true),
            (r"{ $.n NOT EXISTS }", false),
            (r#"{ $.missing != "x" }"#, false),
            (r#"{ $.in.list[0].x = "first" }"#, true),
            (r#"{ $.in.list[1].x = "first" }"#, false),
        ] {
            assert_eq!(takes(pattern, message), expected, "{pattern}");
        }
        assert!(!takes(r#"{ $.type = "tick" }"#, "no JSON at all"));
        for broken in [
            "{ }",
            "{ $.a }",
            "{ $.a = }",
            "{ ($.a = 1 }",
            "{ a = 1 }",
            "{ $.a = 1 && }",
        ] {
            assert!(Pattern::parse(broken).is_err(), "{broken}");
        }
    }
}
