//! The commands, one file each: `Args` (its doc comments are the help) and `run`.

pub(crate) mod apply;
pub(crate) mod destroy;
pub(crate) mod helm;
pub(crate) mod plan;
pub(crate) mod render;
pub(crate) mod sandbox;
mod stack_file;
pub(crate) mod status;
pub(crate) mod values;
