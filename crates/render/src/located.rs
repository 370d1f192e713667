//! From a line of rendered text back to the part of a template that printed it.
//!
//! Invariant: only for errors. The template runs once more; what is random may come out otherwise,
//! so that places are matched by line, not by byte.
use std::collections::HashMap;

use template::{Piece, Traced};

use crate::Error;

/// Templates that are run once more.
const MAX_TRACED: usize = 5;

/// Says of each bad document which part of which template gave the line.
pub(crate) fn all(errors: Vec<Error>, trace: impl Fn(&str) -> Option<Traced>) -> Vec<Error> {
    let mut traces: HashMap<String, Option<Traced>> = HashMap::new();
    let mut locate = |mut error: Error| {
        if let Error::Manifest { path, span: Some(span), document, line, piece, .. } = &mut error {
            if !traces.contains_key(path) && traces.len() < MAX_TRACED {
                traces.insert(path.clone(), trace(path));
            }
            let traced = traces.get(path).and_then(Option::as_ref);
            if let Some(line) = suspect(&document.text, document.position(span.start).line) {
                let whole = document.line(line);
                let blank = document.text[whole.clone()].len()
                    - document.text[whole.clone()].trim_start().len();
                *span = whole.start + blank..whole.end;
            }
            let at = document.position(span.start);
            *piece = traced.and_then(|t| find(t, *line + at.line - 1, at.column)).map(Box::new);
        }
        error
    };
    errors.into_iter().map(&mut locate).collect()
}

/// The line that is to blame where another one cannot be read.
fn suspect(document: &str, bad: usize) -> Option<usize> {
    let rest = document.lines().skip(bad.saturating_sub(1));
    if rest.into_iter().all(|line| line.trim().is_empty()) {
        return open_quote(document);
    }
    lone_text(document, bad)
}

/// The first line on which a quote is opened that the line does not close.
fn open_quote(document: &str) -> Option<usize> {
    let odd = |line: &str| {
        let value = line.split_once(": ").map_or(line, |(_, value)| value).trim();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let quotes = value.replace("\\\"", "").matches(quote).count();
        (quotes % 2 == 1).then_some(())
    };
    document.lines().position(|line| odd(line).is_some()).map(|at| at + 1)
}

/// The line before a bad one, if it is a text alone where `key: value` belongs: that is the cause,
/// although only the line after it cannot be read.
fn lone_text(document: &str, bad: usize) -> Option<usize> {
    let before: Vec<&str> = document.lines().take(bad.checked_sub(1)?).collect();
    let at = before.iter().rposition(|line| !line.trim().is_empty())?;
    let line = before[at].trim();
    let alone = !line.contains(':') && !line.starts_with(['-', '#', '[', '{', '"', '\'', '|', '>']);
    let above = before[..at].iter().rev().find(|line| !line.trim().is_empty());
    // Deeper than an entry before it, it would go on with that entry's text.
    let indent = |line: &str| line.len() - line.trim_start().len();
    let opens = above.is_some_and(|above| {
        above.trim_end().ends_with(':') || indent(before[at]) <= indent(above)
    });
    (alone && opens).then_some(at + 1)
}

/// What printed a column (from 1) of a line (from 0): if a function laid the line out, what printed
/// it for that function.
fn find(traced: &Traced, line: usize, column: usize) -> Option<Piece> {
    let (start, text) = nth(&traced.text, line)?;
    let blank = text.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let whole = std::str::from_utf8(text).ok()?;
    let column = whole.char_indices().nth(column - 1).map_or(blank, |(at, _)| at);
    let own = traced.piece(start + blank);
    // What a function laid out is in the template that printed it for the function.
    if let (Some(piece), true) = (traced.handed_on(text), own.is_some_and(|piece| !piece.verbatim))
    {
        return Some(piece);
    }
    // Where the error is; what stands before it in the line, if that is only text.
    let at = traced.piece(start + column.min(text.len().saturating_sub(1)));
    let at = at.or_else(|| traced.piece(start + blank))?;
    if !at.verbatim {
        return Some(at);
    }
    let actions = (blank..text.trim_ascii_end().len()).filter_map(|at| traced.piece(start + at));
    if let Some(action) = actions.into_iter().find(|piece| !piece.verbatim) {
        return Some(action);
    }
    // Plain text after something that was laid out over several lines: that is the likelier cause.
    laid_out_before(traced, line).or(Some(at))
}

/// What printed the line before, if it printed several.
fn laid_out_before(traced: &Traced, line: usize) -> Option<Piece> {
    let print = |line: usize| {
        let (start, text) = nth(&traced.text, line)?;
        let blank = text.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        if blank == text.len() { None } else { traced.piece(start + blank) }
    };
    let piece = print(line.checked_sub(1)?).filter(|piece| !piece.verbatim)?;
    let (start, text) = nth(&traced.text, line - 1)?;
    let first = start.checked_sub(1).and_then(|before| traced.piece(before))?;
    let several = first.frame.span == piece.frame.span && !text.is_empty();
    several.then_some(piece)
}

/// A line with where it begins.
fn nth(text: &[u8], line: usize) -> Option<(usize, &[u8])> {
    let mut start = 0;
    for (number, text) in text.split_inclusive(|byte| *byte == b'\n').enumerate() {
        if number == line {
            return Some((start, text));
        }
        start += text.len();
    }
    None
}
