//! `windrose helm` and the real `helm` take turns at one release, and each reads what the other wrote.

use serde_json::Value;

use crate::pair::copy_chart;
use crate::world::World;

#[test]
fn both_helms_take_turns_at_one_release() {
    turns(&World::real());
}

#[test]
fn both_helms_take_turns_in_the_sandbox() {
    turns(&World::sandbox());
}

fn turns(world: &World) {
    copy_chart(world, "web");
    let release = Release { world, namespace: world.unique("turns") };
    release.ours(&["install", "site", "./web", "--create-namespace", "--wait"]);
    assert_eq!(release.seen("greeting"), "hello");

    release.theirs(&["upgrade", "site", "./web", "--set", "greeting=two", "--wait"]);
    assert_eq!(release.seen("greeting"), "two");
    let upgrade =
        ["upgrade", "site", "./web", "--reset-then-reuse-values", "--set", "replicas=2", "--wait"];
    release.ours(&upgrade);
    assert_eq!(release.seen("greeting"), "two", "values are reused");
    release.theirs(&["rollback", "site", "1", "--wait"]);
    assert_eq!(release.seen("greeting"), "hello");
    release.ours(&["rollback", "site", "2", "--wait"]);
    assert_eq!(release.seen("greeting"), "two");
    release.theirs(&["upgrade", "site", "./web", "--reset-values", "--set", "outcome=live"]);
    assert_eq!(release.seen("greeting"), "hello");

    let history = release.agree(&["history", "site"]);
    let statuses: Vec<&str> =
        history.as_array().unwrap().iter().map(|r| r["status"].as_str().unwrap()).collect();
    assert_eq!(statuses.len(), 6);
    assert_eq!(statuses.iter().filter(|status| **status == "deployed").count(), 1);
    assert_eq!(statuses.last(), Some(&"deployed"));
    release.agree(&["list"]);
    for revision in 1..=6 {
        let revision = format!("--revision={revision}");
        release.agree(&["get", "values", "site", &revision]);
        for part in ["manifest", "hooks", "notes"] {
            release.same(&["get", part, "site", &revision]);
        }
        let status = ["status", "site", revision.as_str()];
        let pages = [release.ours(&status), release.theirs(&status)];
        let [ours, theirs] = pages.each_ref().map(|page| without_resources(page));
        assert_eq!(ours, theirs);
        release.same(&["get", "all", "site", &revision]);
        release.same(&["get", "metadata", "site", &revision]);
    }
    release.same(&["list"]);
    release.same(&["history", "site"]);
    release.same(&["get", "values", "site", "--all"]);

    release.ours(&["uninstall", "site", "--wait", "--keep-history"]);
    assert!(release.theirs(&["status", "site"]).contains("STATUS: uninstalled"));
    release.theirs(&["uninstall", "site"]);
    assert!(world.records(&release.namespace).is_empty());
    release.theirs(&["install", "site", "./web", "--wait"]);
    release.ours(&["uninstall", "site", "--wait"]);
    assert_eq!(release.theirs(&["list", "--short"]), "");
    let left = world.get(&["deployment,configmap", "-n", &release.namespace, "-l", "app=site"]);
    assert_eq!(left["items"].as_array().unwrap().len(), 0);
}

/// A status without the tables of live objects, whose order is random in Helm and whose ages grow.
fn without_resources(status: &str) -> String {
    let Some((head, rest)) = status.split_once("RESOURCES:\n") else { return status.to_owned() };
    let at = rest.find("TEST SUITE:").unwrap();
    format!("{head}{}", &rest[at..])
}

struct Release<'a> {
    world: &'a World,
    namespace: String,
}

impl Release<'_> {
    #[track_caller]
    fn ours(&self, words: &[&str]) -> String {
        let all = [&["helm"], words, &["--namespace", &self.namespace]].concat();
        self.world.windrose(&all).expect_success().stdout
    }

    #[track_caller]
    fn theirs(&self, words: &[&str]) -> String {
        let all = [words, &["--namespace", &self.namespace]].concat();
        self.world.helm(&all).expect_success().stdout
    }

    /// Both print the same text.
    #[track_caller]
    fn same(&self, words: &[&str]) {
        assert_eq!(self.ours(words), self.theirs(words), "{words:?}");
    }

    /// Both print the same JSON, byte for byte.
    #[track_caller]
    fn agree(&self, words: &[&str]) -> Value {
        let all = [words, &["--output", "json"]].concat();
        self.same(&all);
        serde_json::from_str(&self.theirs(&all)).unwrap()
    }

    /// A field of the live ConfigMap.
    fn seen(&self, field: &str) -> String {
        let config = self.world.get(&["configmap", "site", "-n", &self.namespace]);
        config["data"][field].as_str().unwrap().to_owned()
    }
}
