//! Which comment belongs to what, by the rules of thumb that go-yaml 3 follows.
//!
//! A comment behind a value is its line comment; lines above an entry are its head; lines directly
//! below an entry, with a blank line or less indentation after them, are its foot.
//! Not here: comments inside of flow collections, which go to the entry that holds them.

use std::ops::Range;

use super::{Kind, Node};
use crate::composer::{ItemKind, Tree};

/// A comment, or several lines of them without a blank line between.
struct Comment {
    lines: Vec<String>,
    start: usize,
    /// Something stands before it on its line.
    behind: bool,
    /// The line above is blank, or there is none.
    blank_before: bool,
    /// The line below is blank.
    blank_after: bool,
    column: usize,
}

/// Gives every comment of the text to a node.
pub(super) fn attach(text: &str, tree: &Tree<'_>, root: &mut Node) {
    if !text.contains('#') {
        return;
    }
    let mut places = Vec::new();
    list(text, tree, 0, root, &mut Vec::new(), &mut places);
    for comment in find(text, tree) {
        let target =
            if comment.behind { behind(&places, &comment) } else { around(&places, &comment) };
        let Some((path, role)) = target else { continue };
        let node = reach(root, &path);
        match role {
            Role::Head => node.head.extend(comment.lines),
            Role::Line => node.line = comment.lines.into_iter().next(),
            Role::Foot => node.foot.extend(comment.lines),
        }
    }
}

enum Role {
    Head,
    Line,
    Foot,
}

/// Steps from the root: an item, a key or a value.
#[derive(Clone, Copy, PartialEq)]
enum Step {
    Item(usize),
    Key(usize),
    Value(usize),
}

/// An entry of a block collection, in the order of the text.
struct Place {
    path: Vec<Step>,
    start: usize,
    /// Of its last character's place.
    end: usize,
    column: usize,
    /// The value, if this is a key: its path is that of the key with another last step.
    scalar: bool,
}

fn list(
    text: &str,
    tree: &Tree<'_>,
    id: usize,
    node: &Node,
    path: &mut Vec<Step>,
    places: &mut Vec<Place>,
) {
    let item = &tree.items[id];
    let block = text.as_bytes().get(item.start.pos).is_none_or(|b| !matches!(b, b'[' | b'{'));
    let mut child = |child: usize, step: Step, node: &Node, path: &mut Vec<Step>| {
        path.push(step);
        let entry = &tree.items[child];
        let scalar = !matches!(entry.kind, ItemKind::List(_) | ItemKind::Map(_))
            || matches!(text.as_bytes().get(entry.start.pos), Some(b'[' | b'{'));
        places.push(Place {
            path: path.clone(),
            start: entry.start.pos,
            end: entry.end.pos,
            column: entry.start.column as usize,
            scalar,
        });
        list(text, tree, child, node, path, places);
        path.pop();
    };
    match (&item.kind, &node.kind) {
        (ItemKind::List(ids), Kind::List { items, .. }) if block => {
            for (at, (id, node)) in tree.children(id, *ids).zip(items).enumerate() {
                child(id, Step::Item(at), node, path);
            }
        }
        (ItemKind::Map(ids), Kind::Map { entries, .. }) if block => {
            for (at, (ids, (key, value))) in tree.entries(id, *ids).zip(entries).enumerate() {
                child(ids.0, Step::Key(at), key, path);
                child(ids.1, Step::Value(at), value, path);
            }
        }
        _ => {}
    }
}

/// The value before it on its line, or the key of a collection that begins below.
fn behind(places: &[Place], comment: &Comment) -> Option<(Vec<Step>, Role)> {
    let before =
        places.iter().filter(|place| place.start < comment.start && place.end <= comment.start);
    let last = before.filter(|place| place.scalar).max_by_key(|place| place.start)?;
    Some((last.path.clone(), Role::Line))
}

fn around(places: &[Place], comment: &Comment) -> Option<(Vec<Step>, Role)> {
    let entry = |place: &&Place| !matches!(place.path.last(), Some(Step::Value(_)));
    // The outermost entry that begins next.
    let next = places.iter().filter(entry).find(|place| place.start > comment.start);
    let before = places.iter().filter(entry).rfind(|place| {
        place.start < comment.start
            && matches!(place.path.last(), Some(Step::Key(_)))
            && place.column <= comment.column
    });
    let foot = match next {
        None => true,
        Some(next) => comment.blank_after && !comment.blank_before || next.column < comment.column,
    };
    match (before, next) {
        (Some(before), _) if foot => Some((before.path.clone(), Role::Foot)),
        (_, Some(next)) => Some((next.path.clone(), Role::Head)),
        (Some(before), None) => Some((before.path.clone(), Role::Foot)),
        (None, None) => None,
    }
}

fn reach<'n>(root: &'n mut Node, path: &[Step]) -> &'n mut Node {
    let mut node = root;
    for step in path {
        node = match (&mut node.kind, *step) {
            (Kind::List { items, .. }, Step::Item(at)) => &mut items[at],
            (Kind::Map { entries, .. }, Step::Key(at)) => &mut entries[at].0,
            (Kind::Map { entries, .. }, Step::Value(at)) => &mut entries[at].1,
            _ => unreachable!("a path is made of the node it leads through"),
        };
    }
    node
}

/// All comments: a `#` outside of scalars, at the beginning of a line or after white space.
fn find(text: &str, tree: &Tree<'_>) -> Vec<Comment> {
    let scalars: Vec<Range<usize>> = tree
        .items
        .iter()
        .filter(|item| matches!(item.kind, ItemKind::Scalar { .. }))
        .map(|item| item.start.pos..item.end.pos)
        .collect();
    let mut found: Vec<Comment> = Vec::new();
    let mut next = 0;
    let mut start = 0;
    let mut open = false;
    let mut blank = true;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim_end();
        let indent = trimmed.len() - trimmed.trim_start().len();
        let mut at = start;
        let mut comment = None;
        while let Some(offset) = text[at..start + trimmed.len()].find('#') {
            let pos = at + offset;
            while scalars.get(next).is_some_and(|scalar| scalar.end <= pos) {
                next += 1;
            }
            let inside = scalars.get(next).is_some_and(|scalar| scalar.start <= pos);
            let after = pos == start || text[..pos].ends_with([' ', '\t']);
            if !inside && after {
                comment = Some(pos);
                break;
            }
            at = pos + 1;
        }
        let whole = comment == Some(start + indent);
        match comment {
            Some(pos) if whole && open && found.last().is_some_and(|c| c.column == pos - start) => {
                if let Some(last) = found.last_mut() {
                    last.lines.push(text[pos..start + trimmed.len()].to_owned());
                }
            }
            Some(pos) => found.push(Comment {
                lines: vec![text[pos..start + trimmed.len()].to_owned()],
                start: pos,
                behind: !whole,
                blank_before: blank,
                blank_after: false,
                column: pos - start,
            }),
            None => {
                if let Some(last) = found.last_mut().filter(|_| open && trimmed.is_empty()) {
                    last.blank_after = true;
                }
            }
        }
        open = comment.is_some() && whole;
        blank = trimmed.is_empty();
        start += line.len();
    }
    found
}
