//! Install, upgrade, no change, rollback, uninstall; drift, conflicts, ownership, CRDs.

use kubernetes::status::Status;
use kubernetes::{DryRun, ObjectRef, WriteOptions};
use release::{
    Action, ChangeKind, Conflicts, Crd, Error, Intent, Namespaces, Ownership, Refusal, Replace,
    Revisions,
};
use serde_json::json;

use crate::bed::{Bed, config_map, content, deployment, manifest};

#[tokio::test]
async fn install_upgrade_nothing_rollback_uninstall() {
    let bed = Bed::new().await;
    let first = content(&[
        config_map("a", &json!({"x": "1", "y": "1"})),
        config_map("b", &json!({"x": "1"})),
        deployment("web", 2, "example.com/web:1"),
    ]);
    let plan = bed.plan(Intent::Apply, Some(first.clone())).await.unwrap();
    assert_eq!((plan.action, plan.revision), (Action::Install, 1));
    assert!(plan.changes.iter().all(|c| matches!(c.kind, ChangeKind::Create { .. })));
    assert_eq!(bed.statuses().await, "", "planning writes nothing");
    let record = bed.carry_out(&plan).await.unwrap().release.unwrap();
    assert_eq!(record.info.description, "Install complete");
    let live = bed.get("apps/v1", "Deployment", "web").await.unwrap();
    assert_eq!(live["status"]["readyReplicas"], 2, "apply waits until ready");
    assert_eq!(live["metadata"]["labels"]["app.kubernetes.io/managed-by"], "Helm");
    assert_eq!(live["metadata"]["annotations"]["meta.helm.sh/release-name"], "web");

    let health = release::health(&bed.client, &record).await.unwrap();
    assert!(health.iter().all(|object| object.status == Status::Current), "{health:?}");

    let plan = bed.plan(Intent::Apply, Some(first.clone())).await.unwrap();
    assert!(plan.is_nothing(), "{plan:#?}");
    bed.carry_out(&plan).await.unwrap();
    assert_eq!(bed.statuses().await, "1 deployed");

    let second =
        content(&[config_map("a", &json!({"x": "2"})), deployment("web", 2, "example.com/web:1")]);
    let plan = bed.plan(Intent::Apply, Some(second)).await.unwrap();
    assert_eq!((plan.action, plan.revision), (Action::Upgrade, 2));
    let lines: Vec<_> = plan
        .effective()
        .map(|change| match &change.kind {
            ChangeKind::Update { diff } => {
                let lines: Vec<_> = diff.lines().into_iter().map(|line| line.text).collect();
                format!("{} {}", change.object, lines.join(", "))
            }
            other => format!("{} {other:?}", change.object),
        })
        .collect();
    assert_eq!(lines, ["ConfigMap/a data.x: 1 → 2, data.y: 1", "ConfigMap/b Delete"]);
    let record = bed.carry_out(&plan).await.unwrap().release.unwrap();
    assert_eq!(record.info.description, "Upgrade complete");
    assert_eq!(bed.config("a").await.unwrap(), json!({"x": "2"}));
    assert_eq!(bed.config("b").await, None);
    assert_eq!(bed.statuses().await, "1 superseded, 2 deployed");

    let record = bed.run(Intent::Rollback { to: None }, None).await.unwrap().release.unwrap();
    assert_eq!(record.info.description, "Rollback to 1");
    assert_eq!(record.info.rollback_revision, 1);
    assert_eq!(bed.config("a").await.unwrap(), json!({"x": "1", "y": "1"}));
    assert_eq!(bed.config("b").await.unwrap(), json!({"x": "1"}));
    assert_eq!(bed.statuses().await, "1 superseded, 2 superseded, 3 deployed");

    bed.run(Intent::Uninstall, None).await.unwrap();
    assert_eq!(bed.statuses().await, "");
    assert_eq!(bed.config("a").await, None);
    assert!(bed.get("apps/v1", "Deployment", "web").await.is_none());
    let again = bed.run(Intent::Uninstall, None).await.unwrap_err();
    assert_eq!(again.to_string(), "release: not found");
}

