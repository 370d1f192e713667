//! The form for programs; `docs/errors.md` tells its fields to users, so that they stay.

use std::ops::Range;

use serde_json::{Value, json};

use crate::{Diagnostic, Label, Origin, Role, Severity, Source};

pub(crate) fn diagnostic(diagnostic: &Diagnostic) -> Value {
    let with = |role: Role| -> Vec<Value> {
        let main = diagnostic.main_label();
        let labels = diagnostic.labels.iter().filter(|l| l.role == role);
        labels.filter(|l| !main.is_some_and(|main| std::ptr::eq(main, *l))).map(label).collect()
    };
    let related = [with(Role::Cause), with(Role::Context)].concat();
    json!({
        "severity": match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        "code": diagnostic.code,
        "message": diagnostic.message,
        "location": diagnostic.main_label().map(label),
        "chain": with(Role::Caller),
        "related": related,
        "origin": diagnostic.origin.iter().map(origin).collect::<Vec<_>>(),
        "notes": diagnostic.notes,
        "hints": diagnostic.hints,
    })
}

fn label(label: &Label) -> Value {
    let mut place = place(&label.source, &label.span);
    place["message"] = json!(label.message);
    place
}

fn origin(origin: &Origin) -> Value {
    json!({
        "path": origin.path,
        "from": origin.from,
        "says": origin.says,
        "wins": origin.wins,
        "location": origin.at.as_ref().map(|(source, span)| place(source, span)),
    })
}

fn place(source: &Source, span: &Range<usize>) -> Value {
    let (start, end) = (source.position(span.start), source.position(span.end));
    json!({
        "file": source.name,
        "line": start.line,
        "column": start.column,
        "end": { "line": end.line, "column": end.column },
    })
}
