//! The first command of the README: `examples/shop`, in both environments.

use serde_json::Value;

use crate::world::World;

#[test]
fn the_shop_opens_in_the_sandbox() {
    open(&World::sandbox());
}

#[test]
fn the_shop_opens_on_the_real_control_plane() {
    open(&World::real());
}

fn open(world: &World) {
    let shop = testkit::workspace_root().join("examples/shop");
    let shop = shop.to_str().unwrap();
    let run = |words: &[&str]| world.windrose(words).expect_success();

    let staging = ["apply", shop, "--environment", "staging"];
    let done = run(&staging);
    for release in ["database", "cache", "migrate", "web", "worker"] {
        let row = done.stdout.lines().find(|line| line.starts_with(release));
        assert!(row.is_some_and(|row| row.contains("deployed")), "{}", done.stdout);
    }
    assert!(!done.stdout.contains("metrics"), "staging has no metrics: {}", done.stdout);
    assert!(done.stderr.contains("web 1.5.0 is next in staging"), "the job: {}", done.stderr);
    let look = "windrose status";
    assert!(done.stderr.lines().last().unwrap().contains(look), "{}", done.stderr);

    let again = run(&staging);
    assert!(again.stderr.contains("unchanged"), "{}", again.stderr);
    assert_eq!(revisions(world, shop, "staging"), [1, 1, 1, 1, 1]);
    run(&["plan", shop, "-e", "staging", "--detailed-exitcode"]);

    run(&["apply", shop, "-e", "staging", "--input", "metrics=true"]);
    let status = run(&["status", shop, "-e", "staging", "--input", "metrics=true", "--objects"]);
    assert!(status.stdout.contains("Deployment/metrics: ready"), "{}", status.stdout);
    let left = run(&["plan", shop, "-e", "staging"]);
    assert!(left.stdout.contains("metrics"), "an orphan is told: {}", left.stdout);
    run(&["destroy", shop, "-e", "staging", "--input", "metrics=true", "--yes"]);

    let done = run(&["apply", shop, "-e", "production"]);
    assert!(done.stdout.lines().any(|line| line.starts_with("metrics")), "{}", done.stdout);
    assert!(done.stderr.contains("shop.example"), "{}", done.stderr);
    let web = world.get(&["deployment", "web", "-n", "shop-production"]);
    assert_eq!(web["spec"]["replicas"], 3);
    run(&["destroy", shop, "-e", "production", "--yes"]);
    assert_eq!(revisions(world, shop, "production"), Vec::<i64>::new());
}

/// The revision of every installed release.
fn revisions(world: &World, shop: &str, environment: &str) -> Vec<i64> {
    let words = ["status", shop, "-e", environment, "--output", "json"];
    let done = world.windrose(&words).expect_success();
    let status: Value = serde_json::from_str(&done.stdout).unwrap();
    let releases = status["releases"].as_array().unwrap();
    releases.iter().filter_map(|r| r["installed"]["revision"].as_i64()).collect()
}
