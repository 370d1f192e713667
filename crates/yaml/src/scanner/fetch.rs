//! Which token begins at the cursor, and what each kind of token does to indentation and keys.

use std::borrow::Cow;

use super::{MAX_LEVELS, MAX_SIMPLE_KEY, Scanner, SimpleKey, block, plain};
use crate::Problem;
use crate::node::Style;
use crate::token::TokenKind;

impl<'t> Scanner<'t> {
    /// Anything but directives, document marks and the end.
    pub(super) fn fetch_content(&mut self) -> Result<(), Problem> {
        let flow = self.flow_level > 0;
        let blank_follows = self.cursor.is_blankz(1);
        match self.cursor.peek(0) {
            b'[' => self.fetch_flow_start(TokenKind::FlowSequenceStart),
            b'{' => self.fetch_flow_start(TokenKind::FlowMappingStart),
            b']' => self.fetch_flow_end(TokenKind::FlowSequenceEnd),
            b'}' => self.fetch_flow_end(TokenKind::FlowMappingEnd),
            b',' => self.fetch_flow_entry(),
            b'-' if blank_follows => self.fetch_block_entry(),
            b'?' if flow || blank_follows => self.fetch_key(),
            b':' if flow || blank_follows => self.fetch_value(),
            b'*' => {
                self.save_simple_key()?;
                self.scan_anchor(TokenKind::Alias)
            }
            b'&' => {
                self.save_simple_key()?;
                self.scan_anchor(TokenKind::Anchor)
            }
            b'!' => {
                self.save_simple_key()?;
                self.scan_tag()
            }
            b'|' if !flow => self.fetch_block_scalar(block::Folding::Literal),
            b'>' if !flow => self.fetch_block_scalar(block::Folding::Folded),
            b'\'' => {
                self.save_simple_key()?;
                let line = self.cursor.mark.line;
                self.scan_single_quoted().inspect_err(|_| self.around = Some(line))
            }
            b'"' => {
                self.save_simple_key()?;
                let line = self.cursor.mark.line;
                self.scan_double_quoted().inspect_err(|_| self.around = Some(line))
            }
            b'#' | b'|' | b'>' | b'%' | b'@' | b'`' | b' ' | b'\t' => Err(self.no_token()),
            _ => {
                if self.fetch_plain_key()? {
                    return Ok(());
                }
                self.save_simple_key()?;
                self.scan_plain()
            }
        }
    }

    fn no_token(&self) -> Problem {
        self.problem("found character that cannot start any token")
    }

    pub(super) fn fetch_stream_end(&mut self) -> Result<(), Problem> {
        if self.cursor.mark.column != 0 {
            self.cursor.mark.column = 0;
            self.cursor.mark.line += 1;
        }
        self.unroll_indent(-1);
        self.remove_simple_key()?;
        self.simple_key_allowed = false;
        self.ended = true;
        let mark = self.cursor.mark;
        self.push(TokenKind::StreamEnd, mark, mark);
        Ok(())
    }

    pub(super) fn fetch_directive(&mut self) -> Result<(), Problem> {
        self.unroll_indent(-1);
        self.remove_simple_key()?;
        self.simple_key_allowed = false;
        self.scan_directive()
    }

    pub(super) fn fetch_document_indicator(&mut self, kind: TokenKind<'t>) -> Result<(), Problem> {
        self.unroll_indent(-1);
        self.remove_simple_key()?;
        self.simple_key_allowed = false;
        self.push_indicator(kind, 3);
        Ok(())
    }

    fn fetch_flow_start(&mut self, kind: TokenKind<'t>) -> Result<(), Problem> {
        self.save_simple_key()?;
        self.simple_keys.push(SimpleKey {
            token: self.taken + self.tokens.len(),
            mark: self.cursor.mark,
            ..SimpleKey::default()
        });
        self.flow_level += 1;
        if self.flow_level > MAX_LEVELS {
            return Err(self.problem(&format!("exceeded max depth of {MAX_LEVELS}")));
        }
        self.simple_key_allowed = true;
        self.push_indicator(kind, 1);
        Ok(())
    }

