//! The intrinsic functions.
//! <https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html>

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};
use sha2::Digest as _;

use super::{expression::Random, failure::Failure};

/// The longest text that is encoded, decoded or hashed, in characters.
const TEXT_LIMIT: usize = 10_000;
/// The longest array that `States.ArrayRange` makes.
const RANGE_LIMIT: usize = 1_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    Array,
    ArrayContains,
    ArrayGetItem,
    ArrayLength,
    ArrayPartition,
    ArrayRange,
    ArrayUnique,
    Base64Decode,
    Base64Encode,
    Format,
    Hash,
    JsonMerge,
    JsonToString,
    MathAdd,
    MathRandom,
    StringSplit,
    StringToJson,
    Uuid,
}

impl Function {
    pub fn named(name: &str) -> Option<Self> {
        Some(match name.strip_prefix("States.")? {
            "Array" => Self::Array,
            "ArrayContains" => Self::ArrayContains,
            "ArrayGetItem" => Self::ArrayGetItem,
            "ArrayLength" => Self::ArrayLength,
            "ArrayPartition" => Self::ArrayPartition,
            "ArrayRange" => Self::ArrayRange,
            "ArrayUnique" => Self::ArrayUnique,
            "Base64Decode" => Self::Base64Decode,
            "Base64Encode" => Self::Base64Encode,
            "Format" => Self::Format,
            "Hash" => Self::Hash,
            "JsonMerge" => Self::JsonMerge,
            "JsonToString" => Self::JsonToString,
            "MathAdd" => Self::MathAdd,
            "MathRandom" => Self::MathRandom,
            "StringSplit" => Self::StringSplit,
            "StringToJson" => Self::StringToJson,
            "UUID" => Self::Uuid,
            _ => return None,
        })
    }

    /// Calls the function; arguments that do not fit are a `States.IntrinsicFailure`.
    pub fn call(self, arguments: &[Value], random: &Random) -> Result<Value, Failure> {
        use Value::{Array, Bool, String};
        match (self, arguments) {
            (Self::Array, items) => Ok(Array(items.to_vec())),
            (Self::ArrayContains, [Array(items), wanted]) => Ok(items.contains(wanted).into()),
            (Self::ArrayGetItem, [Array(items), index]) => {
                let item = whole(index)
                    .and_then(|index| usize::try_from(index).ok())
                    .and_then(|at| items.get(at));
                item.cloned()
                    .ok_or_else(|| Failure::intrinsic(format!("Index {index} is not in the array.")))
            }
            (Self::ArrayLength, [Array(items)]) => Ok(items.len().into()),
            (Self::ArrayPartition, [Array(items), size]) => partition(items, size),
            (Self::ArrayRange, [from, to, by]) => range(from, to, by),
            (Self::ArrayUnique, [Array(items)]) => Ok(unique(items)),
            (Self::Base64Decode, [String(text)]) if short(text) => decode(text),
            (Self::Base64Encode, [String(text)]) if short(text) => Ok(STANDARD.encode(text).into()),
            (Self::Format, [String(template), values @ ..]) => format(template, values),
            (Self::Hash, [String(text), String(algorithm)]) if short(text) => hash(text, algorithm),
            (Self::Hash, [data, String(algorithm)]) if short(&data.to_string()) => {
                hash(&data.to_string(), algorithm)
            }
            (Self::JsonMerge, [Value::Object(left), Value::Object(right), Bool(false)]) => {
                let mut merged = left.clone();
                merged.extend(right.clone());
                Ok(merged.into())
            }
            (Self::JsonToString, [value]) => Ok(value.to_string().into()),
            (Self::MathAdd, [left, right]) => match (rounded(left), rounded(right)) {
                (Some(left), Some(right)) => left
                    .checked_add(right)
                    .map(Value::from)
                    .ok_or_else(|| self.refused(arguments)),
                _ => Err(self.refused(arguments)),
            },
            (Self::MathRandom, [from, to, seed @ ..]) if seed.len() <= 1 => {
                match (rounded(from), rounded(to)) {
                    (Some(from), Some(to)) if from < to => match seed.first().map(rounded) {
                        None => Ok(random.integer(from, to).into()),
                        Some(Some(seed)) => {
                            Ok(StdRng::seed_from_u64(seed as u64).random_range(from..to).into())
                        }
                        Some(None) => Err(self.refused(arguments)),
                    },
                    _ => Err(self.refused(arguments)),
                }
            }
            (Self::StringSplit, [String(text), String(separators)]) => {
                let parts = text
                    .split(|c| separators.contains(c))
                    .filter(|part| !part.is_empty());
                Ok(parts.map(Value::from).collect())
            }
            (Self::StringToJson, [String(text)]) => serde_json::from_str(text).map_err(|error| {
                Failure::intrinsic(format!("States.StringToJson cannot read its argument: {error}"))
            }),
            (Self::Uuid, []) => Ok(random.uuid().into()),
            _ => Err(self.refused(arguments)),
        }
    }

