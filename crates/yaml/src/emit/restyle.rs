//! Nodes in their style, as go-yaml 3 prints them with an indentation of two and compact lists.

use super::Flavor;
use super::scalar::{analyze, is_break};
use super::writer::Writer;
use crate::node::Style;
use crate::styled::{Kind, Layout, Node};

const INDENT: usize = 2;

/// One document, with a line break at its end.
pub(crate) fn print(node: &Node) -> String {
    let mut printer = Printer { out: String::new(), foot: false };
    printer.head(node, 0);
    match &node.kind {
        Kind::Map { layout: Layout::Block, entries } if !entries.is_empty() => {
            printer.map(entries, 0);
        }
        Kind::List { layout: Layout::Block, items } if !items.is_empty() => printer.list(items, 0),
        _ => printer.value(node, 0),
    }
    let mut out = printer.out;
    if !out.ends_with('\n') {
        out.push('\n');
    }
    out
}

struct Printer {
    out: String,
    /// A comment was printed that belongs to what stands before it.
    foot: bool,
}

/// Where a scalar stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Block,
    Flow,
    Key,
}

impl Printer {
    fn map(&mut self, entries: &[(Node, Node)], indent: usize) {
        for (at, (key, value)) in entries.iter().enumerate() {
            if at > 0 || !self.at_entry(indent) {
                self.indent(indent);
            }
            self.head(key, indent);
            self.properties(key);
            self.flow(key, Place::Key);
            self.out.push(':');
            self.entry_value(key, value, indent);
            for node in [value, key] {
                self.feet(node, indent);
            }
        }
    }

    /// What follows a key, down to its line break.
    fn entry_value(&mut self, key: &Node, value: &Node, indent: usize) {
        match &value.kind {
            Kind::Map { layout: Layout::Block, entries } if !entries.is_empty() => {
                self.spaced_properties(value);
                self.line_end(key);
                self.head_below(value, indent + INDENT);
                self.map(entries, indent + INDENT);
            }
            Kind::List { layout: Layout::Block, items } if !items.is_empty() => {
                self.spaced_properties(value);
                self.line_end(key);
                self.head_below(value, indent);
                self.list(items, indent);
            }
            _ => {
                let empty = matches!(&value.kind, Kind::Scalar { text, style: Style::Plain } if text.is_empty());
                if !empty || value.tag.is_some() || value.anchor.is_some() {
                    self.out.push(' ');
                }
                let value = match (&value.line, &key.line) {
                    (None, Some(_)) => &Node { line: key.line.clone(), ..value.clone() },
                    _ => value,
                };
                self.value(value, indent);
            }
        }
    }

    fn list(&mut self, items: &[Node], indent: usize) {
        for (at, item) in items.iter().enumerate() {
            if at > 0 || !self.at_entry(indent) {
                self.indent(indent);
            }
            // The comments of an item that is a collection stand before its dash, too.
            let first = match &item.kind {
                Kind::Map { layout: Layout::Block, entries } => entries.first().map(|(key, _)| key),
                _ => None,
            };
            self.head(item, indent);
            self.out.push('-');
            let (properties, start) = (item.tag.is_some() || item.anchor.is_some(), self.out.len());
            match &item.kind {
                Kind::Map { layout: Layout::Block, entries } if !entries.is_empty() => {
                    if properties || first.is_some_and(|key| !key.head.is_empty()) {
                        self.spaced_properties(item);
                        self.out.push('\n');
                    } else {
                        self.out.push(' ');
                    }
                    self.map(entries, indent + INDENT);
                }
                Kind::List { layout: Layout::Block, items } if !items.is_empty() => {
                    if properties {
                        self.spaced_properties(item);
                        self.out.push('\n');
                    } else {
                        self.out.push(' ');
                    }
                    self.list(items, indent + INDENT);
                }
                _ => {
                    self.out.push(' ');
                    self.value(item, indent);
                    // An empty item has no space behind its dash.
                    if self.out[start..].trim_end_matches('\n') == " " {
                        self.out.truncate(start);
                        self.out.push('\n');
                    }
                }
            }
            self.feet(item, indent);
        }
    }

    /// Whether the line holds nothing but what leads to this column: `- - `.
    fn at_entry(&self, indent: usize) -> bool {
        let line = self.out.rsplit('\n').next().unwrap_or_default();
        !line.is_empty() && line.len() == indent && line.ends_with("- ")
    }

    fn indent(&mut self, indent: usize) {
        if std::mem::take(&mut self.foot) {
            self.out.push('\n');
        }
        self.out.extend(std::iter::repeat_n(' ', indent));
    }

    fn head(&mut self, node: &Node, indent: usize) {
        for line in &node.head {
            self.out.push_str(line);
            self.out.push('\n');
            self.indent(indent);
        }
    }

    fn head_below(&mut self, node: &Node, indent: usize) {
        for line in &node.head {
            self.indent(indent);
            self.out.push_str(line);
            self.out.push('\n');
        }
    }

    fn feet(&mut self, node: &Node, indent: usize) {
        for line in &node.foot {
            self.foot = false;
            self.indent(indent);
            self.out.push_str(line);
            self.out.push('\n');
            self.foot = true;
        }
    }

    /// The comment behind a value, and the line break.
    fn line_end(&mut self, node: &Node) {
        if let Some(comment) = &node.line {
            self.out.push(' ');
            self.out.push_str(comment);
        }
        self.out.push('\n');
    }

