//! One scalar in its own style, or the next that can hold it.
//!
//! Invariant: what is written reads back as the same string, but for folded texts as `styled` says.

use super::{After, INDENT, Parent, Printer, Simple};
use crate::emit::Flavor;
use crate::emit::scalar::{analyze, is_break};
use crate::emit::writer::Writer;
use crate::node::Style;
use crate::styled::Node;

/// Whether a text has line breaks.
pub(super) fn is_multiline(text: &str) -> bool {
    text.contains(is_break)
}

impl Printer<'_> {
    pub(super) fn scalar(&mut self, node: &Node, text: &str, wanted: Style, parent: Parent) {
        self.tag(node);
        let outer = self.deepen_flow(parent);
        match self.style(text, wanted, parent) {
            Style::Plain => {
                if !text.is_empty() {
                    self.space();
                    self.whitespace = false;
                }
                self.put_str(text);
                self.indention = false;
            }
            Style::SingleQuoted => self.single_quoted(text),
            Style::DoubleQuoted => {
                self.space();
                self.put_str(&Writer::double_quoted(text));
                self.whitespace = false;
                self.indention = false;
            }
            Style::Literal => self.literal(text),
            Style::Folded => self.folded(text),
        }
        self.indent = outer;
    }

    fn style(&self, text: &str, wanted: Style, parent: Parent) -> Style {
        let analysis = analyze(text, Flavor::V3);
        let key = parent == Parent::Key(Simple::Yes);
        let flow = self.flow_level > 0;
        let mut style = wanted;
        if style == Style::Plain && text.contains('\n') {
            style = Style::Literal;
        }
        if key && analysis.multiline {
            style = Style::DoubleQuoted;
        }
        if style == Style::Plain {
            let special = |c: char| matches!(c, ',' | '?' | '[' | ']' | '{' | '}' | ':');
            let fits = analysis.plain && !(flow && text.contains(special));
            if !fits || text.is_empty() && (flow || key) {
                style = Style::SingleQuoted;
            }
        }
        if style == Style::SingleQuoted && !analysis.single_quoted {
            style = Style::DoubleQuoted;
        }
        let block = matches!(style, Style::Literal | Style::Folded);
        if block && (!analysis.block || flow || key) {
            style = Style::DoubleQuoted;
        }
        style
    }

    /// The first of several line breaks is two.
    fn single_quoted(&mut self, text: &str) {
        self.space();
        self.indicator("'", After::Content);
        let mut breaks = false;
        let mut buffer = [0; 4];
        for c in text.chars() {
            if is_break(c) {
                if !breaks && c == '\n' {
                    self.put_break();
                }
                self.write_break(c);
            } else {
                if breaks {
                    self.indent_line();
                }
                if c == '\'' {
                    self.put_str("'");
                }
                self.put_str(c.encode_utf8(&mut buffer));
                // A space does not end the indentation.
                self.indention &= c == ' ';
            }
            breaks = if c == ' ' { breaks } else { is_break(c) };
        }
        self.indicator("'", After::Content);
    }

    fn literal(&mut self, text: &str) {
        self.block_header("|", text);
        let mut breaks = true;
        let mut buffer = [0; 4];
        for c in text.chars() {
            if is_break(c) {
                self.write_break(c);
                breaks = true;
            } else {
                if breaks {
                    self.indent_line();
                }
                self.put_str(c.encode_utf8(&mut buffer));
                self.indention = false;
                breaks = false;
            }
        }
    }

    fn folded(&mut self, text: &str) {
        self.block_header(">", text);
        // A line break in the text is two. Whether the next line is indented would matter; go-yaml
        // looks at the beginning of the text instead, and so it is here.
        let first = text.chars().find(|c| !is_break(*c));
        let doubles = first.is_some_and(|c| !matches!(c, ' ' | '\t'));
        let (mut breaks, mut leading) = (true, true);
        let mut buffer = [0; 4];
        for c in text.chars() {
            if is_break(c) {
                if !breaks && !leading && c == '\n' && doubles {
                    self.put_break();
                }
                self.write_break(c);
                breaks = true;
            } else {
                if breaks {
                    self.indent_line();
                    leading = matches!(c, ' ' | '\t');
                }
                self.put_str(c.encode_utf8(&mut buffer));
                self.indention = false;
                breaks = false;
            }
        }
    }

    /// `|` or `>` with what is needed to read the text back the same, and the rest of the line.
    fn block_header(&mut self, sign: &str, text: &str) {
        self.space();
        self.indicator(sign, After::Content);
        if text.starts_with(|c| c == ' ' || is_break(c)) {
            self.indicator(&INDENT.to_string(), After::Content);
        }
        let mut backwards = text.chars().rev().map(is_break);
        match (backwards.next(), backwards.next()) {
            (Some(true), None | Some(true)) => self.indicator("+", After::Content),
            (Some(true), Some(false)) => {}
            (Some(false) | None, _) => self.indicator("-", After::Content),
        }
        if self.line.is_empty() {
            self.put_break();
        } else {
            self.print_line();
        }
        self.whitespace = true;
    }

    fn write_break(&mut self, c: char) {
        if c == '\n' {
            self.put_break();
        } else {
            self.out.push(c);
            self.column = 0;
            self.indention = true;
        }
    }
}
