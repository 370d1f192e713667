//! Room on the machine's stack for whoever walks down a document.
//!
//! Invariant: recursion whose depth a document chooses goes through [`descend`], so that none
//! overflows the stack; callers' threads may have small ones.

/// What must be left before a step.
const RED_ZONE: usize = 64 << 10;
/// What is added when it is not.
const SEGMENT: usize = 1 << 20;

/// What must be left before a document of limited depth is gone down without asking again.
const FEW_LEVELS: usize = 256 << 10;

/// Runs one step down a document, on a new piece of stack if little is left.
pub fn descend<T>(step: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(RED_ZONE, SEGMENT, step)
}

/// Runs all steps down a document that has a few dozen levels at most.
pub(crate) fn descend_few<T>(steps: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(FEW_LEVELS, SEGMENT, steps)
}
