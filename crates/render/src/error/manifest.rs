//! A template's output that is no manifest: the rendered line, the part of the template that gave
//! it, and the usual causes.
use std::ops::Range;
use std::sync::Arc;

use diagnostic::{Diagnostic, Source};
use template::Piece;

/// What is wrong, and where in the document.
pub(super) struct At<'a> {
    pub(super) path: &'a str,
    pub(super) message: &'a str,
    pub(super) span: Option<Range<usize>>,
    pub(super) document: &'a Arc<Source>,
}

pub(super) fn diagnostic(at: &At<'_>, piece: Option<&Piece>) -> Diagnostic {
    let words = at.message.rsplit("yaml: ").next().unwrap_or(at.message);
    let title = format!("{} does not render to a manifest: {words}", at.path);
    let mut diagnostic = Diagnostic::error(title).code("manifest-syntax");
    let rendered = at.span.clone().map(|span| shown(at.document, span));
    match (piece, rendered) {
        (Some(piece), Some(span)) => {
            let given = if piece.verbatim { "this line" } else { "what this gives" };
            let words = format!("{given} makes the text below");
            let frame = &piece.frame;
            let here = if is_lone(at) {
                "a text alone, where `key: value` belongs"
            } else {
                "not understood here"
            };
            diagnostic = diagnostic.label(&frame.source_text, frame.span.clone(), words).context(
                at.document,
                span,
                here,
            );
        }
        (None, Some(span)) => diagnostic = diagnostic.label(at.document, span, ""),
        (_, None) => {}
    }
    hints(at, piece).into_iter().fold(diagnostic, Diagnostic::hint)
}

/// An empty range at the end of a line is moved back to something that can be seen.
fn shown(document: &Arc<Source>, span: Range<usize>) -> Range<usize> {
    let line = document.line(document.position(span.start).line);
    if document.text[line.clone()].trim().is_empty() || span.start < span.end {
        return span;
    }
    let at = span.start.min(line.end.saturating_sub(1)).max(line.start);
    at..at
}

/// Whether what is pointed at is a line with no key, number or list in it.
fn is_lone(at: &At<'_>) -> bool {
    let Some(span) = &at.span else { return false };
    let line = at.document.line(at.document.position(span.start).line);
    let text = at.document.text[line].trim();
    at.document.text.get(span.clone()) == Some(text) && !text.contains(':')
}

fn hints(at: &At<'_>, piece: Option<&Piece>) -> Vec<String> {
    let mut hints = Vec::new();
    let Some(span) = &at.span else { return hints };
    let line = at.document.line(at.document.position(span.start).line);
    let line = &at.document.text[line];
    let indent = &line[..line.len() - line.trim_start().len()];
    let code = piece
        .filter(|p| !p.verbatim)
        .map(|p| p.frame.source_text.text.get(p.frame.span.clone()).unwrap_or_default());
    if indent.contains('\t') {
        hints.push("YAML is indented by spaces; this line begins with a tab".to_owned());
    }
    if is_lone(at) {
        hints.push("what is inserted here must be a table of `key: value`".to_owned());
    } else if let Some(code) = code {
        let lays_out = code.contains("indent");
        if code.contains("toYaml") && !lays_out {
            hints.push(
                "text of several lines keeps the indentation that it has: write \
                 `{{- … | nindent N }}` with N the spaces before it"
                    .to_owned(),
            );
        } else if lays_out {
            hints.push(
                "count the spaces: `nindent N` begins a new line with N of them, `indent N` does \
                 not begin one"
                    .to_owned(),
            );
        } else if !code.contains("quote") {
            hints.push("quote what may be any text: `{{ … | quote }}`".to_owned());
        }
    } else if at.message.contains("mapping values are not allowed") {
        hints.push(
            "a value with `: ` in it needs quotes; or the line is indented wrongly".to_owned(),
        );
    }
    if at.message.contains("unexpected end of stream") {
        hints.push("a quote or bracket that was opened is not closed".to_owned());
    }
    hints
}
