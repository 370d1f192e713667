//! The `--set` family: `a.b[0]=x,c={1,2}` into values, with Helm's messages.
use crate::Error;

/// How the value after `=` is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `--set`: bools, null and integers are recognised.
    Typed,
    /// `--set-string`: always a string.
    String,
    /// `--set-json`: a JSON value.
    Json,
    /// `--set-literal`: everything after `=`, commas and backslashes too.
    Literal,
}

/// Parses `text` into `values`, in place.
pub fn parse_into(_text: &str, _kind: Kind, _values: &mut yaml::Map) -> Result<(), Error> {
    Err(Error::Values(String::new()))
}
