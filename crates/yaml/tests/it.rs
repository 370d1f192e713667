//! The crate from outside: what Go printed for the same inputs, limits, and properties that hold
//! for any input.

#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]
#![expect(clippy::format_push_string, clippy::format_collect, reason = "texts are built once")]

#[path = "it/cases.rs"]
mod cases;
#[path = "it/floats.rs"]
mod floats;
#[path = "it/limits.rs"]
mod limits;
#[path = "it/properties.rs"]
mod properties;
#[path = "it/styled.rs"]
mod styled;
