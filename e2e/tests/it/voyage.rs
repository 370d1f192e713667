//! The main story: eight real charts, two environments, from the first apply to the last destroy.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use testkit::Finished;

use crate::observatory::{Observatory, STAGING, TRACES};
use crate::world::{World, poll};

#[test]
fn real_charts_live_and_go_on_the_real_control_plane() {
    voyage(&World::real());
}

#[test]
fn real_charts_live_and_go_in_the_sandbox() {
    voyage(&World::sandbox());
}

fn voyage(world: &World) {
    let Some(charts) = testkit::charts() else { return };
    let stack = Observatory::write(world, &charts);
    let story = Story { world, stack };
    story.first_apply();
    story.second_apply_changes_nothing();
    story.an_input_changes_what_depends_on_it();
    story.helm_takes_part();
    story.what_was_edited_by_hand_is_repaired();
    story.destroy_leaves_nothing();
}

struct Story<'a> {
    world: &'a World,
    stack: Observatory,
}

const ENVIRONMENTS: [&str; 2] = ["staging", "production"];

/// One word a touched object: `prometheus update Deployment/staging-prometheus-server`.
type Changes = BTreeSet<String>;

impl Story<'_> {
    fn first_apply(&self) {
        for environment in ENVIRONMENTS {
            assert_eq!(self.plan_exit(environment), 2, "everything is to be created");
            let done = self.apply(environment);
            assert!(done.stderr.contains("installed, revision 1"), "{}", done.stderr);
            for (release, row) in rows(&done.stdout) {
                assert!(row.contains("deployed"), "{release}: {row}");
                assert!(is_all_ready(&row), "{release}: {row}");
            }
            assert_eq!(names(&rows(&done.stdout)), releases_of(environment));
            assert!(done.stderr.contains("windrose status"), "{}", done.stderr);
        }
        let crds = self.world.get(&["crd"]);
        let names = crds["items"].as_array().unwrap().iter().map(|crd| &crd["metadata"]["name"]);
        assert!(names.into_iter().any(|n| n == "streams.jetstream.nats.io"), "crds/ of nack");
    }

    fn second_apply_changes_nothing(&self) {
        for (at, environment) in ENVIRONMENTS.into_iter().enumerate() {
            let before = self.world.records(&self.stack.namespaces[at]);
            assert_eq!(before.len(), releases_of(environment).len(), "{before:?}");
            assert_eq!(self.planned(environment), Changes::new());
            assert_eq!(self.plan_exit(environment), 0);
            self.apply(environment);
            assert_eq!(self.world.records(&self.stack.namespaces[at]), before);
        }
    }

    fn an_input_changes_what_depends_on_it(&self) {
        self.stack.staging(self.world, "retention: 30d\n");
        let expected = changes(&["prometheus update Deployment/staging-prometheus-server"]);
        assert_eq!(self.planned("staging"), expected);
        assert_eq!(self.planned("production"), Changes::new(), "its inputs are the same");
        assert_eq!(self.plan_exit("staging"), 2);
        let before = self.world.records(&self.stack.namespaces[0]);
        self.apply("staging");
        let after = self.world.records(&self.stack.namespaces[0]);
        let new: Vec<&String> = after.keys().filter(|name| !before.contains_key(*name)).collect();
        assert_eq!(new, ["sh.helm.release.v1.staging-prometheus.v2"]);
        let status = self.status("staging");
        assert_eq!(revision(&status, "prometheus"), 2);
        assert_eq!(revision(&status, "karma"), 1);
    }

    fn helm_takes_part(&self) {
        let namespace = self.stack.namespaces[0].as_str();
        let helm = |arguments: &[&str]| {
            self.world.helm(&[arguments, &["-n", namespace]].concat()).expect_success().stdout
        };
        assert_eq!(helm(&["list", "--short"]).lines().count(), STAGING.len());
        assert!(helm(&["list", "--deployed"]).contains("prometheus-29.27.0"));
        let history = helm(&["history", "staging-prometheus"]);
        assert!(history.contains("superseded") && history.contains("deployed"), "{history}");
        assert!(helm(&["status", "staging-prometheus"]).contains("REVISION: 2"));
        assert!(helm(&["get", "values", "staging-prometheus"]).contains("retention: 30d"));

        helm(&["rollback", "staging-prometheus", "1", "--wait"]);
        let karma = ["upgrade", "staging-karma", "charts/karma.tgz", "--reuse-values"];
        helm(&[karma.as_slice(), &["--set", "replicaCount=3", "--wait"]].concat());

        let expected = changes(&[
            "karma update Deployment/staging-karma",
            "prometheus update Deployment/staging-prometheus-server",
        ]);
        assert_eq!(self.planned("staging"), expected);
        self.apply("staging");
        assert_eq!(self.planned("staging"), Changes::new());
        let list = helm(&["list", "--output", "json"]);
        let list: Value = serde_json::from_str(&list).unwrap();
        for (name, revision) in [("prometheus", "4"), ("karma", "3"), ("valkey", "1")] {
            let name = format!("staging-{name}");
            let row = list.as_array().unwrap().iter().find(|r| r["name"] == name.as_str()).unwrap();
            assert_eq!((&row["revision"], &row["status"]), (&revision.into(), &"deployed".into()));
        }
        let replicas = self.deployment("staging-karma")["spec"]["replicas"].clone();
        assert_eq!(replicas, 1, "the stack says so");
    }

    fn what_was_edited_by_hand_is_repaired(&self) {
        let namespace = self.stack.namespaces[0].as_str();
        let kubectl = |arguments: &[&str]| {
            self.world.kubectl(&[arguments, &["-n", namespace]].concat()).expect_success()
        };
        kubectl(&["scale", "deployment/staging-karma", "--replicas=5"]);
        kubectl(&["delete", "service/staging-grafana"]);
        let port = r#"[{"op": "replace", "path": "/spec/ports/0/targetPort", "value": 9999}]"#;
        let exporter = "service/staging-exporter-prometheus-redis-exporter";
        kubectl(&["patch", exporter, "--type=json", "--patch", port]);
        let expected = changes(&[
            "exporter update Service/staging-exporter-prometheus-redis-exporter",
            "grafana create Service/staging-grafana",
            "karma update Deployment/staging-karma",
        ]);
        assert_eq!(self.planned("staging"), expected);
        self.apply("staging");
        assert_eq!(self.planned("staging"), Changes::new());
        assert_eq!(self.deployment("staging-karma")["spec"]["replicas"], 1);
        let service = self.world.get(&[exporter, "-n", namespace]);
        assert_ne!(service["spec"]["ports"][0]["targetPort"], 9999);
    }

    fn destroy_leaves_nothing(&self) {
        let definitions = || {
            let all = self.world.kubectl(&["get", "crd", "--output", "name"]).expect_success();
            all.stdout.lines().filter(|l| l.contains("nats.io")).map(str::to_owned).collect()
        };
        let before: Vec<String> = definitions();
        let mut claims = BTreeSet::new();
        for environment in ENVIRONMENTS {
            let words = ["destroy", "-e", environment, "--yes"];
            let done = self.world.windrose(&words).expect_success();
            let left =
                done.stderr.lines().filter_map(|l| l.trim().strip_prefix("PersistentVolumeClaim/"));
            claims.extend(left.map(|l| l.split(' ').next().unwrap().to_owned()));
            let status = self.status(environment);
            let releases = status["releases"].as_array().unwrap();
            assert!(releases.iter().all(|r| r["installed"].is_null()), "{status}");
        }
        assert!(!before.is_empty());
        assert_eq!(definitions(), before, "definitions below crds/ stay");
        let kinds = self.kinds();
        poll("only claims and what a namespace has by itself are left", || {
            let left = self.left(&kinds);
            let claimed: BTreeSet<String> = left
                .iter()
                .filter_map(|l| l.strip_prefix("PersistentVolumeClaim/"))
                .map(str::to_owned)
                .collect();
            let rest: Vec<&String> = left.iter().filter(|l| !belongs_to_a_namespace(l)).collect();
            claimed == claims && rest.is_empty()
        });
        assert!(
            claims.iter().any(|claim| claim.contains("staging-valkey-primary-0")),
            "{claims:?}"
        );
    }

    #[track_caller]
    fn apply(&self, environment: &str) -> Finished {
        self.world.windrose(&["apply", "-e", environment]).expect_success()
    }

    /// The exit code of `plan --detailed-exitcode`.
    #[track_caller]
    fn plan_exit(&self, environment: &str) -> i32 {
        let done = self.world.windrose(&["plan", "-e", environment, "--detailed-exitcode"]);
        let word = if done.code == Some(0) { "no changes" } else { "to c" };
        assert!(done.stdout.contains(word), "{}\n{}", done.stdout, done.stderr);
        done.code.unwrap()
    }

    #[track_caller]
    fn planned(&self, environment: &str) -> Changes {
        let words = ["plan", "-e", environment, "--output", "json"];
        let plan = self.world.windrose(&words).expect_success();
        touched(&serde_json::from_str(&plan.stdout).unwrap())
    }

    #[track_caller]
    fn status(&self, environment: &str) -> Value {
        let words = ["status", "-e", environment, "--output", "json"];
        serde_json::from_str(&self.world.windrose(&words).expect_success().stdout).unwrap()
    }

    fn deployment(&self, name: &str) -> Value {
        self.world.get(&["deployment", name, "-n", &self.stack.namespaces[0]])
    }

    /// Every kind that can be listed, as kubectl takes them.
    fn kinds(&self) -> String {
        let all = ["api-resources", "--verbs=list", "--output=name"];
        let all = self.world.kubectl(&all).expect_success().stdout;
        // Events tell of what was; they go by themselves.
        let kinds: Vec<&str> = all.lines().filter(|kind| !kind.starts_with("events")).collect();
        kinds.join(",")
    }

    /// `Kind/name` of all that is in our namespaces, or that speaks of them.
    fn left(&self, kinds: &str) -> BTreeSet<String> {
        let ours = self.stack.namespaces.each_ref().map(|name| format!("\"{name}\""));
        let all = self.world.get(&[kinds, "--all-namespaces"]);
        let items = all["items"].as_array().unwrap().iter();
        items
            .filter(|item| ours.iter().any(|name| item.to_string().contains(name)))
            .map(|item| format!("{}/{}", text(&item["kind"]), text(&item["metadata"]["name"])))
            .collect()
    }
}

