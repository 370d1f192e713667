//! `fuzz`: builds the targets below `fuzz/` with coverage and runs them.
//!
//! The stable compiler can do it: coverage is a matter of flags, and without `unsafe` of our own no
//! sanitizer is needed. **Invariant**: what is found stays in `fuzz/artifacts/<target>/`, what was
//! learned in `fuzz/corpus/<target>/`; neither is committed. The seeds are what the tests hold.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{Outcome, command};

/// A target, and where texts lie that are worth starting from.
struct Target {
    name: &'static str,
    seeds: &'static [&'static str],
    longest: u32,
}

const TARGETS: &[Target] = &[
    Target { name: "archive", seeds: &[], longest: 65_536 },
    Target { name: "lexer", seeds: TEMPLATES, longest: 4096 },
    Target { name: "parser", seeds: TEMPLATES, longest: 4096 },
    Target { name: "provenance", seeds: &[], longest: 8192 },
    Target { name: "set", seeds: &[], longest: 512 },
    Target { name: "vm", seeds: TEMPLATES, longest: 4096 },
    Target { name: "yaml", seeds: &["crates/yaml/tests/cases"], longest: 8192 },
];

const TEMPLATES: &[&str] = &["crates/template/tests/cases", "crates/render/tests/cases"];

/// Coverage as libFuzzer wants it.
const FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares \
    -Ccodegen-units=1";

/// Runs one target or all of them, each for so many seconds.
pub(crate) fn run(only: Option<&str>, seconds: u32) -> Outcome<()> {
    let root = testkit::workspace_root();
    let chosen: Vec<&Target> =
        TARGETS.iter().filter(|target| only.is_none_or(|name| name == target.name)).collect();
    if chosen.is_empty() {
        let known: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
        return Err(format!("no such target; there are {}", known.join(", ")).into());
    }
    let programs = build(&root)?;
    for target in chosen {
        fuzz(&root, &programs, target, seconds)?;
    }
    Ok(())
}

fn build(root: &Path) -> Outcome<PathBuf> {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| root.join("target"), PathBuf::from)
        .join("fuzz");
    let mut cargo = command::cargo();
    cargo
        .args(["build", "--release", "--manifest-path", "fuzz/Cargo.toml", "--target-dir"])
        .arg(&target)
        // A target of its own keeps the flags from build scripts and macros.
        .args(["--target", HOST])
        .env("RUSTFLAGS", FLAGS);
    command::run(&mut cargo)?;
    Ok(target.join(HOST).join("release"))
}

const HOST: &str = if cfg!(target_arch = "aarch64") {
    "aarch64-unknown-linux-gnu"
} else {
    "x86_64-unknown-linux-gnu"
};

fn fuzz(root: &Path, programs: &Path, target: &Target, seconds: u32) -> Outcome<()> {
    let corpus = root.join("fuzz/corpus").join(target.name);
    let artifacts = root.join("fuzz/artifacts").join(target.name);
    fs::create_dir_all(&corpus)?;
    fs::create_dir_all(&artifacts)?;
    let seeds = target.seeds.iter().map(|seed| root.join(seed)).filter(|seed| seed.is_dir());
    let mut command = Command::new(programs.join(target.name));
    command
        .arg(&corpus)
        .args(seeds)
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-max_len={}", target.longest))
        .args(["-timeout=10", "-rss_limit_mb=2048", "-print_final_stats=1", "-verbosity=0"])
        .arg(format!("-artifact_prefix={}/", artifacts.display()))
        .current_dir(root);
    command::run(&mut command)
}
