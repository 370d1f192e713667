//! Reading TOML into template values, as BurntSushi/toml 1.6 gives them: int64, float64, `[]any`, and
//! `[]map[string]any` for arrays of tables. Here: statements and keys.
//!
//! **Invariant**: what is refused, the line, the last key and the words are that library's. A
//! statement is looked at in its order: each part is judged before the next one is read.

mod cursor;
mod number;
mod tables;
mod text;
mod value;

use template::{CallError, Value, format};

use crate::dates::LocalTimes;
use cursor::{Cursor, Fault, Problem};
use tables::Tables;

/// Reads a document; the inner error is the text that goes under the key `Error`, the outer one is a
/// panic of the library's.
pub(super) fn read(times: LocalTimes, text: &[u8]) -> Result<Result<Value, String>, CallError> {
    let marks: [&[u8]; 3] = [b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf"];
    let text = marks.iter().find_map(|mark| text.strip_prefix(*mark)).unwrap_or(text);
    if text.iter().take(6).any(|byte| *byte == 0) {
        return Ok(Err(NUL.to_owned()));
    }
    let (cursor, tables) = (Cursor::new(text), Tables::default());
    let mut reader = Reader { times, cursor, tables, depth: 0 };
    match reader.document() {
        Ok(()) => Ok(Ok(Value::Map(reader.tables.into_root()))),
        Err(Fault::Problem(Problem { line, message })) => {
            let key = reader.tables.current();
            let key = if key.is_empty() {
                String::new()
            } else {
                format!(" (last key {})", quoted(key.as_bytes()))
            };
            Ok(Err(format!("toml: line {line}{key}: {message}")))
        }
        Err(Fault::Bug(text)) => Err(CallError::new(format!("BUG: {text}\n\n"))),
    }
}

/// Deeper values and longer dotted names are refused; the library allows what its stack and memory
/// hold, which for a name grow by the square of its parts.
const DEPTH: usize = 500;

const NUL: &str = "toml: line 1: files cannot contain NULL bytes; probably using UTF-16; \
                   TOML files must be UTF-8";

/// Go's `%q`.
fn quoted(text: &[u8]) -> String {
    String::from_utf8_lossy(&format::sprintf(b"%q", &[Value::str(text)])).into_owned()
}

/// Go's `%q` of a character; the end of the text is the character 0.
fn quoted_char(letter: Option<char>) -> String {
    let code = i64::from(u32::from(letter.unwrap_or('\0')));
    let text = format::sprintf(b"%q", &[crate::numbers::int64(code)]);
    String::from_utf8_lossy(&text).into_owned()
}

struct Reader<'a> {
    times: LocalTimes,
    cursor: Cursor<'a>,
    tables: Tables,
    depth: usize,
}

/// Where a dotted name stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Header,
    Key,
}

