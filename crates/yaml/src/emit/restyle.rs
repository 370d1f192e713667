//! Documents in their style, as go-yaml 3's emitter prints them with an indentation of two and compact
//! lists.
//!
//! Comments are held until there is a place for them, so that one may be printed later than the node it
//! was read with; which comes when is go-yaml's. What they need is the emitter's memory: whether only
//! indentation stands on the line, and whether a foot was printed, after which a line stays empty.
//! Not here: which node a comment belongs to (see `styled`), and the characters of scalars (see `scalars`).

use crate::styled::{Document, Kind, Layout, Node};

mod comments;
mod scalars;

const INDENT: isize = 2;
/// Longer keys are written with `?`.
const SIMPLE_KEY: usize = 128;

/// All documents, one after another.
pub(crate) fn print(documents: &[Document]) -> String {
    let mut printer = Printer {
        out: String::new(),
        column: 0,
        indent: -1,
        whitespace: true,
        indention: true,
        foot_indent: None,
        flow_level: 0,
        head: "",
        line: "",
        foot: "",
        tail: "",
        key_line: "",
    };
    for (at, document) in documents.iter().enumerate() {
        if at > 0 {
            printer.indent_line();
            printer.indicator("---", After::Content);
            printer.indent_line();
        }
        printer.document(document);
    }
    printer.out
}

struct Printer<'n> {
    out: String,
    column: isize,
    /// Column of the collection we are in; -1 outside.
    indent: isize,
    /// Whether the last thing written was a space or an indicator like one.
    whitespace: bool,
    /// Whether only indentation was written on this line.
    indention: bool,
    /// The column of a foot that was just printed.
    foot_indent: Option<isize>,
    flow_level: usize,
    // Comments that have no place yet: of a node, and the foot of the key before it.
    head: &'n str,
    line: &'n str,
    foot: &'n str,
    tail: &'n str,
    /// The comment behind a key that waits for its value.
    key_line: &'n str,
}

/// What holds a node.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Parent {
    Document,
    List,
    FlowList,
    /// A map, in lines or in brackets; keys may be on the line of their value or not.
    Key(Simple),
    Value,
}

/// Whether a key stands on the line of its colon, without `?`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Simple {
    Yes,
    No,
}

/// What an indicator looks like to what follows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum After {
    Content,
    Space,
    /// As content, but the line counts as indentation if it did before.
    Indentation,
}

impl<'n> Printer<'n> {
    fn document(&mut self, document: &'n Document) {
        self.head_is(&document.head);
        if !self.head.is_empty() {
            self.print_head();
            self.put_break();
        }
        self.begin(&document.root, "");
        self.print_head();
        self.node(&document.root, Parent::Document);
        if !document.foot.is_empty() {
            self.foot = &document.foot;
        }
        self.foot_indent = Some(0);
        self.print_foot();
        self.foot_indent = None;
        self.indent_line();
    }

    // Nodes.

    /// A node whose comments came up, with all that is in it.
    fn node(&mut self, node: &'n Node, parent: Parent) {
        if let Some(name) = &node.anchor {
            self.anchor("&", name);
        }
        match &node.kind {
            Kind::Alias(name) => {
                self.anchor("*", name);
                self.behind(parent);
            }
            Kind::Scalar { text, style } => {
                self.scalar(node, text, *style, parent);
                self.behind(parent);
            }
            Kind::List { items, .. } => {
                self.tag(node);
                self.behind(parent);
                if self.flow_level > 0 || node.is_flow() {
                    self.flow_list(node, items, parent);
                } else {
                    self.list(node, items, parent);
                }
            }
            Kind::Map { entries, .. } => {
                self.tag(node);
                self.behind(parent);
                if self.flow_level > 0 || node.is_flow() {
                    self.flow_map(node, entries, parent);
                } else {
                    self.map(node, entries, parent);
                }
            }
        }
    }

