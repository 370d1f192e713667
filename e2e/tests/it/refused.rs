//! What goes wrong before anything is done: a clear word, and nothing half written.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::json;
use testkit::{ControlPlane, Finished, Scope};

use crate::pair::{Pair, copy_chart};
use crate::world::{World, kubeconfig_of};

/// Each case is a folder with a stack and what standard error says about it.
#[test]
fn a_wrong_stack_is_shown_with_its_place_before_anything_runs() {
    let world = World::real();
    copy_chart(&world, "charts/web");
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut seen = 0;
    for case in fs::read_dir(cases).unwrap().map(|entry| entry.unwrap().path()) {
        let read = |name: &str| fs::read_to_string(case.join(name)).unwrap();
        world.write("stack.yaml", &read("stack.yaml"));
        for command in ["apply", "plan", "render", "values"] {
            // A cluster that is not there: the stack must be found wrong without it.
            let mut command = world.offline(&[command]);
            let done = Finished::of(command.env("KUBECONFIG", "/no/such/file"));
            assert_eq!(done.stderr, read("stderr.txt"), "{}: {}", case.display(), done.command);
            assert_eq!((done.code, done.stdout.as_str()), (Some(1), ""), "{}", case.display());
        }
        seen += 1;
    }
    assert!(seen > 2, "the cases are gone");
}

#[test]
fn a_template_error_names_chart_file_line_and_chain() {
    for world in [World::real(), World::sandbox()] {
        let pair = Pair::write(&world, "30s");
        let broken = "{{- define \"web.labels\" -}}\napp: {{ .Values.label.app.name }}\n{{- end }}\n\
                      {{- define \"web.name\" -}}{{ .Release.Name }}{{- end }}\n";
        world.write("charts/web/templates/_names.tpl", broken);
        let done = world.windrose(&["apply"]);
        assert_eq!(done.code, Some(1), "{}", done.stderr);
        for word in
            ["web/templates/_names.tpl:2:", "web/templates/deployment.yaml:5:", "nil pointer"]
        {
            assert!(done.stderr.contains(word), "{word} is not in {}", done.stderr);
        }
        assert!(done.stderr.contains("app: {{ .Values.label.app.name }}"), "{}", done.stderr);
        assert!(pair.history("apart").is_empty());
    }
}

#[test]
fn an_unreachable_cluster_is_told_within_seconds() {
    let world = World::real();
    Pair::write(&world, "30s");
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let (closed_at, silent_at) = (closed.local_addr().unwrap(), silent.local_addr().unwrap());
    drop(closed);
    for (address, words) in [(closed_at, "refused"), (silent_at, "time")] {
        for scheme in ["http", "https"] {
            let url = format!("{scheme}://{address}");
            world.write("elsewhere", &kubeconfig_of(&url));
            for command in ["apply", "plan", "status"] {
                let begun = Instant::now();
                let done = world.windrose(&[command, "--kubeconfig", "elsewhere"]);
                assert!(begun.elapsed() < Duration::from_secs(40), "{command} {url}: {done:?}");
                assert_eq!(done.code, Some(1), "{done:?}");
                let said = done.stderr.to_lowercase();
                assert!(said.contains(&address.to_string()), "no address: {}", done.stderr);
                assert!(said.contains(words), "no reason: {}", done.stderr);
                assert!(said.contains("--sandbox"), "no hint: {}", done.stderr);
            }
        }
    }
}

#[test]
fn a_kubeconfig_that_does_not_fit_is_told() {
    let world = World::real();
    Pair::write(&world, "30s");
    let missing = world.windrose(&["plan", "--kubeconfig", "missing"]);
    assert_eq!(missing.code, Some(1));
    assert!(missing.stderr.contains("missing"), "{}", missing.stderr);
    let unknown = world.windrose(&["plan", "--context", "moon"]);
    assert_eq!(unknown.code, Some(1));
    assert!(unknown.stderr.contains("moon"), "{}", unknown.stderr);
    assert!(unknown.stderr.contains("windrose-test"), "those there are: {}", unknown.stderr);
}

