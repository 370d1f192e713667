//! Cases as data: a stack and its files go in, what comes of it is `expected.txt`.
//!
//! `environments.txt` lists the environments to resolve (`-` for none named); without it, none is named. With
//! `UPDATE_CASES=1` the expectations are written instead of compared; read the difference before you commit it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

#[path = "it/definitions.rs"]
mod definitions;
#[path = "it/shop.rs"]
mod shop;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use diagnostic::{Diagnostic, Style};
use stack::{Directory, Resolved, Source};

#[test]
fn cases() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut different = vec![];
    let mut names: Vec<_> = std::fs::read_dir(&root).unwrap().map(|e| e.unwrap().path()).collect();
    names.sort();
    for case in names {
        let actual = outcome(&case);
        let expected = case.join("expected.txt");
        if std::env::var_os("UPDATE_CASES").is_some() {
            std::fs::write(&expected, &actual).unwrap();
        } else if std::fs::read_to_string(&expected).unwrap_or_default() != actual {
            different.push(format!("{}:\n{actual}", case.display()));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n\n"));
}

/// The example that newcomers open first must hold in all of its environments.
#[test]
fn the_shop_resolves() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/shop");
    let files = Directory::new(&root);
    let text = std::fs::read_to_string(root.join("stack.yaml")).expect("the example is there");
    let stack = stack::load(&Source::new("stack.yaml", text)).expect("the example is right");
    let resolve = |name| stack::resolve(&stack, Some(name), &BTreeMap::new(), &files);
    let staging = resolve("staging").expect("staging is right");
    assert!(staging.disabled.contains_key("metrics"));
    assert_eq!(staging.graph.order(), ["database", "cache", "migrate", "web", "worker"]);
    let production = resolve("production").expect("production is right");
    let values = production.releases["database"].values(&files).expect("values are there");
    let size = values.explain("storage.size").remove(0);
    assert_eq!(size.value.as_str(), Some("20Gi"));
    assert_eq!(size.place.source.name, "env/production.yaml");
    assert_eq!(size.replaced[0].source.name, "values/database.yaml");
}

#[tokio::test(flavor = "multi_thread")]
async fn stories_on_a_real_control_plane() {
    let cluster = tokio::task::spawn_blocking(testkit::ControlPlane::shared).await.unwrap();
    let kubeconfig = Some(cluster.kubeconfig());
    let options = kubernetes::ConnectOptions { kubeconfig, ..Default::default() };
    let client = kubernetes::Client::connect(options).await.unwrap();
    shop::story(client.clone()).await;
    definitions::story(client).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stories_on_the_sandbox() {
    let options = sandbox::Options::new(jiff::Timestamp::now);
    let service = sandbox::Sandbox::new(options).service();
    let client = kubernetes::Client::from_service(service, "default");
    shop::story(client.clone()).await;
    definitions::story(client).await;
}

fn outcome(case: &Path) -> String {
    let text = std::fs::read_to_string(case.join("stack.yaml")).unwrap_or_default();
    let stack = match stack::load(&Source::new("stack.yaml", text)) {
        Ok(stack) => stack,
        Err(errors) => return shown(&errors),
    };
    let environments = std::fs::read_to_string(case.join("environments.txt"));
    let mut text = String::new();
    for name in environments.as_deref().unwrap_or("-").lines() {
        let files = Directory::new(case);
        let name = (name != "-").then_some(name);
        let _ = writeln!(text, "# {}", name.unwrap_or("no environment named"));
        match stack::resolve(&stack, name, &BTreeMap::new(), &files) {
            Ok(resolved) => text.push_str(&described(&resolved, &files)),
            Err(errors) => text.push_str(&shown(&errors)),
        }
    }
    text
}

fn shown(errors: &[Diagnostic]) -> String {
    errors.iter().map(|e| e.render(Style::Plain) + "\n\n").collect()
}

fn described(resolved: &Resolved, files: &Directory) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "stack {} in {}", resolved.stack, resolved.environment);
    let _ = writeln!(text, "cluster {:?}, {:?}", resolved.cluster, resolved.protect);
    for (name, input) in &resolved.inputs {
        let place = input.place.as_ref().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(text, "input {name} = {} ({place})", input.value.to_json());
    }
    for (key, disabled) in &resolved.disabled {
        let _ = writeln!(text, "disabled {key}: {}", disabled.condition);
    }
    for key in resolved.graph.order() {
        let release = &resolved.releases[key];
        let _ = writeln!(text, "release {key} = {}/{}", release.namespace, release.name);
        let _ = writeln!(text, "  chart {}", release.chart.value.display());
        let _ = writeln!(text, "  needs {:?}, satisfied {:?}", release.needs, release.satisfied);
        let _ = writeln!(
            text,
            "  wait {:?} {:?}, on failure {:?}, upgrade {:?}, labels {:?}",
            release.wait, release.timeout, release.on_failure, release.upgrade, release.labels
        );
        for job in release.before.iter().chain(&release.after) {
            let _ =
                writeln!(text, "  job {} {:?} retries {}", job.name, job.run.len(), job.retries);
        }
        match release.values(files) {
            Ok(values) => {
                for e in values.explain("") {
                    let _ = write!(text, "  {} = {} ({})", e.path, e.value.to_json(), e.place);
                    for read in &e.read {
                        let _ = write!(text, ", reads {read}");
                    }
                    for place in &e.replaced {
                        let _ = write!(text, ", instead of {place}");
                    }
                    text.push('\n');
                }
            }
            Err(errors) => {
                let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
                let _ = writeln!(text, "  values not known yet: {}", errors.join("; "));
            }
        }
    }
    text
}
