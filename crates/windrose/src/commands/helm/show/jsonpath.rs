//! kubectl's dialect of JSONPath templates: text with `{…}` actions, as `show values --jsonpath` takes
//! it.
//!
//! Understood: `$`, `@`, `.name`, `['name']`, `[1]`, `[-1]`, `[1:3:2]`, `[0,2]`, `['a','b']`, `*`,
//! `..name`, `[?(@.a == "b")]`, `"text"` and `{range …}…{end}`. Not here: `|` and functions, which
//! kubectl has not, either.

use serde_json::Value;

/// A template that was read.
#[derive(Clone, Debug)]
pub(super) struct Template(Vec<Node>);

impl Template {
    /// Reads a template.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        parse(text).map(Self)
    }

    /// What it prints of a value.
    pub(super) fn print(&self, root: &Value) -> Result<String, String> {
        let mut text = String::new();
        run(&self.0, &[root], root, &mut text)?;
        Ok(text)
    }
}

#[derive(Clone, Debug)]
enum Node {
    Text(String),
    Path(Vec<Step>),
    Range(Vec<Step>, Vec<Node>),
    /// An end of nothing fails where it is reached.
    StrayEnd,
}

#[derive(Clone, Debug)]
enum Step {
    Root,
    Field(String),
    /// From, to, step.
    Slice(Option<i64>, Option<i64>, Option<i64>),
    Index(i64),
    Union(Vec<Step>),
    Wildcard,
    Recursive,
    Filter(Operand, String, Operand),
}

#[derive(Clone, Debug)]
enum Operand {
    Path(Vec<Step>),
    Literal(Value),
    None,
}

fn parse(template: &str) -> Result<Vec<Node>, String> {
    // What is open: the paths of ranges, each with the nodes before it.
    let mut open: Vec<(Vec<Step>, Vec<Node>)> = vec![];
    let mut nodes = vec![];
    let mut rest = template;
    while let Some((text, after)) = rest.split_once('{') {
        if !text.is_empty() {
            nodes.push(Node::Text(text.to_owned()));
        }
        let end = end_of_action(after).ok_or("unclosed action")?;
        let action = after[..end].trim();
        rest = &after[end + 1..];
        if action == "end" {
            nodes = match open.pop() {
                Some((path, before)) => closed(path, before, nodes),
                None => [nodes, vec![Node::StrayEnd]].concat(),
            };
        } else if let Some(path) = action.strip_prefix("range ") {
            open.push((steps(path.trim())?, std::mem::take(&mut nodes)));
        } else if action.starts_with(['"', '\'']) {
            nodes.push(Node::Text(literal_text(action)?));
        } else {
            nodes.push(Node::Path(steps(action)?));
        }
    }
    if !rest.is_empty() {
        nodes.push(Node::Text(rest.to_owned()));
    }
    while let Some((path, before)) = open.pop() {
        nodes = closed(path, before, nodes);
    }
    Ok(nodes)
}

/// A range after the nodes that stand before it.
fn closed(path: Vec<Step>, mut before: Vec<Node>, inner: Vec<Node>) -> Vec<Node> {
    before.push(Node::Range(path, inner));
    before
}

/// Where the brace is that closes an action; those in quotes do not.
fn end_of_action(text: &str) -> Option<usize> {
    let mut quote = None;
    let mut escaped = false;
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), letter) if open == letter => quote = None,
            (None, '"' | '\'') => quote = Some(letter),
            (None, '}') => return Some(at),
            _ => {}
        }
    }
    None
}

fn literal_text(action: &str) -> Result<String, String> {
    let quote = action.chars().next().unwrap_or('"');
    let inner = action.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    let inner = inner.ok_or("unterminated quoted string")?;
    let mut text = String::new();
    let mut letters = inner.chars();
    while let Some(letter) = letters.next() {
        text.push(match letter {
            '\\' => match letters.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some('r') => '\r',
                Some(other) => other,
                None => '\\',
            },
            letter => letter,
        });
    }
    Ok(text)
}

