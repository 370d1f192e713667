//! Rendering held against the real Helm.
//!
//! `cases/*.txt` are small charts of our own with what Helm 4.3.1 printed for them: sections
//! `-- args --`, `-- FILE --` and, last, `-- stdout --` or `-- stderr --`. After adding a case, or to
//! see whether Helm still says the same, capture it again:
//!
//!     HELM=path/to/helm cargo test -p render --test it
//!
//! A case that fails also has `-- shown --`, our own form of the error, whole; `UPDATE=1` writes it
//! anew, for a look at the difference.
//!
//! The real charts of `../shared/charts`, where that folder lies beside the checkout, are rendered
//! and compared byte for byte with what Helm printed.
#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

#[path = "it/corpus.rs"]
mod corpus;
#[path = "it/limits.rs"]
mod limits;

use chart::Chart;
use chart::values::Given;
use render::{Capabilities, Host, Operation, Options, Release, Request};
use testkit::{Sections, random};

#[test]
fn cases_render_as_in_helm() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut failures = Vec::new();
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty());
    for path in paths {
        let mut case = Case(Sections::read(&path));
        if let Some(helm) = std::env::var_os("HELM") {
            case.capture(Path::new(&helm));
            std::fs::write(&path, case.to_text()).unwrap();
        }
        let found = on_a_roomy_stack({
            let case = case.clone();
            move || case.run()
        });
        // The terminal adds a line break to an error, whatever it ends in.
        let shown = found.as_ref().err().map(|error| error.shown.clone());
        let found = found.map_err(|error| error.helm.trim_end().to_owned());
        let expected = case.expected();
        if std::env::var_os("UPDATE").is_some() && case.section("shown") != shown.as_deref() {
            case.show(shown.clone());
            std::fs::write(&path, case.to_text()).unwrap();
        }
        if case.section("shown") != shown.as_deref() {
            let name = path.file_stem().unwrap().to_string_lossy();
            let (old, new) = (case.section("shown").unwrap_or_default(), shown.unwrap_or_default());
            failures.push(format!("{name} is shown otherwise; before:\n{old}\nnow:\n{new}"));
        }
        if found != expected {
            let name = path.file_stem().unwrap().to_string_lossy();
            let diff = first_difference(&expected, &found);
            failures.push(format!("{name}: {diff}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

/// An error in both forms.
struct Told {
    helm: String,
    shown: String,
}

impl Told {
    fn new(helm: String, all: &[diagnostic::Diagnostic]) -> Self {
        let shown = all.iter().map(|d| d.render(diagnostic::Style::Plain) + "\n");
        Self { helm, shown: shown.collect::<Vec<_>>().join("\n") }
    }
}

/// A chart, how it is rendered, and what Helm printed.
#[derive(Clone)]
struct Case(Sections);

impl Case {
    fn to_text(&self) -> String {
        self.0.text(|_| true)
    }

    fn section(&self, name: &str) -> Option<&str> {
        self.0.get(name)
    }

    fn files(&self) -> BTreeMap<&str, &str> {
        let files = self.0.0.iter().filter(|(name, _)| {
            !matches!(name.as_str(), "args" | "stdout" | "stderr" | "shown")
                && !name.starts_with("outside/")
        });
        files.map(|(name, body)| (name.as_str(), body.as_str())).collect()
    }

    fn args(&self) -> Vec<&str> {
        self.section("args").unwrap_or_default().lines().collect()
    }

    /// What Helm printed: standard output, or the error alone.
    fn expected(&self) -> Result<String, String> {
        if let Some(text) = self.section("stdout") {
            return Ok(text.to_owned());
        }
        let text = self.section("stderr").expect("a case ends in stdout or stderr");
        let error = text.split_once("Error: ").expect("Helm's errors begin so").1.trim_end();
        let hint = "\n\nUse --debug flag to render out invalid YAML";
        Err(error.strip_suffix(hint).unwrap_or(error).to_owned())
    }

    fn capture(&mut self, helm: &Path) {
        let folder = std::env::temp_dir().join(format!("windrose-case-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        for (name, body) in &self.0.0 {
            let below = if name.starts_with("outside/") { "" } else { "chart/" };
            let path = folder.join(format!("{below}{name}"));
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, body).unwrap();
        }
        for extra in ["args", "stdout", "stderr", "shown"] {
            let _ = std::fs::remove_file(folder.join("chart").join(extra));
        }
        let output = Command::new(helm)
            .args(["template", "rel", "chart", "--namespace", "ns1"])
            .args(self.args())
            .current_dir(&folder)
            .output()
            .unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        self.0.0.retain(|(name, _)| name != "stdout" && name != "stderr");
        let (name, bytes) = if output.status.success() {
            ("stdout", output.stdout)
        } else {
            ("stderr", output.stderr)
        };
        let text = String::from_utf8(bytes).unwrap();
        let shown = self.0.0.pop_if(|(name, _)| name == "shown");
        self.0.0.push((name.to_owned(), text));
        self.0.0.extend(shown);
    }

    fn show(&mut self, shown: Option<String>) {
        self.0.0.retain(|(name, _)| name != "shown");
        self.0.0.extend(shown.map(|shown| ("shown".to_owned(), shown)));
    }

    fn run(&self) -> Result<String, Told> {
        let files = self.files().into_iter().map(|(name, body)| chart::File {
            name: name.to_owned(),
            data: body.as_bytes().into(),
        });
        let chart = {
            let files: Vec<chart::File> = files.collect();
            chart::load(files.clone()).map_err(|e| Told::new(e.to_string(), &e.diagnose(&files)))?
        };
        let mut values = chart::values::Options::default();
        let mut options = Options::default();
        let mut capabilities = Capabilities::default();
        let mut operation = Operation::Install;
        let mut args = self.args().into_iter().map(str::to_owned);
        while let Some(arg) = args.next() {
            let mut next = || args.next().unwrap();
            match arg.as_str() {
                "--set" => values.set.push(next()),
                "--set-string" => values.set_string.push(next()),
                "--set-json" => values.set_json.push(next()),
                "--set-literal" => values.set_literal.push(next()),
                "--set-file" => values.set_file.push(next()),
                "--values" => {
                    let name = next();
                    let body = self.section(&name).unwrap().as_bytes().to_vec();
                    values.files.push((name, body));
                }
                "--kube-version" => capabilities.kube_version = next().parse().unwrap(),
                "--api-versions" => capabilities.api_versions.push(next()),
                "--include-crds" => options.include_crds = true,
                "--is-upgrade" => operation = Operation::Upgrade,
                other => panic!("unknown argument {other}"),
            }
        }
        let read = |name: &str| self.section(name).map(Into::into).ok_or("no such file".to_owned());
        options.given = Given::by(values.clone());
        let merged = values.merge(&read);
        let values = merged.map_err(|e| Told::new(e.to_string(), &values.diagnose(&e)))?;
        let mut request = install(&chart, &values, &capabilities, options);
        request.release.operation = operation;
        let rendered = render::render(&request);
        rendered
            .map(|r| r.template_text())
            .map_err(|e| Told::new(e.helm_text(), &e.to_diagnostics()))
    }
}

/// What every rendering here asks for: the first revision of `rel`, without a cluster.
fn install<'a>(
    chart: &'a Chart,
    values: &'a yaml::Map,
    capabilities: &'a Capabilities,
    options: Options,
) -> Request<'a> {
    Request {
        chart,
        values,
        release: Release {
            name: "rel".to_owned(),
            namespace: "ns1".to_owned(),
            revision: 1,
            operation: Operation::Install,
        },
        capabilities,
        host: Host {
            now: jiff::Timestamp::UNIX_EPOCH,
            entropy: &random,
            lookup: None,
            resolve: None,
        },
        options,
    }
}

/// Deep but legal recursion of templates needs more stack than a test's thread has.
fn on_a_roomy_stack<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let worker = std::thread::Builder::new().stack_size(256 << 20).spawn(work).unwrap();
    worker.join().unwrap()
}

fn first_difference(expected: &Result<String, String>, found: &Result<String, String>) -> String {
    let (Ok(expected), Ok(found)) = (expected, found) else {
        return format!("\n   Helm: {expected:?}\n   here: {found:?}");
    };
    let pairs = expected.split('\n').zip(found.split('\n')).enumerate();
    for (at, (expected, found)) in pairs {
        if expected != found {
            return format!("line {}\n   Helm: {expected:?}\n   here: {found:?}", at + 1);
        }
    }
    "one is longer than the other".to_owned()
}