#[tokio::test]
async fn drift_is_seen_and_repaired() {
    let bed = Bed::new().await;
    let wanted = content(&[config_map("a", &json!({"x": "1"})), config_map("b", &json!({}))]);
    bed.apply(wanted.clone()).await.unwrap();
    let object = ObjectRef::new("v1", "ConfigMap", Some(&bed.namespace), "b");
    bed.client.delete(&object, &kubernetes::DeleteOptions::default()).await.unwrap();
    let plan = bed.plan(Intent::Apply, Some(wanted.clone())).await.unwrap();
    assert_eq!(plan.action, Action::Upgrade);
    bed.carry_out(&plan).await.unwrap();
    assert!(bed.config("b").await.is_some());

    let object = ObjectRef::new("v1", "ConfigMap", Some(&bed.namespace), "a");
    let somebody = WriteOptions { manager: "somebody".to_owned(), dry_run: DryRun::No };
    let patch = json!({"data": {"x": "mine", "own": "1"}});
    bed.client.merge_patch(&object, &patch, &somebody).await.unwrap();
    let plan = bed.plan(Intent::Apply, Some(wanted.clone())).await.unwrap();
    let refusals: Vec<_> = plan.refusals().into_iter().map(ToString::to_string).collect();
    assert_eq!(refusals, ["ConfigMap/a has fields that others own: .data.x (somebody)"]);
    let error = bed.carry_out(&plan).await.unwrap_err();
    assert!(matches!(error, Error::Refused { .. }));
    assert_eq!(bed.statuses().await, "1 superseded, 2 deployed", "nothing is half written");

    let mut bed = bed;
    bed.options.conflicts = Conflicts::Force;
    bed.apply(wanted).await.unwrap();
    assert_eq!(bed.config("a").await.unwrap(), json!({"x": "1", "own": "1"}));
}

#[tokio::test]
async fn foreign_objects_are_refused_in_helms_words_unless_taken() {
    let mut bed = Bed::new().await;
    let options = WriteOptions { manager: "somebody".to_owned(), dry_run: DryRun::No };
    let mut foreign = config_map("a", &json!({"x": "0"}));
    foreign["metadata"]["namespace"] = json!(bed.namespace);
    bed.client.create(&foreign, &options).await.unwrap();
    let wanted = content(&[config_map("a", &json!({"y": "1"}))]);
    let error = bed.apply(wanted.clone()).await.unwrap_err().to_string();
    let (namespace, name) = (&bed.namespace, &bed.name);
    assert_eq!(
        error,
        format!(
            "ConfigMap \"a\" in namespace \"{namespace}\" exists and cannot be imported into the \
             current release: invalid ownership metadata; label validation error: missing key \
             \"app.kubernetes.io/managed-by\": must be set to \"Helm\"; annotation validation \
             error: missing key \"meta.helm.sh/release-name\": must be set to \"{name}\"; annotation \
             validation error: missing key \"meta.helm.sh/release-namespace\": must be set to \
             \"{namespace}\""
        )
    );
    bed.options.ownership = Ownership::Take;
    bed.apply(wanted).await.unwrap();
    assert_eq!(bed.config("a").await.unwrap(), json!({"x": "0", "y": "1"}));
}

#[tokio::test]
async fn immutable_fields_are_foreseen_and_replaced_on_request() {
    let mut bed = Bed::new().await;
    bed.apply(content(&[deployment("web", 1, "example.com/web:1")])).await.unwrap();
    let mut moved = deployment("web", 1, "example.com/web:1");
    moved["spec"]["selector"]["matchLabels"] = json!({"app": "web", "tier": "front"});
    moved["spec"]["template"]["metadata"]["labels"] = json!({"app": "web", "tier": "front"});
    let plan = bed.plan(Intent::Apply, Some(content(&[moved.clone()]))).await.unwrap();
    match plan.refusals().as_slice() {
        [Refusal::Immutable { fields, .. }] => assert_eq!(fields, &["spec.selector"]),
        other => panic!("{other:?}"),
    }
    let mut bad = deployment("web", 1, "example.com/web:1");
    bad["spec"]["replicas"] = json!(-1);
    let plan = bed.plan(Intent::Apply, Some(content(&[bad]))).await.unwrap();
    assert!(matches!(plan.refusals().as_slice(), [Refusal::Invalid { .. }]), "{plan:#?}");

    bed.options.replace = Replace::Allow;
    bed.apply(content(&[moved])).await.unwrap();
    let live = bed.get("apps/v1", "Deployment", "web").await.unwrap();
    assert_eq!(live["spec"]["selector"]["matchLabels"]["tier"], "front");
}

#[tokio::test]
async fn kept_objects_stay() {
    let bed = Bed::new().await;
    let mut kept = config_map("kept", &json!({}));
    kept["metadata"]["annotations"] = json!({"helm.sh/resource-policy": "keep"});
    bed.apply(content(&[kept, config_map("gone", &json!({}))])).await.unwrap();
    let outcome = bed.run(Intent::Uninstall, None).await.unwrap();
    let names: Vec<_> = outcome.kept.iter().map(|(object, _)| object.to_string()).collect();
    assert_eq!(names, ["ConfigMap/kept"]);
    assert!(bed.config("kept").await.is_some());
    assert!(bed.config("gone").await.is_none());
}

