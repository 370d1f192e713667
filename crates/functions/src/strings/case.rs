//! `snakecase`, `kebabcase` and `camelcase` as huandu/xstrings 1.5 splits words: runs of upper
//! case, letters, numbers, connectors (`-`, `_`, white space), punctuation and the rest.
//! Invariant: the word splitting is one place, `next_word`.

use crate::runes;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    Invalid,
    Number,
    Upper,
    Letters,
    Connector,
    Punctuation,
    Other,
}

/// `HTTPServer2x` to `http_server_2x` (with `_` as the connector).
pub(crate) fn lower_words(text: &[u8], connector: char) -> Vec<u8> {
    if text.is_empty() {
        return Vec::new();
    }
    let mut writer = Writer { out: Vec::with_capacity(text.len() + 8), connector };
    let (mut kind, mut word, mut rest) = next_word(text);
    while !rest.is_empty() {
        if kind != Word::Connector {
            writer.word(kind, word);
        }
        let (previous, last) = (kind, word);
        (kind, word, rest) = next_word(rest);
        match previous {
            Word::Number => {
                (kind, word, rest) = writer.letters_and_numbers(kind, word, rest);
                if !matches!(kind, Word::Invalid | Word::Punctuation | Word::Connector) {
                    writer.connect();
                }
            }
            Word::Connector => writer.word(previous, last),
            Word::Punctuation => {}
            Word::Invalid | Word::Upper | Word::Letters | Word::Other => {
                if kind != Word::Number {
                    if !matches!(kind, Word::Connector | Word::Punctuation) {
                        writer.connect();
                    }
                    continue;
                }
                if rest.is_empty() {
                    continue;
                }
                let number = word;
                (kind, word, rest) = next_word(rest);
                if kind != Word::Letters {
                    // The number belongs to the word before: "Bld4Floor" is "bld4_floor".
                    writer.word(Word::Number, number);
                    if !matches!(kind, Word::Connector | Word::Punctuation) {
                        writer.connect();
                    }
                    continue;
                }
                // Lower case follows: the number opens a word, "http2xx" is "http_2xx".
                writer.connect();
                writer.word(Word::Number, number);
                (kind, word, rest) = writer.letters_and_numbers(kind, word, rest);
                if !matches!(kind, Word::Invalid | Word::Connector | Word::Punctuation) {
                    writer.connect();
                }
            }
        }
    }
    writer.word(kind, word);
    writer.out
}

/// `some_words` to `SomeWords`; connectors at the start stay.
pub(crate) fn pascal(text: &[u8]) -> Vec<u8> {
    let mut input = runes::runes(text);
    let mut out = String::with_capacity(text.len());
    let mut rune = loop {
        let Some(rune) = input.next() else {
            // Only connectors: the original writes the last one twice.
            if let Some(last) = out.chars().last() {
                out.push(last);
            }
            return out.into_bytes();
        };
        if !is_connector(rune) {
            break rune;
        }
        out.push(rune);
    };
    let mut first_upper = runes::is_upper(rune);
    rune = runes::to_upper(rune);
    for next in input {
        let previous = std::mem::replace(&mut rune, next);
        match (is_connector(next), is_connector(previous)) {
            (true, true) => out.push(previous),
            (false, true) => {
                first_upper = runes::is_upper(next);
                rune = runes::to_upper(next);
            }
            (true | false, false) => {
                if first_upper {
                    if runes::is_upper(next) {
                        rune = runes::to_lower(next);
                    } else {
                        first_upper = false;
                    }
                }
                out.push(previous);
            }
        }
    }
    out.push(rune);
    out.into_bytes()
}

struct Writer {
    out: Vec<u8>,
    connector: char,
}

impl Writer {
    fn connect(&mut self) {
        self.push(self.connector);
    }

    fn push(&mut self, rune: char) {
        self.out.extend_from_slice(rune.encode_utf8(&mut [0; 4]).as_bytes());
    }

