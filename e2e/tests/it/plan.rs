//! A plan is shown, kept, and carried out only while the cluster is as it was.

use serde_json::Value;

use crate::pair::copy_chart;
use crate::world::World;

#[test]
fn a_kept_plan_is_what_happens_or_is_refused() {
    tell(&World::real());
}

#[test]
fn a_kept_plan_is_what_happens_or_is_refused_in_the_sandbox() {
    tell(&World::sandbox());
}

fn tell(world: &World) {
    copy_chart(world, "web");
    let namespace = world.unique("plan");
    let helm = |words: &[&str]| world.windrose(&[&["helm"], words, &["-n", &namespace]].concat());
    let upgrade = ["upgrade", "site", "./web", "--install", "--create-namespace"];
    let plan = |more: &[&str]| helm(&[&["plan"], upgrade.as_slice(), more].concat());

    let first = plan(&["--out", "first.json", "--detailed-exitcode"]);
    assert_eq!(first.code, Some(2), "{}", first.stderr);
    assert!(first.stdout.starts_with("site: install, revision 1\n"), "{}", first.stdout);
    assert!(first.stdout.contains("+ Deployment/site"), "{}", first.stdout);
    // Nothing was written, not even the namespace.
    assert_eq!(world.kubectl(&["get", "namespace", &namespace]).code, Some(1));
    let done = helm(&["apply", "first.json"]).expect_success();
    assert!(done.stdout.contains("STATUS: deployed\nREVISION: 1\n"), "{}", done.stdout);
    let again = helm(&["apply", "first.json"]);
    assert_eq!(again.code, Some(1));
    assert!(again.stderr.contains("the cluster moved since the plan was made"), "{}", again.stderr);

    let set = ["--set", "greeting=two", "--out", "second.json"];
    let second = plan(&set).expect_success();
    assert!(second.stdout.contains("data.greeting: \"hello\" → \"two\""), "{}", second.stdout);
    let change = |patch: &str| {
        let words = ["patch", "configmap", "site", "-n", &namespace, "--type=merge", "-p", patch];
        let _ = world.kubectl(&words).expect_success();
    };
    // What the plan does not touch may move.
    change(r#"{"data":{"more":"by hand"}}"#);
    let _ = helm(&["apply", "second.json"]).expect_success();
    let _ = plan(&["--set", "greeting=three", "--out", "third.json"]).expect_success();
    change(r#"{"data":{"greeting":"by hand"}}"#);
    let moved = helm(&["apply", "third.json"]);
    assert_eq!(moved.code, Some(1));
    assert!(moved.stderr.contains("ConfigMap/site"), "{}", moved.stderr);
    assert_eq!(world.records(&namespace).len(), 2);

    let back = helm(&["plan", "rollback", "site", "1", "--force-conflicts", "-o", "json"])
        .expect_success();
    let back: Value = serde_json::from_str(&back.stdout).unwrap();
    assert_eq!(back["action"]["rollback"]["to"], 1, "{back}");
    let away = helm(&["plan", "uninstall", "site", "--out", "away.json", "--detailed-exitcode"]);
    assert_eq!(away.code, Some(3), "{}", away.stderr);
    let _ = helm(&["apply", "away.json"]).expect_success();
    assert!(world.records(&namespace).is_empty());

    world.write("broken.json", "{}");
    let broken = helm(&["apply", "broken.json"]);
    assert_eq!(broken.stderr.lines().next(), Some("error: broken.json: it is no plan"));
}
