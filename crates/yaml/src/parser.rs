//! Tokens to events: the grammar of YAML as go-yaml 2's parser (libyaml's) accepts it.
//!
//! Invariant: no recursion; what is open lies on a stack of states.
//! Not here: anchors' meaning and tags' (see `composer` and `decoder`).

use std::borrow::Cow;
use std::cell::Cell;

use crate::Problem;
use crate::node::Style;
use crate::scanner::{Scanner, problem_at};
use crate::source::Source;
use crate::token::{Mark, Tag, TokenKind};

mod flow;

/// One step through a document.
#[derive(Debug)]
pub(crate) struct Event<'t> {
    pub(crate) kind: EventKind<'t>,
    /// Where the node begins, its anchor and tag included.
    pub(crate) start: Mark,
    /// Where its content begins.
    pub(crate) content: Mark,
    pub(crate) end: Mark,
}

/// What an event is.
#[derive(Debug)]
pub(crate) enum EventKind<'t> {
    StreamEnd,
    DocumentStart,
    DocumentEnd,
    Alias(&'t str),
    Scalar { value: Cow<'t, str>, style: Style, properties: Properties<'t> },
    SequenceStart(Properties<'t>),
    SequenceEnd,
    MappingStart(Properties<'t>),
    MappingEnd,
}

/// A node's anchor and tag.
#[derive(Debug, Default)]
pub(crate) struct Properties<'t> {
    pub(crate) anchor: Option<&'t str>,
    /// The long form, e.g. `tag:yaml.org,2002:str`; never empty.
    pub(crate) tag: Option<Box<str>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    StreamStart,
    ImplicitDocumentStart,
    DocumentStart,
    DocumentContent,
    DocumentEnd,
    BlockNode,
    BlockSequenceFirst,
    BlockSequenceEntry,
    IndentlessSequenceEntry,
    BlockMappingFirst,
    BlockMappingKey,
    BlockMappingValue,
    FlowSequenceFirst,
    FlowSequenceEntry,
    FlowPairKey,
    FlowPairValue,
    FlowPairEnd,
    FlowMappingFirst,
    FlowMappingKey,
    FlowMappingValue,
    FlowMappingEmptyValue,
    End,
}

/// Which collections may open at a place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Context {
    Flow,
    Block,
    /// A list may stand at the indentation of the map that holds it.
    BlockOrIndentless,
}

pub(crate) struct Parser<'t> {
    text: &'t str,
    scanner: Scanner<'t>,
    state: State,
    states: Vec<State>,
    /// Where the open collections begin.
    marks: Vec<Mark>,
    /// Handles and prefixes of the document's `%TAG` directives, with the default ones.
    tags: Vec<(String, String)>,
    /// The line of what holds a problem; 0 for the first.
    around: Cell<u32>,
}

type Step<'t> = Result<Event<'t>, Problem>;

impl<'t> Parser<'t> {
    pub(crate) fn new(source: &'t Source<'_>) -> Self {
        Self {
            text: &source.text,
            scanner: Scanner::new(source),
            state: State::StreamStart,
            states: Vec::new(),
            marks: Vec::new(),
            tags: Vec::new(),
            around: Cell::new(0),
        }
    }

