//! The block structure that go-yaml prints: indentation, indicators, keys.
//!
//! Invariant: a collection is opened by its first entry, so that an empty one can be `{}` or `[]`.
//! Not here: the order of keys, and which characters a scalar has (see `scalar`).

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::Flavor;
use super::ascii::Ascii;
use super::scalar::{Analysis, Folding, Space, Style, analyze, is_break};
use crate::composer::MAX_DEPTH;
use crate::decimal::Decimal;
use crate::json::{self, lossy};
use crate::{Error, Problem, resolver};

/// go-yaml 2 breaks lines at a space after this column.
pub(super) const WIDTH: usize = 80;
/// Longer keys are written with `?`.
const SIMPLE_KEY: usize = 128;
const INDENT: isize = 2;
/// More than most lines are indented.
const SPACES: &[u8; 64] = &[b' '; 64];
/// The tag of strings that are not UTF-8.
const BINARY: &str = "!!binary";

pub(crate) struct Writer {
    pub(super) flavor: Flavor,
    /// UTF-8.
    out: Vec<u8>,
    column: usize,
    /// Whether the last thing written was a space or an indicator like one.
    pub(super) whitespace: bool,
    /// Whether only indentation was written on this line.
    pub(super) indention: bool,
    indent: isize,
    open: Vec<Open>,
    problem: Option<Problem>,
    /// Whether a string was met that JSON and YAML read differently.
    odd: bool,
    /// Whether such strings are printed all the same.
    direct: bool,
}

struct Open {
    kind: Kind,
    /// Indentation of what holds the collection.
    outer: isize,
    /// Whether it is the value of a map's entry.
    in_map: bool,
    filled: bool,
    key: Key,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Map,
    List,
}

/// How the entry at hand began.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    None,
    Simple,
    Complex,
}

impl Writer {
    pub(crate) fn new(flavor: Flavor) -> Self {
        Self {
            flavor,
            out: Vec::new(),
            column: 0,
            whitespace: true,
            indention: true,
            indent: -1,
            open: Vec::new(),
            problem: None,
            odd: false,
            direct: false,
        }
    }

    pub(crate) fn flavor(&self) -> Flavor {
        self.flavor
    }

    /// The tree was read from JSON: nothing needs to go that way again.
    pub(crate) fn read_from_json(&mut self) {
        self.direct = true;
    }

    pub(crate) fn failed(&self) -> bool {
        self.problem.is_some() || self.odd
    }

    pub(crate) fn fail(&mut self, problem: Problem) {
        self.problem.get_or_insert(problem);
    }

    /// What one scalar looks like between double quotes.
    pub(super) fn double_quoted(text: &str) -> String {
        let mut writer = Self::new(Flavor::V3);
        writer.write_double_quoted(text, Folding::Forbidden);
        writer.into_text()
    }

    /// The text, or nothing if it must go through JSON.
    pub(crate) fn finish(mut self) -> Result<Option<String>, Error> {
        if let Some(problem) = self.problem {
            return Err(Error::Marshal(problem));
        }
        if self.odd {
            return Ok(None);
        }
        self.indent = -1;
        self.indent_line();
        Ok(Some(self.into_text()))
    }

    fn into_text(self) -> String {
        // Never, because only texts are put.
        String::from_utf8(self.out).unwrap_or_default()
    }

    // Values.

    /// A value that is written as it is.
    pub(crate) fn raw(&mut self, text: &str) {
        self.begin_node();
        self.scalar(text, Style::Plain, Folding::Allowed);
    }

    /// A word or a number, which needs no quotes.
    pub(crate) fn word(&mut self, word: &[u8]) {
        self.begin_node();
        self.space_before();
        self.put_ascii(word);
        self.whitespace = false;
        self.indention = false;
    }

    pub(crate) fn float(&mut self, value: f64) {
        if let (Flavor::V2, Some(whole)) = (self.flavor, json::whole(value)) {
            return self.word(Decimal::signed(whole).as_bytes());
        }
        match self.flavor {
            Flavor::V3 => self.raw(&json::yaml_float(value)),
            Flavor::V2 if !value.is_finite() => self.fail(Problem::new(json::unsupported(value))),
            Flavor::V2 => {
                // Through JSON: a float without a fraction is read back as a whole number where it
                // fits.
                let text = json::number_text(value);
                let text = match resolver::plain(&text) {
                    resolver::Resolved::Int(n) => n.to_string(),
                    resolver::Resolved::Uint(n) => n.to_string(),
                    _ => json::general(value),
                };
                self.raw(&text);
            }
        }
    }

    pub(crate) fn string(&mut self, value: &[u8]) {
        self.begin_node();
        self.text(value, Folding::Allowed);
    }

    pub(crate) fn key(&mut self, key: &[u8]) {
        self.begin_entry();
        if let Some(ascii) = Ascii::of(key)
            && key.len() <= SIMPLE_KEY
            && !ascii.has_break()
        {
            self.set_key(Key::Simple);
            return self.ascii(ascii, Folding::Forbidden);
        }
        self.unusual_key(key);
    }

