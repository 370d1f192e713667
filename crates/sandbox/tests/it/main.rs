//! The same requests to the sandbox and to the real kube-apiserver.
//!
//! `cases/<name>.yaml` is a script of requests, `cases/<name>.answers.json` what the real server
//! answered. The sandbox must answer the same; where the test environment is built, so must the
//! real server. `SANDBOX_RECORD=1` writes the answers anew from the real server.

#![expect(clippy::unwrap_used, reason = "what a test cannot go on without")]

mod cluster;
mod corpus;
mod helm;
mod http_client;
mod normal;
mod script;

use std::path::{Path, PathBuf};

use sandbox::{Options, Sandbox};
use serde_json::Value;

#[tokio::test]
async fn the_sandbox_answers_as_the_real_server_did() {
    let mut failures = vec![];
    for case in script::cases() {
        let sandbox = Sandbox::new(Options::at("2026-01-01T00:00:00Z".parse().unwrap()));
        let client = kube::Client::new(sandbox.service(), "default");
        let answers = script::run(&client, &case, "ns-1").await;
        compare(&case, &answers, "sandbox", &mut failures);
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[tokio::test]
async fn the_recorded_answers_are_the_real_servers() {
    if let Err(missing) = testkit::Tools::find() {
        println!("skipped: {missing}");
        return;
    }
    let cluster = tokio::task::spawn_blocking(testkit::ControlPlane::shared).await.unwrap();
    let client = http_client::connect(&cluster.kubeconfig()).await;
    let mut failures = vec![];
    for case in script::cases() {
        let namespace = cluster.unique("sandbox");
        let answers = script::run(&client, &case, &namespace).await;
        if std::env::var_os("SANDBOX_RECORD").is_some() {
            let text = serde_json::to_string_pretty(&answers).unwrap();
            std::fs::write(answers_of(&case), text + "\n").unwrap();
        }
        compare(&case, &answers, "real server", &mut failures);
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[tokio::test]
async fn real_charts_are_taken_as_the_real_server_takes_them() {
    let charts = corpus::charts();
    if charts.is_empty() || testkit::Tools::find().is_err() {
        println!("skipped: needs the shared charts and the test environment");
        return;
    }
    let cluster = tokio::task::spawn_blocking(testkit::ControlPlane::shared).await.unwrap();
    let real = http_client::connect(&cluster.kubeconfig()).await;
    let sandbox = Sandbox::new(Options::at("2026-01-01T00:00:00Z".parse().unwrap()));
    let ours = kube::Client::new(sandbox.service(), "default");
    let namespace = cluster.unique("corpus");
    script::make_namespace(&real, &namespace).await;
    script::make_namespace(&ours, &namespace).await;
    let mut totals = corpus::Totals { objects: 0, failures: vec![] };
    let mut paths = std::collections::BTreeMap::new();
    for chart in charts {
        corpus::compare((&real, &ours), (&chart, &namespace), &mut paths, &mut totals).await;
    }
    println!("{} objects", totals.objects);
    assert!(totals.failures.is_empty(), "{}", totals.failures.join("\n"));
}

fn answers_of(case: &Path) -> PathBuf {
    case.with_extension("answers.json")
}

fn compare(case: &Path, answers: &Value, who: &str, failures: &mut Vec<String>) {
    let name = case.file_stem().unwrap().to_string_lossy().into_owned();
    let recorded = std::fs::read(answers_of(case)).unwrap_or_else(|_| panic!("{name} is recorded"));
    let recorded: Value = serde_json::from_slice(&recorded).unwrap();
    assert_eq!(recorded.as_array().map(Vec::len), answers.as_array().map(Vec::len), "{name}");
    let pairs = recorded.as_array().unwrap().iter().zip(answers.as_array().unwrap());
    for (index, (expected, found)) in pairs.enumerate() {
        for difference in normal::differences(expected, found) {
            failures.push(format!("{name}[{index}] {}: {who} {difference}", expected["request"]));
        }
    }
}
