//! What the value of a `name.$` field may be: a path, or a call of an intrinsic function with such values within.

use std::sync::Mutex;

use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::Value;

use super::{
    cursor::Cursor,
    failure::Failure,
    intrinsics::Function,
    path::{Documents, Path},
    path_parser,
};

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expression {
    Path(Path),
    Call(Function, Vec<Argument>),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Argument {
    Expression(Expression),
    Literal(Value),
}

/// What expressions are evaluated against.
#[derive(Clone, Copy)]
pub(crate) struct Surroundings<'v> {
    pub documents: Documents<'v>,
    pub random: &'v Random,
}

/// The source of `States.UUID` and `States.MathRandom`.
pub(crate) struct Random(Mutex<StdRng>);

impl Random {
    pub fn seeded(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }

    /// A number of `from..to`.
    pub fn integer(&self, from: i64, to: i64) -> i64 {
        self.0.lock().expect("no holder panics").random_range(from..to)
    }

    /// A number of `0.0..1.0`.
    pub fn fraction(&self) -> f64 {
        self.0.lock().expect("no holder panics").random()
    }

    /// A version 4 UUID.
    pub fn uuid(&self) -> String {
        let random: u128 = self.0.lock().expect("no holder panics").random();
        let bits = (random & !(0xf_u128 << 76) & !(0b11_u128 << 62)) | (0x4_u128 << 76) | (0b10_u128 << 62);
        let digits = format!("{bits:032x}");
        [
            &digits[..8],
            &digits[8..12],
            &digits[12..16],
            &digits[16..20],
            &digits[20..],
        ]
        .join("-")
    }
}

impl Expression {
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut cursor = Cursor::new(text);
        let expression = expression(&mut cursor)?;
        if cursor.at_end() {
            Ok(expression)
        } else {
            Err(cursor.unexpected("the end"))
        }
    }

    /// The value, for the template's field `field`.
    pub fn evaluate(&self, field: &str, around: Surroundings<'_>) -> Result<Value, Failure> {
        match self {
            Self::Path(path) => path.find(around.documents).map(std::borrow::Cow::into_owned).map_err(|_| {
                Failure::parameter_path(format!(
                    "The JSONPath '{}' specified for the field '{field}' could not be found in the input '{}'",
                    path.text(),
                    around.documents.input
                ))
            }),
            Self::Call(function, arguments) => {
                let arguments: Result<Vec<_>, _> = arguments
                    .iter()
                    .map(|argument| match argument {
                        Argument::Expression(expression) => expression.evaluate(field, around),
                        Argument::Literal(value) => Ok(value.clone()),
                    })
                    .collect();
                function.call(&arguments?, around.random)
            }
        }
    }
}

fn expression(cursor: &mut Cursor<'_>) -> Result<Expression, String> {
    if cursor.peek() == Some('$') {
        return path_parser::path(cursor).map(Expression::Path);
    }
    let name = cursor.take_while(|c| c.is_ascii_alphanumeric() || c == '.');
    let Some(function) = Function::named(name) else {
        return Err(format!("'{name}' is neither a path nor an intrinsic function"));
    };
    cursor.skip_spaces();
    cursor.expect("(")?;
    cursor.skip_spaces();
    let mut arguments = Vec::new();
    while !cursor.take(")") {
        if !arguments.is_empty() {
            cursor.expect(",")?;
            cursor.skip_spaces();
        }
        arguments.push(argument(
            cursor,
            function == Function::Format && arguments.is_empty(),
        )?);
        cursor.skip_spaces();
    }
    Ok(Expression::Call(function, arguments))
}

fn argument(cursor: &mut Cursor<'_>, template: bool) -> Result<Argument, String> {
    match cursor.peek() {
        Some('\'') if template => cursor.quoted_raw().map(|text| Argument::Literal(text.into())),
        Some('\'') => cursor.quoted().map(|text| Argument::Literal(text.into())),
        Some('$' | 'S') => expression(cursor).map(Argument::Expression),
        _ => cursor.literal().map(Argument::Literal),
    }
}