    fn word(&mut self, kind: Word, word: &[u8]) {
        if !matches!(kind, Word::Upper | Word::Connector) {
            self.out.extend_from_slice(word);
            return;
        }
        for rune in runes::runes(word) {
            let rune = if is_connector(rune) {
                self.connector
            } else if runes::is_upper(rune) {
                runes::to_lower(rune)
            } else {
                rune
            };
            self.push(rune);
        }
    }

    fn letters_and_numbers<'a>(
        &mut self,
        mut kind: Word,
        mut word: &'a [u8],
        mut rest: &'a [u8],
    ) -> (Word, &'a [u8], &'a [u8]) {
        while matches!(kind, Word::Letters | Word::Number) {
            self.word(kind, word);
            (kind, word, rest) = next_word(rest);
        }
        (kind, word, rest)
    }
}

/// The kind of the first word, the word, and what follows it.
fn next_word(text: &[u8]) -> (Word, &[u8], &[u8]) {
    if text.is_empty() {
        return (Word::Invalid, text, text);
    }
    let (first, width) = valid_rune(text, runes::REPLACEMENT);
    if first == runes::REPLACEMENT {
        return (Word::Invalid, &text[..width], &text[width..]);
    }
    let (kind, end) = if is_connector(first) {
        (Word::Connector, take_while(text, width, first, is_connector))
    } else if runes::is_punctuation(first) {
        (Word::Punctuation, take_while(text, width, first, runes::is_punctuation))
    } else if runes::is_upper(first) {
        (Word::Upper, upper_word(text, width, first))
    } else if is_alphabet(first) {
        (Word::Letters, take_while(text, width, first, is_lower_alphabet))
    } else if runes::is_number(first) {
        (Word::Number, take_while(text, width, first, runes::is_number))
    } else {
        (Word::Other, take_while(text, width, first, is_other))
    };
    (kind, &text[..end], &text[end..])
}

fn upper_word(text: &[u8], width: usize, first: char) -> usize {
    if width >= text.len() {
        return width;
    }
    let (second, second_width) = valid_rune(&text[width..], first);
    if !runes::is_upper(second) {
        if !is_alphabet(second) {
            return width;
        }
        return take_while(text, width + second_width, second, is_lower_alphabet);
    }
    // "HTTPStatus" is "HTTP" and "Status": give the last capital back.
    let (mut end, mut last_width, mut rune) = (width + second_width, second_width, second);
    while end < text.len() {
        let (next, next_width) = valid_rune(&text[end..], rune);
        rune = next;
        if !runes::is_upper(next) {
            return if is_alphabet(next) { end - last_width } else { end };
        }
        last_width = next_width;
        end += next_width;
    }
    end
}

fn take_while(text: &[u8], start: usize, first: char, wanted: impl Fn(char) -> bool) -> usize {
    let (mut end, mut rune) = (start, first);
    while end < text.len() {
        let width;
        (rune, width) = valid_rune(&text[end..], rune);
        if width == 0 || !wanted(rune) {
            break;
        }
        end += width;
    }
    end
}

/// The next rune that is no replacement; `previous` where there is none.
fn valid_rune(text: &[u8], previous: char) -> (char, usize) {
    let mut at = 0;
    while let Some((rune, width)) = runes::first(&text[at..]) {
        at += width;
        if rune != runes::REPLACEMENT {
            return (rune, at);
        }
    }
    (previous, at)
}

fn is_connector(rune: char) -> bool {
    rune == '-' || rune == '_' || runes::is_space(rune)
}

/// Letters except the common CJK ones.
fn is_alphabet(rune: char) -> bool {
    runes::is_letter(rune)
        && !matches!(rune,
            '\u{4e00}'..='\u{9fcc}' | '\u{3400}'..='\u{4d85}' | '\u{20000}'..='\u{2b81d}')
}

fn is_lower_alphabet(rune: char) -> bool {
    is_alphabet(rune) && !runes::is_upper(rune)
}

fn is_other(rune: char) -> bool {
    !(is_connector(rune)
        || is_alphabet(rune)
        || runes::is_number(rune)
        || runes::is_punctuation(rune))
}
