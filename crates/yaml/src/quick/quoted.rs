//! Scalars in quotes.

use std::borrow::Cow;

use memchr::memchr3;

use super::Reader;
use crate::scanner::Scanner;

impl<'t> Reader<'t> {
    /// The scalar between the quotes that open here.
    pub(super) fn quoted(&mut self) -> Option<Cow<'t, str>> {
        let quote = self.peek(0);
        let from = self.pos + 1;
        let rest = self.bytes.get(from..)?;
        let at = memchr3(quote, b'\\', b'\n', rest)?;
        let ends = rest[at] == quote && (quote == b'"' || rest.get(at + 1) != Some(&quote));
        if ends {
            self.pos = from + at + 1;
            return self.text.get(from..from + at).map(Cow::Borrowed);
        }
        // Escapes and folded lines are the scanner's.
        let (text, end) = Scanner::quoted_at(self.source, self.pos)?;
        self.pos = end;
        Some(text)
    }
}
