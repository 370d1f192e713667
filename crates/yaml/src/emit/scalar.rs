//! One scalar: which style it can have, and its characters in that style.
//!
//! Invariant: what is written reads back as the same string.

use super::Flavor;
use super::writer::Writer;

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Literal,
}

/// Which styles a text allows outside flow collections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Analysis {
    pub(super) multiline: bool,
    pub(super) plain: bool,
    pub(super) single_quoted: bool,
    pub(super) block: bool,
}

/// Looks once at every character.
pub(super) fn analyze(text: &str, flavor: Flavor) -> Analysis {
    if text.is_empty() {
        return Analysis { multiline: false, plain: true, single_quoted: true, block: false };
    }
    let mut indicators = text.starts_with("---") || text.starts_with("...");
    let (mut line_breaks, mut special, mut tabs) = (false, false, false);
    let (mut leading, mut trailing_space, mut trailing) = (false, false, false);
    let (mut break_space, mut space_break) = (false, false);
    let (mut previous_space, mut previous_break) = (false, false);
    let mut after_blank = true;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, c)| *c);
        let before_blank = next.is_none_or(|c| matches!(c, ' ' | '\t'));
        indicators |= match c {
            '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%'
            | '@' | '`'
                if at == 0 =>
            {
                true
            }
            '?' | '-' if at == 0 => before_blank,
            ':' => before_blank,
            '#' => after_blank,
            _ => false,
        };
        if flavor == Flavor::V3 && c == '\t' {
            tabs = true;
        } else if !is_printable(c) {
            special = true;
        }
        let (space, is_break) = (c == ' ', is_break(c));
        leading |= at == 0 && (space || is_break);
        trailing_space = space && next.is_none();
        trailing = (space || is_break) && next.is_none();
        break_space |= space && previous_break;
        space_break |= is_break && previous_space;
        line_breaks |= is_break;
        previous_space = space;
        previous_break = is_break;
        after_blank = is_break || matches!(c, ' ' | '\t' | '\0');
    }
    let unquotable = break_space || space_break || special || tabs;
    Analysis {
        multiline: line_breaks,
        plain: !(leading || trailing || unquotable || line_breaks || indicators),
        single_quoted: !unquotable,
        block: !(trailing_space || space_break || special),
    }
}

