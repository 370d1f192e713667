//! `testenv build` and `testenv path`: the real programs, compiled once into a cache.
//!
//! **Invariant**: `<cache>/<key>` appears only when every program in it is complete: they are built
//! beside it and moved there by one rename. What is built, and the key, is [`testkit::testenv`].

use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use testkit::testenv::{LINK, PROGRAMS, Program, bin_dir, cache_dir};

use crate::{Outcome, command, go::Go};

/// How an unfinished entry is called; the number of the process that builds it follows.
const STAGING: &str = ".staging.";

/// Builds what is missing; the answer is the directory of programs.
pub(crate) fn build() -> Outcome<PathBuf> {
    let since = Instant::now();
    let root = testkit::workspace_root();
    let bin = bin_dir(&root)?;
    if complete(&bin) {
        println!("testenv: all {} programs are in {}", PROGRAMS.len(), bin.display());
        return Ok(bin);
    }
    let cache = cache_dir(&root);
    fs::create_dir_all(&cache)?;
    remove_abandoned(&cache)?;
    let go = Go::find(&cache)?;
    println!(
        "testenv: building {} programs into {} (some minutes the first time)",
        PROGRAMS.len(),
        bin.display()
    );
    let entry = bin.parent().ok_or("the cache entry has no name")?;
    let staging = cache.join(format!("{STAGING}{}", std::process::id()));
    let built = build_all(&go, &root, &staging.join("bin"));
    let placed = built.and_then(|()| place(&staging, entry));
    if staging.exists() {
        fs::remove_dir_all(&staging)?;
    }
    placed?;
    println!("testenv: done in {}", command::took(since));
    Ok(bin)
}

/// Prints the directory, built or not.
pub(crate) fn path() -> Outcome<()> {
    println!("{}", bin_dir(&testkit::workspace_root())?.display());
    Ok(())
}

/// Removes what builds left behind that were killed.
fn remove_abandoned(cache: &Path) -> Outcome<()> {
    for entry in fs::read_dir(cache)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if let Some(process) = name.strip_prefix(STAGING)
            && Path::new("/proc/self").exists()
            && !Path::new("/proc").join(process).exists()
        {
            fs::remove_dir_all(&path)?;
        }
    }
    Ok(())
}

fn build_all(go: &Go, root: &Path, bin: &Path) -> Outcome<()> {
    fs::create_dir_all(bin)?;
    for (index, program) in PROGRAMS.iter().enumerate() {
        let since = Instant::now();
        build_one(go, root, bin, program)?;
        println!(
            "testenv: {:2}/{} {} in {}",
            index + 1,
            PROGRAMS.len(),
            program.name,
            command::took(since)
        );
    }
    Ok(())
}

fn build_one(go: &Go, root: &Path, bin: &Path, program: &Program) -> Outcome<()> {
    let link = format!("{LINK} {}", program.link);
    let mut build = go.command(&root.join("testenv").join(program.module));
    build.args(["build", "-mod=readonly", "-trimpath", "-ldflags", link.trim()]);
    build.arg("-o").arg(bin.join(program.name)).arg(program.package);
    command::run(&mut build)
}

/// Moves the finished entry to its place. Another build may have been first, which is as good; an
/// entry that has lost a program is replaced.
fn place(staging: &Path, entry: &Path) -> Outcome<()> {
    if fs::rename(staging, entry).is_ok() || complete(&entry.join("bin")) {
        return Ok(());
    }
    fs::remove_dir_all(entry)?;
    fs::rename(staging, entry)
        .map_err(|e| format!("cannot move programs to {}: {e}", entry.display()).into())
}

fn complete(bin: &Path) -> bool {
    PROGRAMS.iter().all(|program| bin.join(program.name).is_file())
}
