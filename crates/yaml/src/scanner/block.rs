//! Literal (`|`) and folded (`>`) scalars.

use std::borrow::Cow;

use super::Scanner;
use crate::Problem;
use crate::node::Style;
use crate::token::{Mark, TokenKind};

/// What becomes of single line breaks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Folding {
    Literal,
    Folded,
}

/// What becomes of line breaks at the end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Chomping {
    Strip,
    Clip,
    Keep,
}

impl Scanner<'_> {
    pub(super) fn scan_block_scalar(&mut self, folding: Folding) -> Result<(), Problem> {
        let start = self.cursor.mark;
        self.cursor.skip();
        let (chomping, increment) = self.scan_block_header()?;
        let mut indent = increment.map_or(0, |n| self.indent.max(0) as u32 + n);
        let mut end = self.cursor.mark;
        let mut value = String::new();
        let mut first_break = "";
        let mut more_breaks = String::new();
        self.scan_block_breaks(&mut indent, &mut more_breaks, &mut end)?;
        let mut leading_blank = false;
        while self.cursor.mark.column == indent && !self.cursor.at_end() {
            let blank = self.cursor.is_blank(0);
            if folding == Folding::Folded && !leading_blank && !blank && first_break == "\n" {
                if more_breaks.is_empty() {
                    value.push(' ');
                }
            } else {
                value.push_str(first_break);
            }
            value.push_str(&more_breaks);
            more_breaks.clear();
            leading_blank = blank;
            let from = self.cursor.mark.pos;
            self.cursor.skip_line_rest();
            value.push_str(self.cursor.since(from));
            first_break = self.cursor.read_break();
            self.scan_block_breaks(&mut indent, &mut more_breaks, &mut end)?;
        }
        if chomping != Chomping::Strip {
            value.push_str(first_break);
        }
        if chomping == Chomping::Keep {
            value.push_str(&more_breaks);
        }
        let style = match folding {
            Folding::Literal => Style::Literal,
            Folding::Folded => Style::Folded,
        };
        self.push(TokenKind::Scalar { value: Cow::Owned(value), style }, start, end);
        Ok(())
    }

    /// The rest of the line after the indicator: chomping, indentation, a comment.
    fn scan_block_header(&mut self) -> Result<(Chomping, Option<u32>), Problem> {
        let mut chomping = self.scan_chomping();
        let increment = self.scan_increment()?;
        if chomping.is_none() && increment.is_some() {
            chomping = self.scan_chomping();
        }
        while self.cursor.is_blank(0) {
            self.cursor.skip();
        }
        if self.cursor.peek(0) == b'#' {
            self.cursor.skip_line_rest();
        }
        if !self.cursor.is_breakz(0) {
            return Err(self.problem("did not find expected comment or line break"));
        }
        self.cursor.read_break();
        Ok((chomping.unwrap_or(Chomping::Clip), increment))
    }

    fn scan_chomping(&mut self) -> Option<Chomping> {
        let chomping = match self.cursor.peek(0) {
            b'+' => Chomping::Keep,
            b'-' => Chomping::Strip,
            _ => return None,
        };
        self.cursor.skip();
        Some(chomping)
    }

    fn scan_increment(&mut self) -> Result<Option<u32>, Problem> {
        match self.cursor.peek(0) {
            b'0' => Err(self.problem("found an indentation indicator equal to 0")),
            digit @ b'1'..=b'9' => {
                self.cursor.skip();
                Ok(Some(u32::from(digit - b'0')))
            }
            _ => Ok(None),
        }
    }

    /// Empty lines and the indentation of the next line; finds out the indentation (0) if it was
    /// not given.
    fn scan_block_breaks(
        &mut self,
        indent: &mut u32,
        breaks: &mut String,
        end: &mut Mark,
    ) -> Result<(), Problem> {
        *end = self.cursor.mark;
        let mut deepest = 0;
        loop {
            let most = if *indent == 0 {
                usize::MAX
            } else {
                indent.saturating_sub(self.cursor.mark.column) as usize
            };
            self.cursor.skip_ascii(self.cursor.spaces(most));
            deepest = deepest.max(self.cursor.mark.column);
            if (*indent == 0 || self.cursor.mark.column < *indent) && self.cursor.peek(0) == b'\t' {
                return Err(
                    self.problem("found a tab character where an indentation space is expected")
                );
            }
            if !self.cursor.is_break(0) {
                break;
            }
            breaks.push_str(self.cursor.read_break());
            *end = self.cursor.mark;
        }
        if *indent == 0 {
            *indent = deepest.max((self.indent + 1).max(1) as u32);
        }
        Ok(())
    }
}
