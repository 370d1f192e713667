//! The form of an execution error with carets: the expressions that it is about, then the callers.

use std::collections::HashMap;
use std::fmt::Write as _;

use diagnostic::Diagnostic;

use super::{CallError, ErrorKind, ExecError, Frame};
use crate::subject::{Found, Origin, Role, Subject};

/// Calls of one chain that are shown.
const MAX_CALLS: usize = 12;

impl ExecError {
    /// The form with carets: the innermost place is the cause, the others are its surroundings.
    pub fn to_diagnostic(&self) -> Diagnostic {
        let innermost = self.chain().last().unwrap_or(self);
        let (code, message) = innermost.words();
        let mut diagnostic = Diagnostic::error(message).code(code);
        if let Some(CallError::Parse(error)) = innermost.root_cause() {
            diagnostic =
                diagnostic.label(&error.source_text, error.span.clone(), error.message.clone());
        }
        diagnostic = innermost.point(diagnostic);
        let mut calls = self.calls();
        // What failed before any template ran, failed at the call.
        if innermost.frame().is_none() && !calls.is_empty() {
            let (call, _) = calls.remove(0);
            diagnostic = diagnostic.label(&call.source_text, call.span.clone(), "");
        }
        let more = calls.len().saturating_sub(MAX_CALLS);
        for (call, times) in calls.into_iter().take(MAX_CALLS) {
            let mut words = format!("called from {:?}", call.template);
            if times > 1 {
                let _ = write!(words, ", {times} times");
            }
            diagnostic = diagnostic.caller(&call.source_text, call.span.clone(), words);
        }
        if more > 0 {
            diagnostic = diagnostic.note(format!("called through {more} more templates"));
        }
        match innermost.kind() {
            ErrorKind::NoTemplate { meant: Some(name) } => {
                diagnostic.hint(format!("did you mean `{name}`?"))
            }
            ErrorKind::NoTemplate { meant: None } | ErrorKind::Limit | ErrorKind::Other => {
                diagnostic
            }
        }
    }

    /// The calls that led to the failure, innermost first, each with how often it is in the chain.
    fn calls(&self) -> Vec<(&Frame, usize)> {
        let mut errors: Vec<&ExecError> = self.chain().collect();
        errors.reverse();
        let mut calls: Vec<(&Frame, usize)> = Vec::new();
        let mut known: HashMap<(&str, usize), usize> = HashMap::new();
        for (at, error) in errors.into_iter().enumerate() {
            let frame = error.frame().filter(|_| at > 0);
            for call in frame.into_iter().chain(error.callers()) {
                let place = (call.source_text.name.as_str(), call.span.start);
                let number = *known.entry(place).or_insert(calls.len());
                match calls.get_mut(number) {
                    Some((_, times)) => *times += 1,
                    None => calls.push((call, 1)),
                }
            }
        }
        calls
    }

    /// The code and the message of the innermost error.
    fn words(&self) -> (&'static str, String) {
        let said = match self.root_cause() {
            Some(CallError::Parse(error)) => {
                return ("template-syntax", format!("{}: {error}", self.message()));
            }
            Some(CallError::Limit(text)) => return ("limit", text.clone()),
            Some(_) => {
                let cause = self.cause().map(ToString::to_string).unwrap_or_default();
                return ("function-failed", format!("{}: {cause}", self.message()));
            }
            None => self.message().to_owned(),
        };
        match self.kind() {
            ErrorKind::NoTemplate { .. } => return ("no-such-template", said),
            ErrorKind::Limit => return ("limit", said),
            ErrorKind::Other => {}
        }
        match self.subjects().iter().find(|s| s.role == Role::Cause) {
            Some(subject) if subject.found.is_nil() => {
                ("nil-value", format!("{} ({said})", subject.sentence()))
            }
            Some(Subject { found: Found::Unknown, .. }) | None => ("template-execution", said),
            Some(subject) => ("wrong-type", format!("{} ({said})", subject.sentence())),
        }
    }

    /// Points at the expressions, or where there are none at the node.
    fn point(&self, mut diagnostic: Diagnostic) -> Diagnostic {
        let causes = self.subjects().iter().any(|s| s.role == Role::Cause);
        if let (false, Some(frame)) = (causes, self.frame()) {
            diagnostic = diagnostic.label(&frame.source_text, frame.span.clone(), "");
        }
        for subject in self.subjects() {
            let (at, span) = (&subject.source_text, subject.span.clone());
            let words = subject.found.words();
            diagnostic = match subject.role {
                Role::Cause => diagnostic.label(at, span, words),
                Role::Argument | Role::Condition if words.is_empty() => diagnostic,
                Role::Argument | Role::Condition => diagnostic.context(at, span, words),
            };
            if let Origin::Literal { source_text, span, key, .. } = &subject.origin {
                let words = format!("this map has no `{key}`");
                diagnostic = diagnostic.context(source_text, span.clone(), words);
            }
        }
        diagnostic
    }
}

impl Subject {
    /// The expression and, where that is another, the path that it came from; then what it is.
    fn sentence(&self) -> String {
        let mut text = format!("`{}`", self.shown);
        if let Some(path) = self.path().filter(|path| *path != self.shown.trim_start_matches('$')) {
            let _ = write!(text, ", which is `{path}`,");
        }
        let verb = match &self.found {
            Found::Missing => "is not set".to_owned(),
            found => format!("is {}", found.words()),
        };
        format!("{text} {verb}")
    }

    /// The path in the session's data, as a template would write it.
    pub fn path(&self) -> Option<String> {
        match &self.origin {
            Origin::Data(steps) if steps.is_empty() => Some(".".to_owned()),
            Origin::Data(steps) => Some(steps.iter().map(ToString::to_string).collect()),
            Origin::Dot(_) | Origin::Literal { .. } | Origin::Computed => None,
        }
    }
}

impl Found {
    /// What it is, in a few words; nothing if that is not known.
    pub fn words(&self) -> String {
        match self {
            Self::Missing => "not set".to_owned(),
            Self::Nil => "null".to_owned(),
            Self::Scalar { type_name, text } => match type_name.as_str() {
                "string" => format!("the string {text}"),
                "bool" => text.clone(),
                "[]uint8" => "bytes".to_owned(),
                _ => format!("the number {text}"),
            },
            Self::Map(keys) if keys.is_empty() => "an empty map".to_owned(),
            Self::Map(_) => "a map".to_owned(),
            Self::List(0) => "an empty list".to_owned(),
            Self::List(_) => "a list".to_owned(),
            Self::Object(name) => format!("a {name}"),
            Self::Unknown => String::new(),
        }
    }
}
