//! Which part of which template printed what: a map from a text back to its templates.
//!
//! Invariant: taken only by a session that was asked to, on the path of errors; printing pays
//! nothing for it otherwise. What functions made of a template's text (`indent`, `trim`) is found
//! again line by line, as long as the line is one that only one place printed.

use std::collections::HashMap;

use crate::Frame;
use crate::ast::{NodeId, NodeKind};
use crate::set::Template;
use crate::vm::frame;

/// A text with where it came from.
#[derive(Debug, Default)]
pub struct Traced {
    /// What was printed.
    pub text: Vec<u8>,
    trace: Trace,
}

/// A part of a template that printed something.
#[derive(Clone, Debug)]
pub struct Piece {
    /// The part: an action, or the bytes of the text itself.
    pub frame: Frame,
    /// Whether it is text that stands in the template as it was printed.
    pub verbatim: bool,
}

/// Pieces while a session runs: those of each text that is being printed, innermost last.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    open: Vec<Vec<Printed>>,
    outermost: Vec<Printed>,
    /// Lines that functions were given, without the space around them.
    lines: HashMap<Vec<u8>, Option<Place>>,
}

#[derive(Debug)]
struct Printed {
    end: usize,
    template: Template,
    node: NodeId,
}

#[derive(Clone, Debug)]
struct Place {
    template: Template,
    node: NodeId,
    /// Bytes into the node, where it is text.
    offset: usize,
}

/// Lines that are remembered.
const MAX_LINES: usize = 100_000;

impl Trace {
    pub(crate) fn enter(&mut self) {
        self.open.push(Vec::new());
    }

    pub(crate) fn printed(&mut self, end: usize, template: &Template, node: NodeId) {
        if let Some(open) = self.open.last_mut() {
            open.push(Printed { end, template: template.clone(), node });
        }
    }

    pub(crate) fn leave(&mut self, text: &[u8]) {
        let Some(pieces) = self.open.pop() else { return };
        if self.open.is_empty() {
            self.outermost = pieces;
            return;
        }
        let mut start = 0;
        for line in text.split_inclusive(|byte| *byte == b'\n') {
            let key = line.trim_ascii();
            let at = start + line.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            start += line.len();
            if key.is_empty() || self.lines.len() >= MAX_LINES {
                continue;
            }
            let Some(place) = place_at(&pieces, at) else { continue };
            let known = self.lines.entry(key.to_vec()).or_insert_with(|| Some(place.clone()));
            // Two places print the same line; which one is not known.
            let same = |other: &Place| {
                other.node == place.node && other.template.name() == place.template.name()
            };
            // An outer text repeats the lines of the inner one that it includes.
            let copied = matches!(place.kind(), NodeKind::Action { .. });
            if !copied && known.as_ref().is_some_and(|other| !same(other)) {
                *known = None;
            }
        }
    }
}

impl Traced {
    pub(crate) fn new(text: Vec<u8>, trace: Trace) -> Self {
        Self { text, trace }
    }

    /// What printed the byte at an offset.
    pub fn piece(&self, offset: usize) -> Option<Piece> {
        place_at(&self.trace.outermost, offset).map(|place| place.piece())
    }

    /// What printed a line for a function that handed it on.
    pub fn handed_on(&self, line: &[u8]) -> Option<Piece> {
        self.trace.lines.get(line.trim_ascii())?.as_ref().map(Place::piece)
    }
}

impl Place {
    fn kind(&self) -> NodeKind {
        self.template.program().ast().kind(self.node)
    }

    fn piece(&self) -> Piece {
        let mut frame = frame(&self.template, self.node);
        let verbatim = matches!(self.kind(), NodeKind::Text);
        if verbatim {
            // The rest of the line that the byte is in.
            let text = &self.template.program().text;
            let at = text.floor_char_boundary(frame.span.start + self.offset);
            let line = text[at..frame.span.end.max(at)].lines().next().unwrap_or_default();
            frame.line = 1 + text[..at].bytes().filter(|&byte| byte == b'\n').count();
            frame.span = at..at + line.len();
        }
        Piece { frame, verbatim }
    }
}

fn place_at(pieces: &[Printed], offset: usize) -> Option<Place> {
    let at = pieces.partition_point(|piece| piece.end <= offset);
    let piece = pieces.get(at)?;
    let start = at.checked_sub(1).map_or(0, |before| pieces[before].end);
    let Printed { template, node, .. } = piece;
    Some(Place { template: template.clone(), node: *node, offset: offset - start })
}
