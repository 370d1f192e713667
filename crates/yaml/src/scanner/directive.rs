//! Directives, tags, anchors and aliases.

use super::Scanner;
use crate::Problem;
use crate::token::{Tag, TagDirective, TokenKind};

impl<'t> Scanner<'t> {
    pub(super) fn scan_directive(&mut self) -> Result<(), Problem> {
        let start = self.cursor.mark;
        self.cursor.skip();
        let kind = match self.scan_directive_name()? {
            "YAML" => self.scan_version()?,
            "TAG" => self.scan_tag_directive()?,
            _ => return Err(self.problem("found unknown directive name")),
        };
        let end = self.cursor.mark;
        self.skip_blanks();
        if self.cursor.peek(0) == b'#' {
            self.cursor.skip_line_rest();
        }
        if !self.cursor.is_breakz(0) {
            return Err(self.problem("did not find expected comment or line break"));
        }
        self.cursor.read_break();
        self.push(kind, start, end);
        Ok(())
    }

    fn skip_blanks(&mut self) {
        while self.cursor.is_blank(0) {
            self.cursor.skip();
        }
    }

    /// Letters, digits, `_` and `-`.
    fn scan_word(&mut self) -> &'t str {
        let from = self.cursor.mark.pos;
        while self.cursor.peek(0).is_ascii_alphanumeric()
            || matches!(self.cursor.peek(0), b'_' | b'-')
        {
            self.cursor.skip();
        }
        self.cursor.since(from)
    }

    fn scan_directive_name(&mut self) -> Result<&'t str, Problem> {
        let name = self.scan_word();
        if name.is_empty() {
            return Err(self.problem("could not find expected directive name"));
        }
        if !self.cursor.is_blankz(0) {
            return Err(self.problem("found unexpected non-alphabetical character"));
        }
        Ok(name)
    }

    fn scan_version(&mut self) -> Result<TokenKind<'t>, Problem> {
        self.skip_blanks();
        let major = self.scan_version_number()?;
        if self.cursor.peek(0) != b'.' {
            return Err(self.problem("did not find expected digit or '.' character"));
        }
        self.cursor.skip();
        let minor = self.scan_version_number()?;
        Ok(TokenKind::VersionDirective { major, minor })
    }

    fn scan_version_number(&mut self) -> Result<u32, Problem> {
        let mut value = 0;
        let mut length = 0;
        while self.cursor.peek(0).is_ascii_digit() {
            length += 1;
            if length > 2 {
                return Err(self.problem("found extremely long version number"));
            }
            value = value * 10 + u32::from(self.cursor.peek(0) - b'0');
            self.cursor.skip();
        }
        if length == 0 {
            return Err(self.problem("did not find expected version number"));
        }
        Ok(value)
    }

    fn scan_tag_directive(&mut self) -> Result<TokenKind<'t>, Problem> {
        self.skip_blanks();
        let handle = self.scan_tag_handle()?;
        if handle != "!" && !(handle.len() > 1 && handle.ends_with('!')) {
            return Err(self.problem("did not find expected '!'"));
        }
        if !self.cursor.is_blank(0) {
            return Err(self.problem("did not find expected whitespace"));
        }
        self.skip_blanks();
        let prefix = self.scan_tag_uri("")?;
        if !self.cursor.is_blankz(0) {
            return Err(self.problem("did not find expected whitespace or line break"));
        }
        Ok(TokenKind::TagDirective(Box::new(TagDirective { handle, prefix })))
    }

    pub(super) fn scan_anchor(
        &mut self,
        kind: fn(&'t str) -> TokenKind<'t>,
    ) -> Result<(), Problem> {
        let start = self.cursor.mark;
        self.cursor.skip();
        let name = self.scan_word();
        let end = self.cursor.mark;
        let ended = self.cursor.is_blankz(0)
            || matches!(self.cursor.peek(0), b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`');
        if name.is_empty() || !ended {
            return Err(self.problem("did not find expected alphabetic or numeric character"));
        }
        self.push(kind(name), start, end);
        Ok(())
    }

    pub(super) fn scan_tag(&mut self) -> Result<(), Problem> {
        let start = self.cursor.mark;
        let (handle, suffix) = if self.cursor.peek(1) == b'<' {
            self.cursor.skip();
            self.cursor.skip();
            let suffix = self.scan_tag_uri("")?;
            if self.cursor.peek(0) != b'>' {
                return Err(self.problem("did not find the expected '>'"));
            }
            self.cursor.skip();
            (String::new(), suffix)
        } else {
            let handle = self.scan_tag_handle()?;
            if handle.len() > 1 && handle.ends_with('!') {
                let suffix = self.scan_tag_uri("")?;
                (handle, suffix)
            } else {
                let suffix = self.scan_tag_uri(&handle)?;
                // `!` alone is the tag "!" without a handle.
                if suffix.is_empty() { (suffix, "!".to_owned()) } else { ("!".to_owned(), suffix) }
            }
        };
        if !self.cursor.is_blankz(0) {
            return Err(self.problem("did not find expected whitespace or line break"));
        }
        let tag = Box::new(Tag { handle, suffix });
        self.push(TokenKind::Tag(tag), start, self.cursor.mark);
        Ok(())
    }

    fn scan_tag_handle(&mut self) -> Result<String, Problem> {
        if self.cursor.peek(0) != b'!' {
            return Err(self.problem("did not find expected '!'"));
        }
        let from = self.cursor.mark.pos;
        self.cursor.skip();
        self.scan_word();
        if self.cursor.peek(0) == b'!' {
            self.cursor.skip();
        }
        Ok(self.cursor.since(from).to_owned())
    }

    /// What follows a handle; `head` is a handle that turned out to be the beginning of a suffix.
    fn scan_tag_uri(&mut self, head: &str) -> Result<String, Problem> {
        let mut uri: Vec<u8> = head.bytes().skip(1).collect();
        let mut found = !head.is_empty();
        loop {
            match self.cursor.peek(0) {
                b'%' => self.scan_uri_escapes(&mut uri)?,
                byte if byte.is_ascii_alphanumeric()
                    || b"_-;/?:@&=+$,.!~*'()[]".contains(&byte) =>
                {
                    uri.push(byte);
                    self.cursor.skip();
                }
                _ => break,
            }
            found = true;
        }
        if !found {
            return Err(self.problem("did not find expected tag URI"));
        }
        Ok(String::from_utf8_lossy(&uri).into_owned())
    }

    /// The `%` escapes of one character.
    fn scan_uri_escapes(&mut self, uri: &mut Vec<u8>) -> Result<(), Problem> {
        let mut left = None;
        while left != Some(0) {
            let digits = (
                char::from(self.cursor.peek(1)).to_digit(16),
                char::from(self.cursor.peek(2)).to_digit(16),
            );
            let (b'%', (Some(high), Some(low))) = (self.cursor.peek(0), digits) else {
                return Err(self.problem("did not find URI escaped octet"));
            };
            let octet = (high * 16 + low) as u8;
            left = Some(match (left, octet) {
                (None, 0..0x80) => 0,
                (None, 0xc0..0xe0) => 1,
                (None, 0xe0..0xf0) => 2,
                (None, 0xf0..0xf8) => 3,
                (None, _) => return Err(self.problem("found an incorrect leading UTF-8 octet")),
                (Some(n), 0x80..0xc0) => n - 1,
                (Some(_), _) => return Err(self.problem("found an incorrect trailing UTF-8 octet")),
            });
            uri.push(octet);
            for _ in 0..3 {
                self.cursor.skip();
            }
        }
        Ok(())
    }
}