    /// A value on its key's or dash's line, down to the line break.
    fn value(&mut self, node: &Node, indent: usize) {
        self.properties(node);
        if let Kind::Scalar { text, style } = &node.kind
            && matches!(style, Style::Literal | Style::Folded)
            && analyze(text, Flavor::V3).block
        {
            self.block(node, text, *style, indent + INDENT);
            return;
        }
        if let Kind::Scalar { text, style: Style::SingleQuoted } = &node.kind
            && text.contains('\n')
            && analyze(text, Flavor::V3).single_quoted
        {
            self.quoted_lines(text, indent + INDENT);
        } else {
            self.flow(node, Place::Block);
        }
        self.line_end(node);
    }

    /// A single-quoted text of several lines: the first of several line breaks is two.
    fn quoted_lines(&mut self, text: &str, indent: usize) {
        self.out.push('\'');
        let mut breaks = false;
        for c in text.chars() {
            if is_break(c) {
                self.out.push_str(if breaks || c != '\n' { "" } else { "\n" });
                self.out.push(c);
            } else {
                if breaks {
                    self.out.extend(std::iter::repeat_n(' ', indent));
                }
                self.out.push_str(if c == '\'' { "'" } else { "" });
                self.out.push(c);
            }
            breaks = is_break(c);
        }
        self.out.push('\'');
    }

    fn spaced_properties(&mut self, node: &Node) {
        if node.tag.is_some() || node.anchor.is_some() {
            self.out.push(' ');
            self.properties(node);
            self.out.truncate(self.out.trim_end_matches(' ').len());
        }
    }

    /// `&anchor !tag `
    fn properties(&mut self, node: &Node) {
        let anchor = node.anchor.as_ref().map(|name| format!("&{name} "));
        let tag = node.tag.as_ref().map(|tag| format!("{tag} "));
        for part in [anchor, tag].into_iter().flatten() {
            self.out.push_str(&part);
        }
    }

    /// A node on one line.
    fn flow(&mut self, node: &Node, place: Place) {
        match &node.kind {
            Kind::Alias(name) => {
                self.out.push('*');
                self.out.push_str(name);
                if place == Place::Key {
                    self.out.push(' ');
                }
            }
            Kind::Scalar { text, style } => {
                let text = scalar(text, *style, place, node.tag.is_some());
                self.out.push_str(&text);
            }
            Kind::List { items, .. } => {
                self.out.push('[');
                for (at, item) in items.iter().enumerate() {
                    self.out.push_str(if at == 0 { "" } else { ", " });
                    self.properties(item);
                    self.flow(item, Place::Flow);
                }
                self.out.push(']');
            }
            Kind::Map { entries, .. } => {
                self.out.push('{');
                for (at, (key, value)) in entries.iter().enumerate() {
                    self.out.push_str(if at == 0 { "" } else { ", " });
                    self.properties(key);
                    self.flow(key, Place::Flow);
                    let empty = matches!(&value.kind, Kind::Scalar { text, style: Style::Plain } if text.is_empty());
                    self.out.push_str(if empty { ":" } else { ": " });
                    self.properties(value);
                    if !empty {
                        self.flow(value, Place::Flow);
                    }
                }
                self.out.push('}');
            }
        }
    }

    /// `|` and `>` with what they need to read back the same.
    fn block(&mut self, node: &Node, text: &str, style: Style, indent: usize) {
        self.out.push(if style == Style::Literal { '|' } else { '>' });
        if text.starts_with(|c| c == ' ' || is_break(c)) {
            self.out.push_str(&INDENT.to_string());
        }
        let body = text.trim_end_matches('\n');
        match text.len() - body.len() {
            0 => self.out.push('-'),
            1 if !body.is_empty() => {}
            _ => self.out.push('+'),
        }
        self.line_end(node);
        let (mut breaks, mut leading) = (true, true);
        for c in text.chars() {
            if is_break(c) {
                // A line break in a folded text is two. Whether the next line is indented would matter;
                // go-yaml looks at the beginning of the text instead, and so it is here.
                if style == Style::Folded && !breaks && !leading && c == '\n' {
                    let next = text.chars().find(|c| !is_break(*c));
                    if next.is_some_and(|c| c != ' ' && c != '\t') {
                        self.out.push('\n');
                    }
                }
                self.out.push(c);
                breaks = true;
            } else {
                if breaks {
                    self.out.extend(std::iter::repeat_n(' ', indent));
                    leading = c == ' ' || c == '\t';
                }
                self.out.push(c);
                breaks = false;
            }
        }
        if !self.out.ends_with('\n') {
            self.out.push('\n');
        }
    }
}

/// A scalar on one line, in its own style or the next that can hold it.
fn scalar(text: &str, style: Style, place: Place, tagged: bool) -> String {
    let analysis = analyze(text, Flavor::V3);
    let mut style = match style {
        Style::Literal | Style::Folded => Style::DoubleQuoted,
        style => style,
    };
    if place == Place::Key && analysis.multiline {
        style = Style::DoubleQuoted;
    }
    if style == Style::Plain {
        let flow = |c: char| matches!(c, ',' | '?' | '[' | ']' | '{' | '}' | ':');
        let allowed = analysis.plain && !(place == Place::Flow && text.contains(flow));
        let empty = text.is_empty() && (place != Place::Block || tagged);
        if !allowed || empty {
            style = Style::SingleQuoted;
        }
    }
    if style == Style::SingleQuoted && (!analysis.single_quoted || text.contains(is_break)) {
        style = Style::DoubleQuoted;
    }
    match style {
        Style::Plain => text.to_owned(),
        Style::SingleQuoted => format!("'{}'", text.replace('\'', "''")),
        Style::DoubleQuoted | Style::Literal | Style::Folded => {
            Writer::double_quoted(text).trim_start().to_owned()
        }
    }
}
