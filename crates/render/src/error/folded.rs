//! Several failures at once: what follows from one cause is told once.
//!
//! Invariant: the first failure is told in full and first; a later one is folded into an earlier one
//! only if it failed at the same place or over the same missing value.
use std::fmt::Write as _;

use diagnostic::Diagnostic;

use super::Error;

/// Diagnostics that are told.
const MAX_TOLD: usize = 20;
/// Further places of one cause that are named.
const MAX_PLACES: usize = 5;

struct Group<'a> {
    error: &'a Error,
    more: Vec<String>,
}

pub(super) fn diagnostics(first: &Error, others: &[Error]) -> Vec<Diagnostic> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for error in std::iter::once(first).chain(others) {
        match groups.iter_mut().find(|group| follows(error, group.error)) {
            Some(group) => group.more.push(place(error)),
            None => groups.push(Group { error, more: Vec::new() }),
        }
    }
    let untold = groups.len().saturating_sub(MAX_TOLD);
    let told = groups.iter().take(MAX_TOLD);
    let mut all: Vec<Diagnostic> = told
        .flat_map(|Group { error, more }| {
            let mut all = error.to_diagnostics();
            if let (Some(last), false) = (all.last_mut(), more.is_empty()) {
                last.notes.push(and_more(more));
            }
            all
        })
        .collect();
    if untold > 0 {
        all.push(Diagnostic::error(format!("{untold} more errors are not shown")));
    }
    all
}

fn follows(error: &Error, earlier: &Error) -> bool {
    match (error, earlier) {
        (Error::Template(error), Error::Template(earlier)) => error.follows(earlier),
        (
            Error::Manifest { piece: Some(own), path, .. },
            Error::Manifest { piece: Some(other), path: earlier, .. },
        ) => path == earlier && own.frame == other.frame,
        _ => false,
    }
}

fn place(error: &Error) -> String {
    match error {
        Error::Template(failed) => failed.place(),
        Error::Manifest { path, line, .. } => {
            format!("the document that begins on line {} of what {path} renders to", line + 1)
        }
        _ => error.to_string(),
    }
}

fn and_more(places: &[String]) -> String {
    let count = places.len();
    let noun = if count == 1 { "place" } else { "places" };
    let mut text = format!("the same in {count} more {noun}:");
    for place in places.iter().take(MAX_PLACES) {
        let _ = write!(text, "\n- {place}");
    }
    if count > MAX_PLACES {
        text.push_str("\n- …");
    }
    text
}
