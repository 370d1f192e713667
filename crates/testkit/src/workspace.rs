//! Where the workspace, the chart corpus and our own binary are.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

/// The workspace's root directory.
pub fn workspace_root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).expect("the crate lies two levels below the workspace").to_path_buf()
}

/// The corpus of real charts beside the workspace, or `None` after saying why a test is skipped.
pub fn charts() -> Option<PathBuf> {
    let charts = workspace_root().join("../shared/charts");
    if charts.is_dir() {
        return Some(charts);
    }
    skip(&format!("{} is not there", charts.display()));
    None
}

/// Set by whoever has just built the workspace, so that [`windrose`] need not look again.
pub const BUILT: &str = "WINDROSE_TEST_BUILT";

/// The `windrose` binary, brought up to date by one `cargo build` a process.
///
/// A test of another package cannot rely on Cargo to have built it. Where [`BUILT`] is set, the
/// binary is taken as it is.
pub fn windrose() -> PathBuf {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(build_windrose).clone()
}

fn build_windrose() -> PathBuf {
    let test = env::current_exe().expect("a running test has a path");
    let profile = test.ancestors().nth(2).expect("tests lie in <target>/<profile>/deps");
    let binary = profile.join(format!("windrose{}", env::consts::EXE_SUFFIX));
    if env::var_os(BUILT).is_some() && binary.is_file() {
        return binary;
    }
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(workspace_root()).args(["build", "--quiet", "--package", "windrose"]);
    if profile.file_name().is_some_and(|name| name == "release") {
        cargo.arg("--release");
    }
    let status = cargo.status().expect("cargo runs where cargo test ran");
    assert!(status.success(), "`cargo build --package windrose` failed");
    binary
}

#[expect(clippy::print_stderr, reason = "a skipped test says so in its output")]
fn skip(reason: &str) {
    eprintln!("skipped: {reason}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_holds_the_workspace_manifest() {
        let manifest = std::fs::read_to_string(workspace_root().join("Cargo.toml")).unwrap();
        assert!(manifest.starts_with("[workspace]"));
    }
}
