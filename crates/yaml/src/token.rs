//! What the scanner hands to the parser: marks and tokens.

use std::borrow::Cow;

use crate::node::Style;

/// A place in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Mark {
    /// Byte offset.
    pub(crate) pos: usize,
    /// Line, from 0.
    pub(crate) line: u32,
    /// Column in characters, from 0.
    pub(crate) column: u32,
}

/// One token and where it stands.
#[derive(Debug)]
pub(crate) struct Token<'t> {
    pub(crate) kind: TokenKind<'t>,
    pub(crate) start: Mark,
    pub(crate) end: Mark,
}

/// What a token is; what is rare is boxed, to keep tokens small.
#[derive(Debug)]
pub(crate) enum TokenKind<'t> {
    StreamStart,
    StreamEnd,
    VersionDirective { major: u32, minor: u32 },
    TagDirective(Box<TagDirective>),
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
    Tag(Box<Tag>),
    Scalar { value: Cow<'t, str>, style: Style },
}

/// A `%TAG` directive.
#[derive(Debug)]
pub(crate) struct TagDirective {
    pub(crate) handle: String,
    pub(crate) prefix: String,
}

/// A tag as it is written.
#[derive(Debug)]
pub(crate) struct Tag {
    pub(crate) handle: String,
    pub(crate) suffix: String,
}
