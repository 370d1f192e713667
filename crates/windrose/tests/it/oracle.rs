//! `windrose helm template` held against the real Helm: standard output, standard error, exit code
//! and files written.
//!
//! A case is a text: files in sections `-- NAME --`, then runs in sections `-- run ARGUMENTS --`
//! with what Helm 4.3.1 did. Arguments follow `helm template`; before them may stand `NAME=value`
//! for the environment and after them `< FILE` for standard input; `'…'` keeps spaces. What Helm
//! logs for its developers (`level=DEBUG`) is left out. After adding a run, or to see whether Helm
//! still says the same, capture anew:
//!
//!     HELM=path/to/helm cargo test -p windrose --test it

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::cases;

/// A folder's files and command lines with what came of them.
pub(crate) struct Case {
    files: Vec<(String, String)>,
    pub(crate) runs: Vec<Run>,
}

pub(crate) struct Run {
    pub(crate) line: String,
    pub(crate) result: String,
}

/// A program, what stands before the words of a run, and its environment.
pub(crate) struct Program {
    pub(crate) path: PathBuf,
    pub(crate) before: Vec<&'static str>,
    pub(crate) environment: Vec<(&'static str, String)>,
}

impl Program {
    pub(crate) fn windrose() -> Self {
        Self {
            path: env!("CARGO_BIN_EXE_windrose").into(),
            before: vec!["helm", "template"],
            environment: vec![("WINDROSE_ERRORS", "helm".to_owned())],
        }
    }

    pub(crate) fn helm(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), before: vec!["template"], environment: vec![] }
    }
}

impl Case {
    pub(crate) fn read(path: &Path) -> Self {
        let mut case = Self { files: vec![], runs: vec![] };
        let text = std::fs::read_to_string(path).unwrap();
        let mut body: Option<&mut String> = None;
        for line in text.split_inclusive('\n') {
            let name = line.trim_end().strip_prefix("-- ").and_then(|l| l.strip_suffix(" --"));
            if let Some(name) = name {
                body = Some(if let Some(line) = name.strip_prefix("run ") {
                    case.runs.push(Run { line: line.to_owned(), result: String::new() });
                    &mut case.runs.last_mut().unwrap().result
                } else {
                    case.files.push((name.to_owned(), String::new()));
                    &mut case.files.last_mut().unwrap().1
                });
            } else {
                body.as_mut().expect("text before the first section").push_str(line);
            }
        }
        case
    }

    /// The objects that a cluster has before, in this namespace where they name none.
    pub(crate) fn objects(&self, namespace: &str) -> Vec<serde_json::Value> {
        let files = self.files.iter().filter(|(name, _)| name.starts_with("cluster/"));
        let read = |text: &str| serde_json::from_str(&text.replace("$NS", namespace)).unwrap();
        files.map(|(_, body)| read(body)).collect()
    }

    fn to_text(&self) -> String {
        let files = self.files.iter().map(|(name, body)| format!("-- {name} --\n{body}"));
        let runs = self.runs.iter().map(|run| format!("-- run {} --\n{}", run.line, run.result));
        files.chain(runs).collect()
    }

    /// What comes of every run, four at a time.
    fn run_all(&self, program: &Program) -> Vec<String> {
        let next = AtomicUsize::new(0);
        let results = Mutex::new(vec![String::new(); self.runs.len()]);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    loop {
                        let at = next.fetch_add(1, Ordering::Relaxed);
                        let Some(run) = self.runs.get(at) else { return };
                        let result = self.run(&run.line, program);
                        results.lock().unwrap()[at] = result;
                    }
                });
            }
        });
        results.into_inner().unwrap()
    }

    /// Writes the files into an empty folder, runs a line there and tells all that came of it.
    pub(crate) fn run(&self, line: &str, program: &Program) -> String {
        let top = scratch();
        let folder = top.join("work");
        std::fs::create_dir_all(&folder).unwrap();
        for (name, body) in &self.files {
            let path = folder.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, body).unwrap();
        }
        let before = below(&folder);
        let output = command(line, program, &folder).output().unwrap();
        let shown = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes).replace(folder.to_str().unwrap(), "$DIR");
            let lines = text.split_inclusive('\n').filter(|l| !l.starts_with("level=DEBUG"));
            let mut text: String = lines.collect();
            if !text.is_empty() && !text.ends_with('\n') {
                text.push('\n');
            }
            text
        };
        let mut result = format!(
            "exit: {}\n----- stdout\n{}----- stderr\n{}",
            output.status.code().unwrap(),
            shown(&output.stdout),
            shown(&output.stderr)
        );
        for (name, data) in
            below(&folder).iter().filter(|(name, data)| before.get(*name) != Some(data))
        {
            result = format!("{result}----- file {name}\n{}", shown(data));
        }
        std::fs::remove_dir_all(&top).unwrap();
        result
    }
}

fn command(line: &str, program: &Program, folder: &Path) -> Command {
    let mut words = words(line);
    let mut command = Command::new(&program.path);
    command
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", folder.parent().unwrap())
        .current_dir(folder)
        .envs(program.environment.iter().map(|(k, v)| (k, v)))
        .args(&program.before)
        .stdin(Stdio::null());
    if let Some(at) = words.iter().position(|word| word == "<") {
        command.stdin(std::fs::File::open(folder.join(&words[at + 1])).unwrap());
        words.truncate(at);
    }
    let is_variable = |word: &String| {
        let name = word.split_once('=').map_or("", |(name, _)| name);
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')
    };
    let count = words.iter().take_while(|word| is_variable(word)).count();
    for variable in words.drain(..count) {
        let (name, value) = variable.split_once('=').unwrap();
        command.env(name, value);
    }
    command.args(words);
    command
}

/// Words at spaces; quotes keep what is between them together.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![];
    let mut word: Option<String> = None;
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '\'' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            ' ' if !quoted => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

fn below(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                found.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

fn scratch() -> PathBuf {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    std::env::temp_dir().join(format!("windrose-oracle-{}-{number}", std::process::id()))
}

pub(crate) fn in_folder(name: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(cases().join(name)).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

#[test]
fn helm_template_does_what_helm_does() {
    let mut wrong = vec![];
    let mut seen = 0;
    for path in in_folder("template") {
        let mut case = Case::read(&path);
        if let Some(helm) = std::env::var_os("HELM") {
            let results = case.run_all(&Program::helm(helm));
            for (run, result) in case.runs.iter_mut().zip(results) {
                run.result = result;
            }
            std::fs::write(&path, case.to_text()).unwrap();
        }
        for (run, got) in case.runs.iter().zip(case.run_all(&Program::windrose())) {
            seen += 1;
            if got != run.result {
                let name = path.file_name().unwrap().to_string_lossy();
                wrong.push(format!("{name}: {}\nHelm:\n{}here:\n{got}", run.line, run.result));
            }
        }
    }
    assert!(seen > 100, "only {seen} runs");
    assert!(wrong.is_empty(), "{} of {seen}\n\n{}", wrong.len(), wrong.join("\n"));
}
