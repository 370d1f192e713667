//! `test`: the test environment, every check and every test, the cheap ones first.
//!
//! **Invariant**: the first stage that fails ends the run; each stage says how it ended and how
//! long it took, and the last line says how the run ended.

use std::time::Instant;

use crate::{
    Outcome, command,
    deny::{self, Missing},
    layers, testenv,
};

type Stage = (&'static str, fn() -> Outcome<()>);

const STAGES: [Stage; 7] = [
    ("fmt", || cargo(&["fmt", "--all", "--check"])),
    ("layers", layers::run),
    ("deny", || deny::run(Missing::Skip)),
    ("testenv", || testenv::build().map(|_| ())),
    ("clippy", || cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])),
    ("test", || cargo(&["test", "--workspace", "--all-targets"])),
    ("doctest", || cargo(&["test", "--workspace", "--doc"])),
];

/// Runs every stage.
pub(crate) fn run() -> Outcome<()> {
    let all = Instant::now();
    for (name, stage) in STAGES {
        println!("==> {name}");
        let since = Instant::now();
        if let Err(error) = stage() {
            println!("==> {name}: FAILED after {}", command::took(since));
            return Err(format!(
                "{error}\nxtask test: FAILED at {name} after {}",
                command::took(all)
            )
            .into());
        }
        println!("==> {name}: ok in {}", command::took(since));
    }
    println!("xtask test: all {} stages ok in {}", STAGES.len(), command::took(all));
    Ok(())
}

fn cargo(arguments: &[&str]) -> Outcome<()> {
    command::run(command::cargo().args(arguments))
}