/// The steps of a path.
fn steps(path: &str) -> Result<Vec<Step>, String> {
    let mut steps = vec![];
    let mut rest = path.trim();
    while let Some(letter) = rest.chars().next() {
        match letter {
            '$' => {
                steps.push(Step::Root);
                rest = &rest[1..];
            }
            '@' => rest = &rest[1..],
            '[' => {
                let end = end_of_bracket(rest).ok_or("unterminated array")?;
                steps.push(bracket(rest[1..end].trim())?);
                rest = &rest[end + 1..];
            }
            '.' if rest.starts_with("..") => {
                steps.push(Step::Recursive);
                rest = &rest[1..];
                if rest.starts_with(".[") {
                    rest = &rest[1..];
                }
            }
            '.' => {
                let (name, after) = name(&rest[1..]);
                match name.as_str() {
                    "" => {}
                    "*" => steps.push(Step::Wildcard),
                    _ => steps.push(Step::Field(name)),
                }
                rest = after;
            }
            '*' => {
                steps.push(Step::Wildcard);
                rest = &rest[1..];
            }
            ' ' => rest = &rest[1..],
            letter if letter.is_alphanumeric() || letter == '_' => {
                return Err(format!("unrecognized identifier {}", name(rest).0));
            }
            letter => {
                return Err(format!(
                    "unrecognized character in action: U+{:04X} '{letter}'",
                    letter as u32
                ));
            }
        }
    }
    Ok(steps)
}

/// A field's name; a backslash takes the next letter as it is.
fn name(text: &str) -> (String, &str) {
    let mut name = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => name.extend(letters.next().map(|(_, letter)| letter)),
            '.' | '[' | ' ' | ')' | '=' | '!' | '<' | '>' => return (name, &text[at..]),
            letter => name.push(letter),
        }
    }
    (name, "")
}

fn end_of_bracket(text: &str) -> Option<usize> {
    let mut depth = 0;
    let mut quote = None;
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            (Some(open), letter) if open == letter => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(letter),
            (None, '[') => depth += 1,
            (None, ']') => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

fn bracket(inner: &str) -> Result<Step, String> {
    if let Some(filter) = inner.strip_prefix("?(").and_then(|rest| rest.strip_suffix(')')) {
        return condition(filter.trim());
    }
    let parts = split(inner, ',');
    if parts.len() > 1 {
        return Ok(Step::Union(parts.into_iter().map(bracket).collect::<Result<_, _>>()?));
    }
    let inner = inner.trim();
    if inner == "*" {
        return Ok(Step::Wildcard);
    }
    if inner.starts_with(['\'', '"']) {
        return Ok(Step::Field(literal_text(inner)?));
    }
    let invalid = || format!("invalid array index {inner}");
    let number = |text: &str| match text.trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| invalid()),
    };
    match split(inner, ':').as_slice() {
        [index] => number(index)?.map(Step::Index).ok_or_else(invalid),
        [from, to] => Ok(Step::Slice(number(from)?, number(to)?, None)),
        [from, to, step] => Ok(Step::Slice(number(from)?, number(to)?, number(step)?)),
        _ => Err(invalid()),
    }
}

/// Parts at a mark that stands outside of quotes and brackets.
fn split(text: &str, mark: char) -> Vec<&str> {
    let (mut parts, mut from, mut depth, mut quote) = (vec![], 0, 0, None);
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            (Some(open), letter) if open == letter => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(letter),
            (None, '[' | '(') => depth += 1,
            (None, ']' | ')') => depth -= 1,
            (None, letter) if letter == mark && depth == 0 => {
                parts.push(&text[from..at]);
                from = at + mark.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(&text[from..]);
    parts
}

fn condition(text: &str) -> Result<Step, String> {
    let mut quote = None;
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            (Some(open), letter) if open == letter => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(letter),
            (None, '=' | '!' | '<' | '>') => {
                let length = if text[at + 1..].starts_with('=') { 2 } else { 1 };
                let operator = text[at..at + length].to_owned();
                let right = operand(&text[at + length..])?;
                return Ok(Step::Filter(operand(&text[..at])?, operator, right));
            }
            _ => {}
        }
    }
    Ok(Step::Filter(operand(text)?, "exists".to_owned(), Operand::None))
}

