//! Values: which kind begins here, lists and inline tables.

use template::{Map, MapType, Value};

use super::cursor::Fault;
use super::tables::{dotted, insert};
use super::{DEPTH, Reader, quoted, quoted_char};

impl Reader<'_> {
    /// A value, and whether it is a list between brackets.
    pub(super) fn value(&mut self, in_array: bool) -> Result<(Value, bool), Fault> {
        self.cursor.skip_blanks()?;
        let from = self.cursor.position();
        let start = self.cursor.next()?;
        let value = match start {
            Some('0'..='9') => {
                self.cursor.back();
                self.number_or_date()?
            }
            Some('[') => return Ok((self.nested(Self::array)?, true)),
            Some('{') => self.nested(|reader| reader.inline_table(in_array))?,
            Some(quote @ ('"' | '\'')) => Value::str(self.string(quote)?),
            Some('.') => return Err(self.cursor.fault("floats must start with a digit, not '.'")),
            Some('-' | '+') => self.signed(from)?,
            Some('i' | 'n') if self.is_special()? => self.float(from)?,
            Some(letter) if crate::runes::is_letter(letter) => self.boolean()?,
            None => return Err(self.cursor.fault("unexpected EOF; expected value")),
            other => {
                let words = format!("expected value but found {} instead", quoted_char(other));
                return Err(match other {
                    Some('\n') => self.cursor.fault_before(words),
                    _ => self.cursor.fault(words),
                });
            }
        };
        Ok((value, false))
    }

    fn nested(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<Value, Fault>,
    ) -> Result<Value, Fault> {
        if self.depth == DEPTH {
            return Err(self.cursor.fault("exceeded max depth"));
        }
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    /// Behind a quote: one or three.
    fn string(&mut self, quote: char) -> Result<String, Fault> {
        if self.cursor.accept(quote)? {
            if self.cursor.accept(quote)? {
                return if quote == '"' {
                    self.long_basic_string()
                } else {
                    self.long_literal_string()
                };
            }
            self.cursor.back();
        }
        let (text, _) = if quote == '"' { self.basic_string()? } else { self.literal_string()? };
        Ok(text)
    }

    /// Behind `i` or `n`: the rest of `inf` and `nan`, in any mixture that the library takes.
    fn is_special(&mut self) -> Result<bool, Fault> {
        Ok((self.cursor.accept('n')? && self.cursor.accept('f')?)
            || (self.cursor.accept('a')? && self.cursor.accept('n')?))
    }

    /// A word, of which one letter was read.
    fn boolean(&mut self) -> Result<Value, Fault> {
        self.cursor.back();
        let from = self.cursor.position();
        while self.cursor.next()?.is_some_and(crate::runes::is_letter) {}
        self.cursor.back();
        let word = self.cursor.since(from);
        match word.as_str() {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            _ => Err(self
                .cursor
                .fault(format!("expected value but found {} instead", quoted(word.as_bytes())))),
        }
    }

    /// A list, behind its bracket.
    fn array(&mut self) -> Result<Value, Fault> {
        let key = self.tables.key.clone();
        self.tables.set_array(&key, true);
        let mut items = Vec::new();
        while self.item_begins(']')? {
            items.push(self.value(true)?.0);
            if !self.goes_on(']')? {
                break;
            }
        }
        Ok(Value::list(items))
    }

    /// Before an item: whether there is one behind blanks and comments, or the end.
    fn item_begins(&mut self, end: char) -> Result<bool, Fault> {
        loop {
            match self.cursor.next()? {
                Some(' ' | '\t' | '\n' | '\r') => {}
                Some('#') => self.cursor.comment()?,
                Some(',') => return Err(self.cursor.fault("unexpected comma")),
                Some(other) if other == end => return Ok(false),
                Some(_) | None => {
                    self.cursor.back();
                    return Ok(true);
                }
            }
        }
    }

    /// Behind an item: whether a comma follows, or the end.
    fn goes_on(&mut self, end: char) -> Result<bool, Fault> {
        loop {
            match self.cursor.next()? {
                Some(' ' | '\t' | '\n' | '\r') => {}
                Some('#') => self.cursor.comment()?,
                Some(',') => return Ok(true),
                Some(other) if other == end => return Ok(false),
                other => {
                    let found =
                        other.map_or("end of file".to_owned(), |letter| format!("'{letter}'"));
                    return Err(self.cursor.fault(if end == ']' {
                        format!("expected a comma (',') or array terminator (']'), but got {found}")
                    } else {
                        format!(
                            "expected a comma or an inline table terminator '}}', \
                             but got {found} instead"
                        )
                    }));
                }
            }
        }
    }

    /// An inline table, behind its brace.
    fn inline_table(&mut self, in_array: bool) -> Result<Value, Fault> {
        let table = Map::new(MapType::Any);
        let (outer, outer_key) = (self.tables.context.clone(), self.tables.key.clone());
        let mut path = outer.clone();
        path.push(std::mem::take(&mut self.tables.key));
        self.tables.context.clone_from(&path);
        self.tables.enter_implicit(&path, in_array)?;
        'entries: while self.item_begins('}')? {
            self.inline_entry(&table)?;
            self.tables.context.clone_from(&path);
            // Behind a comma the end may follow, and what else may follow an item.
            loop {
                if !self.goes_on('}')? {
                    break 'entries;
                }
                self.cursor.skip_blanks()?;
                if self.cursor.peek()? != Some('}') {
                    break;
                }
            }
        }
        self.tables.context = outer;
        self.tables.key = outer_key;
        Ok(Value::Map(table))
    }

    fn inline_entry(&mut self, table: &Map) -> Result<(), Fault> {
        self.key_start()?;
        let (key, line) = self.name(super::Place::Key)?;
        self.tables.at(line);
        let name = self.tables.enter_parents(&key)?;
        let (value, array) = self.value(false)?;
        self.tables.set(&name, value.clone())?;
        self.tables.set_array(&name, array);
        let mut inner = table.clone();
        for part in &key[..key.len() - 1] {
            if !inner.contains(part) {
                insert(&inner, part, Value::Map(Map::new(MapType::Any)));
            }
            let Some(Value::Map(next)) = inner.get(part) else {
                let context = quoted(dotted(&self.tables.context).as_bytes());
                return Err(self.tables.fault(format!("{context} is not a table")));
            };
            inner = next;
        }
        insert(&inner, &name, value);
        Ok(())
    }
}
