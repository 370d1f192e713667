//! A plan in a file: what was wanted, what was foreseen, and whether the cluster still agrees.
//!
//! The file holds everything that carrying out takes, values and manifests with their secrets too:
//! whoever can read it can read those. **Invariant**: it is carried out only if deciding anew comes to
//! the same plan.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use kubernetes::ObjectRef;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::act::{ActOptions, OnFailure, WaitMode};
use crate::desired::Desired;
use crate::observe::Observed;
use crate::plan::Plan;

/// What the files are.
const KIND: &str = "plan.windrose.dev/v1";

/// A plan that waits.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Saved {
    #[serde(rename = "apiVersion")]
    kind: String,
    /// The cluster it is for: the UID of its `kube-system`; empty where that may not be read.
    pub cluster: String,
    /// What was wanted.
    pub desired: Desired,
    how: How,
    /// The plan as it was shown.
    foreseen: Value,
    /// By object, what its Secret held: a hash that tells nothing without the rest of the file.
    secrets: BTreeMap<String, String>,
}

/// What of [`ActOptions`] belongs to the plan.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct How {
    timeout: Duration,
    wait: WaitMode,
    on_failure: OnFailure,
}

impl Saved {
    /// What a file of the plan holds.
    ///
    /// `cluster` is the UID of the cluster's `kube-system`, or nothing.
    pub fn new(
        desired: &Desired,
        observed: &Observed,
        plan: &Plan,
        options: &ActOptions,
        cluster: &str,
    ) -> Self {
        let ActOptions { timeout, wait, on_failure, .. } = options;
        Self {
            kind: KIND.to_owned(),
            cluster: cluster.to_owned(),
            desired: desired.clone(),
            how: How { timeout: *timeout, wait: *wait, on_failure: *on_failure },
            foreseen: serde_json::to_value(plan).unwrap_or_default(),
            secrets: secrets(observed),
        }
    }

    /// The file's text.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default() + "\n"
    }

    /// Reads a file's text; the error says what is wrong with it.
    pub fn from_json(text: &[u8]) -> Result<Self, String> {
        let value: Value =
            serde_json::from_slice(text).map_err(|error| format!("it is no plan: {error}"))?;
        match value.get("apiVersion").and_then(Value::as_str) {
            Some(KIND) => {}
            Some(other) => return Err(format!("it is a {other:?}, and this knows {KIND:?}")),
            None => return Err("it is no plan".to_owned()),
        }
        serde_json::from_value(value).map_err(|error| format!("it is damaged: {error}"))
    }

    /// How it is to be carried out, on top of the caller's holder, wording and cancellation.
    pub fn act_options(&self, options: ActOptions) -> ActOptions {
        let How { timeout, wait, on_failure } = self.how;
        ActOptions { timeout, wait, on_failure, ..options }
    }

    /// What moved since: where deciding anew comes to something else, one sentence each.
    pub fn moved(&self, observed: &Observed, plan: &Plan) -> Vec<String> {
        let now = serde_json::to_value(plan).unwrap_or_default();
        let then = &self.foreseen;
        let mut moved = vec![];
        if then["previous"] != now["previous"] {
            let name = |value: &Value| match value {
                Value::Null => "no revision".to_owned(),
                number => format!("revision {number}"),
            };
            let (then, now) = (name(&then["previous"]), name(&now["previous"]));
            moved.push(format!("{now} is there now, and it was {then}"));
        } else if then["action"] != now["action"] || then["revision"] != now["revision"] {
            moved.push("the history of the release has changed".to_owned());
        }
        for field in ["creates_namespace", "crds", "hooks", "repair"] {
            if then[field] != now[field] {
                moved.push(format!("{} would be others", field.replace('_', " ")));
            }
        }
        let (then, now) = (changes(then), changes(&now));
        let objects: BTreeSet<&String> = then.keys().chain(now.keys()).collect();
        for object in objects {
            let (then, now) = (then.get(object), now.get(object));
            if then != now {
                let then = then.map_or_else(|| "nothing".to_owned(), describe);
                let now = now.map_or_else(|| "nothing".to_owned(), describe);
                moved.push(if then == now {
                    format!("{object}: still {now}, but with other values")
                } else {
                    format!("{object}: {then} was foreseen, now it is {now}")
                });
            }
        }
        let held = secrets(observed);
        for (object, hash) in &self.secrets {
            if held.get(object).is_some_and(|now| now != hash) {
                moved.push(format!("{object}: what it holds has changed"));
            }
        }
        moved
    }
}

/// By object, as the plan shows it.
fn changes(plan: &Value) -> BTreeMap<String, Value> {
    let all = plan["changes"].as_array().into_iter().flatten();
    all.filter_map(|change| {
        let object = serde_json::from_value(change["object"].clone()).ok()?;
        Some((name(&object), change.clone()))
    })
    .collect()
}

fn name(object: &ObjectRef) -> String {
    match &object.namespace {
        Some(namespace) => format!("{object} in {namespace}"),
        None => object.to_string(),
    }
}

/// `update of spec.replicas`
fn describe(change: &Value) -> String {
    let what = change["change"].as_str().unwrap_or("another change").to_owned();
    let fields = change["diff"]["fields"].as_array().into_iter().flatten();
    let paths: Vec<&str> = fields.filter_map(|field| field["path"].as_str()).collect();
    if paths.is_empty() || what == "create" {
        what
    } else {
        format!("{what} of {}", paths.join(", "))
    }
}

/// Values of Secrets are in no plan; that they moved must be known all the same.
fn secrets(observed: &Observed) -> BTreeMap<String, String> {
    let live = observed.objects.iter().filter_map(|seen| Some((&seen.object, seen.live.as_ref()?)));
    live.filter(|(object, _)| object.kind == "Secret")
        .map(|(object, live)| {
            // The UID keys the hash: equal contents of two Secrets do not show.
            let uid = live.pointer("/metadata/uid").and_then(Value::as_str).unwrap_or_default();
            let hash = Sha256::new().chain_update(uid).chain_update(live["data"].to_string());
            (name(object), format!("{:x}", hash.finalize()))
        })
        .collect()
}