    /// The next event.
    pub(crate) fn next(&mut self) -> Step<'t> {
        loop {
            return match self.state {
                State::StreamStart => {
                    self.scanner.take()?;
                    self.state = State::ImplicitDocumentStart;
                    continue;
                }
                State::ImplicitDocumentStart => self.implicit_document_start(),
                State::DocumentStart => self.document_start(),
                State::DocumentContent => self.document_content(),
                State::DocumentEnd => self.document_end(),
                State::BlockNode => self.node(Context::Block),
                State::BlockSequenceFirst => {
                    self.open()?;
                    self.block_sequence_entry()
                }
                State::BlockSequenceEntry => self.block_sequence_entry(),
                State::IndentlessSequenceEntry => self.indentless_sequence_entry(),
                State::BlockMappingFirst => {
                    self.open()?;
                    self.block_mapping_key()
                }
                State::BlockMappingKey => self.block_mapping_key(),
                State::BlockMappingValue => self.block_mapping_value(),
                State::FlowSequenceFirst => self.flow_sequence_first(),
                State::FlowSequenceEntry => self.flow_sequence_entry(),
                State::FlowPairKey => self.flow_pair_key(),
                State::FlowPairValue => self.flow_pair_value(),
                State::FlowPairEnd => self.flow_pair_end(),
                State::FlowMappingFirst => self.flow_mapping_first(),
                State::FlowMappingKey => self.flow_mapping_key(),
                State::FlowMappingValue => self.flow_mapping_value(),
                State::FlowMappingEmptyValue => self.flow_mapping_empty_value(),
                State::End => {
                    let mark = self.scanner.peek()?.start;
                    Ok(event(EventKind::StreamEnd, mark, mark))
                }
            };
        }
    }

    /// A problem at a token, with the line as go-yaml prints it for the parser: counted from 0, or
    /// the context's.
    fn problem(&self, message: &str, mark: Mark, context: Option<Mark>) -> Problem {
        self.around.set(context.map_or(0, |c| c.line));
        let line = if mark.line > 0 { mark.line } else { self.around.get() };
        let message = if line > 0 { format!("line {line}: {message}") } else { message.to_owned() };
        problem_at(self.text, mark, message)
    }

    /// The line that go-yaml 3 names where something could not be read, if it names another than
    /// go-yaml 2: that of what holds it.
    pub(crate) fn line_around(&self) -> Option<u32> {
        self.scanner.line_around().or(Some(self.around.get()).filter(|line| *line > 0))
    }

    fn pop_state(&mut self) {
        self.state = self.states.pop().unwrap_or(State::End);
    }

    /// Goes into a collection: its first token is taken.
    fn open(&mut self) -> Result<(), Problem> {
        let token = self.scanner.take()?;
        self.marks.push(token.start);
        Ok(())
    }

    /// Leaves a collection with its last token.
    fn close(&mut self, kind: EventKind<'t>) -> Step<'t> {
        let token = self.scanner.take()?;
        self.pop_state();
        self.marks.pop();
        Ok(event(kind, token.start, token.end))
    }

    /// A value that was left out.
    #[expect(
        clippy::unnecessary_wraps,
        reason = "a step like every other, to be returned as it is"
    )]
    fn empty(&mut self, state: State, mark: Mark) -> Step<'t> {
        self.state = state;
        let kind = EventKind::Scalar {
            value: Cow::Borrowed(""),
            style: Style::Plain,
            properties: Properties::default(),
        };
        Ok(event(kind, mark, mark))
    }

    /// A node after which the parser goes on in `then`.
    fn node_then(&mut self, then: State, context: Context) -> Step<'t> {
        self.states.push(then);
        self.node(context)
    }

    // Documents.

    fn implicit_document_start(&mut self) -> Step<'t> {
        let token = self.scanner.peek()?;
        let explicit = matches!(
            token.kind,
            TokenKind::VersionDirective { .. }
                | TokenKind::TagDirective(_)
                | TokenKind::DocumentStart
                | TokenKind::StreamEnd
        );
        if explicit {
            return self.document_start_token();
        }
        let start = token.start;
        self.process_directives()?;
        self.states.push(State::DocumentEnd);
        self.state = State::BlockNode;
        Ok(event(EventKind::DocumentStart, start, start))
    }

    fn document_start(&mut self) -> Step<'t> {
        while matches!(self.scanner.peek()?.kind, TokenKind::DocumentEnd) {
            self.scanner.take()?;
        }
        self.document_start_token()
    }

    fn document_start_token(&mut self) -> Step<'t> {
        let token = self.scanner.peek()?;
        let start = token.start;
        if matches!(token.kind, TokenKind::StreamEnd) {
            self.state = State::End;
            return Ok(event(EventKind::StreamEnd, start, start));
        }
        self.process_directives()?;
        let token = self.scanner.peek()?;
        if !matches!(token.kind, TokenKind::DocumentStart) {
            let mark = token.start;
            return Err(self.problem("did not find expected <document start>", mark, None));
        }
        self.scanner.take()?;
        self.states.push(State::DocumentEnd);
        self.state = State::DocumentContent;
        Ok(event(EventKind::DocumentStart, start, start))
    }

    fn document_content(&mut self) -> Step<'t> {
        let token = self.scanner.peek()?;
        let mark = token.start;
        let nothing = matches!(
            token.kind,
            TokenKind::VersionDirective { .. }
                | TokenKind::TagDirective(_)
                | TokenKind::DocumentStart
                | TokenKind::DocumentEnd
                | TokenKind::StreamEnd
        );
        if nothing {
            let then = self.states.pop().unwrap_or(State::End);
            return self.empty(then, mark);
        }
        self.node(Context::Block)
    }

    fn document_end(&mut self) -> Step<'t> {
        let token = self.scanner.peek()?;
        let start = token.start;
        if matches!(token.kind, TokenKind::DocumentEnd) {
            self.scanner.take()?;
        }
        self.tags.clear();
        self.state = State::DocumentStart;
        Ok(event(EventKind::DocumentEnd, start, start))
    }

    fn process_directives(&mut self) -> Result<(), Problem> {
        let mut version = false;
        loop {
            let token = self.scanner.peek()?;
            let mark = token.start;
            match &token.kind {
                TokenKind::VersionDirective { major, minor } => {
                    let known = (*major, *minor) == (1, 1);
                    if std::mem::replace(&mut version, true) {
                        return Err(self.problem("found duplicate %YAML directive", mark, None));
                    }
                    if !known {
                        return Err(self.problem("found incompatible YAML document", mark, None));
                    }
                }
                TokenKind::TagDirective(directive) => {
                    let entry = (directive.handle.clone(), directive.prefix.clone());
                    if self.tags.iter().any(|(handle, _)| *handle == entry.0) {
                        return Err(self.problem("found duplicate %TAG directive", mark, None));
                    }
                    self.tags.push(entry);
                }
                _ => break,
            }
            self.scanner.take()?;
        }
        for (handle, prefix) in [("!", "!"), ("!!", "tag:yaml.org,2002:")] {
            if !self.tags.iter().any(|(known, _)| known == handle) {
                self.tags.push((handle.to_owned(), prefix.to_owned()));
            }
        }
        Ok(())
    }

    // Nodes.

    fn node(&mut self, context: Context) -> Step<'t> {
        let token = self.scanner.peek()?;
        let (start, end) = (token.start, token.end);
        if let TokenKind::Alias(name) = token.kind {
            self.scanner.take()?;
            self.pop_state();
            return Ok(event(EventKind::Alias(name), start, end));
        }
        let (properties, after) = self.properties(start)?;
        let token = self.scanner.peek()?;
        let (content, content_end) = (token.start, token.end);
        let block = context != Context::Flow;
        let (kind, state, end) = match token.kind {
            TokenKind::BlockEntry if context == Context::BlockOrIndentless => {
                (EventKind::SequenceStart(properties), State::IndentlessSequenceEntry, content_end)
            }
            TokenKind::Scalar { .. } => return self.scalar(properties, start),
            TokenKind::FlowSequenceStart => {
                (EventKind::SequenceStart(properties), State::FlowSequenceFirst, content_end)
            }
            TokenKind::FlowMappingStart => {
                (EventKind::MappingStart(properties), State::FlowMappingFirst, content_end)
            }
            TokenKind::BlockSequenceStart if block => {
                (EventKind::SequenceStart(properties), State::BlockSequenceFirst, content_end)
            }
            TokenKind::BlockMappingStart if block => {
                (EventKind::MappingStart(properties), State::BlockMappingFirst, content_end)
            }
            _ if properties.anchor.is_some() || properties.tag.is_some() => {
                self.pop_state();
                let kind =
                    EventKind::Scalar { value: Cow::Borrowed(""), style: Style::Plain, properties };
                return Ok(Event { kind, start, content: after, end: after });
            }
            _ => {
                return Err(self.problem(
                    "did not find expected node content",
                    content,
                    Some(start),
                ));
            }
        };
        self.state = state;
        Ok(Event { kind, start, content, end })
    }

    fn scalar(&mut self, properties: Properties<'t>, start: Mark) -> Step<'t> {
        let token = self.scanner.take()?;
        self.pop_state();
        let (value, style) = match token.kind {
            TokenKind::Scalar { value, style } => (value, style),
            _ => (Cow::Borrowed(""), Style::Plain),
        };
        let kind = EventKind::Scalar { value, style, properties };
        Ok(Event { kind, start, content: token.start, end: token.end })
    }

    /// An anchor and a tag in either order, and where they end.
    fn properties(&mut self, start: Mark) -> Result<(Properties<'t>, Mark), Problem> {
        let mut properties = Properties::default();
        let mut tagged = false;
        let mut end = start;
        loop {
            match self.scanner.peek()?.kind {
                TokenKind::Anchor(name) if properties.anchor.is_none() => {
                    properties.anchor = Some(name);
                    end = self.scanner.take()?.end;
                }
                TokenKind::Tag(_) if !tagged => {
                    tagged = true;
                    let token = self.scanner.take()?;
                    if let TokenKind::Tag(tag) = token.kind {
                        properties.tag = self.resolve_tag(*tag, token.start, start)?;
                    }
                    end = token.end;
                }
                _ => return Ok((properties, end)),
            }
        }
    }

    /// The long form of a tag; nothing if that is empty.
    fn resolve_tag(&self, tag: Tag, mark: Mark, node: Mark) -> Result<Option<Box<str>>, Problem> {
        let Tag { handle, suffix } = tag;
        if handle.is_empty() {
            return Ok((!suffix.is_empty()).then(|| suffix.into_boxed_str()));
        }
        self.tags
            .iter()
            .find(|(known, _)| *known == handle)
            .map(|(_, prefix)| format!("{prefix}{suffix}").into_boxed_str())
            .filter(|tag| !tag.is_empty())
            .map(Some)
            .ok_or_else(|| self.problem("found undefined tag handle", mark, Some(node)))
    }

    // Block collections.

    fn block_sequence_entry(&mut self) -> Step<'t> {
        let token = self.scanner.peek()?;
        let (start, end) = (token.start, token.end);
        match token.kind {
            TokenKind::BlockEntry => {
                self.scanner.take()?;
                match self.scanner.peek()?.kind {
                    TokenKind::BlockEntry | TokenKind::BlockEnd => {
                        self.empty(State::BlockSequenceEntry, end)
                    }
                    _ => self.node_then(State::BlockSequenceEntry, Context::Block),
                }
            }
            TokenKind::BlockEnd => self.close(EventKind::SequenceEnd),
            _ => {
                let context = self.marks.pop();
                Err(self.problem("did not find expected '-' indicator", start, context))
            }
        }
    }

    fn indentless_sequence_entry(&mut self) -> Step<'t> {
        let token = self.scanner.peek()?;
        let (start, end) = (token.start, token.end);
        if !matches!(token.kind, TokenKind::BlockEntry) {
            self.pop_state();
            return Ok(event(EventKind::SequenceEnd, start, start));
        }
        self.scanner.take()?;
        match self.scanner.peek()?.kind {
            TokenKind::BlockEntry | TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => {
                self.empty(State::IndentlessSequenceEntry, end)
            }
            _ => self.node_then(State::IndentlessSequenceEntry, Context::Block),
        }
    }

    fn block_mapping_key(&mut self) -> Step<'t> {
        let token = self.scanner.peek()?;
        let (start, end) = (token.start, token.end);
        match token.kind {
            TokenKind::Key => {
                self.scanner.take()?;
                match self.scanner.peek()?.kind {
                    TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => {
                        self.empty(State::BlockMappingValue, end)
                    }
                    _ => self.node_then(State::BlockMappingValue, Context::BlockOrIndentless),
                }
            }
            TokenKind::BlockEnd => self.close(EventKind::MappingEnd),
            _ => {
                let context = self.marks.pop();
                Err(self.problem("did not find expected key", start, context))
            }
        }
    }

    fn block_mapping_value(&mut self) -> Step<'t> {
        let token = self.scanner.peek()?;
        let (start, end) = (token.start, token.end);
        if !matches!(token.kind, TokenKind::Value) {
            return self.empty(State::BlockMappingKey, start);
        }
        self.scanner.take()?;
        match self.scanner.peek()?.kind {
            TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => {
                self.empty(State::BlockMappingKey, end)
            }
            _ => self.node_then(State::BlockMappingKey, Context::BlockOrIndentless),
        }
    }
}

fn event(kind: EventKind<'_>, start: Mark, end: Mark) -> Event<'_> {
    Event { kind, start, content: start, end }
}
