//! Room on the machine's stack for whoever walks down a document.
//!
//! Invariant: recursion whose depth a document chooses goes through [`descend`], so that none
//! overflows the stack; callers' threads may have small ones.

/// What must be left before a step.
const RED_ZONE: usize = 64 << 10;
/// What is added when it is not.
const SEGMENT: usize = 1 << 20;

/// Runs one step down a document, on a new piece of stack if little is left.
pub fn descend<T>(step: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(RED_ZONE, SEGMENT, step)
}
