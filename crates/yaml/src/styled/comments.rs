//! Where the comments of a text are, and which token each is counted to: what go-yaml 3's scanner
//! decides before anything is parsed.
//!
//! Comments lie in the gaps between tokens. One that follows a token on its line is a line comment;
//! others are the foot of what stands above or the head of what follows, by blank lines and
//! indentation. The rules are those of go-yaml 3.0.5, with their oddities: how far it looks ahead, and
//! that it counts lines anew after each comment.
//! Not here: which node a comment ends up at (see `attach`).

use crate::cursor::Cursor;
use crate::node::Style;
use crate::source::Source;
use crate::token::{Mark, Token, TokenKind};

/// How many bytes go-yaml looks ahead from the end of one comment to the next.
const AHEAD: usize = 512;

/// What a comment is to the tokens around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Head,
    Line,
    Foot,
}

/// Comments that stand together.
#[derive(Debug)]
pub(super) struct Comment {
    pub(super) role: Role,
    /// Lines with their `#`; an empty line where one stood between.
    pub(super) text: String,
    /// It is taken with the first token that begins here or later.
    pub(super) from: isize,
    start: Start,
    /// Where the search began, and ended.
    scan: isize,
    end: isize,
}

/// Where a comment begins; its column counts from 1.
#[derive(Debug, Clone, Copy, Default)]
struct Start {
    pos: isize,
    line: isize,
    column: isize,
}

/// The comments of a text in their order, and where each token begins as far as they are concerned:
/// the end of a block stands before comments that belong to what is around it.
pub(super) struct Scanned {
    pub(super) comments: Vec<Comment>,
    pub(super) starts: Vec<isize>,
}

/// Goes over tokens and the gaps between them.
struct Walk<'t> {
    cursor: Cursor<'t>,
    /// Line breaks since the last character that is not blank.
    newlines: usize,
    /// Columns of the block collections we are in; -1 outside.
    indents: Vec<isize>,
    flow_level: usize,
    comments: Vec<Comment>,
    /// Where the blocks that end in this gap end; nothing before the first.
    closing: Option<Closing>,
}

/// How far back the ends of blocks were moved.
#[derive(Clone, Copy)]
struct Closing {
    at: isize,
    /// The blocks end because the document does.
    all: bool,
}

/// Finds the comments between the tokens of a text.
pub(super) fn scan(source: &Source<'_>, tokens: &[Token<'_>]) -> Scanned {
    let mut walk = Walk {
        cursor: Cursor::new(source),
        newlines: 0,
        indents: Vec::new(),
        flow_level: 0,
        comments: Vec::new(),
        closing: None,
    };
    let mut starts: Vec<isize> = Vec::with_capacity(tokens.len());
    let mut last = 0;
    let mut gap = None;
    for (at, token) in tokens.iter().enumerate() {
        let start = token.start.pos as isize;
        if at == 0 {
            starts.push(start);
            continue;
        }
        let from = *gap.get_or_insert_with(|| walk.gap(tokens, last, &starts));
        match token.kind {
            TokenKind::BlockEnd => {
                starts.push(walk.close(from));
                continue;
            }
            TokenKind::BlockSequenceStart | TokenKind::BlockMappingStart => {
                walk.indents.push(token.start.column as isize);
                starts.push(start);
                continue;
            }
            _ if is_inserted(token) => {
                starts.push(start);
                continue;
            }
            _ => {}
        }
        walk.pass(tokens, at, &starts);
        starts.push(start);
        last = at;
        gap = None;
    }
    Scanned { comments: walk.comments, starts }
}

/// Whether a token is put before one that turned out to be a key.
fn is_inserted(token: &Token<'_>) -> bool {
    matches!(token.kind, TokenKind::Key) && token.start.pos == token.end.pos
        || matches!(token.kind, TokenKind::BlockMappingStart)
}

