//! Helm's text of a template's failure.
//!
//! Helm walks the chain of Go errors, takes each text apart and prints place, node and message on
//! lines of their own, equal neighbours once. Where a link is not a template's error (a function's
//! plain words, `tpl`), it prints Go's text as it is. A chart's own `fail` and `required` are
//! printed alone, with the place of the outermost template.
use template::{CallError, ExecError};

const START: &str = "HELM_ERR_START";
const END: &str = "HELM_ERR_END";

pub(super) fn helm_text(path: &str, error: &ExecError) -> String {
    let text = error.text();
    if error.frame().is_none() {
        return text;
    }
    let mut tokens = text.splitn(3, ": ");
    let (Some(_), Some(place), Some(rest)) = (tokens.next(), tokens.next(), tokens.next()) else {
        return format!("execution error in ({path}): {text}");
    };
    if let Some(words) = between_marks(rest) {
        return format!("execution error at ({place}): {words}");
    }
    lines(error).unwrap_or(text)
}

/// What stands between the marks that `fail` and `required` put around a chart's own words.
pub(super) fn between_marks(text: &str) -> Option<&str> {
    let start = text.find(START)? + START.len();
    let end = text.rfind(END)?;
    text.get(start..end)
}

#[derive(PartialEq, Eq)]
struct Line {
    place: String,
    executing: String,
    message: String,
}

fn lines(error: &ExecError) -> Option<String> {
    let mut all: Vec<Line> = Vec::new();
    let mut current = Some(error);
    while let Some(error) = current {
        let line = take_apart(&error.text())?;
        if all.last() != Some(&line) {
            all.push(line);
        }
        current = match error.cause() {
            None => None,
            Some(CallError::Exec(inner)) => Some(inner),
            Some(
                CallError::Message(_)
                | CallError::Limit(_)
                | CallError::Wrapped { .. }
                | CallError::Parse(_)
                | CallError::Other(_),
            ) => return None,
        };
    }
    let mut text = String::new();
    for Line { place, executing, message } in all {
        for (part, tail) in [(place, "\n  "), (executing, "\n    "), (message, "\n")] {
            if !part.is_empty() {
                text.push_str(&part);
                text.push_str(tail);
            }
        }
    }
    Some(text.trim().to_owned())
}

fn take_apart(text: &str) -> Option<Line> {
    let rest = text.strip_prefix("template: ")?;
    if rest.starts_with("no template ") {
        return Some(Line {
            place: String::new(),
            executing: String::new(),
            message: text.to_owned(),
        });
    }
    if let Some(line) = executing(rest) {
        return Some(line);
    }
    let (place, message) = rest.rsplit_once(": ")?;
    Some(Line {
        place: place.to_owned(),
        executing: String::new(),
        message: before_next(message).to_owned(),
    })
}

fn executing(rest: &str) -> Option<Line> {
    let (place, after) = rest.split_once(": executing ")?;
    let (name, after) = after.strip_prefix('"')?.split_once('"')?;
    let (node, message) = after.strip_prefix(" at <")?.split_once(">: ")?;
    Some(Line {
        place: place.to_owned(),
        executing: format!("executing \"{name}\" at <{node}>:"),
        message: before_next(message).to_owned(),
    })
}

fn before_next(message: &str) -> &str {
    message.split_once(" template:").map_or(message, |(before, _)| before)
}