    fn fetch_flow_end(&mut self, kind: TokenKind<'t>) -> Result<(), Problem> {
        self.remove_simple_key()?;
        if self.flow_level > 0 {
            self.flow_level -= 1;
            let inner = self.simple_keys.pop();
            // As in go-yaml: the bracket is no longer held back if nothing in it might be a key.
            if let (Some(inner), Some(outer)) = (inner, self.simple_keys.last_mut())
                && inner.token == outer.token
            {
                outer.held = false;
            }
        }
        self.simple_key_allowed = false;
        self.push_indicator(kind, 1);
        Ok(())
    }

    fn fetch_flow_entry(&mut self) -> Result<(), Problem> {
        self.remove_simple_key()?;
        self.simple_key_allowed = true;
        self.push_indicator(TokenKind::FlowEntry, 1);
        Ok(())
    }

    fn fetch_block_entry(&mut self) -> Result<(), Problem> {
        if self.flow_level == 0 {
            if !self.simple_key_allowed {
                return Err(self.problem("block sequence entries are not allowed in this context"));
            }
            let mark = self.cursor.mark;
            self.roll_indent(mark, None, TokenKind::BlockSequenceStart)?;
        }
        self.remove_simple_key()?;
        self.simple_key_allowed = true;
        self.push_indicator(TokenKind::BlockEntry, 1);
        Ok(())
    }

    fn fetch_key(&mut self) -> Result<(), Problem> {
        if self.flow_level == 0 {
            if !self.simple_key_allowed {
                return Err(self.problem("mapping keys are not allowed in this context"));
            }
            let mark = self.cursor.mark;
            self.roll_indent(mark, None, TokenKind::BlockMappingStart)?;
        }
        self.remove_simple_key()?;
        self.simple_key_allowed = self.flow_level == 0;
        self.push_indicator(TokenKind::Key, 1);
        Ok(())
    }

    fn fetch_value(&mut self) -> Result<(), Problem> {
        let last = self.simple_keys.len().saturating_sub(1);
        if self.simple_key_is_valid(last)? {
            let key = self.simple_keys[last];
            self.insert(key.token, TokenKind::Key, key.mark);
            self.roll_indent(key.mark, Some(key.token), TokenKind::BlockMappingStart)?;
            self.simple_keys[last].possible = false;
            self.simple_keys[last].held = false;
            self.simple_key_allowed = false;
        } else {
            if self.flow_level == 0 {
                if !self.simple_key_allowed {
                    return Err(self.problem("mapping values are not allowed in this context"));
                }
                let mark = self.cursor.mark;
                self.roll_indent(mark, None, TokenKind::BlockMappingStart)?;
            }
            self.simple_key_allowed = self.flow_level == 0;
        }
        self.push_indicator(TokenKind::Value, 1);
        Ok(())
    }

    /// The shortest way for what most lines begin with: a plain key and its colon, outside flow
    /// collections. Nothing is fetched, and false returned, if there is something else.
    fn fetch_plain_key(&mut self) -> Result<bool, Problem> {
        if self.flow_level > 0 || !self.simple_key_allowed || self.fault.is_some() {
            return Ok(false);
        }
        let start = self.cursor.mark;
        let mut end = self.cursor;
        let colon = end.skip_words(plain::Inside::Block);
        let mut next = end;
        next.skip_to(colon);
        if next.peek(0) != b':' || start.column + MAX_SIMPLE_KEY < next.mark.column {
            return Ok(false);
        }
        self.remove_simple_key()?;
        self.cursor = next;
        self.roll_indent(start, None, TokenKind::BlockMappingStart)?;
        self.simple_key_allowed = false;
        self.push(TokenKind::Key, start, start);
        let value = Cow::Borrowed(end.since(start.pos));
        self.push(TokenKind::Scalar { value, style: Style::Plain }, start, end.mark);
        self.push_indicator(TokenKind::Value, 1);
        Ok(true)
    }

    fn fetch_block_scalar(&mut self, folding: block::Folding) -> Result<(), Problem> {
        self.remove_simple_key()?;
        self.simple_key_allowed = true;
        self.scan_block_scalar(folding)
    }
}
