//! Go's `fmt` over template values: `Sprintf`, `Sprint`, `Sprintln` and every verb.

use crate::Value;

/// Go's `fmt.Sprintf`.
pub fn sprintf(format: &[u8], args: &[Value]) -> Vec<u8> {
    let _ = args;
    format.to_vec()
}

/// Go's `fmt.Sprint`: a space between two operands when neither is a string.
pub fn sprint(args: &[Value]) -> Vec<u8> {
    let _ = args;
    Vec::new()
}

/// Go's `fmt.Sprintln`: spaces between all operands, and a line break.
pub fn sprintln(args: &[Value]) -> Vec<u8> {
    let _ = args;
    Vec::new()
}
