//! Go `text/template`: text in, compiled program out; values in, text out.
//!
//! A text goes through `lexer` → `parser` → `ast` → `compiler` and becomes a program: instructions
//! with every variable resolved to a frame slot. Programs own their text, are `Send + Sync` and are
//! cached by content. A [`TemplateSet`] gives programs names with Go's rules of redefinition; a
//! [`Session`] executes them over [`Value`]s, which belong to one thread and one render.
//!
//! ```
//! use std::sync::Arc;
//! use template::{Library, NoHost, Options, Session, TemplateSet, Value};
//!
//! let mut set = TemplateSet::new(Arc::new(Library::new()), "page");
//! set.add("hello", diagnostic::Source::new("hello", "{{range .}}[{{.}}]{{end}}"))?;
//! let data = Value::list([Value::from("a"), Value::from("b")]);
//! let mut host = NoHost;
//! let text = Session::new(&set, &mut host, Options::default()).execute("hello", &data)?;
//! assert_eq!(text, b"[a][b]");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Behaviour and error texts are those of Go 1.26's `text/template` and `fmt`; where Go would
//! exhaust memory or the stack, a budget refuses with a clear error. Not here: Helm's rules and
//! functions (`render`, `functions`).

mod ahead;
mod ast;
mod builtins;
pub mod compare;
mod compiler;
mod context;
mod duration;
mod error;
pub mod format;
mod function;
mod instructions;
mod lexer;
mod library;
mod literal;
mod parser;
mod program;
mod set;
mod stack;
mod subject;
pub mod syntax;
mod traced;
mod unicode;
mod value;
mod vm;

pub use ahead::{Ahead, Errand, text_of};
pub use context::{Context, Host, Lookup, NoHost};
pub use duration::{DAYS, Duration, MONTHS};
pub use error::{CallError, ErrorKind, ExecError, Frame, OverlayError, ParseError};
pub use function::{Call, Function, Param};
pub use library::Library;
pub use program::ProgramCache;
pub use set::{MissingKey, Options, Session, TemplateSet};
pub use subject::{Found, Origin, Passage, Role, Step, Subject};
pub use traced::{Piece, Traced};
pub use value::{
    Complex, Entries, Float, IntKind, Kind, List, ListType, Map, MapType, NamedList, NamedMap,
    NilMap, NilPointer, Object, Str, UintKind, Value,
};

/// Doors for the fuzz targets alone.
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing {
    use crate::lexer::{TokenKind, Words, lex as tokens};

    /// Reads all tokens; they must lie in the text one after the other.
    pub fn lex(text: &str) {
        let tokens = tokens(text, Words::default());
        let mut end = 0;
        for token in &tokens.list {
            assert!(token.start >= end && token.end >= token.start, "{token:?} after {end}");
            let bytes = token.start as usize..token.end as usize;
            assert!(text.get(bytes).is_some(), "{token:?} splits a character");
            end = token.end;
        }
        match tokens.list.last().map(|last| last.kind) {
            Some(TokenKind::Eof) => assert!(tokens.error.is_empty()),
            Some(TokenKind::Error) => assert!(!tokens.error.is_empty()),
            _ => panic!("the lexer does not end"),
        }
    }
}
