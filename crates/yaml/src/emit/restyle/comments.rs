//! Comments that come up with nodes, and where they are printed.
//!
//! Invariant: what came up stays until it is printed or something else comes up in its place.

use super::Printer;
use crate::styled::{Kind, Node};

impl<'n> Printer<'n> {
    /// A node is next: its comments, and the foot of the key before it.
    pub(super) fn begin(&mut self, node: &'n Node, tail: &'n str) {
        self.head_is(&node.head);
        match &node.kind {
            Kind::Scalar { .. } => self.tail_is(tail),
            // What a list or an alias stands behind is not told the foot before it.
            Kind::List { .. } => return,
            Kind::Map { .. } => return self.tail_is(tail),
            Kind::Alias(_) => {}
        }
        self.end(node);
    }

    /// A key is next: its foot comes after its value.
    pub(super) fn begin_key(&mut self, node: &'n Node, tail: &'n str) {
        let foot = self.foot;
        self.begin(node, tail);
        self.foot = foot;
    }

    /// A node is over: what stands behind and below it.
    pub(super) fn end(&mut self, node: &'n Node) {
        if !node.line.is_empty() {
            self.line = &node.line;
        }
        if !node.foot.is_empty() {
            self.foot = &node.foot;
        }
    }

    pub(super) fn head_is(&mut self, head: &'n str) {
        if !head.is_empty() {
            self.head = head;
        }
    }

    pub(super) fn tail_is(&mut self, tail: &'n str) {
        if !tail.is_empty() {
            self.tail = tail;
        }
    }

    pub(super) fn print_head(&mut self) {
        let tail = std::mem::take(&mut self.tail);
        if !tail.is_empty() {
            self.indent_line();
            self.comment(tail);
            self.foot_indent = Some(self.indent.max(0));
        }
        let head = std::mem::take(&mut self.head);
        if !head.is_empty() {
            self.indent_line();
            self.comment(head);
        }
    }

    pub(super) fn print_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        if !line.is_empty() {
            self.space();
            self.comment(line);
        }
    }

    pub(super) fn print_foot(&mut self) {
        let foot = std::mem::take(&mut self.foot);
        if !foot.is_empty() {
            self.indent_line();
            self.comment(foot);
            self.foot_indent = Some(self.indent.max(0));
        }
    }

    pub(super) fn print_behind(&mut self) {
        self.print_line();
        self.print_foot();
    }

    fn comment(&mut self, text: &str) {
        let mut rest = text;
        let mut broken = false;
        while !rest.is_empty() {
            if rest.starts_with('\n') {
                self.put_break();
                broken = true;
                rest = &rest[1..];
                continue;
            }
            if broken {
                self.indent_line();
            }
            let end = rest.find('\n').unwrap_or(rest.len());
            self.put_str(&rest[..end]);
            self.indention = false;
            broken = false;
            rest = &rest[end..];
        }
        if !broken {
            self.put_break();
        }
        self.whitespace = true;
    }
}
