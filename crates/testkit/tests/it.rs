//! The control plane does what tests of other crates rely on.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use testkit::{ControlPlane, Finished, Scope};

const CHART: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/chart");

#[test]
fn helm_waits_for_every_kind_of_workload_and_leaves_nothing_behind() {
    let cluster = ControlPlane::shared();
    let namespace = cluster.namespace("workloads");
    let in_namespace = |words: &[&str]| {
        cluster.helm(&[words, &["--namespace", &namespace]].concat()).expect_success()
    };
    in_namespace(&["install", "all", CHART, "--wait", "--wait-for-jobs", "--timeout", "60s"]);

    let get = |kind, name| cluster.get(kind, &namespace, name).unwrap();
    assert_eq!(get("deployment", "web")["status"]["readyReplicas"], 2);
    assert_eq!(get("statefulset", "database")["status"]["readyReplicas"], 2);
    assert_eq!(get("daemonset", "collector")["status"]["numberReady"], 2);
    assert_eq!(get("job", "import")["status"]["succeeded"], 1);
    assert_eq!(get("pvc", "data-database-1")["status"]["phase"], "Bound");
    let entrance = get("service", "entrance");
    assert_eq!(entrance["status"]["loadBalancer"]["ingress"][0]["ip"], "192.0.2.10");

    in_namespace(&["test", "all", "--timeout", "60s"]);
    let logs = cluster.kubectl(&["logs", "smoke", "--namespace", &namespace]).expect_success();
    assert!(logs.stdout.contains("listening on :8080"), "{}", logs.stdout);

    in_namespace(&["uninstall", "all", "--wait", "--timeout", "60s"]);
    cluster.kubectl(&["delete", "namespace", &namespace, "--timeout=60s"]).expect_success();
    let claims = "jsonpath={.items[*].spec.claimRef.namespace}";
    let volumes = || cluster.kubectl(&["get", "pv", "--output", claims]).expect_success().stdout;
    poll("the volumes are gone", || !volumes().split(' ').any(|claim| claim == namespace));
}

#[test]
fn a_test_pod_fails_on_request() {
    let cluster = ControlPlane::shared();
    let namespace = cluster.namespace("failing");
    let place = ["--namespace", namespace.as_str()];
    let install = ["install", "all", CHART, "--set", "smoke=fail"];
    cluster.helm(&[install.as_slice(), &place].concat()).expect_success();
    let tested = cluster.helm(&[&["test", "all", "--timeout", "60s"], place.as_slice()].concat());
    assert_eq!(tested.code, Some(1));
    assert_eq!(cluster.get("pod", &namespace, "smoke").unwrap()["status"]["phase"], "Failed");
}

#[test]
fn pods_end_as_their_annotation_says() {
    let cluster = ControlPlane::shared();
    let namespace = cluster.namespace("outcomes");
    let pod = |outcome: &str, restart: &str| {
        json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {
                "name": outcome, "namespace": namespace,
                "annotations": {"windrose.dev/test-outcome": outcome},
            },
            "spec": {"restartPolicy": restart, "containers": [{"name": "main", "image": "example"}]},
        })
    };
    let waiting = "/status/containerStatuses/0/state/waiting/reason";
    let cases = [
        (
            "fail",
            "Always",
            "Failed",
            "/status/containerStatuses/0/state/terminated/reason",
            "Error",
        ),
        ("never-ready", "Always", "Running", "/status/conditions/1/status", "False"),
        ("crash", "Always", "Running", waiting, "CrashLoopBackOff"),
        ("image-pull", "Always", "Pending", waiting, "ImagePullBackOff"),
        ("succeed", "Never", "Succeeded", "/status/phase", "Succeeded"),
        ("live", "Always", "Running", "/status/containerStatuses/0/ready", "true"),
    ];
    for (outcome, restart, ..) in cases {
        cluster.apply(&pod(outcome, restart));
    }
    for (outcome, _, phase, pointer, expected) in cases {
        poll(outcome, || {
            let pod = cluster.get("pod", &namespace, outcome).unwrap();
            let value = pod.pointer(pointer).map(ToString::to_string).unwrap_or_default();
            pod["status"]["phase"] == phase && value.trim_matches('"') == expected
        });
    }
}

