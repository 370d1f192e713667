//! Shapes of output that several commands share.

pub(crate) mod log;
pub(crate) mod paint;
pub(crate) mod plan;
pub(crate) mod progress;
pub(crate) mod structured;
pub(crate) mod table;
