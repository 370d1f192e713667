//! A chart whose record would not fit into a Secret: it is deployed, and Helm goes on with it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::pair::copy_chart;
use crate::world::World;

#[test]
fn a_release_beyond_a_secret_is_stored_and_read_by_helm() {
    let world = World::real();
    copy_chart(&world, "web");
    let mut noise = vec![0; 1 << 20];
    testkit::random(&mut noise);
    world.write("web/dashboards/large.json", &STANDARD.encode(noise));
    let namespace = world.unique("large");
    let flags = ["-n", namespace.as_str()];
    let ours = |words: &[&str]| {
        world.windrose(&[&["helm"], words, &flags].concat()).expect_success().stdout
    };
    let theirs = |words: &[&str]| world.helm(&[words, &flags].concat()).expect_success().stdout;

    ours(&["install", "site", "./web", "--create-namespace"]);
    ours(&["upgrade", "site", "./web", "--set", "greeting=two"]);
    let refused = world.helm(&["upgrade", "site", "./web", "-n", &namespace]);
    assert_ne!(refused.code, Some(0), "Helm has no room for it");
    assert!(theirs(&["get", "values", "site"]).contains("greeting: two"));
    assert_eq!(theirs(&["get", "manifest", "site"]), ours(&["get", "manifest", "site"]));
    theirs(&["rollback", "site", "1"]);
    let config = world.get(&["configmap", "site", "-n", &namespace]);
    assert_eq!(config["data"]["greeting"], "hello");
    ours(&["rollback", "site", "2"]);
    ours(&["uninstall", "site"]);
    assert!(world.records(&namespace).is_empty());
}
