//! What the scanner hands to the parser: marks and tokens.

use std::borrow::Cow;

use crate::node::Style;

/// A place in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Mark {
    /// Byte offset.
    pub(crate) pos: usize,
    /// Character offset.
    pub(crate) index: usize,
    /// Line, from 0.
    pub(crate) line: usize,
    /// Column in characters, from 0.
    pub(crate) column: usize,
}

/// One token and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Token<'t> {
    pub(crate) kind: TokenKind<'t>,
    pub(crate) start: Mark,
    pub(crate) end: Mark,
}

/// What a token is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum TokenKind<'t> {
    StreamStart,
    StreamEnd,
    VersionDirective { major: u32, minor: u32 },
    TagDirective { handle: String, prefix: String },
    DocumentStart,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias(&'t str),
    Anchor(&'t str),
    Tag { handle: String, suffix: String },
    Scalar { value: Cow<'t, str>, style: Style },
}
