//! What is measured, and beside what: built on demand, or named by the environment.
//!
//! `WINDROSE_BIN` and `RENDER_LIBRARY_BIN` name binaries that exist. Helm is that of the test
//! environment; helmfile is pinned by `benches/peers` and kept in the same cache.

use std::{
    env, fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;
use testkit::testenv::{LINK, bin_dir, cache_dir};

use super::Row;
use crate::{Outcome, command, go::Go, testenv};

/// Where helmfile's command lies in its module.
const HELMFILE: &str = "github.com/helmfile/helmfile";

/// The programs, and a home of their own.
pub(super) struct Programs {
    windrose: PathBuf,
    helm: PathBuf,
    helmfile: Result<PathBuf, String>,
    home: TempDir,
}

impl Programs {
    /// Builds what is missing of what the rows beside a peer need.
    pub(super) fn find(only: Option<Row>) -> Outcome<Self> {
        let home = tempfile::tempdir()?;
        let windrose = binary("WINDROSE_BIN", &["--release", "--package", "windrose"], "windrose")?;
        let helm = bin_dir(&testkit::workspace_root())?.join("helm");
        if !helm.is_file() {
            testenv::build()?;
        }
        let helmfile = if only.is_none_or(|only| only == Row::Stack) {
            helmfile().map_err(|error| error.to_string())
        } else {
            Err("not asked for".to_owned())
        };
        Ok(Self { windrose, helm, helmfile, home })
    }

    /// Windrose, away from the user's settings.
    pub(super) fn windrose(&self) -> Command {
        self.command(&self.windrose)
    }

    /// Helm, away from the user's settings and plugins.
    pub(super) fn helm(&self) -> Command {
        self.command(&self.helm)
    }

    /// helmfile with that Helm, or why it is not there.
    pub(super) fn helmfile(&self) -> Result<Command, &str> {
        let program = self.helmfile.as_ref().map_err(String::as_str)?;
        let mut command = self.command(program);
        command.arg("--helm-binary").arg(&self.helm);
        Ok(command)
    }

    /// What ran, for whoever reads the figures.
    fn versions(&self) -> Vec<(&'static str, String)> {
        let given = if env::var_os("WINDROSE_BIN").is_some() { ", a binary given" } else { "" };
        let windrose = format!("{}{given}", said(&self.windrose, &["--version"]));
        let helm = said(&self.helm, &["version", "--template", "{{.Version}}"]);
        let mut versions = vec![("windrose", windrose), ("helm", helm)];
        if let Ok(program) = &self.helmfile {
            versions.push(("helmfile", said(program, &["--version"])));
        }
        versions
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        for name in ["HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME", "HELMFILE_CACHE_HOME"]
        {
            command.env(name, self.home.path().join(name.to_lowercase()));
        }
        command.env("HELMFILE_UPGRADE_NOTICE_DISABLED", "true");
        command
    }
}

/// The versions of everything, with the commit of this tree.
pub(super) fn versions(programs: Option<&Programs>) -> Vec<(&'static str, String)> {
    let mut versions = vec![("commit", commit())];
    versions.extend(programs.into_iter().flat_map(Programs::versions));
    versions.push(("rustc", said(Path::new("rustc"), &["--version"])));
    versions
}

fn commit() -> String {
    let git = |arguments: &[&str]| {
        let root = testkit::workspace_root();
        let root = root.to_string_lossy();
        let told = command::output("git", &[&["-C", &*root], arguments].concat());
        told.map(|text| text.trim().to_owned())
    };
    let Some(commit) = git(&["rev-parse", "--short=10", "HEAD"]) else {
        return "unknown".to_owned();
    };
    match git(&["status", "--porcelain", "--untracked-files=no"]) {
        Some(changes) if changes.is_empty() => commit,
        Some(_) | None => format!("{commit}, with changes"),
    }
}

/// The program around the library.
pub(super) fn library() -> Outcome<PathBuf> {
    let arguments = ["--profile", "profiling", "--package", "benches"];
    binary("RENDER_LIBRARY_BIN", &arguments, "render-library")
}

/// The binary that a variable names, or else what Cargo builds.
fn binary(variable: &str, arguments: &[&str], name: &str) -> Outcome<PathBuf> {
    if let Some(path) = env::var_os(variable).filter(|path| !path.is_empty()) {
        return fs::canonicalize(&path)
            .map_err(|e| format!("{variable} names {}: {e}", Path::new(&path).display()).into());
    }
    let mut cargo = command::cargo();
    cargo.arg("build").args(arguments).args(["--bin", name]);
    cargo.arg("--message-format=json-render-diagnostics").stderr(Stdio::inherit());
    println!("bench: {}", command::shown(&cargo));
    let out = cargo.output()?;
    if !out.status.success() {
        return Err(format!("`{}` failed ({})", command::shown(&cargo), out.status).into());
    }
    let text = String::from_utf8_lossy(&out.stdout);
    text.lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["target"]["name"] == name)
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .ok_or_else(|| format!("cargo built no `{name}`").into())
}

/// helmfile from the cache, compiled first where it is not there.
fn helmfile() -> Outcome<PathBuf> {
    let module = testkit::workspace_root().join("benches/peers");
    let mut hasher = DefaultHasher::new();
    for file in ["go.mod", "go.sum"] {
        let data = fs::read(module.join(file))
            .map_err(|e| format!("benches/peers/{file} cannot be read: {e}"))?;
        data.hash(&mut hasher);
    }
    LINK.hash(&mut hasher);
    let cache = cache_dir(&testkit::workspace_root());
    let folder = cache.join("peers").join(format!("{:016x}", hasher.finish()));
    let program = folder.join("helmfile");
    if program.is_file() {
        return Ok(program);
    }
    fs::create_dir_all(&folder)?;
    // Another run may build it, too: the complete program appears by one rename.
    let staging = folder.join(format!(".helmfile.{}", std::process::id()));
    let mut go = Go::find(&cache)?.command(&module);
    go.args(["build", "-mod=readonly", "-trimpath", "-ldflags", LINK]);
    go.arg("-o").arg(&staging).arg(HELMFILE);
    println!("bench: building helmfile (some minutes the first time)");
    let mut nice = Command::new("nice");
    nice.args(["-n", "19"]);
    command::run(&mut command::wrapped(nice, &go))?;
    fs::rename(&staging, &program)?;
    Ok(program)
}

/// The first line that a program prints about itself.
fn said(program: &Path, arguments: &[&str]) -> String {
    let text = command::output(&program.to_string_lossy(), arguments).unwrap_or_default();
    let line = text.lines().next().unwrap_or("unknown").trim();
    for name in ["windrose ", "helmfile version ", "rustc "] {
        if let Some(rest) = line.strip_prefix(name) {
            return rest.to_owned();
        }
    }
    line.to_owned()
}
