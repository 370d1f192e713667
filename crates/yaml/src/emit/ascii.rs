//! Scalars of printable ASCII and line breaks, as nearly all are: looked at and written byte by
//! byte.
//!
//! Invariant: what is found and written here is what `scalar` finds and writes for the same text.

use memchr::{memchr, memchr_iter};

use super::Flavor;
use super::scalar::{Analysis, Folding, Space, Style};
use super::writer::{WIDTH, Writer};
use crate::resolver;

/// A text of printable ASCII and line breaks that is not empty.
#[derive(Clone, Copy)]
pub(super) struct Ascii<'a> {
    text: &'a [u8],
    /// The classes of all its bytes.
    seen: u8,
}

const BREAK: u8 = 1;
const SPACE: u8 = 2;
const COLON: u8 = 4;
const HASH: u8 = 8;
const SINGLE_QUOTE: u8 = 16;
/// Written with a backslash between double quotes.
const ESCAPED: u8 = 32;
/// An indicator where it stands first.
const INDICATOR: u8 = 64;
/// Neither printable ASCII nor a line break.
const OTHER: u8 = 128;

const CLASSES: [u8; 256] = {
    let mut classes = [OTHER; 256];
    let mut byte = b' ';
    while byte <= b'~' {
        classes[byte as usize] = 0;
        byte += 1;
    }
    classes[b'\n' as usize] = BREAK;
    classes[b' ' as usize] = SPACE;
    let indicators = b"#,[]{}&*!|>'\"%@`";
    let mut at = 0;
    while at < indicators.len() {
        classes[indicators[at] as usize] = INDICATOR;
        at += 1;
    }
    classes[b':' as usize] = COLON;
    classes[b'#' as usize] |= HASH;
    classes[b'\'' as usize] |= SINGLE_QUOTE;
    classes[b'"' as usize] |= ESCAPED;
    classes[b'\\' as usize] = ESCAPED;
    classes
};

impl<'a> Ascii<'a> {
    /// The text, if it is one.
    #[inline]
    pub(super) fn of(text: &'a [u8]) -> Option<Self> {
        let seen = text.iter().fold(0, |seen, byte| seen | CLASSES[usize::from(*byte)]);
        (seen & OTHER == 0 && !text.is_empty()).then_some(Self { text, seen })
    }

    pub(super) fn as_bytes(self) -> &'a [u8] {
        self.text
    }

    pub(super) fn as_str(self) -> &'a str {
        std::str::from_utf8(self.text).unwrap_or_default()
    }

    pub(super) fn len(self) -> usize {
        self.text.len()
    }

    fn first(self) -> u8 {
        self.text.first().copied().unwrap_or_default()
    }

    fn last(self) -> u8 {
        self.text.last().copied().unwrap_or_default()
    }

    fn has(self, class: u8) -> bool {
        self.seen & class != 0
    }

    /// Whether the text is a string without quotes, as far as a glance tells.
    #[inline]
    pub(super) fn is_plain(self) -> bool {
        self.seen & (BREAK | COLON | HASH) == 0
            && !matches!(self.first(), b' ' | b'-' | b'?' | b'.')
            && CLASSES[usize::from(self.first())] & INDICATOR == 0
            && self.last() != b' '
            && self.is_string()
    }

    /// Whether the first character tells that the text is no number, boolean or the like.
    #[inline]
    pub(super) fn is_string(self) -> bool {
        resolver::is_string(self.text)
    }

    pub(super) fn has_break(self) -> bool {
        self.has(BREAK)
    }

    /// Whether two bytes stand side by side.
    fn has_pair(self, first: u8, second: u8) -> bool {
        memchr_iter(first, self.text).any(|at| self.text.get(at + 1) == Some(&second))
    }

    /// Which styles the text allows.
    #[inline]
    pub(super) fn analyze(self) -> Analysis {
        if self.has_break() {
            let spaces = self.has(SPACE);
            let space_break = spaces && self.has_pair(b' ', b'\n');
            return Analysis {
                multiline: true,
                plain: false,
                single_quoted: !(space_break || spaces && self.has_pair(b'\n', b' ')),
                block: !space_break && self.last() != b' ',
            };
        }
        Analysis {
            multiline: false,
            plain: !self.has_indicator() && self.first() != b' ' && self.last() != b' ',
            single_quoted: true,
            block: self.last() != b' ',
        }
    }

    /// Whether a text without line breaks means something else without quotes.
    #[inline]
    fn has_indicator(self) -> bool {
        let first = self.first();
        CLASSES[usize::from(first)] & INDICATOR != 0
            || matches!(first, b'-' | b'?' | b'.') && self.begins_as_indicator()
            || self.has(COLON) && (self.last() == b':' || self.has_pair(b':', b' '))
            || self.has(HASH) && self.has_pair(b' ', b'#')
    }

    fn begins_as_indicator(self) -> bool {
        matches!(
            self.text,
            [b'-', b'-', b'-', ..]
                | [b'.', b'.', b'.', ..]
                | [b'-' | b'?']
                | [b'-' | b'?', b' ', ..]
        )
    }
}

