//! What a state sees of its input and what becomes of its result: payload templates and the paths around them.

use serde_json::{Map, Value};

use super::{
    expression::{Expression, Surroundings},
    failure::{Failure, PAYLOAD_LIMIT},
    path::{Documents, Path, ReferencePath},
};

/// A payload template: `Parameters`, `ResultSelector`, `ItemSelector`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Template {
    Literal(Value),
    Object(Vec<(String, Template)>),
    Array(Vec<Template>),
    /// A field whose name ends in `.$`; the name is kept for messages.
    Dynamic {
        field: String,
        expression: Expression,
    },
}

impl Template {
    /// Parses a template; the error names the field that does not fit.
    pub fn parse(value: &Value) -> Result<Self, String> {
        match value {
            Value::Object(fields) => fields
                .iter()
                .map(|(name, value)| Self::field(name, value))
                .collect::<Result<_, _>>()
                .map(Self::Object),
            Value::Array(items) => items
                .iter()
                .map(Self::parse)
                .collect::<Result<_, _>>()
                .map(Self::Array),
            literal => Ok(Self::Literal(literal.clone())),
        }
    }

    fn field(name: &str, value: &Value) -> Result<(String, Self), String> {
        let Some(target) = name.strip_suffix(".$") else {
            return Ok((name.to_owned(), Self::parse(value)?));
        };
        let wanted = || {
            format!("The value for the field '{name}' must be a valid JSONPath or intrinsic function call")
        };
        let text = value.as_str().ok_or_else(wanted)?;
        let expression = Expression::parse(text).map_err(|error| format!("{} ({error})", wanted()))?;
        Ok((
            target.to_owned(),
            Self::Dynamic {
                field: name.to_owned(),
                expression,
            },
        ))
    }

    pub fn render(&self, around: Surroundings<'_>) -> Result<Value, Failure> {
        match self {
            Self::Literal(value) => Ok(value.clone()),
            Self::Object(fields) => {
                let rendered = fields
                    .iter()
                    .map(|(name, value)| Ok((name.clone(), value.render(around)?)));
                rendered.collect::<Result<Map<_, _>, _>>().map(Value::Object)
            }
            Self::Array(items) => items
                .iter()
                .map(|item| item.render(around))
                .collect::<Result<_, _>>()
                .map(Value::Array),
            Self::Dynamic { field, expression } => expression.evaluate(field, around),
        }
    }
}

/// `InputPath` or `OutputPath`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Selection {
    Whole,
    /// `null`: an empty object.
    Nothing,
    Path(Path),
}

impl Selection {
    pub fn apply(&self, value: Value, context: &Value) -> Result<Value, Failure> {
        match self {
            Self::Whole => Ok(value),
            Self::Nothing => Ok(Value::Object(Map::new())),
            Self::Path(path) => look_up(
                path,
                Documents {
                    input: &value,
                    context,
                },
            ),
        }
    }
}

/// `ResultPath`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ResultPath {
    Replace,
    /// `null`: the result is dropped.
    Discard,
    At(ReferencePath),
}

impl ResultPath {
    /// The state's input with its result in place.
    pub fn apply(&self, input: Value, result: Value) -> Result<Value, Failure> {
        match self {
            Self::Replace => Ok(result),
            Self::Discard => Ok(input),
            Self::At(path) => path.write(input, result),
        }
    }
}

/// The value of a path that must lead somewhere: where it does not, the machine itself is at fault.
pub(crate) fn look_up(path: &Path, documents: Documents<'_>) -> Result<Value, Failure> {
    path.find(documents)
        .map(std::borrow::Cow::into_owned)
        .map_err(|_| {
            Failure::runtime(format!(
                "Invalid path '{}' : No results for path in the input '{}'",
                path.text(),
                documents.input
            ))
        })
}

/// Fails if the JSON of `value`, which is the `what` of `state`, is larger than a payload may be.
pub(crate) fn check_size(state: &str, what: &str, value: &Value) -> Result<(), Failure> {
    if value.to_string().len() > PAYLOAD_LIMIT {
        Err(Failure::too_large(state, what))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::states::expression::Random;

    fn render(template: &Value, input: &Value) -> Result<Value, Failure> {
        let context = json!({"State": {"Name": "s"}});
        let random = Random::seeded(1);
        let around = Surroundings {
            documents: Documents {
                input,
                context: &context,
            },
            random: &random,
        };
        Template::parse(template).expect("parses").render(around)
    }

    #[test]
    fn templates_replace_marked_fields_at_any_depth() {
        let template = json!({
            "flat.$": "$.a", "deep": {"state.$": "$$.State.Name", "kept": "$.a"},
            "list": [{"x.$": "States.MathAdd($.a, 1)"}, "$.a"]
        });
        let rendered = json!({"flat": 1, "deep": {"state": "s", "kept": "$.a"}, "list": [{"x": 2}, "$.a"]});
        assert_eq!(render(&template, &json!({"a": 1})), Ok(rendered));
    }

    #[test]
    fn a_path_that_leads_nowhere_names_its_field() {
        let failure = render(&json!({"x.$": "$.nope"}), &json!({"a": 1})).expect_err("no such path");
        assert_eq!(failure.error.as_deref(), Some("States.ParameterPathFailure"));
        assert!(
            failure
                .cause
                .expect("a cause")
                .contains("'$.nope' specified for the field 'x.$'")
        );
        assert!(Template::parse(&json!({"x.$": "nope"})).is_err());
        assert!(Template::parse(&json!({"x.$": 1})).is_err());
    }

    #[test]
    fn paths_select_and_place() {
        let context = json!({});
        let selection = Selection::Path(Path::parse("$.a").expect("parses"));
        assert_eq!(selection.apply(json!({"a": 1}), &context), Ok(json!(1)));
        let error = selection
            .apply(json!({}), &context)
            .expect_err("no such path")
            .error;
        assert_eq!(error.as_deref(), Some("States.Runtime"));
        assert_eq!(Selection::Nothing.apply(json!(1), &context), Ok(json!({})));
        assert_eq!(ResultPath::Discard.apply(json!(1), json!(2)), Ok(json!(1)));
        assert_eq!(ResultPath::Replace.apply(json!(1), json!(2)), Ok(json!(2)));
    }
}