fn releases_of(environment: &str) -> BTreeSet<String> {
    let traces = (environment == "production").then_some(TRACES);
    STAGING.into_iter().chain(traces).map(str::to_owned).collect()
}

/// Every namespace has these; claims are looked at by name.
fn belongs_to_a_namespace(object: &str) -> bool {
    let kinds = ["Namespace/", "PersistentVolumeClaim/", "PersistentVolume/"];
    let objects = ["ServiceAccount/default", "ConfigMap/kube-root-ca.crt"];
    kinds.iter().any(|kind| object.starts_with(kind)) || objects.contains(&object)
}

/// What a plan (`--output json`) touches.
fn touched(plan: &Value) -> Changes {
    let mut all = Changes::new();
    for release in plan["releases"].as_array().unwrap() {
        let key = text(&release["key"]);
        let objects: Vec<String> = release["plan"]["changes"]
            .as_array()
            .unwrap_or_else(|| panic!("{key} has no plan: {release}"))
            .iter()
            .filter(|c| !matches!(text(&c["change"]), "unchanged" | "keep"))
            .map(|c| {
                let object = &c["object"];
                format!(
                    "{key} {} {}/{}",
                    text(&c["change"]),
                    text(&object["kind"]),
                    text(&object["name"])
                )
            })
            .collect();
        // A release that is upgraded without touching an object must show too.
        if objects.is_empty() && release["plan"]["action"] != "nothing" {
            all.insert(format!("{key} {}", release["plan"]["action"]));
        }
        all.extend(objects);
    }
    assert_eq!(all.is_empty(), plan["verdict"] == "no changes", "{all:?}, but {}", plan["verdict"]);
    all
}

fn changes(words: &[&str]) -> Changes {
    words.iter().map(|&word| word.to_owned()).collect()
}

/// The table that `apply` and `status` print: each release's row by its key.
fn rows(table: &str) -> BTreeMap<String, String> {
    let body = table.lines().skip_while(|line| !line.starts_with("RELEASE")).skip(1);
    body.take_while(|line| !line.is_empty())
        .map(|line| (line.split(' ').next().unwrap().to_owned(), line.to_owned()))
        .collect()
}

fn names(rows: &BTreeMap<String, String>) -> BTreeSet<String> {
    rows.keys().cloned().collect()
}

/// Whether a row ends in `4 of 4 objects`.
fn is_all_ready(row: &str) -> bool {
    let words: Vec<&str> = row.split_whitespace().rev().take(4).collect();
    matches!(words[..], ["objects", total, "of", ready] if total == ready)
}

fn revision(status: &Value, key: &str) -> i64 {
    let releases = status["releases"].as_array().unwrap();
    let release = releases.iter().find(|release| release["key"] == key).unwrap();
    release["installed"]["revision"].as_i64().unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
