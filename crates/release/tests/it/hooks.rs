//! Hooks run in order, to their end, and are deleted as their policies say.

use release::{Event, HookState, Intent};
use serde_json::json;

use crate::bed::{Bed, config_map, content, hook, job};

fn runs(events: &[Event]) -> Vec<String> {
    events
        .iter()
        .filter_map(|event| match event {
            Event::Hook { event, object, state } => {
                let word = match state {
                    HookState::Started => "started",
                    HookState::Succeeded => "succeeded",
                    HookState::Failed(_) => "failed",
                };
                Some(format!("{} {} {word}", event.as_str(), object.name))
            }
            _ => None,
        })
        .collect()
}

#[tokio::test]
async fn hooks_run_by_weight_and_leave_by_policy() {
    let bed = Bed::new().await;
    let mut first = hook("first", &["pre-install", "pre-upgrade"], &job("first", &json!({})));
    first.weight = -5;
    let mut second = hook("second", &["pre-install"], &config_map("second", &json!({})));
    second.delete_policies = vec!["hook-succeeded".to_owned()];
    let last = hook("last", &["post-delete"], &job("last", &json!({})));
    let mut wanted = content(&[config_map("a", &json!({"x": "1"}))]);
    wanted.hooks = vec![second, last, first];
    let record = bed.apply(wanted.clone()).await.unwrap();
    assert_eq!(
        runs(&bed.events()),
        [
            "pre-install first started",
            "pre-install first succeeded",
            "pre-install second started",
            "pre-install second succeeded",
        ]
    );
    assert!(bed.get("batch/v1", "Job", "first").await.is_some(), "the default keeps it");
    assert!(bed.config("second").await.is_none());
    let phases: Vec<_> = record.hooks.iter().map(|hook| hook.last_run.phase.as_str()).collect();
    assert_eq!(phases, ["Succeeded", "", "Succeeded"]);
    assert_eq!(record.hooks[2].delete_policies, ["before-hook-creation"]);
    assert!(bed.plan(Intent::Apply, Some(wanted.clone())).await.unwrap().is_nothing());

    let before = bed.get("batch/v1", "Job", "first").await.unwrap();
    wanted.manifest = content(&[config_map("a", &json!({"x": "2"}))]).manifest;
    bed.apply(wanted).await.unwrap();
    assert_eq!(runs(&bed.events()), ["pre-upgrade first started", "pre-upgrade first succeeded"]);
    let after = bed.get("batch/v1", "Job", "first").await.unwrap();
    assert_ne!(before["metadata"]["uid"], after["metadata"]["uid"], "it was made anew");

    bed.run(Intent::Uninstall, None).await.unwrap();
    assert_eq!(runs(&bed.events()), ["post-delete last started", "post-delete last succeeded"]);
    for name in ["first", "last"] {
        assert!(bed.get("batch/v1", "Job", name).await.is_none(), "{name} is left");
    }
}

#[tokio::test]
async fn a_failed_hook_fails_the_release_and_the_next_apply_goes_on() {
    let bed = Bed::new().await;
    let failing = job("check", &json!({"windrose.dev/test-outcome": "fail"}));
    let mut wanted = content(&[config_map("a", &json!({}))]);
    wanted.hooks = vec![hook("check", &["pre-install"], &failing)];
    let error = bed.apply(wanted.clone()).await.unwrap_err().to_string();
    assert!(error.starts_with("failed pre-install: "), "{error}");
    assert_eq!(bed.statuses().await, "1 failed");
    assert!(bed.config("a").await.is_none());
    let description = bed.storage().get("web", None).await.unwrap().info.description;
    assert!(description.starts_with("Release \"web\" failed: failed pre-install: "));

    wanted.hooks = vec![hook("check", &["pre-install"], &job("check", &json!({})))];
    bed.events();
    let record = bed.apply(wanted).await.unwrap();
    assert_eq!((record.version, record.info.description.as_str()), (2, "Install complete"));
    assert_eq!(runs(&bed.events()), ["pre-install check started", "pre-install check succeeded"]);
}

#[tokio::test]
async fn jobs_that_go_by_themselves_are_not_waited_for_in_vain() {
    let mut bed = Bed::new().await;
    bed.act.wait = release::WaitMode::ReadyAndJobs;
    let mut fleeting = job("fleeting", &json!({"windrose.dev/test-delay": "2s"}));
    fleeting["spec"]["ttlSecondsAfterFinished"] = json!(0);
    let record = bed.apply(content(&[fleeting])).await.unwrap();
    assert_eq!(record.info.description, "Install complete");
}