    /// What may follow a scalar, or the beginning of a collection.
    fn behind(&mut self, parent: Parent) {
        let flow_item =
            parent == Parent::FlowList || parent == Parent::Value && self.flow_level > 0;
        if matches!(parent, Parent::Key(_)) {
            return;
        }
        if flow_item && self.has_behind() {
            self.indicator(",", After::Content);
        }
        self.print_behind();
    }

    fn has_behind(&self) -> bool {
        !(self.line.is_empty() && self.foot.is_empty() && self.tail.is_empty())
    }

    fn list(&mut self, node: &'n Node, items: &'n [Node], parent: Parent) {
        let in_map = matches!(parent, Parent::Key(_) | Parent::Value);
        let compact = in_map && (self.column == 0 || !self.indention);
        let outer = self.deepen(parent);
        if compact && outer >= 0 && parent != Parent::List {
            self.indent -= 2;
        }
        for item in items {
            self.begin(item, "");
            self.print_head();
            self.indent_line();
            self.space();
            self.indicator("-", After::Indentation);
            self.node(item, Parent::List);
        }
        self.end(node);
        self.indent = outer;
    }

    fn map(&mut self, node: &'n Node, entries: &'n [(Node, Node)], parent: Parent) {
        let outer = self.deepen(parent);
        let mut tail = "";
        for (key, value) in entries {
            self.begin_key(key, tail);
            tail = &key.foot;
            self.print_head();
            self.indent_line();
            if !self.line.is_empty() {
                self.key_line = std::mem::take(&mut self.line);
            }
            if is_simple_key(key) {
                self.node(key, Parent::Key(Simple::Yes));
                self.begin(value, "");
                self.indicator(":", After::Content);
            } else {
                self.space();
                self.indicator("?", After::Indentation);
                self.node(key, Parent::Key(Simple::No));
                self.begin(value, "");
                self.indent_line();
                self.space();
                self.indicator(":", After::Indentation);
            }
            self.print_key_line(value);
            self.node(value, Parent::Value);
        }
        self.tail_is(tail);
        self.end(node);
        self.print_head();
        self.indent = outer;
    }

    /// A comment behind a key is its value's if that has none, and stands at once where the value
    /// begins on the next line.
    fn print_key_line(&mut self, value: &Node) {
        if self.key_line.is_empty() {
            return;
        }
        match &value.kind {
            Kind::Scalar { .. } => {
                if self.line.is_empty() {
                    self.line = std::mem::take(&mut self.key_line);
                }
            }
            Kind::List { layout, .. } | Kind::Map { layout, .. } => {
                if *layout == Layout::Block {
                    let line = std::mem::replace(&mut self.line, self.key_line);
                    self.print_line();
                    self.line = line;
                    self.key_line = "";
                }
            }
            Kind::Alias(_) => {}
        }
    }

    fn flow_list(&mut self, node: &'n Node, items: &'n [Node], parent: Parent) {
        self.space();
        self.indicator("[", After::Space);
        let outer = self.deepen_flow(parent);
        self.flow_level += 1;
        let mut separated = true;
        for item in items {
            self.begin(item, "");
            self.begin_flow_item(separated);
            separated = self.has_behind();
            self.node(item, Parent::FlowList);
        }
        self.end(node);
        self.flow_level -= 1;
        self.indent = outer;
        if self.column == 0 {
            self.indent_line();
        }
        self.indicator("]", After::Content);
        self.print_behind();
    }

    fn flow_map(&mut self, node: &'n Node, entries: &'n [(Node, Node)], parent: Parent) {
        self.space();
        self.indicator("{", After::Space);
        let outer = self.deepen_flow(parent);
        self.flow_level += 1;
        let mut separated = true;
        let mut tail = "";
        for (key, value) in entries {
            self.begin_key(key, tail);
            tail = &key.foot;
            self.begin_flow_item(separated);
            if is_simple_key(key) {
                self.node(key, Parent::Key(Simple::Yes));
                self.begin(value, "");
            } else {
                self.space();
                self.indicator("?", After::Content);
                self.node(key, Parent::Key(Simple::No));
                self.begin(value, "");
                self.space();
            }
            self.indicator(":", After::Content);
            separated = self.has_behind();
            self.node(value, Parent::Value);
        }
        self.tail_is(tail);
        self.end(node);
        let more = !(self.head.is_empty() && self.foot.is_empty() && self.tail.is_empty());
        if more && !separated {
            self.indicator(",", After::Content);
        }
        self.print_head();
        self.flow_level -= 1;
        self.indent = outer;
        self.indicator("}", After::Content);
        self.print_behind();
    }

