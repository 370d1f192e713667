//! Events to a tree of nodes that share one arena; aliases point at their anchors' nodes.
//!
//! Invariant: a node's children come after it, each with all that is in it before the next; nesting is limited to [`MAX_DEPTH`], so that
//! whatever walks a tree or the values made of it may recurse. Go allows 10 000 levels; no document
//! in use has a hundred.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::Problem;
use crate::node::Style;
use crate::parser::{Event, EventKind, Parser, Properties};
use crate::scanner::problem_at;
use crate::source::Source;
use crate::token::Mark;

/// How deep collections may nest.
pub(crate) const MAX_DEPTH: usize = 500;

/// One document.
#[derive(Debug, Default)]
pub(crate) struct Tree<'t> {
    pub(crate) items: Vec<Item<'t>>,
    /// The nodes with an anchor and its name, in the order of the nodes.
    pub(crate) anchors: Vec<(usize, &'t str)>,
    /// The nodes that begin, with an anchor or a tag, on an earlier line than their content; in the
    /// order of the nodes.
    begun_before: Vec<(usize, u32)>,
}

/// A node of a document.
#[derive(Debug)]
pub(crate) struct Item<'t> {
    pub(crate) kind: ItemKind<'t>,
    /// The long form of its tag, never empty.
    pub(crate) tag: Option<Box<str>>,
    /// Where its content begins.
    pub(crate) start: Mark,
    pub(crate) end: Mark,
}

/// What a node is.
#[derive(Debug)]
pub(crate) enum ItemKind<'t> {
    Scalar {
        value: Cow<'t, str>,
        style: Style,
    },
    List(Children),
    /// Keys and values in turn.
    Map(Children),
    Alias {
        name: &'t str,
        target: usize,
    },
}

/// What is in a collection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Children {
    pub(crate) count: usize,
    /// The node after the collection's last; the collection's first stands behind the collection.
    after: usize,
}

impl Tree<'_> {
    /// The nodes of the collection `id`.
    pub(crate) fn children(&self, id: usize, of: Children) -> impl Iterator<Item = usize> {
        let following = |child: &usize| Some(self.after(*child));
        std::iter::successors(Some(id + 1), following).take(of.count)
    }

    /// The keys and values of the map `id`.
    pub(crate) fn entries(&self, id: usize, of: Children) -> impl Iterator<Item = (usize, usize)> {
        let mut key = id + 1;
        (0..of.count / 2).map(move |_| {
            let value = self.after(key);
            (std::mem::replace(&mut key, self.after(value)), value)
        })
    }

    /// The line, from 0, on which a node begins with its anchor and its tag.
    pub(crate) fn first_line(&self, id: usize) -> u32 {
        match self.begun_before.binary_search_by_key(&id, |(id, _)| *id) {
            Ok(at) => self.begun_before[at].1,
            Err(_) => self.items[id].start.line,
        }
    }

    /// The node that follows a node and all that is in it.
    fn after(&self, id: usize) -> usize {
        match self.items.get(id).map(|item| &item.kind) {
            Some(ItemKind::List(children) | ItemKind::Map(children)) => children.after,
            Some(ItemKind::Scalar { .. } | ItemKind::Alias { .. }) | None => id + 1,
        }
    }
}

/// Reads document after document.
pub(crate) struct Composer<'t> {
    text: &'t str,
    parser: Parser<'t>,
}

/// A document while it is read.
#[derive(Default)]
struct Draft<'t> {
    tree: Tree<'t>,
    anchors: HashMap<&'t str, usize>,
    open: Vec<Open>,
}

/// A collection that is not closed yet.
struct Open {
    id: usize,
    count: usize,
    /// Its newest node, or itself.
    last: usize,
}

impl<'t> Composer<'t> {
    pub(crate) fn new(source: &'t Source<'_>) -> Self {
        Self { text: &source.text, parser: Parser::new(source) }
    }