fn operand(text: &str) -> Result<Operand, String> {
    let text = text.trim();
    if text.starts_with(['"', '\'']) {
        return Ok(Operand::Literal(Value::from(literal_text(text)?)));
    }
    if text.starts_with(['@', '$', '.']) {
        return Ok(Operand::Path(steps(text)?));
    }
    serde_json::from_str(text)
        .map(Operand::Literal)
        .map_err(|_| format!("unrecognized identifier {text}"))
}

fn run(nodes: &[Node], current: &[&Value], root: &Value, text: &mut String) -> Result<(), String> {
    for node in nodes {
        match node {
            Node::Text(part) => text.push_str(part),
            Node::Path(steps) => {
                let found = walk(steps, current, root)?;
                let shown: Vec<String> = found.into_iter().map(show).collect();
                text.push_str(&shown.join(" "));
            }
            Node::StrayEnd => return Err("not in range, nothing to end".to_owned()),
            Node::Range(steps, inner) => {
                for item in walk(steps, current, root)? {
                    run(inner, &[item], root, text)?;
                }
            }
        }
    }
    Ok(())
}

fn walk<'a>(steps: &[Step], from: &[&'a Value], root: &'a Value) -> Result<Vec<&'a Value>, String> {
    let mut current = from.to_vec();
    let mut recursive = false;
    for step in steps {
        let mut next = vec![];
        for value in current {
            match step {
                Step::Root => next.push(root),
                Step::Recursive => below(value, &mut next),
                step => match take(step, value, root) {
                    Ok(found) => next.extend(found),
                    Err(_) if recursive => {}
                    Err(error) => return Err(error),
                },
            }
        }
        recursive = matches!(step, Step::Recursive);
        current = next;
    }
    Ok(current)
}

