//! We and the real `helm` take turns on the same releases.

use std::path::Path;

use release::{Action, ApplyMethod, Content, Intent, Release};
use serde_json::{Value, json};

use crate::bed::{Bed, config_map, content, deployment};

fn chart() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/charts/web").display().to_string()
}

/// What the record of a revision was made of, to apply it again.
fn content_of(release: &Release) -> Content {
    Content {
        chart: release.chart.clone(),
        config: release.config.clone(),
        manifest: release.manifest.clone(),
        hooks: release.hooks.clone(),
        crds: Vec::new(),
        notes: release.info.notes.clone(),
    }
}

#[tokio::test]
async fn helm_reads_rolls_back_upgrades_and_uninstalls_ours() {
    let bed = Bed::new().await;
    let ours = |x: &str| {
        content(&[config_map("a", &json!({"x": x})), deployment("web", 1, "example.com/web:1")])
    };
    bed.apply(ours("1")).await.unwrap();
    bed.apply(ours("2")).await.unwrap();

    let list: Value = serde_json::from_str(&bed.helm(&["list", "--output", "json"])).unwrap();
    assert_eq!(list[0]["name"], "web");
    assert_eq!(list[0]["revision"], "2");
    assert_eq!(list[0]["status"], "deployed");
    assert_eq!(list[0]["chart"], "web-0.1.0");
    assert_eq!(list[0]["app_version"], "1.0");
    let history: Value =
        serde_json::from_str(&bed.helm(&["history", "web", "--output", "json"])).unwrap();
    let rows: Vec<_> = history
        .as_array()
        .unwrap()
        .iter()
        .map(|row| format!("{} {} {}", row["revision"], row["status"], row["description"]))
        .collect();
    assert_eq!(
        rows,
        ["1 \"superseded\" \"Install complete\"", "2 \"deployed\" \"Upgrade complete\""]
    );
    assert_eq!(
        bed.helm(&["get", "manifest", "web"]).trim(),
        ours("2").manifest.trim(),
        "what we stored is what helm gives"
    );
    assert!(bed.helm3(&["status", "web"]).contains("STATUS: deployed"));

    bed.helm(&["rollback", "web", "1", "--wait"]);
    assert_eq!(bed.statuses().await, "1 superseded, 2 superseded, 3 deployed");
    assert_eq!(bed.config("a").await.unwrap(), json!({"x": "1"}));
    let plan = bed.plan(Intent::Apply, Some(ours("2"))).await.unwrap();
    assert_eq!((plan.action, plan.revision), (Action::Upgrade, 4));
    let plan = bed.plan(Intent::Apply, Some(ours("1"))).await.unwrap();
    assert!(plan.is_nothing(), "{plan:#?}");
    bed.apply(ours("2")).await.unwrap();
    assert_eq!(bed.config("a").await.unwrap(), json!({"x": "2"}));

    bed.helm(&["upgrade", "web", &chart(), "--set", "color=red", "--wait"]);
    assert_eq!(bed.config("web-config").await.unwrap(), json!({"color": "red"}));
    assert!(bed.config("a").await.is_none(), "helm prunes what we applied");
    assert_eq!(
        bed.statuses().await,
        "1 superseded, 2 superseded, 3 superseded, 4 superseded, 5 deployed"
    );
    bed.apply(ours("3")).await.unwrap();
    assert!(bed.config("web-config").await.is_none(), "we prune what helm applied");
    bed.helm(&["uninstall", "web", "--wait"]);
    assert_eq!(bed.statuses().await, "");
    assert!(bed.config("a").await.is_none());
}

#[tokio::test]
async fn we_go_on_where_helm_4_stopped() {
    let bed = Bed::new().await;
    bed.helm(&["install", "web", &chart(), "--set", "extra=1", "--wait"]);
    let theirs = bed.storage().get("web", None).await.unwrap();
    assert_eq!(theirs.apply_method, Some(ApplyMethod::ServerSide));
    assert_eq!(theirs.info.description, "Install complete");
    assert_eq!(theirs.hooks[0].last_run.phase, "Succeeded");
    let plan = bed.plan(Intent::Apply, Some(content_of(&theirs))).await.unwrap();
    assert!(plan.is_nothing(), "{plan:#?}");

    let mut changed = content_of(&theirs);
    changed.manifest = changed.manifest.replace("  extra: \"1\"\n", "").replace("blue", "green");
    bed.apply(changed).await.unwrap();
    assert_eq!(bed.config("web-config").await.unwrap(), json!({"color": "green"}));
    bed.run(Intent::Rollback { to: Some(1) }, None).await.unwrap();
    assert_eq!(bed.config("web-config").await.unwrap(), json!({"color": "blue", "extra": "1"}));
    let stored = bed.helm(&["get", "values", "web", "--output", "json"]);
    assert_eq!(stored.trim(), "{\"extra\":1}");
    bed.run(Intent::Uninstall, None).await.unwrap();
    assert_eq!(bed.helm3(&["list", "--all", "--short"]).trim(), "");
}

