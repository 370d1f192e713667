//! Go's regular expressions (RE2) in the words of the `regex` crate. Invariant: what Go refuses
//! is refused with Go's message; what it accepts becomes a pattern with the same matches:
//! classes of Perl and POSIX are ASCII, everything is leftmost-first. Characters and classes are in `class`.

use std::fmt::Write as _;

use crate::class::{self, Case};

/// Go's pattern, translated.
#[derive(Debug)]
pub struct Translation {
    /// The pattern for `regex::bytes`.
    pub pattern: String,
    /// The name of each group, "" where it has none; the first is the whole match.
    pub names: Vec<String>,
}

/// Why Go refuses a pattern.
#[derive(Debug, thiserror::Error)]
#[error("error parsing regexp: {code}: `{expression}`")]
pub struct SyntaxError {
    code: &'static str,
    expression: String,
}

impl SyntaxError {
    pub(super) fn new(code: &'static str, expression: &str) -> Self {
        Self { code, expression: expression.to_owned() }
    }
}

const MISSING_ARGUMENT: &str = "missing argument to repetition operator";
const REPEAT_SIZE: &str = "invalid repeat count";
/// Repetitions in repetitions may multiply to this.
const MAX_REPEAT: u64 = 1000;
/// Runes that Go keeps for a pattern: those of literals, and both ends of each range of a class.
const MAX_RUNES: usize = 1 << 25;
/// What a class of Unicode counts for: as `\pL` does in Go.
const CLASS_RUNES: usize = 1292;
/// How deep groups may nest.
const MAX_DEPTH: usize = 1000;

/// Translates a pattern; the error is in the words of Go's `regexp`.
pub fn translate(pattern: &[u8]) -> Result<Translation, SyntaxError> {
    let text = std::str::from_utf8(pattern).map_err(|error| {
        // Go reads up to the byte that is no UTF-8 and shows what begins there.
        let mut rest = String::new();
        for chunk in pattern[error.valid_up_to()..].utf8_chunks() {
            rest.push_str(chunk.valid());
            rest.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
        }
        SyntaxError::new("invalid UTF-8", &rest)
    })?;
    let mut translator = Translator {
        whole: text,
        rest: text,
        groups: vec![Group::default()],
        names: vec![String::new()],
        flags: Flags::default(),
        runes: 0,
    };
    translator.run()?;
    let Translator { mut groups, names, .. } = translator;
    let group = groups.pop().unwrap_or_default();
    if !groups.is_empty() {
        return Err(SyntaxError::new("missing closing )", text));
    }
    Ok(Translation { pattern: group.text(), names })
}

struct Translator<'a> {
    whole: &'a str,
    rest: &'a str,
    groups: Vec<Group>,
    names: Vec<String>,
    flags: Flags,
    runes: usize,
}

/// What was read since an open parenthesis.
#[derive(Default)]
struct Group {
    open: String,
    items: Vec<Item>,
    /// The flags in force before it.
    flags: Flags,
    weight: u64,
}

enum Item {
    /// Something that can be repeated, and how often its repetitions multiply already.
    Atom {
        text: String,
        weight: u64,
    },
    Bar,
    Flags(String),
}

#[derive(Clone, Copy, Default)]
struct Flags {
    fold_case: bool,
    multi_line: bool,
    dot_newline: bool,
    ungreedy: bool,
}

impl Group {
    fn text(&self) -> String {
        let mut out = self.open.clone();
        for item in &self.items {
            out.push_str(match item {
                Item::Atom { text, .. } | Item::Flags(text) => text,
                Item::Bar => "|",
            });
        }
        out
    }

    fn weight(&self) -> u64 {
        self.items.iter().fold(self.weight.max(1), |most, item| match item {
            Item::Atom { weight, .. } => most.max(*weight),
            Item::Bar | Item::Flags(_) => most,
        })
    }
}

impl Flags {
    fn case(self) -> Case {
        if self.fold_case { Case::Either } else { Case::Exact }
    }

    /// The whole state as a flag group.
    fn text(self, close: char) -> String {
        let letters = [
            (self.fold_case, 'i'),
            (self.multi_line, 'm'),
            (self.dot_newline, 's'),
            (self.ungreedy, 'U'),
        ];
        let pick = |wanted: bool| letters.iter().filter(move |l| l.0 == wanted).map(|l| l.1);
        let (on, off): (String, String) = (pick(true).collect(), pick(false).collect());
        let minus = if off.is_empty() { "" } else { "-" };
        format!("(?{on}{minus}{off}{close}")
    }

