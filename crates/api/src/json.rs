//! Strict JSON: UTF-8, bounded in depth by `serde_json`, and no name twice in an object.
//!
//! Readers of repeated names disagree on which one counts, so a document with one does not say what it means.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Reads a document; the error is one sentence for the one who wrote it.
pub(crate) fn parse(bytes: &[u8]) -> Result<Value, String> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| format!("the body is not UTF-8 from byte {}", error.valid_up_to()))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match serde_json::from_str::<Strict>(text) {
        Ok(Strict(value)) => Ok(value),
        Err(error) => Err(format!("the body is not valid JSON: {error}")),
    }
}

struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value).ok_or_else(|| E::custom("number out of range"))?;
        Ok(Value::Number(number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = entries.next_key::<String>()? {
            if object.contains_key(&name) {
                return Err(de::Error::custom(format!("the name {name:?} appears twice")));
            }
            let Strict(value) = entries.next_value()?;
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_reads_as_it_is() {
        let text =
            r#"{"a": [1, -2, 0.5, true, null, "ñ 日本 \ud83d\ude00"], "b": {"c": 18446744073709551615}}"#;
        assert_eq!(parse(text.as_bytes()), Ok(serde_json::from_str(text).unwrap()));
    }

    #[test]
    fn what_is_not_json_is_refused() {
        let deep = "[".repeat(200);
        for (bytes, word) in [
            (&b"{\"a\": 1, \"a\": 2}"[..], "twice"),
            (b"{\"x\": {\"a\": 1, \"b\": 0, \"a\": 1}}", "twice"),
            (b"\xff\xfe{}", "not UTF-8 from byte 0"),
            (b"{\"a\": \"\xc3\x28\"}", "not UTF-8 from byte 7"),
            (b"\"\\ud800\"", "hex escape"),
            (b"{", "EOF"),
            (b"", "EOF"),
            (b"{} {}", "trailing"),
            (b"1e999", "out of range"),
            (b"NaN", "expected"),
            (deep.as_bytes(), "recursion"),
        ] {
            let error = parse(bytes).expect_err("must be refused");
            assert!(error.contains(word), "{error}");
        }
    }
}
