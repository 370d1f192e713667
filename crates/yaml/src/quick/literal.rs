//! Literal (`|`) and folded (`>`) scalars.

use std::borrow::Cow;

use super::Reader;
use super::making::Making;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Chomping {
    Strip,
    Clip,
    Keep,
}

impl<'t> Reader<'t> {
    /// The block that the indicator here opens, inside a collection at the column `indent`.
    pub(super) fn literal<M: Making<'t>>(&mut self, indent: isize) -> Option<M::Made> {
        let folded = self.peek(0) == b'>';
        self.pos += 1;
        let mut chomping = self.chomping();
        let increment = self.peek(0).wrapping_sub(b'0');
        let given = (1..=9).contains(&increment);
        if given {
            self.pos += 1;
            chomping = chomping.or_else(|| self.chomping());
        }
        self.skip_spaces();
        if self.peek(0) == b'#' {
            self.pos = self.line_end(self.pos);
        }
        if self.peek(0) != b'\n' {
            return None;
        }
        self.pos += 1;
        let mut breaks = 0;
        let column = if given {
            let column = indent.max(0) as usize + usize::from(increment);
            self.blank_lines(column, &mut breaks)?;
            column
        } else {
            self.blank_lines(usize::MAX, &mut breaks)?.max((indent + 1).max(1) as usize)
        };
        let mut text = Text { value: String::new(), folded, breaks, first: true, blank: false };
        while self.pos - self.line_start == column && self.pos < self.bytes.len() {
            let from = self.pos;
            self.pos = self.line_end(self.pos);
            if M::KEEPS {
                text.push(self.text.get(from..self.pos)?);
            }
            text.breaks = 0;
            if self.pos < self.bytes.len() {
                text.breaks = 1;
                self.pos += 1;
            }
            self.blank_lines(column, &mut text.breaks)?;
        }
        self.pos = self.line_start;
        self.begin_line();
        Some(M::string(Cow::Owned(text.finish(chomping.unwrap_or(Chomping::Clip)))))
    }

    fn chomping(&mut self) -> Option<Chomping> {
        let chomping = match self.peek(0) {
            b'-' => Chomping::Strip,
            b'+' => Chomping::Keep,
            _ => return None,
        };
        self.pos += 1;
        Some(chomping)
    }

    /// Goes over empty lines, counting them, and at most `most` spaces of the next; says how many
    /// spaces the deepest line has.
    #[inline]
    fn blank_lines(&mut self, most: usize, count: &mut usize) -> Option<usize> {
        let mut deepest = 0;
        loop {
            self.line_start = self.pos;
            let spaces = (self.past_spaces(self.pos) - self.pos).min(most);
            deepest = deepest.max(spaces);
            self.pos += spaces;
            match self.peek(0) {
                b'\n' => {}
                // The full reader knows whether it is in the way.
                b'\t' if spaces < most => return None,
                _ => return Some(deepest),
            }
            *count += 1;
            self.pos += 1;
        }
    }
}

/// A block while it is read.
struct Text {
    value: String,
    folded: bool,
    /// Line breaks since the last line; of those before the first line all.
    breaks: usize,
    first: bool,
    /// Whether the last line began with a blank.
    blank: bool,
}

impl Text {
    fn push(&mut self, line: &str) {
        let blank = line.starts_with([' ', '\t']);
        let folds = self.folded && !self.first && !self.blank && !blank;
        if folds && self.breaks == 1 {
            self.value.push(' ');
        } else {
            let kept = self.breaks - usize::from(folds);
            self.value.extend(std::iter::repeat_n('\n', kept));
        }
        self.first = false;
        self.blank = blank;
        self.value.push_str(line);
    }

    fn finish(mut self, chomping: Chomping) -> String {
        let kept = match chomping {
            Chomping::Strip => 0,
            Chomping::Clip if self.first => 0,
            Chomping::Clip => self.breaks.min(1),
            Chomping::Keep => self.breaks,
        };
        self.value.extend(std::iter::repeat_n('\n', kept));
        self.value
    }
}
