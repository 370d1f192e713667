//! `windrose helm lint` held against the real Helm.
//!
//! `cases/lint/*.txt` are charts with what Helm 4.3.1 printed for them: sections `-- args --`,
//! `-- PATH --` (a directory where the path ends in a slash) and, last, `-- exit --`, `-- stdout --`
//! and `-- stderr --`. `HELM=path/to/helm cargo test -p windrose --test it` captures them again. The
//! real charts of `../shared/charts`, where they lie beside the checkout, are linted by both programs
//! where `HELM` names one.
//!
//! `cases/findings/*.txt` are the same for what Windrose finds beyond; `UPDATE=1` writes them anew.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use testkit::Sections;

use super::{cases, windrose};

/// A name for the folder that a case runs in, which is another one each time.
const FOLDER: &str = "{folder}";

#[test]
fn charts_are_linted_as_by_helm() {
    let helm = std::env::var_os("HELM");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(cases().join("lint"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    assert!(paths.len() >= 30, "only {} cases", paths.len());
    let mut wrong = vec![];
    for path in paths {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let case = Case::read(&path);
        let folder =
            std::env::temp_dir().join(format!("windrose-lint-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        case.write(&folder);
        if let Some(helm) = &helm {
            let captured = Case::told(&folder, &run_helm(helm, &folder, &case.args()));
            std::fs::write(&path, case.with(&captured)).unwrap();
        }
        let mut args = vec!["helm", "lint"];
        args.extend(case.args());
        args.extend(["--findings", "helm"]);
        let got = Case::told(&folder, &windrose(&folder, &args));
        std::fs::remove_dir_all(&folder).unwrap();
        let expected = Case::read(&path).expected();
        if got != expected {
            wrong.push(format!("{name}: {}", first_difference(&expected, &got)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn findings_are_told_whole() {
    let mut wrong = vec![];
    let mut seen = 0;
    for entry in std::fs::read_dir(cases().join("findings")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let case = Case::read(&path);
        let folder =
            std::env::temp_dir().join(format!("windrose-findings-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        case.write(&folder);
        let args = [&["helm", "lint"], case.args().as_slice()].concat();
        let got = Case::told(&folder, &windrose(&folder, &args));
        std::fs::remove_dir_all(&folder).unwrap();
        wrong.extend(super::matches(&path, &case.with(&got)).err());
        seen += 1;
    }
    assert!(seen >= 9, "only {seen} cases");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn real_charts_are_linted_as_by_helm() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/charts");
    let (Ok(entries), Some(helm)) = (std::fs::read_dir(&folder), std::env::var_os("HELM")) else {
        println!("skipped: needs {} and the program that HELM names", folder.display());
        return;
    };
    let mut wrong = vec![];
    for entry in entries {
        let case = entry.unwrap().path().canonicalize().unwrap();
        if !case.join("chart.tgz").exists() {
            continue;
        }
        let mut args = vec!["chart.tgz", "--with-subcharts"];
        if case.join("values.yaml").exists() {
            args.extend(["-f", "values.yaml"]);
        }
        let expected = without_folder(&case, &run_helm(&helm, &case, &args));
        let args = [&["helm", "lint", "--findings", "helm"], args.as_slice()].concat();
        if expected != without_folder(&case, &windrose(&case, &args)) {
            wrong.push(case.file_name().unwrap().to_string_lossy().into_owned());
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

fn first_difference(expected: &str, got: &str) -> String {
    let mut pairs = expected.lines().zip(got.lines()).enumerate();
    match pairs.find(|(_, (expected, got))| expected != got) {
        Some((at, (expected, got))) => {
            format!("line {}\n  Helm: {expected}\n  here: {got}", at + 1)
        }
        None => "one is longer than the other".to_owned(),
    }
}

fn run_helm(helm: &OsStr, folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(helm);
    command.arg("lint").args(args).current_dir(folder).env_remove("KUBECONFIG").output().unwrap()
}

/// Helm names the folder that it unpacked an archive to, which is another one each time.
fn without_folder(case: &Path, output: &Output) -> String {
    let text = super::whole(output).replace(&*case.join("chart.tgz").to_string_lossy(), "");
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for line in &mut lines {
        if let Some((before, after)) = line.split_once("/tmp/helm-lint") {
            let after = after.split_once('/').map_or("", |(_, after)| after);
            *line = format!("{before}/{after}");
        }
        // Helm names charts/ in no order.
        if let Some((before, names)) = line.split_once("missing these dependencies: ") {
            let mut names: Vec<&str> = names.split(',').collect();
            names.sort_unstable();
            *line = format!("{before}{names:?}");
        }
    }
    lines.join("\n")
}

/// A chart, how it is linted, and what Helm printed.
struct Case(Sections);

impl Case {
    fn read(path: &Path) -> Self {
        Self(Sections::read(path))
    }

    fn args(&self) -> Vec<&str> {
        self.0.get("args").unwrap_or_default().lines().collect()
    }

    fn is_result(name: &str) -> bool {
        matches!(name, "exit" | "stdout" | "stderr")
    }

    fn write(&self, folder: &Path) {
        for (name, body) in &self.0.0 {
            let path = folder.join(name);
            if name == "args" || Self::is_result(name) {
                continue;
            }
            if name.ends_with('/') {
                std::fs::create_dir_all(&path).unwrap();
                continue;
            }
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, body).unwrap();
        }
    }

    fn told(folder: &Path, output: &Output) -> String {
        let folder = folder.to_string_lossy();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(&*folder, FOLDER);
        format!(
            "-- exit --\n{}\n-- stdout --\n{}-- stderr --\n{}",
            output.status.code().unwrap(),
            text(&output.stdout),
            text(&output.stderr)
        )
    }

    fn expected(&self) -> String {
        self.0.text(Self::is_result)
    }

    fn with(&self, results: &str) -> String {
        self.0.text(|name| !Self::is_result(name)) + results
    }
}