impl Writer {
    /// Writes a text that has the style.
    #[inline]
    pub(super) fn write_ascii(&mut self, ascii: Ascii<'_>, style: Style, folding: Folding) {
        let (quote, difficult) = match style {
            Style::Plain => ("", BREAK),
            Style::SingleQuoted => ("'", BREAK | SINGLE_QUOTE),
            Style::DoubleQuoted => ("\"", BREAK | ESCAPED),
            Style::Literal => return self.write_ascii_literal(ascii),
        };
        let folds = folding == Folding::Allowed && !self.fits(ascii.text.len() + quote.len());
        if ascii.has(difficult) || folds && style == Style::DoubleQuoted {
            return self.write_in_style(ascii.as_str(), style, folding);
        }
        self.space_before();
        self.put_ascii(quote.as_bytes());
        if folds {
            self.put_folded(ascii.text, style);
        } else {
            self.put_ascii(ascii.text);
        }
        self.put_ascii(quote.as_bytes());
        self.whitespace = false;
        self.indention = false;
    }

    /// A line that grows too long breaks at a space that stands alone.
    fn put_folded(&mut self, text: &[u8], style: Style) {
        let mut from = 0;
        let mut at = 0;
        loop {
            at = at.max(from + (WIDTH + 1).saturating_sub(self.column()));
            let rest = text.get(at..).unwrap_or_default();
            let Some(space) = memchr(b' ', rest).map(|found| at + found) else { break };
            at = space + 1;
            let alone = space > 0 && text[space - 1] != b' ' && text.get(at) != Some(&b' ');
            if alone && (style == Style::Plain || at < text.len()) {
                self.put_ascii(&text[from..space]);
                self.indention = false;
                self.indent_line();
                from = at;
            }
        }
        self.put_ascii(&text[from..]);
    }

    fn write_ascii_literal(&mut self, ascii: Ascii<'_>) {
        self.indicator("|", Space::Before);
        if matches!(ascii.first(), b' ' | b'\n') {
            self.indicator("2", Space::None);
        }
        match ascii.text {
            [b'\n'] | [.., b'\n', b'\n'] => self.indicator("+", Space::None),
            [.., b'\n'] => {}
            _ => self.indicator("-", Space::None),
        }
        self.put_break();
        self.indention = true;
        self.whitespace = true;
        let mut rest = ascii.text;
        while !rest.is_empty() {
            let end = memchr(b'\n', rest).unwrap_or(rest.len());
            let (line, after) = rest.split_at(end);
            if !line.is_empty() {
                self.indent_line();
                self.put_ascii(line);
                self.indention = false;
            }
            rest = after;
            if let [b'\n', after @ ..] = rest {
                self.put_break();
                self.indention = true;
                rest = after;
            }
        }
    }

    /// Whether a line stays short enough with so many characters more.
    pub(super) fn fits(&self, more: usize) -> bool {
        self.flavor == Flavor::V3 || self.column() + more <= WIDTH
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::scalar::analyze;
    use super::*;

    fn text() -> impl Strategy<Value = String> {
        prop_oneof![
            "[ -~\n]{1,12}",
            "[-?:#.,\\['\"a \n]{1,8}",
            "[a-z]{0,3}( {1,2}[a-z:#'\"\\\\-]{1,9}){0,30} ?",
            "([a-z ]{0,9}\n{1,2}){0,6}[a-z ]{1,4}",
        ]
        .prop_filter("not empty", |text| !text.is_empty())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn as_any_text(text in text(), before in 0..90usize, v3 in any::<bool>()) {
            let flavor = if v3 { Flavor::V3 } else { Flavor::V2 };
            let ascii = Ascii::of(text.as_bytes()).unwrap();
            let analysis = ascii.analyze();
            prop_assert_eq!(analysis, analyze(&text, flavor));
            let styles = [
                (Style::Plain, analysis.plain),
                (Style::SingleQuoted, analysis.single_quoted),
                (Style::DoubleQuoted, true),
                (Style::Literal, analysis.block),
            ];
            for (style, _) in styles.into_iter().filter(|(_, possible)| *possible) {
                for folding in [Folding::Allowed, Folding::Forbidden] {
                    let mut writers = [Writer::new(flavor), Writer::new(flavor)];
                    for writer in &mut writers {
                        writer.indicator(&"k".repeat(before), Space::None);
                    }
                    let [mut quick, mut slow] = writers;
                    quick.write_ascii(ascii, style, folding);
                    slow.write_in_style(&text, style, folding);
                    let (quick, slow) = (quick.finish().unwrap(), slow.finish().unwrap());
                    prop_assert_eq!(quick, slow, "{:?} {:?}", style, text);
                }
            }
        }
    }
}