    /// The next document; nothing at the end of the stream.
    pub(crate) fn next(&mut self) -> Result<Option<Tree<'t>>, Problem> {
        if matches!(self.parser.next()?.kind, EventKind::StreamEnd) {
            return Ok(None);
        }
        let mut draft = Draft::default();
        loop {
            let event = self.parser.next()?;
            if matches!(event.kind, EventKind::DocumentEnd | EventKind::StreamEnd) {
                return Ok(Some(draft.tree));
            }
            self.add(&mut draft, event)?;
        }
    }

    /// See [`Parser::line_around`].
    pub(crate) fn line_around(&self) -> Option<u32> {
        self.parser.line_around()
    }

    /// The next event, for who reads over what is not wanted.
    pub(crate) fn event(&mut self) -> Result<Event<'t>, Problem> {
        self.parser.next()
    }

    /// The node that begins with an event, as a document of its own.
    pub(crate) fn subtree(&mut self, first: Event<'t>) -> Result<Tree<'t>, Problem> {
        let mut draft = Draft::default();
        self.add(&mut draft, first)?;
        while !draft.open.is_empty() {
            let event = self.parser.next()?;
            self.add(&mut draft, event)?;
        }
        Ok(draft.tree)
    }

    fn add(&self, draft: &mut Draft<'t>, event: Event<'t>) -> Result<(), Problem> {
        let Event { kind, start, content, end } = event;
        let (kind, properties) = match kind {
            EventKind::Alias(name) => {
                let target = draft.anchors.get(name).copied().ok_or_else(|| {
                    problem_at(self.text, start, format!("unknown anchor '{name}' referenced"))
                })?;
                (ItemKind::Alias { name, target }, Properties::default())
            }
            EventKind::Scalar { value, style, properties } => {
                (ItemKind::Scalar { value, style }, properties)
            }
            EventKind::SequenceStart(properties) => (ItemKind::List(NONE_YET), properties),
            EventKind::MappingStart(properties) => (ItemKind::Map(NONE_YET), properties),
            EventKind::SequenceEnd | EventKind::MappingEnd => {
                draft.close(start, end);
                return Ok(());
            }
            EventKind::StreamEnd | EventKind::DocumentStart | EventKind::DocumentEnd => {
                return Ok(());
            }
        };
        let opens = matches!(kind, ItemKind::List(_) | ItemKind::Map(_));
        let id = draft.push(Item { kind, tag: properties.tag, start: content, end });
        if start.line != content.line {
            draft.tree.begun_before.push((id, start.line));
        }
        if let Some(anchor) = properties.anchor {
            draft.anchors.insert(anchor, id);
            draft.tree.anchors.push((id, anchor));
        }
        if opens {
            draft.open.push(Open { id, count: 0, last: id });
            if draft.open.len() > MAX_DEPTH {
                return Err(problem_at(
                    self.text,
                    content,
                    format!("exceeded max depth of {MAX_DEPTH}"),
                ));
            }
        }
        Ok(())
    }
}

/// What a collection holds when it is opened.
const NONE_YET: Children = Children { count: 0, after: 0 };

impl<'t> Draft<'t> {
    fn push(&mut self, item: Item<'t>) -> usize {
        let id = self.tree.items.len();
        self.tree.items.push(item);
        if let Some(parent) = self.open.last_mut() {
            parent.count += 1;
            parent.last = id;
        }
        id
    }

    /// Ends the innermost collection: after its last character, not where the scanner noticed it.
    fn close(&mut self, start: Mark, end: Mark) {
        let Some(Open { id, count, last }) = self.open.pop() else { return };
        let after = self.tree.items.len();
        let last_end = self.tree.items.get(last).filter(|_| count > 0).map(|item| item.end);
        let Some(item) = self.tree.items.get_mut(id) else { return };
        // A block collection's end token is empty and stands at the next token.
        item.end = if start.pos == end.pos { last_end.unwrap_or(end) } else { end };
        if let ItemKind::List(children) | ItemKind::Map(children) = &mut item.kind {
            *children = Children { count, after };
        }
    }
}