#[tokio::test]
async fn uninstall_may_keep_history() {
    let mut bed = Bed::new().await;
    bed.apply(content(&[config_map("a", &json!({}))])).await.unwrap();
    bed.options.keep_history = true;
    bed.run(Intent::Uninstall, None).await.unwrap();
    assert_eq!(bed.statuses().await, "1 uninstalled");
    let again = bed.run(Intent::Uninstall, None).await.unwrap_err();
    assert_eq!(again.to_string(), "the release named \"web\" is already deleted");
    let record = bed.apply(content(&[config_map("a", &json!({}))])).await.unwrap();
    assert_eq!((record.version, record.info.description.as_str()), (2, "Install complete"));
}

#[tokio::test]
async fn history_is_pruned() {
    let mut bed = Bed::new().await;
    bed.options.history_max = 3;
    for revision in 1..=5 {
        bed.apply(content(&[config_map("a", &json!({"x": revision.to_string()}))])).await.unwrap();
    }
    assert_eq!(bed.statuses().await, "3 superseded, 4 superseded, 5 deployed");
    bed.options.revisions = Revisions::Always;
    bed.apply(content(&[config_map("a", &json!({"x": "5"}))])).await.unwrap();
    assert_eq!(bed.statuses().await, "4 superseded, 5 superseded, 6 deployed");
}

#[tokio::test]
async fn namespaces_are_created_on_request() {
    let mut bed = Bed::new().await;
    bed.namespace = bed.cluster.unique("made");
    let wanted = content(&[config_map("a", &json!({}))]);
    let error = bed.apply(wanted.clone()).await.unwrap_err().to_string();
    assert_eq!(error, format!("namespaces {:?} not found", bed.namespace));
    bed.options.namespaces = Namespaces::Create;
    let plan = bed.plan(Intent::Apply, Some(wanted)).await.unwrap();
    assert!(plan.creates_namespace);
    bed.carry_out(&plan).await.unwrap();
    assert!(bed.config("a").await.is_some());
}

fn definition(plural: &str, kind: &str, group: &str) -> serde_json::Value {
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("{plural}.{group}")},
        "spec": {
            "group": group, "scope": "Namespaced",
            "names": {"plural": plural, "singular": kind.to_lowercase(), "kind": kind},
            "versions": [{
                "name": "v1", "served": true, "storage": true,
                "schema": {"openAPIV3Schema": {
                    "type": "object", "x-kubernetes-preserve-unknown-fields": true,
                }},
            }],
        },
    })
}

#[tokio::test]
async fn definitions_come_first() {
    let bed = Bed::new().await;
    let group = format!("{}.example.com", bed.namespace);
    let object = |kind: &str| {
        json!({
            "apiVersion": format!("{group}/v1"), "kind": kind, "metadata": {"name": "one"},
            "spec": {"size": 1},
        })
    };
    let alone = content(&[object("Widget")]);
    let error = bed.plan(Intent::Apply, Some(alone)).await.unwrap_err().to_string();
    assert!(error.contains("ensure CRDs are installed first"), "{error}");

    // One definition below `crds/`, one among the templates.
    let mut wanted =
        content(&[definition("gadgets", "Gadget", &group), object("Gadget"), object("Widget")]);
    wanted.crds = vec![Crd {
        source: "web/crds/widgets.yaml".to_owned(),
        text: manifest(&[definition("widgets", "Widget", &group)]),
    }];
    let plan = bed.plan(Intent::Apply, Some(wanted.clone())).await.unwrap();
    assert!(plan.crds[0].creates);
    let after: Vec<_> = plan
        .changes
        .iter()
        .filter_map(|change| match &change.kind {
            ChangeKind::Create { validated_after: Some(first), .. } => {
                Some(format!("{} after {}", change.object, first.name))
            }
            _ => None,
        })
        .collect();
    let expected =
        [format!("Gadget/one after gadgets.{group}"), format!("Widget/one after widgets.{group}")];
    assert_eq!(after, expected);
    bed.carry_out(&plan).await.unwrap();
    assert!(bed.get(&format!("{group}/v1"), "Widget", "one").await.is_some());
    assert!(bed.plan(Intent::Apply, Some(wanted)).await.unwrap().is_nothing());

    bed.run(Intent::Uninstall, None).await.unwrap();
    let widgets = format!("widgets.{group}");
    let crd = ObjectRef::new("apiextensions.k8s.io/v1", "CustomResourceDefinition", None, &widgets);
    assert!(bed.client.get(&crd).await.unwrap().is_some(), "definitions below crds/ stay");
}
