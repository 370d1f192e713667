//! A small stack of our own chart, whose pods fare as the test wants.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::world::World;

/// Our chart, for stories that need pods which fail.
pub(crate) fn chart() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/charts/web")
}

/// `first`, which `second` needs, and `apart`, which stands for itself.
pub(crate) struct Pair<'a> {
    world: &'a World,
    /// Their namespace.
    pub(crate) namespace: String,
}

const STACK: &str = r#"apiVersion: stack/v1
name: NAMESPACE
inputs:
  outcome: {type: string, default: live}
  greeting: {type: string, default: hello}
environments:
  only: {}
charts:
  web: {path: charts/web}
defaults: {namespace: NAMESPACE, timeout: TIMEOUT}
releases:
  first:
    chart: web
    values: [{outcome: "${{ inputs.outcome }}", greeting: "${{ inputs.greeting }}"}]
  second: {chart: web, needs: [first]}
  apart: {chart: web}
"#;

impl<'a> Pair<'a> {
    /// Writes the stack to a world; a release may take as long as `timeout` to become ready.
    pub(crate) fn write(world: &'a World, timeout: &str) -> Self {
        let namespace = world.unique("pair");
        copy_chart(world, "charts/web");
        let text = STACK.replace("NAMESPACE", &namespace).replace("TIMEOUT", timeout);
        world.write("stack.yaml", &text);
        Self { world, namespace }
    }

    /// Status of each revision of a release by number, as the real Helm tells it.
    pub(crate) fn history(&self, release: &str) -> BTreeMap<i64, String> {
        let words = ["history", release, "-n", &self.namespace, "--output", "json"];
        let done = self.world.helm(&words);
        if done.code != Some(0) {
            assert!(done.stderr.contains("not found"), "{}", done.stderr);
            return BTreeMap::new();
        }
        let all: Value = serde_json::from_str(&done.stdout).unwrap();
        all.as_array()
            .unwrap()
            .iter()
            .map(|r| (r["revision"].as_i64().unwrap(), r["status"].as_str().unwrap().to_owned()))
            .collect()
    }

    /// Every release is deployed at its last revision, and at no other.
    #[track_caller]
    pub(crate) fn is_sane(&self) {
        for release in ["first", "second", "apart"] {
            let history = self.history(release);
            let revisions: Vec<i64> = history.keys().copied().collect();
            let last = revisions.last().copied().unwrap_or_default();
            assert_eq!(revisions, (1..=last).collect::<Vec<_>>(), "{release} lost a revision");
            let deployed: Vec<_> = history.iter().filter(|(_, s)| *s == "deployed").collect();
            assert_eq!(deployed, [(&last, &"deployed".to_owned())], "{release}: {history:?}");
            assert!(!history.values().any(|s| s.starts_with("pending")), "{release}: {history:?}");
        }
    }
}

/// Copies our chart into a world.
pub(crate) fn copy_chart(world: &World, to: &str) {
    let templates = chart().join("templates");
    let files = ["Chart.yaml", "values.yaml"].map(|name| chart().join(name)).into_iter();
    let templates = fs::read_dir(templates).unwrap().map(|entry| entry.unwrap().path());
    for file in files.chain(templates) {
        let name = file.strip_prefix(chart()).unwrap();
        world.write(&format!("{to}/{}", name.display()), &fs::read_to_string(&file).unwrap());
    }
}
