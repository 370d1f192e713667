//! Values that do not fit a schema: each violation with the place that set the value.
use std::fmt;

use chart::Violation;
use diagnostic::Diagnostic;
use template::Found;

use super::origin::{Background, Wanted};

/// Values that do not fit a schema.
#[derive(Debug)]
pub struct SchemaFailed {
    error: chart::Error,
    diagnostics: Vec<Diagnostic>,
}

impl SchemaFailed {
    pub(super) fn new(error: chart::Error, background: &Background<'_>) -> Self {
        let diagnostics = match &error {
            chart::Error::Schema { violations, .. } => {
                violations.iter().map(|v| diagnostic(v, background)).collect()
            }
            other => other.to_diagnostics(),
        };
        Self { error, diagnostics }
    }

    /// One for each violation.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }
}

impl fmt::Display for SchemaFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

fn diagnostic(violation: &Violation, background: &Background<'_>) -> Diagnostic {
    let chart = violation.chart.last().map_or(background.chart.name(), String::as_str);
    let mut lines = violation.message.lines();
    let words = lines.next().unwrap_or_default();
    let wanted = Wanted::in_chart(&violation.chart, &violation.at, background.chart);
    let explained = wanted.map(|wanted| wanted.explain(&Found::Unknown, background.given));
    let explained = explained.unwrap_or_default();
    let what = match explained.path.as_str() {
        "" => "the values do".to_owned(),
        path => format!("`{path}` does"),
    };
    let title = format!("{what} not fit the schema of chart `{chart}`: {words}");
    let mut diagnostic = Diagnostic::error(title).code("schema");
    let more: Vec<&str> = lines.collect();
    if !more.is_empty() {
        diagnostic = diagnostic.note(
            more.iter()
                .map(|line| line.strip_prefix("  ").unwrap_or(line))
                .collect::<Vec<_>>()
                .join("\n"),
        );
    }
    if let Some(((source, span), words)) = explained.decides {
        diagnostic = diagnostic.label(&source, span, words);
    }
    diagnostic.origin = explained.origins;
    diagnostic
}
