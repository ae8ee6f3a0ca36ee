//! A position in a text, with the few moves that the parsers of paths and of intrinsic functions share.

use serde_json::Value;

pub(super) struct Cursor<'t> {
    text: &'t str,
    position: usize,
}

impl<'t> Cursor<'t> {
    pub fn new(text: &'t str) -> Self {
        Self { text, position: 0 }
    }

    pub fn position(&self) -> usize {
        self.position
    }

    pub fn at_end(&self) -> bool {
        self.position == self.text.len()
    }

    pub fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// What has been read since `start`.
    pub fn since(&self, start: usize) -> &'t str {
        &self.text[start..self.position]
    }

    /// Moves behind `token` if it is next.
    pub fn take(&mut self, token: &str) -> bool {
        let next = self.rest().starts_with(token);
        if next {
            self.position += token.len();
        }
        next
    }

    pub fn expect(&mut self, token: &str) -> Result<(), String> {
        if self.take(token) {
            Ok(())
        } else {
            Err(self.unexpected(&format!("'{token}'")))
        }
    }

    pub fn take_while(&mut self, accept: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let length = rest.find(|c| !accept(c)).unwrap_or(rest.len());
        self.position += length;
        &rest[..length]
    }

    pub fn skip_spaces(&mut self) {
        self.take_while(char::is_whitespace);
    }

    /// An integer, or none if there is no digit here.
    pub fn integer(&mut self) -> Result<Option<i64>, String> {
        self.skip_spaces();
        let digits = self.take_while(|c| c.is_ascii_digit() || c == '-');
        let number = if digits.is_empty() {
            Ok(None)
        } else {
            digits.parse().map(Some)
        };
        let number = number.map_err(|_| self.unexpected("an integer"));
        self.skip_spaces();
        number
    }

    /// A string in single or double quotes; a backslash makes the next character ordinary.
    pub fn quoted(&mut self) -> Result<String, String> {
        let raw = self.quoted_raw()?;
        let mut content = String::with_capacity(raw.len());
        let mut chars = raw.chars();
        while let Some(c) = chars.next() {
            content.extend(if c == '\\' { chars.next() } else { Some(c) });
        }
        Ok(content)
    }

    /// A string in quotes with its backslashes: in a template of `States.Format`, `\{` is not `{`.
    pub fn quoted_raw(&mut self) -> Result<&'t str, String> {
        let rest = self.rest();
        let mut chars = rest.char_indices();
        let Some((_, quote @ ('\'' | '"'))) = chars.next() else {
            return Err(self.unexpected("a quoted string"));
        };
        while let Some((at, c)) = chars.next() {
            if c == quote {
                self.position += at + quote.len_utf8();
                return Ok(&rest[quote.len_utf8()..at]);
            }
            if c == '\\' {
                chars.next();
            }
        }
        Err(self.unexpected("a closing quote"))
    }

    /// A JSON number, `true`, `false` or `null`.
    pub fn literal(&mut self) -> Result<Value, String> {
        let start = self.position;
        let word = self.take_while(|c| c.is_alphanumeric() || matches!(c, '-' | '+' | '.'));
        serde_json::from_str(word).map_err(|_| {
            self.position = start;
            self.unexpected("a number, a string, true, false, null or a path")
        })
    }

    pub fn unexpected(&self, wanted: &str) -> String {
        format!(
            "expected {wanted} at character {} of '{}'",
            self.text[..self.position].chars().count() + 1,
            self.text
        )
    }

    fn rest(&self) -> &'t str {
        &self.text[self.position..]
    }
}
