//! Reads a definition in Amazon States Language (JSONPath) and lists everything that is wrong with it.
//! <https://states-language.net/spec.html>

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    check,
    choice::{Condition, Test, timestamp},
    data_flow::{ResultPath, Selection, Template},
    definition::{Action, Job, Kind, Machine, Next, Scope, State, Text, Until, Whole, Work},
    expression::Expression,
    failure::ALL,
    fields::{Fields, Problem, Problems, string},
    path::{Path, ReferencePath},
    retry::{Catcher, Retrier},
};

/// The longest time-out or wait, in seconds.
const LONGEST: u64 = 99_999_999;

/// The machine that the text defines, or its problems: all of the states' own, else all that are between states.
pub(crate) fn parse(text: &str) -> Result<Machine, Vec<Problem>> {
    let problems = Problems::default();
    let machine = match serde_json::from_str::<Value>(text) {
        Ok(document) => machine(&document, &problems),
        Err(error) => {
            problems.add(
                "INVALID_JSON_DESCRIPTION",
                "",
                format!("The definition is not valid JSON: {error}"),
            );
            None
        }
    };
    match machine {
        // A state that could not be read is missing from the machine, which would look like a wrong transition.
        Some(machine) if problems.is_empty() => {
            check::transitions(&machine, &problems);
            let problems = problems.into_list();
            if problems.is_empty() {
                Ok(machine)
            } else {
                Err(problems)
            }
        }
        _ => Err(problems.into_list()),
    }
}

fn machine(document: &Value, problems: &Problems) -> Option<Machine> {
    let fields = Fields::of(document, String::new(), problems)?;
    fields.get("Comment");
    fields.get("Version");
    query_language(&fields);
    let timeout_seconds = fields.integer("TimeoutSeconds", 1..=LONGEST);
    let scope = scope(&fields);
    fields.finish();
    Some(Machine {
        scope,
        timeout_seconds,
    })
}

fn scope(fields: &Fields<'_>) -> Scope {
    fields.required("StartAt");
    fields.required("States");
    let start_at = fields.text("StartAt").unwrap_or_default();
    let mut states = BTreeMap::new();
    if let Some(all) = fields
        .get("States")
        .and_then(|all| Fields::of(all, fields.at("States"), fields.problems))
    {
        for (name, value) in all.others() {
            let state = Fields::of(value, all.at(name), fields.problems).and_then(|fields| state(&fields));
            states.extend(state.map(|state| (name.to_owned(), state)));
        }
    }
    Scope { start_at, states }
}

fn state(fields: &Fields<'_>) -> Option<State> {
    fields.get("Comment");
    query_language(fields);
    fields.required("Type");
    let kind = match fields.text("Type")?.as_str() {
        "Pass" => Kind::Pass {
            result: fields.get("Result").cloned(),
            parameters: template(fields, "Parameters"),
            result_path: result_path(fields),
            next: next(fields),
        },
        "Task" => {
            let timeout = seconds(fields, "TimeoutSeconds", "TimeoutSecondsPath", 1);
            let job = Job::Task {
                action: action(fields)?,
                timeout,
            };
            Kind::Work {
                job,
                work: work(fields, template(fields, "Parameters")),
            }
        }
        "Choice" => choice(fields),
        "Wait" => Kind::Wait {
            until: until(fields)?,
            next: next(fields),
        },
        "Succeed" => Kind::Succeed,
        "Fail" => {
            let fail = Kind::Fail {
                error: fail_text(fields, "Error", "ErrorPath"),
                cause: fail_text(fields, "Cause", "CausePath"),
            };
            fields.finish();
            return Some(State {
                kind: fail,
                input: Selection::Whole,
                output: Selection::Whole,
            });
        }
        "Parallel" => parallel(fields),
        "Map" => map(fields)?,
        other => {
            fields.problem("Type", format!("'{other}' is not a type of state"));
            return None;
        }
    };
    let input = selection(fields, "InputPath");
    let output = selection(fields, "OutputPath");
    fields.finish();
    Some(State { kind, input, output })
}

fn action(fields: &Fields<'_>) -> Option<Action> {
    fields.required("Resource");
    fields.get("Credentials");
    // A function cannot send heartbeats; the service takes the fields all the same.
    fields.exclusive("HeartbeatSeconds", "HeartbeatSecondsPath");
    fields.integer("HeartbeatSeconds", 1..=LONGEST);
    fields.parsed("HeartbeatSecondsPath", |value| {
        string(value).and_then(Path::parse)
    });
    fields.parsed("Resource", |value| match string(value)? {
        "arn:aws:states:::lambda:invoke" => {
            fields.required("Parameters");
            Ok(Action::Invoke)
        }
        arn if arn.starts_with("arn:aws:lambda:") && arn.contains(":function:") => Ok(Action::Function(arn.to_owned())),
        other => Err(format!(
            "'{other}' is not a resource on one machine, which are functions and arn:aws:states:::lambda:invoke"
        )),
    })
}