    fn refused(self, arguments: &[Value]) -> Failure {
        let arguments: Vec<_> = arguments.iter().map(Value::to_string).collect();
        Failure::intrinsic(format!(
            "Invalid arguments in States.{self:?}: ({})",
            arguments.join(", ")
        ))
    }
}

fn short(text: &str) -> bool {
    text.chars().count() <= TEXT_LIMIT
}

fn whole(number: &Value) -> Option<i64> {
    number.as_i64().or_else(|| {
        number
            .as_f64()
            .filter(|float| float.fract() == 0.0)
            .map(|float| float as i64)
    })
}

/// Fractions are rounded to the nearest integer.
fn rounded(number: &Value) -> Option<i64> {
    number
        .as_i64()
        .or_else(|| number.as_f64().map(|float| float.round() as i64))
}

fn partition(items: &[Value], size: &Value) -> Result<Value, Failure> {
    match rounded(size).and_then(|size| usize::try_from(size).ok()) {
        Some(size @ 1..) => Ok(items
            .chunks(size)
            .map(|chunk| Value::Array(chunk.to_vec()))
            .collect()),
        _ => Err(Failure::intrinsic(format!(
            "The chunk size must be a positive integer, not {size}."
        ))),
    }
}

fn range(from: &Value, to: &Value, by: &Value) -> Result<Value, Failure> {
    let refused = || {
        Failure::intrinsic(format!(
            "Invalid arguments in States.ArrayRange: ({from}, {to}, {by})"
        ))
    };
    let (Some(from), Some(to), Some(by)) = (rounded(from), rounded(to), rounded(by)) else {
        return Err(refused());
    };
    if by == 0 {
        return Err(refused());
    }
    let next = |at: &i64| at.checked_add(by);
    let within = |at: &i64| if by > 0 { *at <= to } else { *at >= to };
    let items: Vec<i64> = std::iter::successors(Some(from), next)
        .take_while(within)
        .take(RANGE_LIMIT + 1)
        .collect();
    if items.len() > RANGE_LIMIT {
        Err(refused())
    } else {
        Ok(json!(items))
    }
}

fn unique(items: &[Value]) -> Value {
    let mut seen: Vec<Value> = Vec::new();
    for item in items {
        if !seen.contains(item) {
            seen.push(item.clone());
        }
    }
    Value::Array(seen)
}

fn decode(text: &str) -> Result<Value, Failure> {
    let bytes = STANDARD.decode(text).ok();
    let decoded = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    decoded
        .map(Value::from)
        .ok_or_else(|| Failure::intrinsic("States.Base64Decode cannot read its argument."))
}

/// Replaces each `{}` by the next value; `\{`, `\}`, `\'` and `\\` stand for themselves.
fn format(template: &str, values: &[Value]) -> Result<Value, Failure> {
    let mismatch = || {
        Failure::intrinsic(format!(
            "States.Format got {} values, which do not match '{template}'.",
            values.len()
        ))
    };
    let mut text = String::new();
    let mut values = values.iter();
    let mut chars = template.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => text.extend(chars.next()),
            '{' if chars.next() == Some('}') => text.push_str(&plain(values.next().ok_or_else(mismatch)?)),
            '{' => {
                return Err(Failure::intrinsic(format!(
                    "States.Format cannot read '{template}'."
                )));
            }
            c => text.push(c),
        }
    }
    if values.next().is_some() {
        Err(mismatch())
    } else {
        Ok(text.into())
    }
}

/// A value within a text. Arrays and objects look as the service prints them, which is not JSON: `{a=[1, x]}`.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(plain).collect::<Vec<_>>().join(", ")),
        Value::Object(fields) => {
            let fields: Vec<_> = fields
                .iter()
                .map(|(name, value)| format!("{name}={}", plain(value)))
                .collect();
            format!("{{{}}}", fields.join(", "))
        }
        other => other.to_string(),
    }
}