    fn unusual_key(&mut self, key: &[u8]) {
        let text = lossy(key);
        let simple = match text {
            Cow::Owned(_) if self.flavor == Flavor::V3 => {
                let packed = base64_lines(key);
                packed.len() + BINARY.len() <= SIMPLE_KEY && !packed.contains('\n')
            }
            Cow::Borrowed(_) | Cow::Owned(_) => {
                text.len() <= SIMPLE_KEY && !text.contains(is_break)
            }
        };
        if simple {
            self.set_key(Key::Simple);
            self.text(key, Folding::Forbidden);
        } else {
            self.odd |= self.reads_differently() && text.len() > json::SHORT_KEY;
            self.block_indicator("?");
            self.set_key(Key::Complex);
            self.text(key, Folding::Allowed);
        }
    }

    pub(crate) fn begin_map(&mut self) {
        self.begin(Kind::Map);
    }

    pub(crate) fn begin_list(&mut self) {
        self.begin(Kind::List);
    }

    pub(crate) fn end(&mut self) {
        let Some(open) = self.open.pop() else { return };
        if !open.filled {
            self.indicator(if open.kind == Kind::Map { "{" } else { "[" }, Space::Before);
            self.indicator(if open.kind == Kind::Map { "}" } else { "]" }, Space::None);
            self.whitespace = false;
        }
        self.indent = open.outer;
    }

    fn begin(&mut self, kind: Kind) {
        self.begin_node();
        let in_map = self.open.last().is_some_and(|open| open.kind == Kind::Map);
        self.open.push(Open { kind, outer: self.indent, in_map, filled: false, key: Key::None });
        if self.open.len() > MAX_DEPTH {
            self.fail(Problem::new("json: unsupported value: encountered a cycle"));
        }
    }

    fn set_key(&mut self, key: Key) {
        if let Some(open) = self.open.last_mut() {
            open.key = key;
        }
    }

    /// What stands before a value: a dash in a list, a colon after a key.
    fn begin_node(&mut self) {
        let Some(open) = self.open.last_mut() else { return };
        match (open.kind, std::mem::replace(&mut open.key, Key::None)) {
            (Kind::List, _) => {
                self.begin_entry();
                self.block_indicator("-");
            }
            (Kind::Map, Key::Complex) => {
                self.indent_line();
                self.block_indicator(":");
            }
            (Kind::Map, Key::Simple | Key::None) => self.indicator(":", Space::None),
        }
    }

    /// A new line for an entry; the first one sets the indentation of its collection.
    fn begin_entry(&mut self) {
        let compact = self.flavor == Flavor::V2 && !self.indention;
        let Some(open) = self.open.last_mut() else { return };
        if !std::mem::replace(&mut open.filled, true) {
            let indentless = open.kind == Kind::List && open.in_map && compact;
            self.indent = match open.outer {
                ..0 => 0,
                outer if indentless => outer,
                outer => outer + INDENT,
            };
        }
        self.indent_line();
    }

    // Scalars.

    fn reads_differently(&self) -> bool {
        self.flavor == Flavor::V2 && !self.direct
    }

    fn text(&mut self, value: &[u8], folding: Folding) {
        match Ascii::of(value) {
            Some(ascii) => self.ascii(ascii, folding),
            None if value.is_empty() && folding == Folding::Allowed => {
                self.indicator("\"\"", Space::Before);
            }
            None => self.unusual_text(value, folding),
        }
    }

    #[inline]
    fn ascii(&mut self, ascii: Ascii<'_>, folding: Folding) {
        if ascii.is_plain() && (folding == Folding::Forbidden || self.fits(ascii.len())) {
            return self.plain(ascii);
        }
        let wanted = if ascii.has_break() {
            Style::Literal
        } else if ascii.is_string() || !resolver::needs_quotes(ascii.as_str()) {
            Style::Plain
        } else {
            Style::DoubleQuoted
        };
        let style = possible(wanted, ascii.analyze(), folding);
        self.indented(|writer| writer.write_ascii(ascii, style, folding));
    }

    /// Words that no line is too short for.
    #[inline]
    fn plain(&mut self, ascii: Ascii<'_>) {
        self.space_before();
        self.put_ascii(ascii.as_bytes());
        self.whitespace = false;
        self.indention = false;
    }