impl Reader<'_> {
    fn document(&mut self) -> Result<(), Fault> {
        loop {
            match self.cursor.next()? {
                None => return Ok(()),
                Some(' ' | '\t' | '\n' | '\r') => {}
                Some('#') => self.cursor.comment()?,
                Some('[') => {
                    self.header()?;
                    self.end_of_statement()?;
                }
                Some(_) => {
                    self.cursor.back();
                    self.key_value()?;
                    self.end_of_statement()?;
                }
            }
        }
    }

    /// Nothing but a comment may follow on the line.
    fn end_of_statement(&mut self) -> Result<(), Fault> {
        loop {
            match self.cursor.next()? {
                Some(' ' | '\t') => {}
                Some('#') => return self.cursor.comment(),
                Some('\n' | '\r') => return Ok(()),
                None => {
                    self.cursor.back();
                    return Ok(());
                }
                other => {
                    return Err(self.cursor.fault(format!(
                        "expected a top-level item to end with a newline, comment, or EOF, \
                         but got {} instead",
                        quoted_char(other)
                    )));
                }
            }
        }
    }

    /// `[a.b]` or `[[a.b]]`, behind its first bracket.
    fn header(&mut self) -> Result<(), Fault> {
        let array = self.cursor.peek()? == Some('[');
        if array {
            self.cursor.next()?;
        }
        let (key, line) = self.name(Place::Header)?;
        if array {
            let end = self.cursor.next()?;
            if end != Some(']') {
                return Err(self.cursor.fault(format!(
                    "expected end of table array name delimiter ']', but got {} instead",
                    quoted_char(end)
                )));
            }
        }
        self.tables.at(line);
        self.tables.enter(&key, array)?;
        self.tables.set_array("", false);
        Ok(())
    }

    /// `a.b = value` at the top, below a header.
    fn key_value(&mut self) -> Result<(), Fault> {
        self.key_start()?;
        let outer = self.tables.context.clone();
        let (key, line) = self.name(Place::Key)?;
        self.tables.at(line);
        let name = self.tables.enter_parents(&key)?;
        self.tables.key.clone_from(&name);
        let (value, array) = self.value(false)?;
        self.tables.set(&name, value)?;
        self.tables.set_array(&name, array);
        self.tables.context = outer;
        self.tables.key.clear();
        Ok(())
    }

    /// What cannot begin a key.
    fn key_start(&mut self) -> Result<(), Fault> {
        self.cursor.skip_blanks()?;
        match self.cursor.peek()? {
            Some('=') | None => Err(self.cursor.fault("unexpected '=': key name appears blank")),
            Some('.') => Err(self.cursor.fault("unexpected '.': keys cannot start with a '.'")),
            Some(_) => Ok(()),
        }
    }

    /// The parts of a dotted name through its end (`]` or `=`), and the line of the first one.
    fn name(&mut self, place: Place) -> Result<(Vec<String>, i64), Fault> {
        let (mut parts, mut first) = (Vec::new(), None);
        loop {
            self.cursor.skip_blanks()?;
            let start = self.cursor.peek()?;
            if let Some(words) = misplaced(place, start) {
                return Err(self.cursor.fault(words));
            }
            if parts.len() == DEPTH {
                return Err(self.cursor.fault("exceeded max depth"));
            }
            let (part, line) = self.part(start)?;
            first.get_or_insert(line);
            parts.push(part);
            self.cursor.skip_blanks()?;
            match (self.cursor.next()?, place) {
                (Some('.'), _) => {}
                (Some(']'), Place::Header) | (Some('='), Place::Key) => {
                    return Ok((parts, first.unwrap_or(line)));
                }
                (other, Place::Header) => {
                    return Err(self.cursor.fault(format!(
                        "expected '.' or ']' to end table name, but got {} instead",
                        quoted_char(other)
                    )));
                }
                (None, Place::Key) => {
                    return Err(self.cursor.fault("unexpected EOF; expected key separator '='"));
                }
                (other, Place::Key) => {
                    let words =
                        format!("expected '.' or '=', but got {} instead", quoted_char(other));
                    return Err(match other {
                        Some('\n') => self.cursor.fault_before(words),
                        _ => self.cursor.fault(words),
                    });
                }
            }
        }
    }

    fn part(&mut self, start: Option<char>) -> Result<(String, i64), Fault> {
        match start {
            Some('"') => {
                self.cursor.next()?;
                self.basic_string()
            }
            Some('\'') => {
                self.cursor.next()?;
                self.literal_string()
            }
            _ => {
                let from = self.cursor.position();
                while self.cursor.next()?.is_some_and(is_bare) {}
                self.cursor.back();
                Ok((self.cursor.since(from), self.cursor.line()))
            }
        }
    }
}

/// What is told of a name's part that begins with this.
fn misplaced(place: Place, start: Option<char>) -> Option<&'static str> {
    match (place, start) {
        (Place::Header, Some(']') | None) => {
            Some("unexpected end of table name (table names cannot be empty)")
        }
        (Place::Header, Some('.')) => {
            Some("unexpected table separator (table names cannot be empty)")
        }
        (Place::Key, Some('=') | None) => Some("unexpected '='"),
        (Place::Key, Some('.')) => Some("unexpected '.'"),
        (Place::Header | Place::Key, Some(_)) => None,
    }
}

/// Whether a key may hold it without quotes.
fn is_bare(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-')
}