#[tokio::test]
async fn releases_of_helm_3_are_taken_over_cleanly() {
    let bed = Bed::new().await;
    bed.helm3(&["install", "web", &chart(), "--set", "extra=one", "--wait"]);
    let theirs = bed.storage().get("web", None).await.unwrap();
    assert_eq!(theirs.apply_method, None);
    let plan = bed.plan(Intent::Apply, Some(content_of(&theirs))).await.unwrap();
    assert!(plan.is_nothing(), "{plan:#?}");

    // A field that left must go although client-side apply owned it, and the plan foresees it.
    let mut changed = content_of(&theirs);
    changed.manifest = changed.manifest.replace("  extra: \"one\"\n", "").replace("blue", "green");
    let plan = bed.plan(Intent::Apply, Some(changed)).await.unwrap();
    let lines: Vec<_> = plan
        .effective()
        .flat_map(|change| match &change.kind {
            release::ChangeKind::Update { diff } => diff.lines(),
            other => panic!("{} {other:?}", change.object),
        })
        .map(|line| line.text)
        .collect();
    assert_eq!(lines, ["data.color: blue → green", "data.extra: one"]);
    bed.carry_out(&plan).await.unwrap();
    assert_eq!(bed.config("web-config").await.unwrap(), json!({"color": "green"}));
    let live = bed.get("v1", "ConfigMap", "web-config").await.unwrap();
    let managers: Vec<_> = live["metadata"]["managedFields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| format!("{} {}", entry["manager"], entry["operation"]))
        .collect();
    assert_eq!(managers, ["\"helm\" \"Apply\""]);

    // And back: helm 3 upgrades ours, we take over again.
    bed.helm3(&["upgrade", "web", &chart(), "--set", "color=red,extra=two", "--wait"]);
    assert_eq!(bed.config("web-config").await.unwrap(), json!({"color": "red", "extra": "two"}));
    let mut again = content_of(&bed.storage().get("web", None).await.unwrap());
    again.manifest = again.manifest.replace("  extra: \"two\"\n", "");
    bed.apply(again).await.unwrap();
    assert_eq!(bed.config("web-config").await.unwrap(), json!({"color": "red"}));
    bed.helm3(&["rollback", "web", "1"]);
    assert_eq!(bed.config("web-config").await.unwrap(), json!({"color": "blue", "extra": "one"}));
    bed.helm3(&["uninstall", "web"]);
    assert_eq!(bed.statuses().await, "");
}

/// Our record, read and written back, is the record Helm wrote.
#[tokio::test]
async fn records_survive_reading_and_writing() {
    let bed = Bed::new().await;
    bed.helm(&["install", "web", &chart(), "--set", "extra=1", "--labels", "team=shop", "--wait"]);
    let theirs = bed.helm(&["get", "all", "web"]);
    let mut record = bed.storage().get("web", None).await.unwrap();
    assert_eq!(record.labels["team"], "shop");
    let last_deployed = record.info.last_deployed;
    record.version = 2;
    let secret = bed.get("v1", "Secret", "sh.helm.release.v1.web.v1").await.unwrap();
    assert_eq!(secret["type"], "helm.sh/release.v1");
    // Rolling back to 1 stores what was read of 1 again, as revision 2.
    bed.run(Intent::Rollback { to: Some(1) }, None).await.unwrap();
    let mut ours = bed.storage().get("web", None).await.unwrap();
    assert!(ours.info.last_deployed > last_deployed);
    assert_eq!(ours.labels["team"], "shop");
    ours.info = record.info.clone();
    // The hooks ran for other events; their runs are the install's.
    assert_eq!(ours, record);
    let strip = |text: &str| {
        let skip = ["LAST DEPLOYED", "REVISION", "DESCRIPTION", "Last Deployed"];
        let lines = text.lines().filter(|line| !skip.iter().any(|word| line.starts_with(word)));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(strip(&bed.helm(&["get", "all", "web"])), strip(&theirs));
}
