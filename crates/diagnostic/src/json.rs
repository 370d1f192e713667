//! The form for programs.

use serde_json::{Value, json};

use crate::{Diagnostic, Label, Severity};

pub(crate) fn diagnostic(diagnostic: &Diagnostic) -> Value {
    json!({
        "severity": match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        "code": diagnostic.code,
        "message": diagnostic.message,
        "labels": diagnostic.labels.iter().map(label).collect::<Vec<_>>(),
        "notes": diagnostic.notes,
        "hints": diagnostic.hints,
    })
}

fn label(label: &Label) -> Value {
    let start = label.source.position(label.span.start);
    let end = label.source.position(label.span.end);
    json!({
        "file": label.source.name,
        "line": start.line,
        "column": start.column,
        "endLine": end.line,
        "endColumn": end.column,
        "message": label.message,
        "primary": label.primary,
    })
}
