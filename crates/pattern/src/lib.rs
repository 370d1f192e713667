//! Go's regular expressions (RE2): read with Go's rules and messages, in the words of the `regex`
//! crate.
//!
//! Templates (`regexMatch` …) and schemas (`pattern`) are written for Go's `regexp`. [`translate`]
//! checks a pattern as Go does and gives one that matches the same. Nothing is compiled here: that
//! costs more than most programs need, so each room compiles what it matches with, and when.
//!
//! ```
//! let translation = pattern::translate(br"^\d+$")?;
//! assert!(regex::bytes::Regex::new(&translation.pattern).unwrap().is_match(b"17"));
//! let error = pattern::translate(b"a)").unwrap_err();
//! assert_eq!(error.to_string(), "error parsing regexp: unexpected ): `a)`");
//! # Ok::<(), pattern::SyntaxError>(())
//! ```
mod class;
mod fold;
mod names;
mod syntax;

pub use syntax::{SyntaxError, Translation, translate};
