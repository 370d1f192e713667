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
            let at = document.position(span.start);
            *piece = traced.and_then(|t| find(t, *line + at.line - 1, at.column)).map(Box::new);
        }
        error
    };
    errors.into_iter().map(&mut locate).collect()
}

/// What printed a column (from 1) of a line (from 0): if a function laid the line out, what printed
/// it for that function.
fn find(traced: &Traced, line: usize, column: usize) -> Option<Piece> {
    let (start, text) = nth(&traced.text, line)?;
    let blank = text.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let whole = std::str::from_utf8(text).ok()?;
    let column = whole.char_indices().nth(column - 1).map_or(blank, |(at, _)| at);
    if let Some(piece) = traced.handed_on(text) {
        return Some(piece);
    }
    // Where the error is; what stands before it in the line, if that is only text.
    let at = traced.piece(start + column.min(text.len().saturating_sub(1)));
    let at = at.or_else(|| traced.piece(start + blank))?;
    if !at.verbatim {
        return Some(at);
    }
    let actions = (blank..text.trim_ascii_end().len()).filter_map(|at| traced.piece(start + at));
    actions.into_iter().find(|piece| !piece.verbatim).or(Some(at))
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
