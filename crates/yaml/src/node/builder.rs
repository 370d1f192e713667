//! A document's tree to nodes.

use std::collections::HashMap;
use std::ops::Range;

use super::{Key, Kind, Node};
use crate::Problem;
use crate::composer::{Children, Item, ItemKind, MAX_DEPTH, Tree};
use crate::decoder::{is_merge, place};
use crate::node::Style;
use crate::resolver::{self, Resolved};
use crate::{gosyntax, json, quote};

/// How many nodes aliases may add to a document.
const MAX_ALIASED: usize = 100_000;

pub(super) fn build(text: &str, tree: &Tree<'_>) -> Result<Node, Problem> {
    let mut builder = Builder { text, tree, expanding: Vec::new(), aliased: 0, depth: 0 };
    if tree.items.is_empty() { Ok(Node { span: 0..0, kind: Kind::Null }) } else { builder.node(0) }
}

struct Builder<'a, 't> {
    text: &'a str,
    tree: &'a Tree<'t>,
    /// The aliases we are inside of.
    expanding: Vec<usize>,
    aliased: usize,
    depth: usize,
}

/// The entries of a map while it is built, and where each key stands among them.
#[derive(Default)]
struct Entries {
    list: Vec<(Key, Node)>,
    /// The place of a key, and whether it came by a merge.
    places: HashMap<String, (usize, Origin)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    Written,
    Merged,
}

impl<'a, 't> Builder<'a, 't> {
    fn item(&self, id: usize) -> &'a Item<'t> {
        &self.tree.items[id]
    }

    /// Without the line breaks that end a block scalar.
    fn span(&self, item: &Item<'_>) -> Range<usize> {
        let (start, end) = (item.start.pos, item.end.pos.max(item.start.pos));
        start..start + self.text.get(start..end).unwrap_or_default().trim_end().len()
    }

    fn node(&mut self, id: usize) -> Result<Node, Problem> {
        let item = self.item(id);
        if !self.expanding.is_empty() {
            self.aliased += 1;
            if self.aliased > MAX_ALIASED {
                return Err(place(item, "document contains excessive aliasing".to_owned()));
            }
        }
        if self.depth > MAX_DEPTH {
            return Err(place(item, format!("exceeded max depth of {MAX_DEPTH}")));
        }
        self.depth += 1;
        let kind = match &item.kind {
            ItemKind::Scalar { value, style } => scalar(item, value, *style)?,
            ItemKind::List(children) => Kind::List(
                self.tree
                    .children(id, *children)
                    .map(|child| self.node(child))
                    .collect::<Result<_, _>>()?,
            ),
            ItemKind::Map(children) => {
                let mut entries = Entries::default();
                self.entries(id, *children, &mut entries)?;
                Kind::Map(entries.list)
            }
            ItemKind::Alias { name, target } => {
                self.enter(id, name)?;
                let node = self.node(*target)?;
                self.expanding.pop();
                node.kind
            }
        };
        self.depth -= 1;
        Ok(Node { span: self.span(item), kind })
    }

    fn enter(&mut self, id: usize, name: &str) -> Result<(), Problem> {
        if self.expanding.contains(&id) {
            return Err(place(self.item(id), format!("anchor '{name}' value contains itself")));
        }
        self.expanding.push(id);
        Ok(())
    }

    fn entries(
        &mut self,
        id: usize,
        children: Children,
        entries: &mut Entries,
    ) -> Result<(), Problem> {
        for (key_id, value_id) in self.tree.entries(id, children) {
            let key_item = self.item(key_id);
            if is_merge(key_item) {
                self.merge(value_id, entries)?;
                continue;
            }
            let key = self.key(key_id)?;
            let value = self.node(value_id)?;
            if let Some((_, Origin::Written)) = entries.places.get(&key.name) {
                let line = key_item.start.line + 1;
                let name = quote::quote(&key.name);
                let message = format!("line {line}: key {name} already set in map");
                return Err(place(key_item, message));
            }
            entries.set(key, value, Origin::Written);
        }
        Ok(())
    }

    fn key(&mut self, id: usize) -> Result<Key, Problem> {
        let item = self.item(id);
        let node = self.node(id)?;
        let name = match node.kind {
            Kind::String { value, .. } => value,
            Kind::Bool(b) => b.to_string(),
            Kind::Int(n) => n.to_string(),
            Kind::Uint(n) => n.to_string(),
            Kind::Float(f) => json::key_of_float(f),
            Kind::Null => return Err(place(item, "null cannot be a key".to_owned())),
            Kind::List(_) | Kind::Map(_) => {
                let printed = gosyntax::print(&node.to_value());
                return Err(place(item, format!("invalid map key: {printed}")));
            }
        };
        Ok(Key { name, span: node.span })
    }