    fn set(&mut self, letter: char, on: FlagState) -> bool {
        let flag = match letter {
            'i' => &mut self.fold_case,
            'm' => &mut self.multi_line,
            's' => &mut self.dot_newline,
            'U' => &mut self.ungreedy,
            _ => return false,
        };
        *flag = on == FlagState::On;
        true
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum FlagState {
    On,
    Off,
}

impl Translator<'_> {
    fn run(&mut self) -> Result<(), SyntaxError> {
        // The operator that was just read: two in a row are refused.
        let mut last_repeat = "";
        while let Some(first) = self.rest.chars().next() {
            let before = self.rest;
            let mut repeat = "";
            match first {
                '(' => self.open()?,
                ')' => self.close()?,
                '|' => {
                    self.rest = &self.rest[1..];
                    self.group().items.push(Item::Bar);
                }
                '^' | '$' | '.' => {
                    self.rest = &self.rest[1..];
                    self.atom(first.to_string());
                }
                '[' => {
                    let (class, rest) = class::bracket(self.rest, self.flags.case())?;
                    self.rest = rest;
                    self.atom(class);
                }
                '*' | '+' | '?' => {
                    self.rest = &self.rest[1..];
                    self.repeat(&first.to_string(), None, (before, last_repeat))?;
                    repeat = before;
                }
                '{' => match Counts::read(self.rest) {
                    None => {
                        self.rest = &self.rest[1..];
                        self.literal('{');
                    }
                    Some((counts, rest)) => {
                        self.rest = rest;
                        if !counts.valid() {
                            let read = &before[..before.len() - rest.len()];
                            return Err(SyntaxError::new(REPEAT_SIZE, read));
                        }
                        self.repeat(&counts.text(), Some(counts), (before, last_repeat))?;
                        repeat = before;
                    }
                },
                '\\' => self.escape()?,
                literal => {
                    self.rest = &self.rest[literal.len_utf8()..];
                    self.literal(literal);
                }
            }
            last_repeat = repeat;
            if self.runes > MAX_RUNES {
                return Err(SyntaxError::new("expression too large", self.whole));
            }
        }
        Ok(())
    }

    fn group(&mut self) -> &mut Group {
        if self.groups.is_empty() {
            self.groups.push(Group::default());
        }
        let last = self.groups.len() - 1;
        &mut self.groups[last]
    }

    fn atom(&mut self, text: String) {
        self.runes += 1 + CLASS_RUNES * text.matches(r"\p").count();
        self.group().items.push(Item::Atom { text, weight: 1 });
    }

    fn literal(&mut self, rune: char) {
        self.atom(class::literal(rune, self.flags.case()));
    }

    fn repeat(
        &mut self,
        operator: &str,
        counts: Option<Counts>,
        (before, last_repeat): (&str, &str),
    ) -> Result<(), SyntaxError> {
        let lazy = self.rest.starts_with('?');
        if lazy {
            self.rest = &self.rest[1..];
        }
        let after = self.rest.len();
        if !last_repeat.is_empty() {
            let read = &last_repeat[..last_repeat.len() - after];
            return Err(SyntaxError::new("invalid nested repetition operator", read));
        }
        let read = &before[..before.len() - after];
        let missing = || SyntaxError::new(MISSING_ARGUMENT, read);
        let item = self.group().items.iter_mut().rev().find(|i| !matches!(i, Item::Flags(_)));
        let Some(Item::Atom { text, weight }) = item else { return Err(missing()) };
        if let Some(counts) = counts {
            *weight = match counts.most() {
                0 => {
                    if counts.max == Some(0) {
                        1
                    } else {
                        *weight
                    }
                }
                most => most.saturating_mul(*weight),
            };
            if (counts.min >= 2 || counts.max.is_some_and(|max| max >= 2)) && *weight > MAX_REPEAT {
                return Err(SyntaxError::new(REPEAT_SIZE, read));
            }
        }
        let lazy = if lazy { "?" } else { "" };
        *text = format!("(?:{text}){operator}{lazy}");
        Ok(())
    }

    fn open(&mut self) -> Result<(), SyntaxError> {
        if self.groups.len() > MAX_DEPTH {
            return Err(SyntaxError::new("expression nests too deeply", self.whole));
        }
        let flags = self.flags;
        if !self.rest.starts_with("(?") {
            self.rest = &self.rest[1..];
            self.names.push(String::new());
            self.groups.push(Group { open: "(".to_owned(), flags, ..Group::default() });
            return Ok(());
        }
        for prefix in ["(?P<", "(?<"] {
            // Go wants a byte behind the prefix.
            if self.rest.len() > prefix.len() && self.rest.starts_with(prefix) {
                return self.named_group(prefix);
            }
        }
        self.flag_group()
    }

    fn named_group(&mut self, prefix: &str) -> Result<(), SyntaxError> {
        const CODE: &str = "invalid named capture";
        let whole = self.rest;
        let end = whole.find('>').ok_or_else(|| SyntaxError::new(CODE, whole))?;
        let name = &whole[prefix.len()..end];
        let valid = |c: char| c == '_' || c.is_ascii_alphanumeric();
        if name.is_empty() || !name.chars().all(valid) {
            return Err(SyntaxError::new(CODE, &whole[..=end]));
        }
        self.rest = &whole[end + 1..];
        self.names.push(name.to_owned());
        let group = Group { open: "(".to_owned(), flags: self.flags, ..Group::default() };
        self.groups.push(group);
        Ok(())
    }

    fn flag_group(&mut self) -> Result<(), SyntaxError> {
        let whole = self.rest;
        let before = self.flags;
        let mut flags = before;
        let (mut state, mut seen) = (FlagState::On, false);
        let mut rest = &whole[2..];
        while let Some(letter) = rest.chars().next() {
            rest = &rest[letter.len_utf8()..];
            match letter {
                '-' if state == FlagState::On => {
                    state = FlagState::Off;
                    seen = false;
                }
                ':' | ')' if state == FlagState::On || seen => {
                    self.flags = flags;
                    self.rest = rest;
                    if letter == ':' {
                        let open = flags.text(':');
                        self.groups.push(Group { open, flags: before, ..Group::default() });
                    } else {
                        self.group().items.push(Item::Flags(flags.text(')')));
                    }
                    return Ok(());
                }
                letter if flags.set(letter, state) => seen = true,
                _ => break,
            }
        }
        let read = &whole[..whole.len() - rest.len()];
        Err(SyntaxError::new("invalid or unsupported Perl syntax", read))
    }

    fn close(&mut self) -> Result<(), SyntaxError> {
        let Some(group) = self.groups.pop().filter(|_| !self.groups.is_empty()) else {
            return Err(SyntaxError::new("unexpected )", self.whole));
        };
        self.rest = &self.rest[1..];
        self.flags = group.flags;
        let mut text = group.text();
        text.push(')');
        let weight = group.weight();
        self.group().items.push(Item::Atom { text, weight });
        Ok(())
    }

    fn escape(&mut self) -> Result<(), SyntaxError> {
        let rest = self.rest;
        match rest.as_bytes().get(1) {
            Some(b'A' | b'z') => self.atom(rest[..2].to_owned()),
            Some(b'b') => self.atom(r"(?-u:\b)".to_owned()),
            Some(b'B') => self.atom(r"(?-u:\B)".to_owned()),
            Some(b'C') => {
                return Err(SyntaxError::new("invalid escape sequence", &rest[..2]));
            }
            Some(b'Q') => {
                let (literal, after) = rest[2..].split_once(r"\E").unwrap_or((&rest[2..], ""));
                for rune in literal.chars() {
                    self.literal(rune);
                }
                self.rest = after;
                return Ok(());
            }
            _ => {
                if let Some((class, after)) = class::escape(rest, self.flags.case())? {
                    self.rest = after;
                    self.atom(class);
                    return Ok(());
                }
                let (rune, after) = class::escaped_rune(rest)?;
                self.rest = after;
                self.atom(class::code_point(rune, self.flags.case()));
                return Ok(());
            }
        }
        self.rest = &rest[2..];
        Ok(())
    }
}

/// `{min,max}`; a number that is too big is kept as more than is allowed.
#[derive(Clone, Copy)]
struct Counts {
    min: u64,
    max: Option<u64>,
}

impl Counts {
    /// Reads counts; none where `{` stands for itself.
    fn read(text: &str) -> Option<(Self, &str)> {
        let (min, rest) = number(text.strip_prefix('{')?)?;
        if let Some(rest) = rest.strip_prefix('}') {
            return Some((Self { min, max: Some(min) }, rest));
        }
        let rest = rest.strip_prefix(',')?;
        if let Some(rest) = rest.strip_prefix('}') {
            return Some((Self { min, max: None }, rest));
        }
        let (max, rest) = number(rest)?;
        Some((Self { min, max: Some(max) }, rest.strip_prefix('}')?))
    }

    fn valid(self) -> bool {
        self.min <= MAX_REPEAT && self.max.is_none_or(|max| max <= MAX_REPEAT && self.min <= max)
    }

    fn most(self) -> u64 {
        self.max.unwrap_or(self.min)
    }

    fn text(self) -> String {
        let mut out = format!("{{{}", self.min);
        match self.max {
            Some(max) if max == self.min => {}
            // Writing to a string cannot fail.
            Some(max) => drop(write!(out, ",{max}")),
            None => out.push(','),
        }
        out.push('}');
        out
    }
}

/// A number without leading zeros.
fn number(text: &str) -> Option<(u64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    if digits.is_empty() || digits.len() > 1 && digits.starts_with('0') {
        return None;
    }
    Some((digits.parse().unwrap_or(u64::MAX), rest))
}