/// Line breaks of YAML 1.1.
pub(super) fn is_break(c: char) -> bool {
    matches!(c, '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// What go-yaml writes as it is; characters beyond the basic plane are escaped.
fn is_printable(c: char) -> bool {
    matches!(c, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
}

impl Writer {
    pub(super) fn write_plain(&mut self, text: &str, folding: Folding) {
        if !text.is_empty() || self.flavor == Flavor::V2 {
            self.space_before();
        }
        self.write_folded(text, folding, '\0');
        if !text.is_empty() || self.flavor == Flavor::V2 {
            self.whitespace = false;
        }
        self.indention = false;
    }

    pub(super) fn write_single_quoted(&mut self, text: &str, folding: Folding) {
        self.indicator("'", Space::Before);
        self.write_folded(text, folding, '\'');
        self.indicator("'", Space::None);
        self.whitespace = false;
        self.indention = false;
    }

    /// Characters of a plain or single-quoted scalar; lines that grow too long break at a space.
    fn write_folded(&mut self, text: &str, folding: Folding, quote: char) {
        if (folding == Folding::Forbidden || self.fits(text.len()))
            && !text.contains(|c| c == quote || is_break(c))
        {
            self.put_str(text);
            return;
        }
        let (mut spaces, mut breaks) = (false, false);
        let mut at = 0;
        while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
            let after = at + c.len_utf8();
            if c == ' ' {
                let next = text.as_bytes().get(after);
                let inside = quote == '\0' || (at > 0 && next.is_some());
                if folding == Folding::Allowed
                    && !spaces
                    && self.too_long()
                    && inside
                    && next != Some(&b' ')
                {
                    self.indent_line();
                } else {
                    self.put(c);
                }
                spaces = true;
                at = after;
            } else if is_break(c) {
                if !breaks && c == '\n' {
                    self.put_break();
                }
                self.write_break(c);
                breaks = true;
                at = after;
            } else {
                if breaks {
                    self.indent_line();
                }
                if c == quote {
                    self.put(c);
                }
                let word = text.as_bytes()[after..].iter().take_while(|byte| {
                    !matches!(byte, b' ' | b'\n' | b'\r' | 0xc2 | 0xe2)
                        && char::from(**byte) != quote
                });
                let end = after + word.count();
                self.put_str(&text[at..end]);
                self.indention = false;
                spaces = false;
                breaks = false;
                at = end;
            }
        }
    }

    pub(super) fn write_double_quoted(&mut self, text: &str, folding: Folding) {
        self.indicator("\"", Space::Before);
        // go-yaml asks for a byte order mark at the beginning where it means the character at hand.
        let escape_all = text.starts_with('\u{feff}');
        let mut spaces = false;
        let mut chars = text.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let next = chars.peek().map(|(_, c)| *c);
            if escape_all || !is_printable(c) || is_break(c) || matches!(c, '"' | '\\') {
                self.write_escape(c);
                spaces = false;
            } else if c == ' ' {
                let inside = at > 0 && next.is_some();
                if folding == Folding::Allowed && !spaces && self.too_long() && inside {
                    self.indent_line();
                    if next == Some(' ') {
                        self.put('\\');
                    }
                } else {
                    self.put(c);
                }
                spaces = true;
            } else {
                self.put(c);
                spaces = false;
            }
        }
        self.indicator("\"", Space::None);
        self.whitespace = false;
        self.indention = false;
    }

    fn write_escape(&mut self, c: char) {
        let short = match c {
            '\0' => "0",
            '\x07' => "a",
            '\x08' => "b",
            '\t' => "t",
            '\n' => "n",
            '\x0b' => "v",
            '\x0c' => "f",
            '\r' => "r",
            '\x1b' => "e",
            '"' => "\"",
            '\\' => "\\",
            '\u{85}' => "N",
            '\u{a0}' => "_",
            '\u{2028}' => "L",
            '\u{2029}' => "P",
            _ => "",
        };
        self.put('\\');
        if !short.is_empty() {
            self.put_str(short);
            return;
        }
        let code = u32::from(c);
        let text = match code {
            0..=0xff => format!("x{code:02X}"),
            0x100..=0xffff => format!("u{code:04X}"),
            0x1_0000.. => format!("U{code:08X}"),
        };
        self.put_str(&text);
    }

    pub(super) fn write_literal(&mut self, text: &str) {
        self.indicator("|", Space::Before);
        if text.starts_with(|c| c == ' ' || is_break(c)) {
            self.indicator("2", Space::None);
        }
        let mut backwards = text.chars().rev();
        match (backwards.next().is_some_and(is_break), backwards.next()) {
            (false, _) => self.indicator("-", Space::None),
            (true, None) => self.indicator("+", Space::None),
            (true, Some(c)) if is_break(c) => self.indicator("+", Space::None),
            (true, Some(_)) => {}
        }
        self.put_break();
        self.indention = true;
        self.whitespace = true;
        let mut breaks = true;
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            if is_break(c) {
                self.write_break(c);
                breaks = true;
                rest = &rest[c.len_utf8()..];
            } else {
                if breaks {
                    self.indent_line();
                }
                let end = rest.find(is_break).unwrap_or(rest.len());
                self.put_str(&rest[..end]);
                self.indention = false;
                breaks = false;
                rest = &rest[end..];
            }
        }
    }
}

/// Whether a long scalar may go over several lines; a key may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Folding {
    Allowed,
    Forbidden,
}

/// The space an indicator wants before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Space {
    Before,
    None,
}