/// A value and everything in it.
fn below<'a>(value: &'a Value, found: &mut Vec<&'a Value>) {
    found.push(value);
    match value {
        Value::Array(items) => items.iter().for_each(|item| below(item, found)),
        Value::Object(map) => map.values().for_each(|item| below(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn take<'a>(step: &Step, value: &'a Value, root: &'a Value) -> Result<Vec<&'a Value>, String> {
    match step {
        Step::Root | Step::Recursive => Ok(vec![value]),
        Step::Field(name) => match value {
            Value::Null => Ok(vec![]),
            value => value
                .as_object()
                .and_then(|map| map.get(name))
                .map(|found| vec![found])
                .ok_or_else(|| format!("{name} is not found")),
        },
        Step::Wildcard => Ok(match value {
            Value::Array(items) => items.iter().collect(),
            Value::Object(map) => map.values().collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => vec![],
        }),
        Step::Union(steps) => {
            let all = steps.iter().map(|step| take(step, value, root));
            Ok(all.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
        }
        Step::Index(index) => {
            let items = list(value)?;
            let length = items.len() as i64;
            let at = if *index < 0 { index + length } else { *index };
            let found = usize::try_from(at).ok().and_then(|at| items.get(at));
            found
                .map(|item| vec![item])
                .ok_or_else(|| format!("array index out of bounds: index {at}, length {length}"))
        }
        Step::Slice(from, to, step) => slice(list(value)?, *from, *to, *step),
        Step::Filter(left, operator, right) => {
            let Value::Array(items) = value else {
                return Err(format!(
                    "{} is not array or slice and cannot be filtered",
                    show(value)
                ));
            };
            let fits = |item: &&'a Value| holds(left, operator, right, item, root);
            Ok(items.iter().filter(fits).collect())
        }
    }
}

fn list(value: &Value) -> Result<&[Value], String> {
    let items = value.as_array().map(Vec::as_slice);
    items.ok_or_else(|| format!("{} is not array or slice", kind(value)))
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "<nil>",
        Value::Bool(_) => "bool",
        Value::Number(_) => "float64",
        Value::String(_) => "string",
        Value::Array(_) => "[]interface {}",
        Value::Object(_) => "map[string]interface {}",
    }
}

fn slice(
    items: &[Value],
    from: Option<i64>,
    to: Option<i64>,
    step: Option<i64>,
) -> Result<Vec<&Value>, String> {
    let length = items.len() as i64;
    let place = |at: i64| (if at < 0 { at + length } else { at }).clamp(0, length) as usize;
    let (from, to) = (place(from.unwrap_or(0)), place(to.unwrap_or(length)));
    let step = step.unwrap_or(1);
    if step <= 0 {
        return Err("step must be > 0".to_owned());
    }
    if from > to {
        return Err(format!("starting index {from} is greater than ending index {to}"));
    }
    Ok(items[from..to].iter().step_by(step as usize).collect())
}

fn holds(left: &Operand, operator: &str, right: &Operand, item: &Value, root: &Value) -> bool {
    let value = |operand: &Operand| match operand {
        Operand::Literal(value) => Some(value.clone()),
        Operand::Path(steps) => {
            walk(steps, &[item], root).ok().and_then(|all| all.first().map(|v| (*v).clone()))
        }
        Operand::None => None,
    };
    let Some(left) = value(left) else { return false };
    if operator == "exists" {
        return true;
    }
    let Some(right) = value(right) else { return false };
    let order = match (&left, &right) {
        (Value::Number(a), Value::Number(b)) => a.as_f64().partial_cmp(&b.as_f64()),
        (Value::String(a), Value::String(b)) => Some(a.cmp(b)),
        (a, b) => (a == b).then_some(std::cmp::Ordering::Equal),
    };
    match operator {
        "=" | "==" => order.is_some_and(std::cmp::Ordering::is_eq),
        "!=" => order.is_none_or(std::cmp::Ordering::is_ne),
        "<" => order.is_some_and(std::cmp::Ordering::is_lt),
        "<=" => order.is_some_and(std::cmp::Ordering::is_le),
        ">" => order.is_some_and(std::cmp::Ordering::is_gt),
        ">=" => order.is_some_and(std::cmp::Ordering::is_ge),
        _ => false,
    }
}

/// Texts as they are, everything else as JSON.
fn show(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Number(number) => match number.as_f64() {
            Some(float) if float.fract() == 0.0 && float.abs() < 1e21 => format!("{float}"),
            _ => number.to_string(),
        },
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Template;

    /// What kubectl's printer makes of it.
    #[test]
    fn templates_choose_as_kubectls_do() {
        let root = json!({
            "name": "web", "count": 3, "on": true,
            "list": [{"a": "x", "n": 1}, {"a": "y", "n": 2}, {"a": "z"}],
            "a.b": {"deep": {"a": "w"}},
        });
        for (template, expected) in [
            ("{.name}", "web"),
            ("{$.name}-{.count}{\"\\n\"}", "web-3\n"),
            ("{.list[*].a}", "x y z"),
            ("{.list[-1].a}", "z"),
            ("{.list[0:2].a}", "x y"),
            ("{.list[0,2].a}", "x z"),
            ("{.list[?(@.n>1)].a}", "y"),
            ("{.list[?(@.a==\"x\")].n}", "1"),
            ("{range .list[*]}<{.a}>{end}", "<x><y><z>"),
            ("{['a.b'].deep}", "{\"a\":\"w\"}"),
            ("{.a\\.b.deep.a}", "w"),
            ("{.on}", "true"),
            ("plain", "plain"),
        ] {
            let printed = Template::parse(template).and_then(|template| template.print(&root));
            assert_eq!(printed.as_deref(), Ok(expected), "{template}");
        }
        for wrong in ["{.name", "{.list[x]}", "{name}"] {
            assert!(Template::parse(wrong).is_err(), "{wrong}");
        }
        for wrong in ["{.nothing}", "{end}"] {
            assert!(Template::parse(wrong).unwrap().print(&root).is_err(), "{wrong}");
        }
    }
}
