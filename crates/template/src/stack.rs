//! Room on the machine's stack for what is recursive: parsing, compiling and functions that execute
//! templates.
//!
//! Invariant: recursion whose depth the input chooses goes through [`grow`], so that no input
//! overflows the stack.

/// What must be left before a step of recursion.
const RED_ZONE: usize = 256 * 1024;
/// What is added when it is not.
const SEGMENT: usize = 4 * 1024 * 1024;

/// Runs one step of a recursion, on a new piece of stack if little is left.
pub(crate) fn grow<T>(step: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(RED_ZONE, SEGMENT, step)
}
