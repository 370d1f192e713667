//! `layers`: dependencies between crates point down, as the table says.
//!
//! **Invariants** that it checks on `cargo metadata`:
//! every crate is in the table; a crate depends on lower layers, and everyone on `diagnostic` and
//! `yaml`; nobody depends on `windrose`; nothing but tests depends on `testkit`; `hub` does not
//! reach `agent`; a pure crate has no runtime or client; only `kubernetes` holds a client.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use serde_json::Value;

use crate::{Outcome, command};

/// Where a crate stands. Rooms of a later day are in the table already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layer {
    /// No tokio, no file system, no client.
    Pure(u8),
    Edge(u8),
    /// Tests and tools: may use anything but the binary.
    Dev,
}

use Layer::{Dev, Edge, Pure};

const TABLE: [(&str, Layer); 31] = [
    ("diagnostic", Pure(0)),
    ("yaml", Pure(0)),
    ("template", Pure(0)),
    ("pattern", Pure(0)),
    ("primes", Pure(0)),
    ("provenance", Pure(0)),
    ("versions", Pure(0)),
    ("api", Pure(0)),
    ("functions", Pure(1)),
    ("chart", Pure(1)),
    ("render", Pure(2)),
    ("source", Edge(2)),
    ("kubernetes", Edge(2)),
    ("release", Edge(3)),
    ("sandbox", Edge(3)),
    ("operate", Edge(3)),
    ("terraform", Edge(3)),
    ("environment", Edge(3)),
    ("traffic", Edge(3)),
    ("stack", Edge(4)),
    ("agent", Edge(5)),
    ("hub-api", Edge(5)),
    ("hub", Edge(6)),
    ("windrose", Edge(7)),
    ("testkit", Dev),
    ("xtask", Dev),
    ("e2e", Dev),
    ("oracle", Dev),
    ("benches", Dev),
    ("fuzz", Dev),
    ("examples", Dev),
];

/// What a pure crate must not link: runtimes, clients, and ways to the outside.
const IMPURE: [&str; 6] = ["tokio", "kube", "reqwest", "hyper", "axum", "tower"];

/// One dependency between crates.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Dependency {
    from: String,
    to: String,
    /// Needed by tests only.
    dev: bool,
}

/// Checks the workspace.
pub(crate) fn run() -> Outcome<()> {
    let out = command::cargo()
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .output()?;
    if !out.status.success() {
        return Err(String::from_utf8_lossy(&out.stderr).into_owned().into());
    }
    let metadata: Value = serde_json::from_slice(&out.stdout)?;
    let (crates, edges) = read(&metadata)?;
    let faults = faults(&crates, &edges);
    if faults.is_empty() {
        println!("layers: {} crates, every dependency points down", crates.len());
        return Ok(());
    }
    let mut text = String::from("layers are broken:");
    for fault in faults {
        write!(text, "\n  {fault}")?;
    }
    Err(text.into())
}

fn read(metadata: &Value) -> Outcome<(Vec<String>, Vec<Dependency>)> {
    let packages = metadata["packages"].as_array().ok_or("cargo metadata names no packages")?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut crates = Vec::new();
    let mut edges = Vec::new();
    for package in packages {
        let from = text(&package["name"]);
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let dev = dependency["kind"] == "dev";
            edges.push(Dependency { from: from.clone(), to: text(&dependency["name"]), dev });
        }
        crates.push(from);
    }
    Ok((crates, edges))
}

/// Everything that is wrong, one sentence each.
fn faults(crates: &[String], edges: &[Dependency]) -> Vec<String> {
    let ours: BTreeMap<&str, Option<Layer>> =
        crates.iter().map(|name| (name.as_str(), layer(name))).collect();
    let mut faults: Vec<String> = ours
        .iter()
        .filter(|(_, layer)| layer.is_none())
        .map(|(name, _)| format!("`{name}` is not in the table of layers"))
        .collect();
    for edge in edges {
        let Some(Some(from)) = ours.get(edge.from.as_str()) else { continue };
        match ours.get(edge.to.as_str()) {
            Some(Some(to)) => faults.extend(inner_fault(edge, *from, *to)),
            Some(None) => {}
            None => faults.extend(outer_fault(edge, *from)),
        }
    }
    if reaches(edges, "hub", "agent") {
        faults.push("`hub` links `agent`: they meet in `api` and `hub-api`".to_owned());
    }
    faults
}

fn layer(name: &str) -> Option<Layer> {
    TABLE.iter().find(|(room, _)| *room == name).map(|(_, layer)| *layer)
}

