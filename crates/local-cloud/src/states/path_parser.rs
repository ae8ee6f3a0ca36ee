//! Reads a JSONPath, filters included, into its steps.

use serde_json::Value;

use super::{
    cursor::Cursor,
    path::{Comparison, Filter, Operand, Path, Root, Step},
};

/// Parses a whole text; the error says what was expected and where.
pub(super) fn parse(text: &str) -> Result<Path, String> {
    let mut cursor = Cursor::new(text);
    let path = path(&mut cursor)?;
    if cursor.at_end() {
        Ok(path)
    } else {
        Err(cursor.unexpected("the end of the path"))
    }
}

/// Parses a path that starts at the cursor and leaves the cursor behind it.
pub(super) fn path(cursor: &mut Cursor<'_>) -> Result<Path, String> {
    let start = cursor.position();
    let root = if cursor.take("$$") {
        Root::Context
    } else if cursor.take("$") {
        Root::Input
    } else if cursor.take("@") {
        Root::Item
    } else {
        return Err(cursor.unexpected("'$'"));
    };
    let mut steps = Vec::new();
    loop {
        if cursor.take("..") {
            steps.push(Step::Descend);
            if !cursor.take("[") {
                steps.push(member(cursor)?);
                continue;
            }
            steps.push(bracket(cursor)?);
        } else if cursor.take(".") {
            steps.push(member(cursor)?);
        } else if cursor.take("[") {
            steps.push(bracket(cursor)?);
        } else {
            break;
        }
    }
    Ok(Path {
        text: cursor.since(start).to_owned(),
        root,
        steps,
    })
}

fn member(cursor: &mut Cursor<'_>) -> Result<Step, String> {
    if cursor.take("*") {
        return Ok(Step::Wildcard);
    }
    let name = cursor.take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
    if name.is_empty() {
        Err(cursor.unexpected("a field name"))
    } else {
        Ok(Step::Name(name.to_owned()))
    }
}

fn bracket(cursor: &mut Cursor<'_>) -> Result<Step, String> {
    cursor.skip_spaces();
    let step = if cursor.take("*") {
        Step::Wildcard
    } else if cursor.take("?") {
        cursor.skip_spaces();
        cursor.expect("(")?;
        let filter = either(cursor)?;
        cursor.expect(")")?;
        Step::Filter(filter)
    } else if matches!(cursor.peek(), Some('\'' | '"')) {
        Step::Name(cursor.quoted()?)
    } else {
        positions(cursor)?
    };
    cursor.skip_spaces();
    cursor.expect("]")?;
    Ok(step)
}

fn positions(cursor: &mut Cursor<'_>) -> Result<Step, String> {
    let first = cursor.integer()?;
    cursor.skip_spaces();
    if cursor.take(":") {
        let to = cursor.integer()?;
        let by = if cursor.take(":") { cursor.integer()? } else { None };
        let by = by.unwrap_or(1);
        if by < 1 {
            return Err(cursor.unexpected("a positive step"));
        }
        return Ok(Step::Slice { from: first, to, by });
    }
    let first = first.ok_or_else(|| cursor.unexpected("an index, a name, '*' or a filter"))?;
    let mut indices = vec![first];
    while cursor.take(",") {
        cursor.skip_spaces();
        indices.push(cursor.integer()?.ok_or_else(|| cursor.unexpected("an index"))?);
        cursor.skip_spaces();
    }
    Ok(if indices.len() == 1 {
        Step::Index(first)
    } else {
        Step::Indices(indices)
    })
}

fn either(cursor: &mut Cursor<'_>) -> Result<Filter, String> {
    let mut filters = vec![both(cursor)?];
    while cursor.take("||") {
        filters.push(both(cursor)?);
    }
    Ok(if filters.len() == 1 {
        filters.remove(0)
    } else {
        Filter::Or(filters)
    })
}

fn both(cursor: &mut Cursor<'_>) -> Result<Filter, String> {
    let mut filters = vec![condition(cursor)?];
    while cursor.take("&&") {
        filters.push(condition(cursor)?);
    }
    Ok(if filters.len() == 1 {
        filters.remove(0)
    } else {
        Filter::And(filters)
    })
}

fn condition(cursor: &mut Cursor<'_>) -> Result<Filter, String> {
    cursor.skip_spaces();
    let filter = if cursor.take("!") {
        Filter::Not(Box::new(condition(cursor)?))
    } else if cursor.take("(") {
        let filter = either(cursor)?;
        cursor.expect(")")?;
        filter
    } else {
        comparison(cursor)?
    };
    cursor.skip_spaces();
    Ok(filter)
}

fn comparison(cursor: &mut Cursor<'_>) -> Result<Filter, String> {
    const SIGNS: [(&str, Comparison); 6] = [
        ("==", Comparison::Equal),
        ("!=", Comparison::NotEqual),
        ("<=", Comparison::LessOrEqual),
        ("<", Comparison::Less),
        (">=", Comparison::GreaterOrEqual),
        (">", Comparison::Greater),
    ];
    let left = operand(cursor)?;
    cursor.skip_spaces();
    let Some((_, sign)) = SIGNS.into_iter().find(|(text, _)| cursor.take(text)) else {
        return match left {
            Operand::Path(path) => Ok(Filter::Exists(path)),
            Operand::Literal(_) => Err(cursor.unexpected("a comparison")),
        };
    };
    cursor.skip_spaces();
    Ok(Filter::Compare(left, sign, operand(cursor)?))
}

fn operand(cursor: &mut Cursor<'_>) -> Result<Operand, String> {
    match cursor.peek() {
        Some('$' | '@') => path(cursor).map(Operand::Path),
        Some('\'' | '"') => cursor.quoted().map(|text| Operand::Literal(Value::String(text))),
        _ => cursor.literal().map(Operand::Literal),
    }
}
