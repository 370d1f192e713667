//! What is left by a killed client, by a cancelled one and by two at once is repaired.

use std::time::Duration;

use kubernetes::{CancellationToken, Client, ConnectOptions, ObjectRef, WriteOptions};
use release::{ActOptions, Action, Error, Intent, OnFailure, WaitMode};
use serde_json::json;

use crate::bed::{Bed, config_map, content, deployment, hook, job};

fn broken(name: &str, outcome: &str) -> serde_json::Value {
    let mut object = deployment(name, 1, "example.com/web:2");
    object["spec"]["template"]["metadata"]["annotations"] =
        json!({"windrose.dev/test-outcome": outcome});
    object
}

#[tokio::test]
async fn a_timeout_says_why_and_the_next_apply_goes_on() {
    let mut bed = Bed::new().await;
    bed.act.timeout = Duration::from_secs(6);
    let error = bed.apply(content(&[broken("web", "crash")])).await.unwrap_err().to_string();
    assert!(error.contains("Deployment/web") && error.contains("CrashLoopBackOff"), "{error}");
    assert_eq!(bed.statuses().await, "1 failed");
    bed.act.timeout = Duration::from_mins(1);
    bed.apply(content(&[deployment("web", 1, "example.com/web:1")])).await.unwrap();
    assert_eq!(bed.statuses().await, "1 failed, 2 deployed");
}

#[tokio::test]
async fn a_failed_upgrade_may_be_rolled_back() {
    let mut bed = Bed::new().await;
    let good = content(&[deployment("web", 1, "example.com/web:1"), config_map("a", &json!({}))]);
    bed.apply(good).await.unwrap();
    bed.act.timeout = Duration::from_secs(5);
    bed.act.on_failure = OnFailure::Rollback;
    let bad = content(&[broken("web", "never-ready"), config_map("b", &json!({}))]);
    let error = bed.apply(bad.clone()).await.unwrap_err();
    assert!(matches!(error, Error::RolledBack { .. }), "{error}");
    assert_eq!(bed.statuses().await, "1 superseded, 2 failed, 3 deployed");
    assert!(bed.config("a").await.is_some());
    assert!(bed.config("b").await.is_none());

    // A first install goes as a whole.
    bed.name = "other".to_owned();
    let mut first = content(&[broken("other", "never-ready")]);
    first.hooks = vec![];
    let error = bed.apply(first).await.unwrap_err();
    assert!(matches!(error, Error::RolledBack { .. }), "{error}");
    assert_eq!(bed.statuses().await, "");
    assert!(bed.get("apps/v1", "Deployment", "other").await.is_none());
}

#[tokio::test]
async fn a_killed_client_is_repaired_once_it_is_silent() {
    let bed = Bed::new().await;
    bed.apply(content(&[config_map("a", &json!({"x": "1"}))])).await.unwrap();
    // The operation is dropped in the middle, as a killed process drops it: no last word.
    let never = content(&[broken("web", "never-ready"), config_map("b", &json!({}))]);
    let plan = bed.plan(Intent::Apply, Some(never)).await.unwrap();
    let killed = tokio::time::timeout(Duration::from_secs(3), bed.carry_out(&plan)).await;
    assert!(killed.is_err());
    assert_eq!(bed.statuses().await, "1 deployed, 2 pending-upgrade");
    assert!(bed.config("b").await.is_some());

    // A plan does not wait and says who is at work.
    let wanted = content(&[config_map("a", &json!({"x": "2"}))]);
    let desired = bed.desired(Intent::Apply, Some(wanted.clone()));
    let look = release::ObserveOptions::default();
    let observed = release::observe(&bed.client, &desired, &look, &bed.progress()).await.unwrap();
    let error = release::decide(&desired, &observed).unwrap_err();
    assert!(matches!(error, Error::InProgress { revision: 2, .. }), "{error}");

    // An apply waits until the holder proves dead.
    let plan = bed.plan(Intent::Apply, Some(wanted)).await.unwrap();
    assert_eq!(plan.repair.as_ref().unwrap().revision, 2);
    bed.carry_out(&plan).await.unwrap();
    assert_eq!(bed.statuses().await, "1 superseded, 2 failed, 3 deployed");
    assert!(bed.config("b").await.is_none(), "what only the killed revision had is gone");
    assert!(bed.get("apps/v1", "Deployment", "web").await.is_none());
}

