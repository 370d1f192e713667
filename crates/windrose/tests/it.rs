//! The binary from outside: help, wrong usage, wrong files; exit code and both streams, whole.
//!
//! Expected texts are files below `tests/cases`; `UPDATE=1 cargo test -p windrose --test it` writes
//! them anew, for a look at the difference.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall say where")]

#[path = "it/lint.rs"]
mod lint;
#[path = "it/oracle.rs"]
mod oracle;
#[path = "it/server.rs"]
mod server;
#[path = "it/verify.rs"]
mod verify;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

/// Runs the binary in a folder with nothing of the caller's environment but what it needs.
fn windrose(folder: &Path, args: &[&str]) -> Output {
    command(folder, args).output().unwrap()
}

fn command(folder: &Path, args: &[&str]) -> Command {
    let state = std::env::temp_dir().join(format!("windrose-test-{}", std::process::id()));
    let mut command = Command::new(env!("CARGO_BIN_EXE_windrose"));
    command
        .args(args)
        .current_dir(folder)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", &state)
        .env("XDG_STATE_HOME", &state);
    command
}

fn whole(output: &Output) -> String {
    format!(
        "exit: {}\n----- stdout\n{}----- stderr\n{}",
        output.status.code().unwrap(),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// Compares with the stored text, or stores it when asked to.
fn matches(file: &Path, got: &str) -> Result<(), String> {
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(file, got).unwrap();
        return Ok(());
    }
    let expected = std::fs::read_to_string(file).unwrap_or_default();
    if expected == got {
        return Ok(());
    }
    Err(format!("{} differs; expected:\n{expected}\ngot:\n{got}", file.display()))
}

const COMMANDS: &[&[&str]] = &[
    &[],
    &["plan"],
    &["apply"],
    &["status"],
    &["destroy"],
    &["render"],
    &["values"],
    &["sandbox"],
    &["sandbox", "serve"],
    &["helm"],
    &["helm", "template"],
    &["helm", "lint"],
    &["helm", "install"],
    &["helm", "upgrade"],
    &["helm", "rollback"],
    &["helm", "uninstall"],
    &["helm", "list"],
    &["helm", "status"],
    &["helm", "history"],
    &["helm", "get"],
    &["helm", "get", "values"],
];

#[test]
fn every_command_has_the_help_it_is_known_for() {
    let mut wrong = vec![];
    for command in COMMANDS {
        let mut args = command.to_vec();
        args.push("--help");
        let name = if command.is_empty() { "windrose".to_owned() } else { command.join("-") };
        let got = whole(&windrose(&cases(), &args));
        wrong.extend(matches(&cases().join(format!("help/{name}.txt")), &got).err());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Each folder of `cases/errors` has a file `args` and the expected `output`.
#[test]
fn mistakes_are_told_whole() {
    let folder = cases().join("errors");
    let mut wrong = vec![];
    let mut seen = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let case = entry.unwrap().path();
        let args = std::fs::read_to_string(case.join("args")).unwrap();
        let args: Vec<&str> = args.split_whitespace().collect();
        let output = windrose(&case, &args);
        assert_ne!(output.status.code(), Some(0), "{}", case.display());
        wrong.extend(matches(&case.join("output"), &whole(&output)).err());
        seen += 1;
    }
    assert!(seen >= 8, "only {seen} cases");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Each text of `cases/zones` is a line `TZ=…` and what Helm printed of the chart beside it there.
#[test]
fn dates_are_shown_in_the_zone_of_the_caller() {
    let folder = cases().join("zones");
    let mut seen = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let case = entry.unwrap().path();
        if case.is_dir() {
            continue;
        }
        let text = std::fs::read_to_string(&case).unwrap();
        let (zone, expected) = text.split_once('\n').unwrap();
        let zone = zone.strip_prefix("TZ=").unwrap();
        let mut command = command(&folder, &["helm", "template", "x", "chart"]);
        let output = command.env("TZ", zone).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), expected, "TZ={zone}");
        seen += 1;
    }
    assert!(seen >= 5, "only {seen} cases");
}

/// What Helm 4.3.1 printed of `cases/post-renderer/chart` with the plugin beside it.
#[test]
fn manifests_go_through_plugins_and_programs() {
    let folder = cases().join("post-renderer");
    let expected = std::fs::read_to_string(folder.join("expected.yaml")).unwrap();
    let run = |args: &[&str]| {
        let mut all = vec!["helm", "template", "x", "chart", "--post-renderer"];
        all.extend(args);
        command(&folder, &all).env("HELM_PLUGINS", folder.join("plugins")).output().unwrap()
    };
    let plugin = run(&["shout", "--post-renderer-args", "LOUD"]);
    assert_eq!(String::from_utf8_lossy(&plugin.stdout), expected, "{}", whole(&plugin));
    let program = run(&["./plugins/shout/run.sh", "--post-renderer-args", "LOUD"]);
    assert_eq!(String::from_utf8_lossy(&program.stdout), expected, "{}", whole(&program));
    for (name, said) in [
        ("shuot", "did you mean \"shout\"?"),
        ("wasm", "needs the runtime \"extism/v1\", which is not supported"),
        ("./nothing", "unable to find binary at"),
        ("fails", "it said:\n"),
        ("silent", "post-renderer \"silent\" produced empty output"),
    ] {
        let output = run(&[name]);
        assert_eq!(output.status.code(), Some(1), "{name}");
        assert!(String::from_utf8_lossy(&output.stderr).contains(said), "{}", whole(&output));
    }
}