#[test]
fn a_limited_user_may_do_what_its_rules_say_and_no_more() {
    let cluster = ControlPlane::shared();
    let namespace = cluster.namespace("limited");
    let rules =
        json!([{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "create"]}]);
    let config = cluster.limited_user("reader", Scope::Namespace(&namespace), &rules);
    let may_in = |place: &str, words: &[&str]| {
        let user = ["--namespace", place, "--kubeconfig", config.to_str().unwrap()];
        cluster.kubectl(&[words, &user].concat()).code == Some(0)
    };
    let may = |words: &[&str]| may_in(&namespace, words);
    assert!(may(&["create", "configmap", "one"]));
    assert!(may(&["get", "configmap", "one"]));
    assert!(!may(&["delete", "configmap", "one"]));
    assert!(!may(&["get", "secrets"]));
    assert!(!may_in("default", &["get", "configmaps", "--ignore-not-found"]));
}

#[test]
fn nothing_is_left_after_drop() {
    let cluster = ControlPlane::start().unwrap();
    let (processes, dir) = (cluster.process_ids(), cluster.dir().to_path_buf());
    assert_eq!(processes.len(), 6);
    assert!(processes.iter().all(|&id| alive(id)) && dir.exists());
    drop(cluster);
    assert!(!processes.iter().any(|&id| alive(id)), "a server lives on");
    assert!(!dir.exists());
}

#[test]
fn the_oracle_answers_as_helm_does() {
    let ask = |request: Value| testkit::oracle().ask(&request);
    let template =
        |text: &str| ask(json!({"op": "template", "template": text, "data": {"n": 1_000_000}}));
    assert_eq!(template("{{ .n }}").unwrap(), "1e+06");
    assert_eq!(template("{{ toYaml . }}").unwrap(), "\"n\": 1000000");
    assert!(template("{{ .n.x }}").unwrap_err().contains("can't evaluate field x"));
    assert_eq!(ask(json!({"op": "yaml-to-value", "text": "a: yes"})).unwrap(), json!({"a": true}));
    assert_eq!(ask(json!({"op": "set", "text": "a.b=1"})).unwrap(), json!({"a": {"b": 1}}));
    let files = json!({
        "Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0",
        "templates/a.txt": "{{ required \"say who\" .Values.who }}",
    });
    let chart =
        |values: Value| ask(json!({"op": "chart", "release": "r", "files": files, "data": values}));
    assert_eq!(chart(json!({"who": "me"})).unwrap(), json!({"c/templates/a.txt": "me"}));
    assert_eq!(
        chart(json!({})).unwrap_err(),
        "execution error at (c/templates/a.txt:1:3): say who"
    );
}

#[test]
fn the_real_helm_prints_what_the_corpus_expects() {
    let Some(charts) = testkit::charts() else { return };
    let check = charts.join("../tools/render-corpus");
    let mut python = std::process::Command::new("python3");
    let only = [
        "--only",
        "bitnami",
        "--only",
        "prometheus",
        "--",
        testkit::tools().helm().to_str().unwrap(),
    ]
    .map(str::to_owned);
    let done = Finished::of(python.arg(check).args(only)).expect_success();
    assert!(done.stdout.contains("byte for byte"), "{}", done.stdout);
}

/// Whether a process runs; one that only waits to be collected does not.
fn alive(id: u32) -> bool {
    let stat = std::fs::read_to_string(Path::new("/proc").join(id.to_string()).join("stat"));
    stat.is_ok_and(|stat| !stat.rsplit(')').next().unwrap_or_default().trim().starts_with('Z'))
}

#[track_caller]
fn poll(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_mins(1);
    while !holds() {
        assert!(Instant::now() < deadline, "not in time: {what}");
        std::thread::yield_now();
    }
}
