//! Somebody changes what a release deployed: it is told who, and set back without a new revision.

use crate::pair::copy_chart;
use crate::world::World;

#[test]
fn drift_is_told_and_set_back() {
    tell(&World::real());
}

#[test]
fn drift_is_told_and_set_back_in_the_sandbox() {
    tell(&World::sandbox());
}

fn tell(world: &World) {
    copy_chart(world, "web");
    let namespace = world.unique("drift");
    let drift = |words: &[&str]| {
        world.windrose(&[&["helm", "drift", "site", "-n", &namespace], words].concat())
    };
    assert_eq!(drift(&[]).code, Some(1));
    let install = ["helm", "install", "site", "./web", "--create-namespace", "-n", &namespace];
    let _ = world.windrose(&install).expect_success();
    let settled = drift(&["--detailed-exitcode"]).expect_success();
    assert_eq!(settled.stdout, format!("site in {namespace}, revision 1: nothing differs\n"));

    let change = |words: &[&str]| {
        let _ = world.kubectl(&[words, &["-n", &namespace]].concat()).expect_success();
    };
    let patch = r#"{"data":{"greeting":"changed","more":"by hand"}}"#;
    change(&[
        "patch",
        "configmap",
        "site",
        "--field-manager=somebody",
        "--type=merge",
        "-p",
        patch,
    ]);
    change(&["delete", "deployment", "site"]);
    let told = drift(&["--detailed-exitcode"]);
    assert_eq!(told.code, Some(2), "{}", told.stderr);
    let lines: Vec<&str> = told.stdout.lines().collect();
    assert_eq!(lines[0], format!("site in {namespace}, revision 1: 2 objects differ"));
    assert_eq!(lines[1], "  ~ ConfigMap/site");
    let expected = "      data.greeting: \"changed\", should be \"hello\"  (somebody, ";
    assert!(lines[2].starts_with(expected), "{}", told.stdout);
    assert_eq!(lines[3..], ["  - Deployment/site is gone"]);

    let _ = drift(&["--repair", "--wait"]).expect_success();
    assert!(drift(&[]).expect_success().stdout.ends_with("nothing differs\n"));
    let config = world.get(&["configmap", "site", "-n", &namespace]);
    assert_eq!(config["data"]["greeting"], "hello");
    assert_eq!(config["data"]["more"], "by hand", "what the revision does not set stays");
    assert_eq!(world.records(&namespace).len(), 1, "no revision is written");
}