fn hash(text: &str, algorithm: &str) -> Result<Value, Failure> {
    Ok(match algorithm {
        "MD5" => hex::encode(md5::Md5::digest(text)),
        "SHA-1" => hex::encode(sha1::Sha1::digest(text)),
        "SHA-256" => hex::encode(sha2::Sha256::digest(text)),
        "SHA-384" => hex::encode(sha2::Sha384::digest(text)),
        "SHA-512" => hex::encode(sha2::Sha512::digest(text)),
        other => {
            return Err(Failure::intrinsic(format!(
                "'{other}' is not a hashing algorithm that States.Hash has."
            )));
        }
    }
    .into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::states::{
        expression::{Expression, Surroundings},
        path::Documents,
    };

    fn evaluate(text: &str, input: &Value) -> Result<Value, Failure> {
        let context = json!({"Execution": {"Name": "e"}});
        let random = Random::seeded(1);
        let around = Surroundings {
            documents: Documents {
                input,
                context: &context,
            },
            random: &random,
        };
        Expression::parse(text).expect("parses").evaluate("x.$", around)
    }

    #[test]
    fn functions_answer_as_the_documentation_shows() {
        let input = json!({
            "list": [1, 2, 3, 4, 5], "same": [1, 1, 2, 3, 1], "name": "Foo", "text": "{\"a\":[1]}",
            "left": {"a": {"x": 1}, "b": 2}, "right": {"a": {"y": 2}, "c": 3}, "n": 111, "split": "1.2*3.4"
        });
        let table = [
            (
                "States.Format('Hello, {} is {}', $.name, $.n)",
                json!("Hello, Foo is 111"),
            ),
            (
                r"States.Format('a\{b\} it\'s {}', $.left)",
                json!("a{b} it's {a={x=1}, b=2}"),
            ),
            (
                "States.Array($.name, 'x', 2, null, true)",
                json!(["Foo", "x", 2, null, true]),
            ),
            ("States.Array()", json!([])),
            ("States.ArrayPartition($.list, 2)", json!([[1, 2], [3, 4], [5]])),
            ("States.ArrayContains($.list, 5)", json!(true)),
            ("States.ArrayRange(1, 9, 2)", json!([1, 3, 5, 7, 9])),
            ("States.ArrayRange(3, 1, -1)", json!([3, 2, 1])),
            ("States.ArrayGetItem($.list, 4)", json!(5)),
            ("States.ArrayLength($.list)", json!(5)),
            ("States.ArrayUnique($.same)", json!([1, 2, 3])),
            (
                "States.Base64Encode('Data to encode')",
                json!("RGF0YSB0byBlbmNvZGU="),
            ),
            ("States.Base64Decode('RGVjb2RlZCBkYXRh')", json!("Decoded data")),
            (
                "States.Hash('input data', 'SHA-1')",
                json!("aaff4a450a104cd177d28d18d74485e8cae074b7"),
            ),
            (
                "States.Hash('', 'MD5')",
                json!("d41d8cd98f00b204e9800998ecf8427e"),
            ),
            (
                "States.JsonMerge($.left, $.right, false)",
                json!({"a": {"y": 2}, "b": 2, "c": 3}),
            ),
            ("States.StringToJson($.text)", json!({"a": [1]})),
            ("States.JsonToString($.right)", json!("{\"a\":{\"y\":2},\"c\":3}")),
            ("States.MathAdd($.n, -1)", json!(110)),
            ("States.StringSplit($.split, '.*')", json!(["1", "2", "3", "4"])),
            (
                "States.ArrayLength(States.StringSplit($$.Execution.Name, ','))",
                json!(1),
            ),
        ];
        for (text, expected) in table {
            assert_eq!(evaluate(text, &input), Ok(expected), "{text}");
        }
    }

    #[test]
    fn arguments_that_do_not_fit_are_an_intrinsic_failure() {
        let input = json!({"list": [1]});
        for text in [
            "States.ArrayGetItem($.list, 1)",
            "States.ArrayPartition($.list, 0)",
            "States.ArrayRange(1, 5000, 1)",
            "States.ArrayRange(1, 5, 0)",
            "States.Format('{} {}', 1)",
            "States.Format('{}', 1, 2)",
            "States.StringToJson('nope')",
            "States.Base64Decode('!')",
            "States.Hash('a', 'SHA-3')",
            "States.JsonMerge($.list, $.list, false)",
            "States.MathAdd('a', 1)",
            "States.UUID(1)",
        ] {
            let error = evaluate(text, &input).expect_err(text).error;
            assert_eq!(error.as_deref(), Some("States.IntrinsicFailure"), "{text}");
        }
        let error = evaluate("States.ArrayLength($.nope)", &input)
            .expect_err("no such path")
            .error;
        assert_eq!(error.as_deref(), Some("States.ParameterPathFailure"));
    }

    #[test]
    fn random_values_have_their_range_and_form() {
        let uuid = evaluate("States.UUID()", &json!({})).expect("a value");
        let form = regex::Regex::new("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$");
        assert!(
            form.expect("compiles").is_match(uuid.as_str().expect("a string")),
            "{uuid}"
        );
        for _ in 0..100 {
            let number = evaluate("States.MathRandom(1, 3)", &json!({})).expect("a value");
            assert!([1, 2].contains(&number.as_i64().expect("an integer")), "{number}");
        }
        let seeded = "States.MathRandom(1, 1000000, 7)";
        assert_eq!(evaluate(seeded, &json!({})), evaluate(seeded, &json!({})));
    }

    #[test]
    fn what_is_no_expression_does_not_parse() {
        for text in [
            "States.Nope()",
            "plain",
            "States.Format('a'",
            "States.Array(1 2)",
            "$.a b",
            "States.Array(,)",
        ] {
            assert!(Expression::parse(text).is_err(), "{text}");
        }
    }
}
