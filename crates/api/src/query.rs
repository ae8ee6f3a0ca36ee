//! Query parameters, read one by one with every problem kept. A parameter that a route does not know is refused: a
//! misspelt filter must not look like an answer.

use std::{cell::RefCell, fmt, ops::RangeInclusive, str::FromStr};

use axum::extract::FromRequestParts;
use http::request::Parts;
use model::{field::Said, said};

use crate::problem::{Code, Problem};

const LONGEST_CURSOR: usize = 1_000;

/// The query of a route.
pub(crate) struct Query<T>(pub T);

/// A set of parameters that a route takes.
pub(crate) trait FromQuery: Sized {
    /// Reads the parameters; `None` after a problem was noted.
    fn read(parameters: &Parameters) -> Option<Self>;
}

impl<S: Sync, T: FromQuery> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parse(parts.uri.query().unwrap_or_default()).map(Self)
    }
}

fn parse<T: FromQuery>(query: &str) -> Result<T, Problem> {
    let parameters = Parameters {
        pairs: url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect(),
        known: RefCell::default(),
        problems: RefCell::default(),
    };
    let value = T::read(&parameters);
    parameters.refuse_unknown();
    let problems = parameters.problems.into_inner();
    match value {
        Some(value) if problems.is_empty() => Ok(value),
        _ => Err(Problem::new(Code::Malformed, "the query cannot be read").with_errors(problems)),
    }
}

/// The parameters as they were sent.
pub(crate) struct Parameters {
    pairs: Vec<(String, String)>,
    known: RefCell<Vec<&'static str>>,
    problems: RefCell<Vec<model::Problem>>,
}

impl Parameters {
    /// A parameter that may be left out; its type's error is the problem.
    pub fn optional<T: FromStr<Err: fmt::Display>>(&self, name: &'static str) -> Option<Option<T>> {
        let Some(text) = self.text(name)? else {
            return Some(None);
        };
        match text.parse() {
            Ok(value) => Some(Some(value)),
            Err(error) => self.problem(name, error.to_string()),
        }
    }

    /// Values between commas, at most so many; none when it is left out.
    pub fn list<T: FromStr<Err: fmt::Display>>(&self, name: &'static str, most: usize) -> Option<Vec<T>> {
        let Some(text) = self.text(name)? else {
            return Some(Vec::new());
        };
        let values: Vec<&str> = text.split(',').collect();
        if values.len() > most {
            return self.problem(
                name,
                said!("TOO_MANY_VALUES", "must have at most {} values", most),
            );
        }
        match values.into_iter().map(str::parse).collect() {
            Ok(values) => Some(values),
            Err(error) => self.problem(name, T::Err::to_string(&error)),
        }
    }

    /// A whole number that may be left out.
    pub fn integer(&self, name: &'static str, range: RangeInclusive<u64>) -> Option<Option<u64>> {
        let Some(text) = self.text(name)? else {
            return Some(None);
        };
        // `parse` alone would take a leading plus sign.
        let number = Some(text)
            .filter(|text| text.bytes().all(|b| b.is_ascii_digit()))
            .and_then(|text| text.parse().ok());
        match number {
            Some(number) if range.contains(&number) => Some(Some(number)),
            _ => self.problem(
                name,
                said!(
                    "NOT_WHOLE_NUMBER",
                    "must be a whole number between {} and {}",
                    range.start(),
                    range.end()
                ),
            ),
        }
    }

    /// `nextCursor` of an earlier answer; whether it is one of this list is found out later.
    pub fn cursor(&self) -> Option<Option<String>> {
        let Some(text) = self.text("cursor")? else {
            return Some(None);
        };
        let is_well_formed = (1..=LONGEST_CURSOR).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_/+=.".contains(&b));
        if !is_well_formed {
            return self.problem(
                "cursor",
                said!("NOT_CURSOR", "must be nextCursor of the page before"),
            );
        }
        Some(Some(text.to_owned()))
    }

    /// A text of at most so many characters, none of them a control character, that may be left out.
    pub fn line(&self, name: &'static str, most: usize) -> Option<Option<String>> {
        let Some(text) = self.text(name)? else {
            return Some(None);
        };
        if text.chars().count() > most {
            return self.problem(
                name,
                said!("TOO_MANY_CHARACTERS", "must have at most {} characters", most),
            );
        }
        if text.chars().any(char::is_control) {
            return self.problem(
                name,
                said!("CONTROL_CHARACTERS", "must not contain control characters"),
            );
        }
        Some(Some(text.to_owned()))
    }

    pub fn problem<T>(&self, name: &str, said: impl Into<Said>) -> Option<T> {
        let problem = model::Problem::new(format!("?{name}"), said);
        self.problems.borrow_mut().push(problem);
        None
    }

    fn text(&self, name: &'static str) -> Option<Option<&str>> {
        self.known.borrow_mut().push(name);
        let mut values = self
            .pairs
            .iter()
            .filter(|(key, _)| key == name)
            .map(|(_, value)| value.as_str());
        let first = values.next();
        if values.next().is_some() {
            return self.problem(name, said!("GIVEN_TWICE", "must be given once"));
        }
        Some(first)
    }

    fn refuse_unknown(&self) {
        for (name, _) in &self.pairs {
            if !self.known.borrow().contains(&name.as_str()) {
                let _: Option<()> = self.problem(
                    name,
                    said!("UNKNOWN_PARAMETER", "is not a parameter of this route"),
                );
            }
        }
    }
}

/// A route without parameters.
pub(crate) struct Nothing;

impl FromQuery for Nothing {
    fn read(_: &Parameters) -> Option<Self> {
        Some(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq)]
    struct Filter {
        limit: Option<u64>,
        tag: Option<String>,
        run: Option<model::RunId>,
        sizes: Vec<u8>,
    }

    impl FromQuery for Filter {
        fn read(parameters: &Parameters) -> Option<Self> {
            let limit = parameters.integer("limit", 1..=100);
            let tag = parameters.line("tag", 5);
            let run = parameters.optional("run");
            let sizes = parameters.list("sizes", 2);
            Some(Self {
                limit: limit?,
                tag: tag?,
                run: run?,
                sizes: sizes?,
            })
        }
    }

    #[test]
    fn every_problem_is_named() {
        let problem = parse::<Filter>("limit=0&tag=abcdef&run=x&colour=red").unwrap_err();
        let pointers: Vec<_> = problem.errors.iter().map(|e| e.pointer.as_str()).collect();
        assert_eq!(pointers, ["?limit", "?tag", "?run", "?colour"]);
        assert!(parse::<Filter>("limit=1&limit=2").is_err());
        for sizes in ["", "1,", "1,2,3", "256", "1&sizes=2"] {
            assert!(parse::<Filter>(&format!("sizes={sizes}")).is_err(), "{sizes}");
        }
        assert!(parse::<Filter>("limit=%2B1").is_err());
    }

    #[test]
    fn what_is_there_is_read() {
        let read = parse::<Filter>("tag=a%20%C3%B1&limit=100&sizes=3,4").unwrap();
        let expected = Filter {
            limit: Some(100),
            tag: Some("a ñ".into()),
            run: None,
            sizes: vec![3, 4],
        };
        assert_eq!(read, expected);
    }
}