#[test]
fn a_user_who_may_not_learns_what_and_nothing_is_written() {
    let world = World::real();
    let cluster = ControlPlane::shared();
    let pair = Pair::write(&world, "30s");
    let namespace = pair.namespace.as_str();
    cluster.kubectl(&["create", "namespace", namespace]).expect_success();
    let all = ["get", "list", "watch", "create", "update", "patch", "delete"];
    let namespaces = json!({"apiGroups": [""], "resources": ["namespaces"], "verbs": ["get"]});
    let secrets = json!({"apiGroups": [""], "resources": ["secrets"], "verbs": all});
    let deployments = json!({"apiGroups": ["apps"], "resources": ["deployments"], "verbs": all});
    let cases = [
        (json!([namespaces]), "secrets"),
        (json!([secrets, namespaces, deployments]), "configmaps"),
    ];
    for (rules, resource) in cases {
        let user = cluster.limited_user("visitor", Scope::Namespace(namespace), &rules);
        for command in ["plan", "apply"] {
            let done = world.windrose(&[command, "--kubeconfig", user.to_str().unwrap()]);
            assert_eq!(done.code, Some(1), "{done:?}");
            assert!(done.stderr.contains(resource), "{}", done.stderr);
            let verbs = all.iter().any(|verb| done.stderr.contains(&format!("cannot {verb}")));
            assert!(verbs, "{}", done.stderr);
        }
    }
    let left = world.get(&["secrets,deployments,configmaps", "-n", namespace]);
    let left: Vec<&str> = left["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|item| item["metadata"]["name"].as_str())
        .filter(|name| *name != "kube-root-ca.crt")
        .collect();
    assert_eq!(left, Vec::<&str>::new(), "half written");
}

#[test]
fn a_user_of_one_namespace_needs_no_more() {
    let world = World::real();
    let cluster = ControlPlane::shared();
    let pair = Pair::write(&world, "60s");
    let namespace = pair.namespace.as_str();
    cluster.kubectl(&["create", "namespace", namespace]).expect_success();
    let rules = json!([{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]);
    let user = cluster.limited_user("tenant", Scope::Namespace(namespace), &rules);
    let user = ["--kubeconfig", user.to_str().unwrap()];
    let run = |words: &[&str]| world.windrose(&[words, &user].concat()).expect_success();
    run(&["plan"]);
    run(&["apply"]);
    pair.is_sane();
    run(&["plan", "--detailed-exitcode"]);
    let status = run(&["status"]);
    assert!(status.stdout.contains("deployed"), "{}", status.stdout);
    run(&["destroy", "--yes"]);
    assert!(world.records(namespace).is_empty());
}

#[test]
fn an_object_of_somebody_else_is_left_alone() {
    for world in [World::real(), World::sandbox()] {
        let pair = Pair::write(&world, "30s");
        let namespace = pair.namespace.as_str();
        world.kubectl(&["create", "namespace", namespace]).expect_success();
        let theirs = ["create", "configmap", "first", "--from-literal=mine=yes", "-n", namespace];
        world.kubectl(&theirs).expect_success();
        for output in ["table", "json"] {
            let plan = world.windrose(&["plan", "--output", output]);
            assert_eq!(plan.code, Some(1), "{plan:?}");
            assert!(plan.stdout.contains("invalid ownership metadata"), "{}", plan.stdout);
            assert!(plan.stderr.contains("1 of the objects"), "{}", plan.stderr);
        }
        let apply = world.windrose(&["apply"]);
        assert_eq!(apply.code, Some(1));
        assert!(apply.stderr.contains("ConfigMap \"first\""), "{}", apply.stderr);
        assert!(pair.history("first").is_empty() && pair.history("second").is_empty());
        assert_eq!(pair.history("apart").len(), 1);
        let config = world.get(&["configmap", "first", "-n", namespace]);
        assert_eq!(config["data"]["mine"], "yes");
    }
}

#[test]
fn destroy_asks_where_nobody_can_answer() {
    let world = World::real();
    Pair::write(&world, "30s");
    let done = world.windrose(&["destroy"]);
    assert_eq!(done.code, Some(1));
    assert!(done.stderr.contains("--yes"), "{}", done.stderr);
}

#[test]
fn a_stack_that_is_not_there_is_told() {
    let world = World::real();
    let told = |mut command: Command| {
        let done = Finished::of(&mut command);
        assert_eq!(done.code, Some(1), "{done:?}");
        done.stderr
    };
    assert!(told(world.offline(&["plan", "nowhere"])).contains("nowhere"));
    assert!(told(world.offline(&["plan"])).contains("stack.yaml"));
    Pair::write(&world, "30s");
    let unknown = told(world.offline(&["plan", "-e", "onyl"]));
    assert!(unknown.contains("onyl") && unknown.contains("`only`"), "{unknown}");
    let input = told(world.offline(&["plan", "--input", "greetings=hi"]));
    assert!(input.contains("greetings") && input.contains("`greeting`"), "{input}");
}