    fn merge(&mut self, id: usize, entries: &mut Entries) -> Result<(), Problem> {
        match &self.item(id).kind {
            ItemKind::List(children) => {
                // Earlier maps win over later ones.
                let children: Vec<usize> = self.tree.children(id, *children).collect();
                children.into_iter().rev().try_for_each(|child| self.merge_one(child, entries))
            }
            ItemKind::Map(_) | ItemKind::Alias { .. } | ItemKind::Scalar { .. } => {
                self.merge_one(id, entries)
            }
        }
    }

    fn merge_one(&mut self, id: usize, entries: &mut Entries) -> Result<(), Problem> {
        let node = self.node(id)?;
        let Kind::Map(merged) = node.kind else {
            let message = "map merge requires map or sequence of maps as the value";
            return Err(place(self.item(id), message.to_owned()));
        };
        for (key, value) in merged {
            entries.set(key, value, Origin::Merged);
        }
        Ok(())
    }
}

impl Entries {
    fn set(&mut self, key: Key, value: Node, origin: Origin) {
        if let Some((at, known)) = self.places.get_mut(&key.name) {
            if origin == Origin::Written {
                *known = origin;
            }
            self.list[*at] = (key, value);
        } else {
            self.places.insert(key.name.clone(), (self.list.len(), origin));
            self.list.push((key, value));
        }
    }
}

fn scalar(item: &Item<'_>, text: &str, style: Style) -> Result<Kind, Problem> {
    let string = |value: &str| Kind::String { value: value.to_owned(), style };
    let resolved = match &item.tag {
        Some(tag) => resolver::resolve(tag, text).map_err(|message| place(item, message))?,
        None if style == Style::Plain => resolver::plain(text),
        None => Resolved::String,
    };
    Ok(match resolved {
        Resolved::Null => Kind::Null,
        Resolved::Bool(b) => Kind::Bool(b),
        Resolved::Int(n) => Kind::Int(n),
        Resolved::Uint(n) => Kind::Uint(n),
        Resolved::Float(f) => Kind::Float(f),
        Resolved::Timestamp | Resolved::String => string(text),
        Resolved::Binary => {
            let bytes = crate::decoder::binary(text)
                .ok_or_else(|| place(item, crate::decoder::BAD_BINARY.to_owned()))?;
            string(&json::lossy(&bytes))
        }
    })
}

#[cfg(test)]
mod tests {
    use crate::node::{Kind, Node, parse};

    fn one(text: &str) -> Node {
        parse(text).unwrap().remove(0)
    }

    #[test]
    fn spans_cover_what_was_written() {
        let text = "a: &x 'q r' # c\nb:\n  - [1, 2]\n  - |\n    t\n    u\n\nc: *x\nd:\n";
        let node = one(text);
        let at = |key: &str| &text[node.get(key).unwrap().span.clone()];
        assert_eq!(at("a"), "'q r'");
        assert_eq!(at("b"), "- [1, 2]\n  - |\n    t\n    u");
        assert_eq!(at("c"), "*x");
        assert_eq!(node.get("c").unwrap().as_str(), Some("q r"));
        assert_eq!(at("d"), "");
        let list = node.get("b").unwrap().as_list().unwrap();
        assert_eq!(&text[list[0].span.clone()], "[1, 2]");
        assert_eq!(&text[list[1].span.clone()], "|\n    t\n    u");
        let keys: Vec<_> =
            node.as_map().unwrap().iter().map(|(k, _)| &text[k.span.clone()]).collect();
        assert_eq!(keys, ["a", "b", "c", "d"]);
    }

    #[test]
    fn a_key_given_twice_is_an_error_with_its_place() {
        let error = parse("a: 1\nb: 2\n'a': 3\n").unwrap_err();
        assert_eq!(error.problem().message, "line 3: key \"a\" already set in map");
        assert_eq!(error.span(), Some(10..13));
    }

    #[test]
    fn merged_keys_give_way() {
        let node = one("x: &x {a: 1, b: 2}\nz:\n  <<: *x\n  b: 3\n");
        let z = node.get("z").unwrap();
        assert_eq!(z.get("a").unwrap().kind, Kind::Int(1));
        assert_eq!(z.get("b").unwrap().kind, Kind::Int(3));
    }
}