fn choice(fields: &Fields<'_>) -> Kind {
    fields.required("Choices");
    let rules: Vec<_> = items(fields, "Choices")
        .filter_map(|rule| {
            rule.get("Comment");
            rule.required("Next");
            let next = rule.text("Next");
            condition(&rule).zip(next)
        })
        .collect();
    Kind::Choice {
        rules,
        default: fields.text("Default"),
    }
}

fn condition(fields: &Fields<'_>) -> Option<Condition> {
    let nested = |name| {
        items(fields, name)
            .filter_map(|inner| condition(&inner))
            .collect::<Vec<_>>()
    };
    if fields.get("And").is_some() {
        let all = nested("And");
        fields.finish();
        return Some(Condition::And(all));
    }
    if fields.get("Or").is_some() {
        let any = nested("Or");
        fields.finish();
        return Some(Condition::Or(any));
    }
    if let Some(inner) = fields.get("Not") {
        fields.finish();
        let inner = Fields::of(inner, fields.at("Not"), fields.problems)?;
        return condition(&inner).map(|inner| Condition::Not(Box::new(inner)));
    }
    fields.required("Variable");
    let variable = fields.parsed("Variable", |value| string(value).and_then(Path::parse));
    let mut tests = Vec::new();
    for (name, value) in fields.others() {
        match Test::parse(name, value) {
            Some(Ok(test)) => tests.push(test),
            Some(Err(message)) => fields.problem(name, message),
            None => fields.problem(name, format!("Field '{name}' is not supported")),
        }
    }
    if tests.len() != 1 {
        fields
            .problems
            .schema(&fields.location, "A choice rule needs exactly one comparison");
    }
    variable
        .zip(tests.pop())
        .map(|(variable, test)| Condition::Test { variable, test })
}

fn until(fields: &Fields<'_>) -> Option<Until> {
    let at = fields.parsed("Timestamp", |value| {
        timestamp(value)
            .map(Until::Timestamp)
            .ok_or_else(|| "Expected a timestamp such as 2016-03-14T01:59:00Z".into())
    });
    let at_path = fields.parsed("TimestampPath", |value| {
        string(value).and_then(Path::parse).map(Until::TimestampAt)
    });
    let after = seconds(fields, "Seconds", "SecondsPath", 0).map(Until::Seconds);
    let mut given = [at, at_path, after].into_iter().flatten();
    let until = given.next();
    if until.is_none() || given.next().is_some() {
        let message = "A Wait state needs exactly one of Seconds, SecondsPath, Timestamp and TimestampPath";
        fields.problems.schema(&fields.location, message);
    }
    until
}

fn parallel(fields: &Fields<'_>) -> Kind {
    fields.required("Branches");
    let branches = items(fields, "Branches")
        .map(|branch| {
            branch.get("Comment");
            let scope = scope(&branch);
            branch.finish();
            scope
        })
        .collect();
    Kind::Work {
        job: Job::Parallel { branches },
        work: work(fields, template(fields, "Parameters")),
    }
}

fn map(fields: &Fields<'_>) -> Option<Kind> {
    fields.exclusive("ItemSelector", "Parameters");
    fields.exclusive("ItemProcessor", "Iterator");
    let name = if fields.get("Iterator").is_some() {
        "Iterator"
    } else {
        "ItemProcessor"
    };
    fields.required(name);
    let processor = Fields::of(fields.get(name)?, fields.at(name), fields.problems)?;
    processor.get("Comment");
    if let Some(config) = processor.get("ProcessorConfig")
        && config.get("Mode").is_some_and(|mode| mode != "INLINE")
    {
        processor.problem(
            "ProcessorConfig",
            "Only the mode INLINE is offered on one machine",
        );
    }
    let scope = scope(&processor);
    processor.finish();
    let item_selector = template(fields, "ItemSelector").or_else(|| template(fields, "Parameters"));
    let job = Job::Map {
        items: selection(fields, "ItemsPath"),
        item_selector,
        processor: scope,
        limit: seconds(fields, "MaxConcurrency", "MaxConcurrencyPath", 0),
    };
    Some(Kind::Work {
        job,
        work: work(fields, None),
    })
}

fn work(fields: &Fields<'_>, parameters: Option<Template>) -> Work {
    Work {
        parameters,
        result_selector: template(fields, "ResultSelector"),
        result_path: result_path(fields),
        retry: items(fields, "Retry").map(|rule| retrier(&rule)).collect(),
        catch: items(fields, "Catch").map(|rule| catcher(&rule)).collect(),
        next: next(fields),
    }
}

