//! The same command lines with the real `helm` and with `windrose` called `helm`, on one control
//! plane: what is printed, exit codes, stored revisions and live objects are equal.
//!
//! `scenarios/*.txt` hold them. `## NAME` begins a scenario, every line after it is a command line of
//! Helm's; `kubectl …` runs kubectl, `#` begins a remark; of a line after `- ` only what comes of it is
//! compared, not what it prints. Each scenario has a namespace of its own for
//! either program, which every command gets, and the charts of `scenarios/charts` in its folder.
//! `@open WHY` above the steps marks a scenario in which the two still differ: it fails once they do not.
//! Groups of resources of `status`, which Helm shows in a random order, are compared by name.
//! **Invariant**: what is masked differs between two runs of the same program, too; what differs on
//! purpose is named in the scenario (`@differs stderr`: the rest of the step is still compared).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regex::Regex;
use serde_json::{Map, Value};
use testkit::{ControlPlane, Finished};

/// How many scenarios are told at once.
const SIDE_BY_SIDE: usize = 3;

#[test]
fn commands_do_what_helms_do() {
    let all = read();
    assert!(all.len() >= 50, "{} scenarios", all.len());
    let only = std::env::var("SCENARIO").unwrap_or_default();
    let all: Vec<_> = all.into_iter().filter(|s| s.name.contains(&only)).collect();
    let cluster = ControlPlane::shared();
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(|| {
                while let Some(scenario) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let mut differences = compare(cluster, scenario);
                    if scenario.open && only.is_empty() {
                        let closed = differences.is_empty();
                        differences =
                            if closed { "is not open any more\n".into() } else { String::new() };
                    }
                    if !differences.is_empty() {
                        failures.lock().unwrap().insert(&scenario.name, differences);
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    let mut text = String::new();
    for (name, differences) in &failures {
        let _ = writeln!(text, "## {name}\n{differences}");
    }
    assert!(failures.is_empty(), "{text}{} of {} scenarios differ", failures.len(), all.len());
}

struct Scenario {
    name: String,
    steps: Vec<Step>,
    /// The two programs still differ.
    open: bool,
}

struct Step {
    words: Vec<String>,
    /// Standard error differs on purpose.
    own_stderr: bool,
    /// Standard output differs on purpose.
    own_stdout: bool,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios")
}

fn read() -> Vec<Scenario> {
    let files = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = files.filter(|f| f.extension() == Some("txt".as_ref())).collect();
    files.sort();
    let mut scenarios: Vec<Scenario> = vec![];
    for file in files {
        let group = file.file_stem().unwrap().to_string_lossy().into_owned();
        let mut differs = String::new();
        for line in fs::read_to_string(&file).unwrap().lines() {
            if let Some(name) = line.strip_prefix("## ") {
                let name = format!("{group}: {name}");
                scenarios.push(Scenario { name, steps: vec![], open: false });
            } else if line.starts_with("@open ") {
                scenarios.last_mut().unwrap().open = true;
            } else if let Some(what) = line.strip_prefix("@differs ") {
                what.clone_into(&mut differs);
            } else if !line.trim().is_empty() && !line.starts_with('#') {
                let steps = &mut scenarios.last_mut().unwrap().steps;
                let (line, silent) =
                    line.strip_prefix("- ").map_or((line, false), |line| (line, true));
                steps.push(Step {
                    words: words(line),
                    own_stderr: silent || differs.contains("stderr"),
                    own_stdout: silent || differs.contains("stdout"),
                });
                differs.clear();
            }
        }
    }
    scenarios
}

/// Words by blanks; single quotes keep blanks together.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted, mut any) = (vec![], String::new(), false, false);
    for letter in line.chars() {
        match letter {
            '\'' => (quoted, any) = (!quoted, true),
            ' ' if !quoted => {
                if any {
                    words.push(std::mem::take(&mut word));
                }
                any = false;
            }
            letter => {
                word.push(letter);
                any = true;
            }
        }
    }
    if any {
        words.push(word);
    }
    words
}

/// What differs, empty if nothing does.
fn compare(cluster: &ControlPlane, scenario: &Scenario) -> String {
    let namespace = cluster.unique("s");
    let [theirs, ours] = std::thread::scope(|scope| {
        let tell = |program: PathBuf, letter: char| {
            let namespace = format!("{namespace}{letter}");
            scope.spawn(move || tell(cluster, scenario, &program, &namespace))
        };
        let helm = tell(testkit::tools().helm(), 'h');
        let windrose = tell(testkit::windrose().clone(), 'w');
        [helm.join().unwrap(), windrose.join().unwrap()]
    });
    let mut text = String::new();
    let steps = scenario.steps.iter().zip(theirs.steps.iter().zip(&ours.steps));
    for (step, (theirs, ours)) in steps {
        let mut part = String::new();
        if theirs.code != ours.code {
            let _ = writeln!(part, "exit code {:?}, not {:?}", ours.code, theirs.code);
        }
        for (what, own, theirs, ours) in [
            ("stdout", step.own_stdout, &theirs.stdout, &ours.stdout),
            ("stderr", step.own_stderr, &theirs.stderr, &ours.stderr),
        ] {
            if !own && theirs != ours {
                part += &lines(what, theirs, ours);
            }
        }
        if !part.is_empty() {
            let _ = write!(text, "$ {}\n{part}", step.words.join(" "));
        }
    }
    for (what, theirs, ours) in
        [("records", &theirs.records, &ours.records), ("objects", &theirs.objects, &ours.objects)]
    {
        text += &trees(what, theirs, ours);
    }
    text
}

/// The lines that only one of two texts has.
fn lines(what: &str, theirs: &str, ours: &str) -> String {
    let mut text = format!("{what}:\n");
    let mut ends = [theirs.lines().collect::<Vec<_>>(), ours.lines().collect()];
    let same = ends[0].iter().zip(&ends[1]).take_while(|(a, b)| a == b).count();
    let ends = ends.each_mut().map(|lines| lines.split_off(same));
    for (mark, lines) in [("helm", &ends[0]), ("ours", &ends[1])] {
        for line in lines.iter().take(12) {
            let _ = writeln!(text, "  {mark}: {line}");
        }
    }
    text
}

/// The paths at which two JSON values differ.
fn trees(path: &str, theirs: &Value, ours: &Value) -> String {
    match (theirs, ours) {
        (Value::Object(a), Value::Object(b)) => {
            let keys: std::collections::BTreeSet<_> = a.keys().chain(b.keys()).collect();
            let null = Value::Null;
            let of = |map: &Map<String, Value>, key: &str| map.get(key).unwrap_or(&null).clone();
            keys.iter()
                .map(|key| trees(&format!("{path}/{key}"), &of(a, key), &of(b, key)))
                .collect()
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let pairs = a.iter().zip(b).enumerate();
            pairs.map(|(index, (a, b))| trees(&format!("{path}/{index}"), a, b)).collect()
        }
        (a, b) if a == b => String::new(),
        (a, b) => format!("{path}\n  helm: {a}\n  ours: {b}\n"),
    }
}

/// What came of a scenario with one program.
struct Told {
    steps: Vec<Finished>,
    /// The stored revisions by name: labels and content.
    records: Value,
    /// Live objects by kind and name.
    objects: Value,
}

fn tell(cluster: &ControlPlane, scenario: &Scenario, program: &Path, namespace: &str) -> Told {
    let dir = tempfile::tempdir().unwrap();
    let called = dir.path().join("bin/helm");
    fs::create_dir_all(called.parent().unwrap()).unwrap();
    std::os::unix::fs::symlink(program, &called).unwrap();
    let work = dir.path().join("work");
    copy(&folder().join("charts"), &work);
    let _ = cluster.kubectl(&["create", "namespace", namespace]).expect_success();
    let kubectl = testkit::tools().kubectl();
    let mask = Masks::of(namespace, dir.path(), cluster.url());
    let steps = scenario.steps.iter().map(|step| {
        let words: Vec<String> =
            step.words.iter().map(|word| word.replace("NAMESPACE", namespace)).collect();
        let (program, words) = match words.split_first() {
            Some((first, rest)) if first == "kubectl" => (&kubectl, rest),
            _ => (&called, words.as_slice()),
        };
        let mut command = cluster.command(program);
        command.current_dir(&work).env("HOME", dir.path()).env("HELM_NAMESPACE", namespace);
        if program == &kubectl {
            command.args(["--namespace", namespace]);
        }
        mask.finished(Finished::of(command.args(words)))
    });
    Told {
        steps: steps.collect(),
        records: records(cluster, namespace, &mask),
        objects: objects(cluster, namespace, &mask),
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn get(cluster: &ControlPlane, namespace: &str, kinds: &str) -> Vec<Value> {
    let words = ["get", kinds, "-n", namespace, "-o", "json", "--show-managed-fields"];
    let found = cluster.kubectl(&words).expect_success();
    let mut found: Value = serde_json::from_str(&found.stdout).unwrap();
    match found["items"].take() {
        Value::Array(items) => items,
        other => panic!("no list: {other}"),
    }
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn records(cluster: &ControlPlane, namespace: &str, mask: &Masks) -> Value {
    let mut all = Map::new();
    for mut secret in get(cluster, namespace, "secrets,configmaps") {
        if text(&secret, "/metadata/labels/owner") != "helm" {
            continue;
        }
        let data = text(&secret, "/data/release");
        let data = if text(&secret, "/kind") == "Secret" {
            String::from_utf8(STANDARD.decode(data).unwrap()).unwrap()
        } else {
            data.to_owned()
        };
        let packed = STANDARD.decode(data).unwrap();
        let mut json = String::new();
        flate2::read::GzDecoder::new(packed.as_slice()).read_to_string(&mut json).unwrap();
        let mut content: Value = serde_json::from_str(&json).unwrap();
        let mut labels = secret["metadata"]["labels"].take();
        labels["modifiedAt"] = "TIME".into();
        without_times_of_files(&mut content["chart"]);
        mask.tree(&mut content);
        let name = mask.text(text(&secret, "/metadata/name"));
        let kind = secret["kind"].take();
        all.insert(name, serde_json::json!({ "kind": kind, "labels": labels, "content": content }));
    }
    Value::Object(all)
}

/// When a chart's files were changed on disk does not belong to a revision: the same chart would be
/// another one on every checkout. Windrose does not record it.
fn without_times_of_files(chart: &mut Value) {
    let chart = chart.as_object_mut().unwrap();
    chart.retain(|key, _| !["modtime", "schemamodtime"].contains(&key.as_str()));
    for list in ["templates", "files"] {
        for file in chart[list].as_array_mut().into_iter().flatten() {
            file.as_object_mut().unwrap().remove("modtime");
        }
    }
}

/// The kinds that scenarios make.
const KINDS: &str = "configmaps,secrets,services,serviceaccounts,deployments,statefulsets,jobs,\
                     persistentvolumeclaims,roles,rolebindings,ingresses";

fn objects(cluster: &ControlPlane, namespace: &str, mask: &Masks) -> Value {
    let mut all = Map::new();
    for mut object in get(cluster, namespace, KINDS) {
        let name = format!("{}/{}", text(&object, "/kind"), text(&object, "/metadata/name"));
        let own = ["ConfigMap/kube-root-ca.crt", "ServiceAccount/default"].contains(&name.as_str());
        if own || text(&object, "/metadata/labels/owner") == "helm" {
            continue;
        }
        let fields = object.as_object_mut().unwrap();
        fields.remove("status");
        let metadata = fields["metadata"].as_object_mut().unwrap();
        for key in ["uid", "resourceVersion", "creationTimestamp", "generation"] {
            metadata.remove(key);
        }
        if let Some(Value::Array(managers)) = metadata.get_mut("managedFields") {
            managers.retain(|m| !text(m, "/manager").starts_with("kube-"));
            // The server orders them by time.
            managers.sort_by_key(|m| {
                (text(m, "/manager").to_owned(), text(m, "/operation").to_owned())
            });
        }
        if let Some(Value::Object(notes)) = metadata.get_mut("annotations") {
            notes.remove("deployment.kubernetes.io/revision");
        }
        if let Some(Value::Object(spec)) = fields.get_mut("spec") {
            for key in ["clusterIP", "clusterIPs"] {
                spec.remove(key);
            }
        }
        mask.tree(&mut object);
        all.insert(mask.text(&name), object);
    }
    Value::Object(all)
}

/// A page of `status` with the groups of its resources by name.
fn by_group(page: &str) -> String {
    let parts = page.split_once("RESOURCES:\n").and_then(|(head, rest)| {
        let end = rest.find("\n\n\n")? + 2;
        Some((head, &rest[..end], &rest[end..]))
    });
    let Some((head, groups, tail)) = parts else { return page.to_owned() };
    let mut groups: Vec<&str> = groups.split("==> ").collect();
    groups.sort_unstable();
    format!("{head}RESOURCES:\n{}{tail}", groups.join("==> "))
}

/// What differs between two runs of the same program.
struct Masks {
    words: Vec<(String, &'static str)>,
    patterns: Vec<(Regex, &'static str)>,
}

impl Masks {
    fn of(namespace: &str, dir: &Path, server: &str) -> Self {
        let words = vec![
            (dir.to_string_lossy().into_owned(), "DIR"),
            (server.to_owned(), "SERVER"),
            (namespace.to_owned(), "NAMESPACE"),
        ];
        let patterns = [
            (
                r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?( ?(Z|[+-]\d\d:?\d\d)( [A-Z]{3,4})?)?",
                "TIME",
            ),
            (r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}", "DATE"),
            (r"(?m) {3}\d+s$", "   AGE"),
            (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UID"),
            (r"modifiedAt=\d+", "modifiedAt=SECONDS"),
            (r#""modifiedAt":"\d+""#, "modifiedAt: SECONDS"),
            (r#"modifiedAt: "\d+""#, "modifiedAt: SECONDS"),
            // The number of digits of a second's fraction varies, and with it the width of a column.
            (r"UPDATED +", "UPDATED "),
            (r"TIME +\t", "TIME\t"),
            (r"(?m)^E\d{4} .*\n", ""),
            (r"\b10\.96\.\d+\.\d+ *", "ADDRESS"),
            (r"CLUSTER-IP +", "CLUSTER-IP "),
            (r"\b(site|other)-[0-9a-f]{9,10}-[a-z0-9]{5}\b", "POD"),
            (r"\bsite-\d{10}\b", "site-SECONDS"),
            (r#""resourceVersion":"\d+""#, r#""resourceVersion":"N""#),
            (r#"resourceVersion: "\d+""#, "resourceVersion: N"),
            (r"\b10\.244\.\d+\.\d+\b", "POD-IP"),
            (r"\bnode-\d\b", "NODE"),
            // When files were changed on disk, see `without_times_of_files`.
            (r#","modtime":"TIME""#, ""),
            (r"(?m)^ +modtime: .*\n", ""),
        ];
        let patterns = patterns.map(|(text, name)| (Regex::new(text).unwrap(), name)).to_vec();
        Self { words, patterns }
    }

    fn text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (word, name) in &self.words {
            text = text.replace(word, name);
        }
        for (pattern, name) in &self.patterns {
            text = pattern.replace_all(&text, *name).into_owned();
        }
        text
    }

    fn finished(&self, done: Finished) -> Finished {
        let stdout = by_group(&self.text(&done.stdout));
        Finished { stdout, stderr: self.text(&done.stderr), ..done }
    }

    fn tree(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.text(text),
            Value::Array(list) => list.iter_mut().for_each(|value| self.tree(value)),
            Value::Object(map) => map.values_mut().for_each(|value| self.tree(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}
