//! The form for people: source lines with carets below them.
//!
//! Colours are ANSI sequences; the caller asks for [`Style::Plain`] where they are unwanted.

use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::{Diagnostic, Label, Role, Severity, Source, origin};

/// Whether the form for people may carry colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Text alone.
    Plain,
    /// ANSI colour sequences.
    Coloured,
}

pub(crate) fn render(diagnostic: &Diagnostic, style: Style) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut title = level.primary_title(clean(&diagnostic.message));
    if let Some(code) = diagnostic.code {
        title = title.id(code);
    }
    let mut group = Group::with_title(title);
    for (source, labels) in by_source(&diagnostic.labels) {
        group = group.element(snippet(source, &labels));
    }
    for note in diagnostic.notes.iter().chain(&origin::notes(&diagnostic.origin)) {
        group = group.element(Level::NOTE.message(clean(note)));
    }
    for hint in &diagnostic.hints {
        group = group.element(Level::HELP.message(clean(hint)));
    }
    let renderer = match style {
        Style::Plain => Renderer::plain(),
        Style::Coloured => Renderer::styled(),
    };
    renderer.render(&[group])
}

/// Labels gathered by their text, in the order of their first mention, causes first.
fn by_source(labels: &[Label]) -> Vec<(&Arc<Source>, Vec<&Label>)> {
    let mut groups: Vec<(&Arc<Source>, Vec<&Label>)> = vec![];
    let mut ordered: Vec<&Label> = labels.iter().collect();
    ordered.sort_by_key(|label| label.role);
    for label in ordered {
        match groups.iter_mut().find(|(source, _)| **source == label.source) {
            Some((_, group)) => group.push(label),
            None => groups.push((&label.source, vec![label])),
        }
    }
    groups
}

/// Only the lines that labels touch are handed over: a file may have megabytes.
fn snippet<'a>(
    source: &'a Source,
    labels: &[&'a Label],
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let first = labels.iter().map(|l| l.span.start).min().unwrap_or(0);
    let last = labels.iter().map(|l| l.span.end).max().unwrap_or(0);
    let start = source.text[..first].rfind('\n').map_or(0, |n| n + 1);
    let end = source.text[last..].find('\n').map_or(source.text.len(), |n| last + n);
    let mut snippet = Snippet::source(&source.text[start..end])
        .path(source.name.as_str())
        .line_start(source.position(start).line);
    for label in labels {
        let kind = match label.role {
            Role::Cause => AnnotationKind::Primary,
            Role::Context | Role::Caller => AnnotationKind::Context,
        };
        let span = label.span.start - start..label.span.end - start;
        let words = (!label.message.is_empty()).then(|| clean(&label.message));
        snippet = snippet.annotation(kind.span(span).label(words));
    }
    snippet
}

/// A message may quote a chart; what would steer a terminal is shown instead of sent.
fn clean(text: &str) -> String {
    text.chars()
        .flat_map(|c| match c {
            '\n' | '\t' => vec![c],
            c if c.is_control() => c.escape_default().collect(),
            c => vec![c],
        })
        .collect()
}
