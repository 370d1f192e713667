//! `test`: the test environment, every check and every test, the cheap ones first.
//!
//! **Invariant**: the first stage that fails ends the run; each stage says how it ended and how
//! long it took, and the last line says how the run ended.

use std::time::Instant;

use crate::{
    Outcome, command,
    deny::{self, Missing},
    fuzz, layers, testenv,
};

type Stage = (&'static str, fn() -> Outcome<()>);

const STAGES: [Stage; 9] = [
    ("fmt", || cargo(&["fmt", "--all", "--check"])),
    ("layers", layers::run),
    ("deny", || deny::run(if on_ci() { Missing::Install } else { Missing::Skip })),
    ("clippy", || cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])),
    ("testenv", || testenv::build().map(|_| ())),
    // Cargo builds no binary of another package for a test; end-to-end tests need ours.
    ("build", || cargo(&["build", "--workspace", "--bins"])),
    // Not --all-targets: that would run benchmarks too.
    ("test", || cargo(&["test", "--workspace", "--lib", "--bins", "--tests", "--examples"])),
    ("doctest", || cargo(&["test", "--workspace", "--doc"])),
    ("fuzz", || if on_ci() { fuzz::run(None, FUZZ_SECONDS) } else { skip_fuzz() }),
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

/// What each target gets on a machine that guards `main`; `cargo xtask fuzz` runs them for longer.
const FUZZ_SECONDS: u32 = 30;

#[expect(clippy::unnecessary_wraps, reason = "the shape of a stage")]
fn skip_fuzz() -> Outcome<()> {
    println!("skipped: fuzz targets run on CI, or with `cargo xtask fuzz`");
    Ok(())
}

/// A contributor decides about minutes of compiling a tool; the machine that guards `main` must not skip.
fn on_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false")
}

fn cargo(arguments: &[&str]) -> Outcome<()> {
    command::run(command::cargo().env(testkit::BUILT, "1").args(arguments))
}
