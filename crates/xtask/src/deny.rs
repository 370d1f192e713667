//! `deny`: licences, bans and sources of what we depend on, by cargo-deny and `deny.toml`.
//!
//! Advisories are not checked here: their database lies outside of the package registries, and a
//! test run must not change its verdict overnight.

use std::{process::Command, time::Instant};

use crate::{Outcome, command};

/// The release that `deny.toml` is written for.
const VERSION: &str = "0.20.2";

/// What to do where cargo-deny is not installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    /// Compile it; this takes two to three minutes, once.
    Install,
    /// Say so and go on.
    Skip,
}

/// Runs the check.
pub(crate) fn run(missing: Missing) -> Outcome<()> {
    if command::output("cargo-deny", &["--version"]).is_none() {
        match missing {
            Missing::Skip => {
                println!("deny: SKIPPED, cargo-deny is not installed (`cargo xtask deny` does it)");
                return Ok(());
            }
            Missing::Install => install()?,
        }
    }
    // Crates of other platforms too: cargo-deny reads the licence of each.
    command::run(command::cargo().args(["fetch", "--locked", "--quiet"]))?;
    command::run(command::cargo().args([
        "deny",
        "--offline",
        "check",
        "licenses",
        "bans",
        "sources",
    ]))
}

fn install() -> Outcome<()> {
    let since = Instant::now();
    println!("deny: installing cargo-deny {VERSION} by cargo (some minutes)");
    let mut cargo = Command::new("cargo");
    // Meant for the workspace; an installed tool would only fill it.
    cargo.env_remove("CARGO_TARGET_DIR");
    cargo.args(["install", "--quiet", "--locked", "--version", VERSION, "cargo-deny"]);
    command::run(&mut cargo)?;
    println!("deny: installed in {}", command::took(since));
    Ok(())
}
