//! Applies that do not come to their end: stopped, killed, two at once, a release that fails.

use crate::pair::Pair;
use crate::running::Running;
use crate::world::{World, interrupt};

#[test]
fn an_interrupted_apply_ends_cleanly_and_the_next_one_goes_on() {
    interrupted(&World::real());
    interrupted(&World::sandbox());
}

fn interrupted(world: &World) {
    let pair = Pair::write(world, "90s");
    let mut apply = stuck(world);
    apply.until(&["waiting for Deployment/first"]);
    interrupt(&apply.child);
    let done = apply.end();
    assert_eq!(done.code, Some(130), "{}", done.stderr);
    assert!(done.stderr.contains("the same command goes on from here"), "{}", done.stderr);
    assert!(pair.history("second").is_empty(), "nothing new starts");
    let left = pair.history("first");
    assert!(!left.values().any(|status| status.starts_with("pending")), "{left:?}");
    world.windrose(&["apply"]).expect_success();
    pair.is_sane();
}

#[test]
fn a_killed_apply_is_repaired_by_the_next_one() {
    killed(&World::real());
    killed(&World::sandbox());
}

fn killed(world: &World) {
    let pair = Pair::write(world, "90s");
    world.windrose(&["apply"]).expect_success();
    let mut apply = stuck(world);
    apply.until(&["waiting for Deployment/first"]);
    apply.child.kill().unwrap();
    assert_eq!(apply.end().code, None);
    let left = pair.history("first");
    assert_eq!(left[&1], "deployed", "what was there is still on record");
    world.windrose(&["apply", "--input", "greeting=again"]).expect_success();
    pair.is_sane();
    let plan = ["plan", "--detailed-exitcode", "--input", "greeting=again"];
    world.windrose(&plan).expect_success();
}

/// An apply in which `first` never becomes ready.
fn stuck(world: &World) -> Running {
    let words = ["apply", "--input", "outcome=never-ready", "--input", "greeting=stuck"];
    Running::start(world.command(&words))
}

#[test]
fn two_applies_at_once_lose_no_revision() {
    let world = World::real();
    let pair = Pair::write(&world, "60s");
    world.windrose(&["apply"]).expect_success();
    let both = ["one", "two"].map(|word| {
        let greeting = format!("greeting={word}");
        Running::start(world.command(&["apply", "--input", &greeting]))
    });
    for done in both.map(Running::end) {
        let refused = done.stderr.contains("error:") && done.stderr.contains("first");
        assert!(done.code == Some(0) || (done.code == Some(1) && refused), "{}", done.stderr);
    }
    pair.is_sane();
    world.windrose(&["apply", "--input", "greeting=three"]).expect_success();
    pair.is_sane();
}

#[test]
fn a_sandbox_in_use_is_refused_by_name() {
    let world = World::sandbox();
    Pair::write(&world, "90s");
    let mut apply = stuck(&world);
    apply.until(&["waiting for Deployment/first"]);
    let other = world.windrose(&["apply"]);
    assert_eq!(other.code, Some(1));
    assert!(other.stderr.contains("another command is using the sandbox"), "{}", other.stderr);
    interrupt(&apply.child);
    assert_eq!(apply.end().code, Some(130));
}

#[test]
fn a_failed_release_stops_only_those_that_need_it() {
    failing(&World::real());
    failing(&World::sandbox());
}

fn failing(world: &World) {
    let pair = Pair::write(world, "5s");
    let done = world.windrose(&["apply", "--input", "outcome=image-pull"]);
    assert_eq!(done.code, Some(1), "{}", done.stderr);
    let (progress, end) = done.stderr.split_once("error:").expect(&done.stderr);
    assert!(progress.contains("apart"), "{progress}");
    assert!(end.contains("`first`"), "the failure is repeated at the end: {end}");
    assert!(end.contains("ImagePullBackOff"), "with the pod's own reason: {end}");
    assert_eq!(pair.history("apart").get(&1).map(String::as_str), Some("deployed"));
    assert_eq!(pair.history("first").get(&1).map(String::as_str), Some("failed"));
    assert!(pair.history("second").is_empty());
    assert!(done.stdout.lines().any(|l| l.starts_with("second") && l.contains("not installed")));

    let status = world.windrose(&["status"]).expect_success();
    assert!(status.stdout.contains("Deployment/first"), "{}", status.stdout);
    world.windrose(&["apply"]).expect_success();
    pair.is_sane();
}