/// What is wrong with a dependency between two crates of the workspace.
fn inner_fault(edge: &Dependency, from: Layer, to: Layer) -> Option<String> {
    let Dependency { from: name, to: target, dev } = edge;
    if target == "windrose" {
        return Some(format!("`{name}` depends on `windrose`; nobody does"));
    }
    let height = |layer| match layer {
        Pure(height) | Edge(height) => Some(height),
        Dev => None,
    };
    match (height(from), height(to)) {
        (None, _) => None,
        (Some(_), None) if *dev => None,
        (Some(_), None) => Some(format!("`{name}` depends on `{target}` outside of its tests")),
        (Some(_), Some(_)) if ["diagnostic", "yaml"].contains(&target.as_str()) => None,
        (Some(above), Some(below)) if above > below => None,
        (Some(above), Some(below)) => Some(format!(
            "`{name}` (layer {above}) depends on `{target}` (layer {below}); edges point down only"
        )),
    }
}

/// What is wrong with a dependency on a crate of others.
fn outer_fault(edge: &Dependency, from: Layer) -> Option<String> {
    let Dependency { from: name, to: target, dev } = edge;
    match from {
        Dev => None,
        Pure(_) if !dev && IMPURE.contains(&target.as_str()) => {
            Some(format!("`{name}` is pure and depends on `{target}`"))
        }
        Pure(_) | Edge(_) if !dev && target == "kube" && name != "kubernetes" => {
            Some(format!("`{name}` depends on `kube`; only `kubernetes` does"))
        }
        Pure(_) | Edge(_) => None,
    }
}

/// Whether `to` is linked into `from`, directly or through others.
fn reaches(edges: &[Dependency], from: &str, to: &str) -> bool {
    let mut seen = BTreeSet::from([from]);
    let mut open = vec![from];
    while let Some(name) = open.pop() {
        for edge in edges.iter().filter(|edge| edge.from == name && !edge.dev) {
            if seen.insert(&edge.to) {
                open.push(&edge.to);
            }
        }
    }
    from != to && seen.contains(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(crates: &[&str], edges: &[(&str, &str, bool)]) -> Vec<String> {
        let crates: Vec<_> = crates.iter().map(|&name| name.to_owned()).collect();
        let edges: Vec<_> = edges
            .iter()
            .map(|&(from, to, dev)| Dependency { from: from.into(), to: to.into(), dev })
            .collect();
        faults(&crates, &edges)
    }

    #[test]
    fn down_is_allowed_and_up_and_sideways_are_not() {
        let crates = ["diagnostic", "yaml", "template", "functions", "chart", "render"];
        let down = [("render", "chart", false), ("functions", "template", false)];
        assert!(check(&crates, &down).is_empty());
        assert!(check(&crates, &[("template", "yaml", false)]).is_empty());
        assert_eq!(
            check(&crates, &[("template", "render", false), ("functions", "chart", true)]),
            [
                "`template` (layer 0) depends on `render` (layer 2); edges point down only",
                "`functions` (layer 1) depends on `chart` (layer 1); edges point down only",
            ]
        );
    }

    #[test]
    fn testkit_is_for_tests_and_the_binary_for_nobody() {
        let crates = ["release", "testkit", "windrose", "e2e"];
        assert!(
            check(&crates, &[("release", "testkit", true), ("e2e", "testkit", false)]).is_empty()
        );
        assert_eq!(check(&crates, &[("release", "testkit", false)]).len(), 1);
        assert_eq!(check(&crates, &[("e2e", "windrose", true)]).len(), 1);
    }

    #[test]
    fn the_hub_never_links_the_agent() {
        let crates = ["hub", "hub-api", "agent", "api"];
        assert!(check(&crates, &[("hub", "api", false), ("agent", "api", false)]).is_empty());
        let direct = check(&crates, &[("hub", "agent", false)]);
        assert_eq!(direct, ["`hub` links `agent`: they meet in `api` and `hub-api`"]);
    }

    #[test]
    fn purity_and_the_one_client_are_kept() {
        let crates = ["chart", "kubernetes", "sandbox"];
        assert_eq!(check(&crates, &[("chart", "tokio", false)]).len(), 1);
        assert!(
            check(&crates, &[("chart", "tokio", true), ("kubernetes", "kube", false)]).is_empty()
        );
        assert_eq!(check(&crates, &[("sandbox", "kube", false)]).len(), 1);
    }

    #[test]
    fn a_crate_outside_of_the_table_is_a_fault() {
        assert_eq!(check(&["attic"], &[]), ["`attic` is not in the table of layers"]);
    }
}
