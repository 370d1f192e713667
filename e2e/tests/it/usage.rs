//! The command line itself: help for every command, and a code of its own for wrong usage.

use testkit::Finished;

use crate::world::World;

#[test]
fn every_command_explains_itself() {
    let world = World::sandbox();
    let mut waiting = vec![vec![]];
    let mut seen = 0;
    while let Some(words) = waiting.pop() {
        let mut all: Vec<&str> = words.iter().map(String::as_str).collect();
        all.push("--help");
        let done = Finished::of(&mut world.offline(&all)).expect_success();
        assert!(done.stdout.contains("Usage:") && done.stderr.is_empty(), "{done:?}");
        assert!(!done.stdout.starts_with("Usage:"), "{words:?} says nothing of itself");
        seen += 1;
        for command in commands(&done.stdout) {
            waiting.push([words.clone(), vec![command]].concat());
        }
    }
    assert!(seen > 25, "only {seen} commands");
}

#[test]
fn wrong_usage_has_its_own_code() {
    let world = World::sandbox();
    let wrong: [&[&str]; 8] = [
        &[],
        &["aply"],
        &["apply", "--nothing"],
        &["apply", "--concurrency", "0"],
        &["apply", "--input", "no-value"],
        &["plan", "--output", "xml"],
        &["helm", "install"],
        &["helm", "get"],
    ];
    for words in wrong {
        let done = Finished::of(&mut world.offline(words));
        assert_eq!((done.code, done.stdout.as_str()), (Some(64), ""), "{done:?}");
        assert!(!done.stderr.is_empty());
    }
    let nearly = Finished::of(&mut world.offline(&["aply"]));
    assert!(nearly.stderr.contains("'apply'"), "{}", nearly.stderr);
}

#[test]
fn version_is_told() {
    let world = World::sandbox();
    let done = Finished::of(&mut world.offline(&["--version"])).expect_success();
    assert!(done.stdout.starts_with("windrose "), "{}", done.stdout);
}

/// The commands that a help text lists.
fn commands(help: &str) -> Vec<String> {
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    listed
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next().map(str::to_owned))
        .filter(|word| word != "help")
        .collect()
}