impl Walk<'_> {
    fn indent(&self) -> isize {
        self.indents.last().copied().unwrap_or(-1)
    }

    fn pos(&self) -> isize {
        self.cursor.mark.pos as isize
    }

    fn advance(&mut self, pos: usize) {
        while self.cursor.mark.pos < pos && !self.cursor.at_end() {
            if self.cursor.is_break(0) {
                self.cursor.read_break();
                self.newlines += 1;
            } else {
                if !self.cursor.is_blank(0) {
                    self.newlines = 0;
                }
                self.cursor.skip();
            }
        }
    }

    /// Goes over a token and a comment behind it.
    fn pass(&mut self, tokens: &[Token<'_>], at: usize, starts: &[isize]) {
        let token = &tokens[at];
        let first = self.cursor.text.as_bytes().get(token.start.pos);
        let joins = if self.flow_level == 0 { first == Some(&b':') } else { first == Some(&b',') };
        // A comment behind a colon or comma is one behind what stands before it.
        let before = (0..at).rev().find(|before| !is_inserted(&tokens[*before]));
        let counted = before.and_then(|at| starts.get(at)).filter(|_| joins);
        let from = counted.copied().unwrap_or(token.start.pos as isize);
        let mut content = true;
        self.newlines = 0;
        match &token.kind {
            TokenKind::FlowSequenceStart | TokenKind::FlowMappingStart => self.flow_level += 1,
            TokenKind::FlowSequenceEnd | TokenKind::FlowMappingEnd => {
                self.flow_level = self.flow_level.saturating_sub(1);
            }
            TokenKind::StreamStart
            | TokenKind::StreamEnd
            | TokenKind::DocumentStart
            | TokenKind::DocumentEnd
            | TokenKind::VersionDirective { .. }
            | TokenKind::TagDirective(_)
            | TokenKind::BlockEntry => content = false,
            TokenKind::Scalar { style: Style::Literal | Style::Folded, .. } => {
                self.header(token.start);
            }
            _ => {}
        }
        self.cursor.mark = token.end;
        match &token.kind {
            TokenKind::Scalar { style: Style::Plain, .. } => self.skip_blanks(),
            TokenKind::Scalar { style: Style::Literal | Style::Folded, .. } => {
                self.newlines = self.breaks_before(token.end.pos);
                self.cursor.skip_spaces();
            }
            TokenKind::VersionDirective { .. } | TokenKind::TagDirective(_) => {
                self.cursor.skip_line_rest();
                self.cursor.read_break();
                self.newlines = 1;
            }
            _ => {}
        }
        if content && self.newlines == 0 {
            self.line(from);
        }
    }

    /// Goes over white space, as the scanner does to find out that a plain scalar ends.
    fn skip_blanks(&mut self) {
        loop {
            if self.cursor.is_blank(0) {
                self.cursor.skip();
            } else if self.cursor.is_break(0) {
                self.cursor.read_break();
                self.newlines += 1;
            } else {
                return;
            }
        }
    }

    /// How many line breaks end what stands before a place.
    fn breaks_before(&self, pos: usize) -> usize {
        let text = self.cursor.text.get(..pos).unwrap_or_default();
        let breaks = |c: &char| matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}');
        let blank = |c: &char| matches!(c, ' ' | '\t') || breaks(c);
        text.chars().rev().take_while(blank).filter(breaks).count()
    }

    /// The comment behind `|` or `>`.
    fn header(&mut self, start: Mark) {
        self.cursor.mark = start;
        while matches!(self.cursor.peek(0), b'|' | b'>' | b'+' | b'-' | b'0'..=b'9') {
            self.cursor.skip();
        }
        while self.cursor.is_blank(0) {
            self.cursor.skip();
        }
        if self.cursor.peek(0) == b'#' {
            self.line(start.pos as isize);
        }
    }

    /// A comment on the rest of the line, counted to what begins at `from`.
    fn line(&mut self, from: isize) {
        let blank = (0..AHEAD).find(|ahead| !self.cursor.is_blank(*ahead));
        let Some(ahead) = blank.filter(|ahead| self.cursor.peek(*ahead) == b'#') else { return };
        let pos = self.cursor.mark.pos + ahead;
        self.cursor.skip_line_rest();
        let text = self.cursor.since(pos).to_owned();
        let start = Start { pos: pos as isize, ..Start::default() };
        self.comments.push(Comment { role: Role::Line, text, from, start, scan: 0, end: 0 });
    }

    /// Goes over white space and comments to the next token; gives where it began.
    fn gap(&mut self, tokens: &[Token<'_>], last: usize, starts: &[isize]) -> isize {
        let scan = self.cursor.mark;
        self.closing = None;
        loop {
            if self.cursor.mark.column == 0
                && self.cursor.text[self.cursor.mark.pos..].starts_with('\u{feff}')
            {
                self.cursor.skip();
                self.newlines = 0;
            }
            while self.cursor.is_blank(0) {
                self.cursor.skip();
            }
            if self.cursor.peek(0) == b'#' {
                let comma = last > 0 && matches!(tokens[last].kind, TokenKind::FlowEntry);
                let token = if comma { last - 1 } else { last };
                let value = matches!(tokens[token].kind, TokenKind::Value);
                self.comments(scan, starts.get(token).copied().unwrap_or(0), value);
            }
            if !self.cursor.is_break(0) {
                return scan.pos as isize;
            }
            self.cursor.read_break();
            self.newlines += 1;
        }
    }

    /// Comments on lines of their own. The first of them may be the foot of the token before them,
    /// which begins at `token`; never if that is a colon.
    fn comments(&mut self, scan: Mark, token: isize, after_colon: bool) {
        let mark = self.cursor.mark;
        let mut found = Found {
            text: String::new(),
            from: token,
            start: Start::default(),
            scan: scan.pos as isize,
        };
        let indent = self.indent().max(0);
        let mut recent_empty = false;
        let mut first_empty = self.newlines <= 1;
        let (mut line, mut column) = (mark.line as isize, mark.column as isize);
        // Where a comment must begin to be a foot: the line below the token.
        let beside = self.newlines == 0 && mark.column > 1;
        let foot_line = match scan.line {
            0 => -1,
            _ => line - self.newlines as isize + 1 + isize::from(beside),
        };
        let mut ahead = 0;
        while ahead < AHEAD {
            column += 1;
            if self.cursor.is_blank(ahead) {
                ahead += 1;
                continue;
            }
            let byte = self.cursor.peek(ahead);
            let here = self.pos() + ahead as isize;
            let closes = self.flow_level > 0 && matches!(byte, b']' | b'}');
            if closes || self.cursor.is_breakz(ahead) {
                let dedented = found.start.column - 1 < indent;
                let below = found.start.line == foot_line && !after_colon;
                if closes || first_empty && !recent_empty && (below || dedented) {
                    if dedented && !found.text.is_empty() {
                        // It has nothing to do with the token before it.
                        found.from = found.start.pos;
                    }
                    self.foot(&mut found, here);
                } else if !recent_empty && !found.text.is_empty() && byte != 0 {
                    found.text.push('\n');
                }
                if !self.cursor.is_break(ahead) {
                    break;
                }
                (first_empty, recent_empty) = (false, true);
                column = 0;
                line += 1;
                ahead += 1;
                continue;
            }
            if column - 1 < indent && column != found.start.column {
                self.foot(&mut found, here);
            }
            if byte != b'#' {
                break;
            }
            if found.text.is_empty() {
                found.start = Start { pos: here, line, column };
            } else {
                found.text.push('\n');
            }
            recent_empty = false;
            self.advance(here as usize);
            self.cursor.skip_line_rest();
            self.newlines = 0;
            found.text.push_str(self.cursor.since(here as usize));
            // The line break is passed over, not counted.
            ahead = 1;
            column = 0;
            line = self.cursor.mark.line as isize;
        }
        if !found.text.is_empty() {
            let end = self.pos() + ahead as isize - 1;
            let Found { text, start, scan, .. } = found;
            self.comments.push(Comment {
                role: Role::Head,
                text,
                from: start.pos,
                start,
                scan,
                end,
            });
        }
    }

    /// What was found so far is a foot; what is found from here on is counted to this place.
    fn foot(&mut self, found: &mut Found, here: isize) {
        if found.text.is_empty() {
            return;
        }
        let text = std::mem::take(&mut found.text);
        let Found { from, start, scan, .. } = *found;
        self.comments.push(Comment { role: Role::Foot, text, from, start, scan, end: here });
        found.scan = here;
        found.from = here;
    }

    /// The end of the innermost block in the gap that began at `from`.
    fn close(&mut self, from: isize) -> isize {
        let indent = self.indents.pop().unwrap_or(-1);
        let all = indent <= self.cursor.mark.column as isize;
        let mut at = match self.closing {
            Some(closing) if closing.all == all => closing.at,
            _ if all => self.pos() - 1,
            _ => from - 1,
        };
        let mut stop = at;
        for comment in self.comments.iter().rev() {
            if comment.end < stop {
                break;
            }
            if comment.start.column == indent + 1 {
                at = comment.start.pos;
            }
            stop = comment.scan;
        }
        self.closing = Some(Closing { at, all });
        at
    }
}

/// Comments that are being read.
struct Found {
    text: String,
    from: isize,
    start: Start,
    scan: isize,
}