    /// The comma before an item, its head, and its place on a new line.
    fn begin_flow_item(&mut self, separated: bool) {
        if !separated {
            self.indicator(",", After::Content);
        }
        self.print_head();
        if self.column == 0 {
            self.indent_line();
        }
    }

    /// The indentation inside of a collection; gives the one around it.
    fn deepen(&mut self, parent: Parent) -> isize {
        let outer = self.indent;
        self.indent = match outer {
            ..0 => 0,
            _ if parent == Parent::List => outer + INDENT,
            _ => INDENT * ((outer + INDENT) / INDENT),
        };
        outer
    }

    fn deepen_flow(&mut self, parent: Parent) -> isize {
        let outer = self.deepen(parent);
        if outer < 0 {
            self.indent = INDENT;
        }
        outer
    }

    fn anchor(&mut self, sign: &str, name: &str) {
        self.space();
        self.indicator(sign, After::Content);
        self.put_str(name);
    }

    fn tag(&mut self, node: &Node) {
        let Some(tag) = &node.tag else { return };
        let (handle, suffix, end) = match tag.strip_prefix('!') {
            None => ("!<", tag.as_str(), ">"),
            Some(rest) => match rest.strip_prefix('!') {
                None => ("!", rest, ""),
                Some(rest) => ("!!", rest, ""),
            },
        };
        self.space();
        self.put_str(handle);
        for byte in suffix.bytes() {
            if byte.is_ascii_alphanumeric() || b"-;/?:@&=+$,_.~*'()[]".contains(&byte) {
                self.put_str(char::from(byte).encode_utf8(&mut [0; 4]));
            } else {
                self.put_str(&format!("%{byte:02X}"));
            }
        }
        self.put_str(end);
        self.whitespace = false;
        self.indention = false;
    }

    // Characters.

    fn put_str(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += text.chars().count() as isize;
    }

    fn put_break(&mut self) {
        self.out.push('\n');
        self.column = 0;
        self.indention = true;
    }

    /// A space, if none stands here.
    fn space(&mut self) {
        if !self.whitespace {
            self.put_str(" ");
        }
    }

    fn indicator(&mut self, text: &str, after: After) {
        self.put_str(text);
        self.whitespace = after == After::Space;
        self.indention &= after == After::Indentation;
    }

    /// Goes to the indentation on a new line, if we are not there.
    fn indent_line(&mut self) {
        let indent = self.indent.max(0);
        let there = self.column < indent || self.column == indent && self.whitespace;
        if !self.indention || !there {
            self.put_break();
        }
        if self.foot_indent.take() == Some(indent) {
            self.put_break();
        }
        let missing = (indent - self.column).max(0);
        self.out.extend(std::iter::repeat_n(' ', missing as usize));
        self.column += missing;
        self.whitespace = true;
    }
}

/// Whether a key is short and on one line.
fn is_simple_key(key: &Node) -> bool {
    let properties = key.anchor.as_ref().map_or(0, String::len) + tag_len(key.tag.as_deref());
    let length = match &key.kind {
        Kind::Alias(name) => name.len(),
        Kind::Scalar { text, .. } => {
            if scalars::is_multiline(text) {
                return false;
            }
            properties + text.len()
        }
        Kind::List { items, .. } if items.is_empty() => properties,
        Kind::Map { entries, .. } if entries.is_empty() => properties,
        Kind::List { .. } | Kind::Map { .. } => return false,
    };
    length <= SIMPLE_KEY
}

fn tag_len(tag: Option<&str>) -> usize {
    tag.map_or(0, str::len)
}