    fn unusual_text(&mut self, value: &[u8], folding: Folding) {
        let text = lossy(value);
        if let (Cow::Owned(_), Flavor::V3) = (&text, self.flavor) {
            self.space_before();
            self.put_str(BINARY);
            self.whitespace = false;
            self.indention = false;
            let packed = base64_lines(value);
            let style = if packed.contains('\n') { Style::Literal } else { Style::Plain };
            return self.scalar(&packed, style, folding);
        }
        // Nothing before the first of them does.
        let suspect = text.bytes().fold(0, u8::max) >= 0x7f;
        self.odd |= suspect && self.reads_differently() && text.contains(json::differs_in_yaml);
        let style = if text.contains('\n') {
            Style::Literal
        } else if resolver::needs_quotes(&text) {
            Style::DoubleQuoted
        } else {
            Style::Plain
        };
        self.scalar(&text, style, folding);
    }

    fn scalar(&mut self, text: &str, wanted: Style, folding: Folding) {
        let mut style = possible(wanted, analyze(text, self.flavor), folding);
        if style == Style::Plain && text.is_empty() && folding == Folding::Forbidden {
            style = Style::SingleQuoted;
        }
        self.indented(|writer| writer.write_in_style(text, style, folding));
    }

    /// Writes the lines of a scalar, deeper than what holds it.
    #[inline]
    fn indented(&mut self, write: impl FnOnce(&mut Self)) {
        let outer = self.indent;
        self.indent = if outer < 0 { INDENT } else { outer + INDENT };
        write(self);
        self.indent = outer;
    }

    pub(super) fn write_in_style(&mut self, text: &str, style: Style, folding: Folding) {
        match style {
            Style::Plain => self.write_plain(text, folding),
            Style::SingleQuoted => self.write_single_quoted(text, folding),
            Style::DoubleQuoted => self.write_double_quoted(text, folding),
            Style::Literal => self.write_literal(text),
        }
    }

    // Characters.

    pub(super) fn too_long(&self) -> bool {
        self.flavor == Flavor::V2 && self.column > WIDTH
    }

    pub(super) fn column(&self) -> usize {
        self.column
    }

    pub(super) fn put(&mut self, c: char) {
        self.out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        self.column += 1;
    }

    pub(super) fn put_str(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
        self.column += if text.is_ascii() { text.len() } else { text.chars().count() };
    }

    #[inline]
    pub(super) fn put_ascii(&mut self, text: &[u8]) {
        self.out.extend_from_slice(text);
        self.column += text.len();
    }

    pub(super) fn put_break(&mut self) {
        self.out.push(b'\n');
        self.column = 0;
        if self.flavor == Flavor::V3 {
            self.indention = true;
        }
    }

    /// A line break of a scalar.
    pub(super) fn write_break(&mut self, c: char) {
        if c == '\n' {
            self.put_break();
        } else {
            self.put(c);
            self.column = 0;
        }
        self.indention = true;
    }

    #[inline]
    pub(super) fn space_before(&mut self) {
        if !self.whitespace {
            self.put_ascii(b" ");
        }
    }

    /// An indicator after which neither whitespace nor indentation is assumed.
    pub(super) fn indicator(&mut self, text: &str, space: Space) {
        if space == Space::Before {
            self.space_before();
        }
        self.put_ascii(text.as_bytes());
        self.whitespace = false;
        self.indention = false;
    }

    /// An indicator that counts as indentation.
    fn block_indicator(&mut self, text: &str) {
        self.space_before();
        self.put_ascii(text.as_bytes());
        self.whitespace = false;
    }

    /// Goes to the indentation on a new line, if we are not there.
    pub(super) fn indent_line(&mut self) {
        let indent = self.indent.max(0) as usize;
        if !self.indention || self.column > indent || (self.column == indent && !self.whitespace) {
            self.put_break();
        }
        let missing = indent.saturating_sub(self.column);
        match SPACES.get(..missing) {
            Some(spaces) => self.out.extend_from_slice(spaces),
            None => self.out.resize(self.out.len() + missing, b' '),
        }
        self.column += missing;
        self.whitespace = true;
        if self.flavor == Flavor::V2 {
            self.indention = true;
        }
    }
}

/// The style that a text can have, if it should have the wanted one.
fn possible(wanted: Style, analysis: Analysis, folding: Folding) -> Style {
    let in_key = folding == Folding::Forbidden;
    let mut style = wanted;
    if in_key && analysis.multiline {
        style = Style::DoubleQuoted;
    }
    if style == Style::Plain && !analysis.plain {
        style = Style::SingleQuoted;
    }
    if style == Style::SingleQuoted && !analysis.single_quoted {
        style = Style::DoubleQuoted;
    }
    if style == Style::Literal && (!analysis.block || in_key) {
        style = Style::DoubleQuoted;
    }
    style
}

/// Bytes in base 64, in lines of 70 characters if there is more than one.
fn base64_lines(bytes: &[u8]) -> String {
    let packed = STANDARD.encode(bytes);
    if packed.len() < 70 {
        return packed;
    }
    let mut out = String::with_capacity(packed.len() + packed.len() / 70 + 1);
    for (at, c) in packed.chars().enumerate() {
        if at > 0 && at % 70 == 0 {
            out.push('\n');
        }
        out.push(c);
    }
    out.push('\n');
    out
}