fn retrier(fields: &Fields<'_>) -> Retrier {
    fields.get("Comment");
    let backoff_rate = fields.parsed("BackoffRate", |value| {
        value
            .as_f64()
            .filter(|rate| *rate >= 1.0)
            .ok_or_else(|| "Expected a number of at least 1.0".to_owned())
    });
    let full_jitter = fields.parsed("JitterStrategy", |value| match string(value)? {
        "FULL" => Ok(true),
        "NONE" => Ok(false),
        _ => Err("Expected FULL or NONE".to_owned()),
    });
    let retrier = Retrier {
        errors: errors(fields),
        interval_seconds: fields.integer("IntervalSeconds", 1..=LONGEST).unwrap_or(1),
        max_attempts: fields.integer("MaxAttempts", 0..=LONGEST).unwrap_or(3) as u32,
        backoff_rate: backoff_rate.unwrap_or(2.0),
        max_delay_seconds: fields.integer("MaxDelaySeconds", 1..=31_622_400),
        full_jitter: full_jitter.unwrap_or(false),
    };
    fields.finish();
    retrier
}

fn catcher(fields: &Fields<'_>) -> Catcher {
    fields.get("Comment");
    fields.required("Next");
    let next = fields.text("Next").unwrap_or_default();
    let catcher = Catcher {
        errors: errors(fields),
        next,
        result_path: result_path(fields),
    };
    fields.finish();
    catcher
}

fn errors(fields: &Fields<'_>) -> Vec<String> {
    fields.required("ErrorEquals");
    let names: Vec<String> = fields
        .array("ErrorEquals")
        .iter()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    if names.is_empty() {
        fields.problem("ErrorEquals", "Expected at least one error name");
    }
    if names.len() > 1 && names.iter().any(|name| name == ALL) {
        fields.problem("ErrorEquals", format!("{ALL} must be alone"));
    }
    names
}

/// The objects of an array field, each with its place.
fn items<'d>(fields: &Fields<'d>, name: &'static str) -> impl Iterator<Item = Fields<'d>> {
    let (place, problems) = (fields.at(name), fields.problems);
    let items = fields.array(name).iter().enumerate();
    items.filter_map(move |(index, item)| Fields::of(item, format!("{place}[{index}]"), problems))
}

fn next(fields: &Fields<'_>) -> Next {
    let end = fields.parsed("End", |value| {
        value
            .as_bool()
            .ok_or_else(|| "Expected value of type Boolean".to_owned())
    });
    match (fields.text("Next"), end) {
        (Some(name), None | Some(false)) => Next::State(name),
        (None, Some(true)) => Next::End,
        (Some(_), Some(true)) => {
            fields
                .problems
                .schema(&fields.location, "You cannot specify both 'Next' and 'End'");
            Next::End
        }
        (None, _) => {
            fields
                .problems
                .schema(&fields.location, "These fields are required: [Next] or [End]");
            Next::End
        }
    }
}

fn template(fields: &Fields<'_>, name: &'static str) -> Option<Template> {
    fields.parsed(name, Template::parse)
}

fn selection(fields: &Fields<'_>, name: &'static str) -> Selection {
    let parsed = fields.parsed(name, |value| match value {
        Value::Null => Ok(Selection::Nothing),
        value => string(value).and_then(Path::parse).map(Selection::Path),
    });
    parsed.unwrap_or(Selection::Whole)
}

fn result_path(fields: &Fields<'_>) -> ResultPath {
    let parsed = fields.parsed("ResultPath", |value| match value {
        Value::Null => Ok(ResultPath::Discard),
        value => string(value).and_then(ReferencePath::parse).map(ResultPath::At),
    });
    parsed.unwrap_or(ResultPath::Replace)
}

fn seconds(fields: &Fields<'_>, given: &'static str, path: &'static str, least: u64) -> Option<Whole> {
    fields.exclusive(given, path);
    let at = fields.parsed(path, |value| string(value).and_then(Path::parse).map(Whole::At));
    fields.integer(given, least..=LONGEST).map(Whole::Given).or(at)
}

fn fail_text(fields: &Fields<'_>, given: &'static str, path: &'static str) -> Option<Text> {
    fields.exclusive(given, path);
    let computed = fields.parsed(path, |value| {
        string(value).and_then(Expression::parse).map(Text::Computed)
    });
    fields.text(given).map(Text::Given).or(computed)
}

fn query_language(fields: &Fields<'_>) {
    if fields
        .get("QueryLanguage")
        .is_some_and(|language| language != "JSONPath")
    {
        fields.problem("QueryLanguage", "Only JSONPath is offered on one machine");
    }
}