#[tokio::test]
async fn a_cancelled_install_leaves_a_failed_revision_that_is_begun_again() {
    let mut bed = Bed::new().await;
    bed.act = ActOptions { cancel: CancellationToken::new(), ..bed.act.clone() };
    let mut wanted = content(&[broken("web", "never-ready")]);
    wanted.hooks = vec![hook("first", &["pre-install"], &job("first", &json!({})))];
    let plan = bed.plan(Intent::Apply, Some(wanted.clone())).await.unwrap();
    let cancel = bed.act.cancel.clone();
    let (outcome, ()) = tokio::join!(bed.carry_out(&plan), async {
        loop {
            if bed.get("apps/v1", "Deployment", "web").await.is_some() {
                cancel.cancel();
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    assert!(matches!(outcome.unwrap_err(), Error::Cancelled));
    assert_eq!(bed.statuses().await, "1 failed");
    bed.act.cancel = CancellationToken::new();
    wanted.manifest = content(&[deployment("web", 1, "example.com/web:1")]).manifest;
    let plan = bed.plan(Intent::Apply, Some(wanted)).await.unwrap();
    assert_eq!((plan.action, plan.hooks.len()), (Action::Install, 1), "hooks run again");
    bed.carry_out(&plan).await.unwrap();
    assert_eq!(bed.statuses().await, "1 failed, 2 deployed");
}

#[tokio::test]
async fn two_writers_never_share_a_revision() {
    let bed = Bed::new().await;
    let wanted = |x: &str| content(&[config_map("a", &json!({"x": x}))]);
    let (one, two) = (
        bed.plan(Intent::Apply, Some(wanted("1"))).await.unwrap(),
        bed.plan(Intent::Apply, Some(wanted("2"))).await.unwrap(),
    );
    let (one, two) = tokio::join!(bed.carry_out(&one), bed.carry_out(&two));
    let errors: Vec<_> = [one, two].into_iter().filter_map(Result::err).collect();
    assert!(matches!(errors.as_slice(), [Error::InProgress { .. }]), "{errors:?}");
    assert_eq!(bed.statuses().await, "1 deployed");
}

#[tokio::test]
async fn an_interrupted_uninstall_is_finished() {
    let mut bed = Bed::new().await;
    bed.act.wait = WaitMode::Hooks;
    let mut held = config_map("held", &json!({}));
    held["metadata"]["finalizers"] = json!(["example.com/hold"]);
    bed.apply(content(&[held, config_map("b", &json!({}))])).await.unwrap();
    bed.act.wait = WaitMode::Ready;
    bed.act.timeout = Duration::from_secs(3);
    let error = bed.run(Intent::Uninstall, None).await.unwrap_err().to_string();
    assert!(error.contains("held by finalizers: example.com/hold"), "{error}");
    assert_eq!(bed.statuses().await, "1 uninstalling");
    let object = ObjectRef::new("v1", "ConfigMap", Some(&bed.namespace), "held");
    let options = WriteOptions { manager: "test".to_owned(), dry_run: kubernetes::DryRun::No };
    let patch = json!({"metadata": {"finalizers": null}});
    bed.client.merge_patch(&object, &patch, &options).await.unwrap();
    bed.run(Intent::Uninstall, None).await.unwrap();
    assert_eq!(bed.statuses().await, "");
}

#[tokio::test]
async fn missing_rights_are_told_before_anything_is_written() {
    let mut bed = Bed::new().await;
    let namespace = bed.namespace.clone();
    let rules = json!([
        {"apiGroups": [""], "resources": ["secrets", "configmaps"], "verbs": ["*"]},
        {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get", "list"]},
    ]);
    let cluster = bed.cluster;
    let user = cluster.unique("limited");
    let kubeconfig = tokio::task::spawn_blocking(move || {
        cluster.limited_user(&user, testkit::Scope::Namespace(&namespace), &rules)
    })
    .await
    .unwrap();
    let options = ConnectOptions { kubeconfig: Some(kubeconfig), ..ConnectOptions::default() };
    bed.client = Client::connect(options).await.unwrap();
    let wanted = content(&[config_map("a", &json!({})), deployment("web", 1, "x")]);
    let error = bed.apply(wanted).await.unwrap_err().to_string();
    for missing in ["create", "patch"] {
        let right = format!("cannot {missing} resource \"deployments\" in API group \"apps\"");
        assert!(error.contains(&right), "{error}");
    }
    assert!(!error.contains("configmaps") && !error.contains("get resource"), "{error}");
    assert!(bed.config("a").await.is_none());
    assert_eq!(bed.statuses().await, "");
}
