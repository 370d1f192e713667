//! Which node a comment belongs to: what go-yaml 3's parser and composer make of the scanner's comments.
//!
//! A token that is looked at brings the comments before it along; the next event that takes comments
//! gets all that came up to then. Ends of collections take theirs too, and what a key or value is given
//! below a map's entry goes to the key.
//! Invariant: nodes and tokens are of one text that was parsed, so each step finds what it expects; where
//! it does not, comments are lost and nothing else.

use super::comments::{Comment, Role, Scanned};
use super::{Document, Kind, Layout, Node};
use crate::token::{Token, TokenKind};

/// Gives every comment to a node, or to the document.
pub(super) fn attach(tokens: &[Token<'_>], scanned: Scanned, document: &mut Document) {
    let Scanned { comments, starts } = scanned;
    let mut reader = Reader {
        tokens,
        starts,
        at: 0,
        comments: comments.into_iter().peekable(),
        head: String::new(),
        line: String::new(),
        foot: String::new(),
        stem: None,
    };
    reader.document(document);
}

/// Where a node stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Flow,
    /// An item of a list, or the document.
    Block,
    /// A key or value of a map: a list may stand at its key's column.
    Entry,
}

struct Reader<'a, 't> {
    tokens: &'a [Token<'t>],
    starts: Vec<isize>,
    at: usize,
    comments: std::iter::Peekable<std::vec::IntoIter<Comment>>,
    // What came up and is not taken yet.
    head: String,
    line: String,
    foot: String,
    /// The head of a collection that is a list's item.
    stem: Option<String>,
}

impl<'a, 't> Reader<'a, 't> {
    /// The token at hand; its comments come up.
    fn peek(&mut self) -> &'a TokenKind<'t> {
        let at = self.at.min(self.tokens.len().saturating_sub(1));
        let Some(token) = self.tokens.get(at) else { return &TokenKind::StreamEnd };
        let start = self.starts.get(at).copied().unwrap_or(isize::MAX);
        let end = matches!(token.kind, TokenKind::BlockEnd);
        // The end of a block has no head: it waits for what follows.
        let up = |comment: &Comment| start >= comment.from && !(end && comment.role == Role::Head);
        while let Some(comment) = self.comments.next_if(up) {
            let all = match comment.role {
                Role::Head => &mut self.head,
                Role::Line => &mut self.line,
                Role::Foot => &mut self.foot,
            };
            if !all.is_empty() {
                all.push('\n');
            }
            all.push_str(&comment.text);
        }
        &token.kind
    }

    fn skip(&mut self) {
        self.at += 1;
    }

    /// Everything that came up, as head, line and foot.
    fn take(&mut self) -> (String, String, String) {
        self.stem = None;
        let take = std::mem::take::<String>;
        (take(&mut self.head), take(&mut self.line), take(&mut self.foot))
    }

