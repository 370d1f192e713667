//! `oracle`: generated templates, values and charts against the real Go engine.
//!
//! The cases and the comparison are the crate `oracle`; here is only how it is run: with the test
//! environment built. Two minutes unoptimised are less than an optimised build.

use crate::{Outcome, command, testenv};

/// Builds what is needed and hands the flags on.
pub(crate) fn run(flags: &[&str]) -> Outcome<()> {
    testenv::build()?;
    let mut cargo = command::cargo();
    cargo.args(["run", "--quiet", "--package", "oracle", "--"]).args(flags);
    command::run(&mut cargo)
}