    fn document(&mut self, document: &mut Document) {
        self.peek();
        self.skip();
        let mut empty = false;
        let explicit = |kind: &TokenKind<'_>| {
            matches!(
                kind,
                TokenKind::VersionDirective { .. }
                    | TokenKind::TagDirective(_)
                    | TokenKind::DocumentStart
            )
        };
        if explicit(self.peek()) {
            while !matches!(self.peek(), TokenKind::DocumentStart | TokenKind::StreamEnd) {
                self.skip();
            }
            self.skip();
            let next = self.peek();
            empty = explicit(next) || matches!(next, TokenKind::DocumentEnd | TokenKind::StreamEnd);
        } else {
            document.head = self.split_head();
        }
        if !empty {
            self.node(&mut document.root, Place::Block);
        }
        self.peek();
        let (head, _, foot) = self.take();
        document.foot = if foot.is_empty() { head } else { foot };
    }

    /// The part of the head above its last empty line: it belongs to the document.
    fn split_head(&mut self) -> String {
        let bytes = self.head.as_bytes();
        let last = bytes.len().saturating_sub(1);
        let (end, rest) = if last > 0 && bytes[last] == b'\n' {
            (last, last + 1)
        } else if let Some(at) = self.head.rfind("\n\n") {
            (at, at + 2)
        } else {
            return String::new();
        };
        let rest = self.head.split_off(rest);
        let mut head = std::mem::replace(&mut self.head, rest);
        head.truncate(end);
        head
    }

    fn node(&mut self, node: &mut Node, place: Place) {
        while matches!(self.peek(), TokenKind::Anchor(_) | TokenKind::Tag(_)) {
            self.skip();
        }
        match self.peek() {
            TokenKind::Alias(_) | TokenKind::Scalar { .. } => {
                (node.head, node.line, node.foot) = self.take();
                self.skip();
            }
            TokenKind::BlockEntry if place == Place::Entry => self.list(node, Place::Entry),
            TokenKind::FlowSequenceStart => {
                node.head = self.take().0;
                self.skip();
                self.flow_list(node);
            }
            TokenKind::FlowMappingStart => {
                node.head = self.take().0;
                self.skip();
                self.flow_map(node);
            }
            TokenKind::BlockSequenceStart if place != Place::Flow => {
                node.head = self.stem.take().unwrap_or_default();
                self.skip();
                self.list(node, Place::Block);
            }
            TokenKind::BlockMappingStart if place != Place::Flow => {
                node.head = self.stem.take().unwrap_or_default();
                self.skip();
                self.map(node);
            }
            // Nothing but a tag or an anchor, which takes no comments.
            _ => {}
        }
    }

    /// The items of a list in lines; one at its key's column has no end of its own.
    fn list(&mut self, node: &mut Node, place: Place) {
        let Kind::List { items, .. } = &mut node.kind else { return };
        let mut items = items.iter_mut();
        while matches!(self.peek(), TokenKind::BlockEntry) {
            let stem = self.head.len();
            self.skip();
            self.split_stem(stem);
            let empty = match self.peek() {
                TokenKind::BlockEntry | TokenKind::BlockEnd => true,
                TokenKind::Key | TokenKind::Value => place == Place::Entry,
                _ => false,
            };
            let Some(item) = items.next() else { return };
            if !empty {
                self.node(item, Place::Block);
            }
        }
        if place == Place::Block {
            self.skip();
        }
    }

    /// Comments above the dash of a collection are the collection's, not its first entry's.
    fn split_stem(&mut self, stem: usize) {
        let starts = |kind: &TokenKind<'_>| {
            matches!(kind, TokenKind::BlockSequenceStart | TokenKind::BlockMappingStart)
        };
        if stem == 0 || !starts(self.peek()) {
            return;
        }
        let rest = if self.head.len() == stem { String::new() } else { self.head.split_off(stem) };
        let rest = rest.strip_prefix('\n').unwrap_or(&rest).to_owned();
        self.stem = Some(std::mem::replace(&mut self.head, rest));
    }

    fn map(&mut self, node: &mut Node) {
        let Kind::Map { entries, .. } = &mut node.kind else { return };
        let ends = |kind: &TokenKind<'_>| {
            matches!(kind, TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd)
        };
        for at in 0..entries.len() {
            if !matches!(self.peek(), TokenKind::Key) {
                return;
            }
            self.skip();
            if !ends(self.peek()) {
                self.node(&mut entries[at].0, Place::Entry);
            }
            if at > 0 && !entries[at].0.foot.is_empty() {
                entries[at - 1].0.foot = std::mem::take(&mut entries[at].0.foot);
            }
            if matches!(self.peek(), TokenKind::Value) {
                self.skip();
                if !ends(self.peek()) {
                    self.node(&mut entries[at].1, Place::Entry);
                }
            }
            foot_of_value(&mut entries[at]);
        }
        self.peek();
        (_, node.line, node.foot) = self.take();
        if !node.foot.is_empty()
            && let Some((key, _)) = entries.last_mut()
        {
            key.foot = std::mem::take(&mut node.foot);
        }
        self.skip();
    }

    fn flow_list(&mut self, node: &mut Node) {
        let Kind::List { items, .. } = &mut node.kind else { return };
        for item in items {
            if matches!(self.peek(), TokenKind::FlowEntry) {
                self.skip();
            }
            if !matches!(self.peek(), TokenKind::Key) {
                self.node(item, Place::Flow);
                continue;
            }
            self.skip();
            let Kind::Map { entries, .. } = &mut item.kind else { return };
            if let Some(entry) = entries.first_mut() {
                self.pair(entry);
            }
        }
        self.close_flow(node);
    }

    /// `[a: b]`, behind what says that there is a key.
    fn pair(&mut self, entry: &mut (Node, Node)) {
        self.flow_entry(entry, |kind| {
            matches!(kind, TokenKind::FlowEntry | TokenKind::FlowSequenceEnd)
        });
        foot_of_value(entry);
        self.peek();
    }

    /// A key and a value of which either may be missing, behind what says that there is a key.
    fn flow_entry(&mut self, entry: &mut (Node, Node), ends: impl Fn(&TokenKind<'_>) -> bool) {
        let next = self.peek();
        if !ends(next) && !matches!(next, TokenKind::Value) {
            self.node(&mut entry.0, Place::Flow);
        }
        if matches!(self.peek(), TokenKind::Value) {
            self.skip();
            if !ends(self.peek()) {
                self.node(&mut entry.1, Place::Flow);
            }
        }
    }

    fn flow_map(&mut self, node: &mut Node) {
        let Kind::Map { entries, .. } = &mut node.kind else { return };
        for entry in entries {
            if matches!(self.peek(), TokenKind::FlowEntry) {
                self.skip();
            }
            if matches!(self.peek(), TokenKind::Key) {
                self.skip();
                self.flow_entry(entry, |kind| {
                    matches!(kind, TokenKind::FlowEntry | TokenKind::FlowMappingEnd)
                });
            } else {
                self.node(&mut entry.0, Place::Flow);
                self.peek();
            }
            foot_of_value(entry);
        }
        self.close_flow(node);
    }

    fn close_flow(&mut self, node: &mut Node) {
        if matches!(self.peek(), TokenKind::FlowEntry) {
            self.skip();
            self.peek();
        }
        (_, node.line, node.foot) = self.take();
        self.skip();
    }
}

/// The foot of a value is the foot of its key.
fn foot_of_value((key, value): &mut (Node, Node)) {
    if key.foot.is_empty() {
        key.foot = std::mem::take(&mut value.foot);
    }
}

impl Node {
    /// Whether it is printed in brackets.
    pub(crate) fn is_flow(&self) -> bool {
        match &self.kind {
            Kind::List { layout, items } => *layout == Layout::Flow || items.is_empty(),
            Kind::Map { layout, entries } => *layout == Layout::Flow || entries.is_empty(),
            Kind::Scalar { .. } | Kind::Alias(_) => false,
        }
    }
}
