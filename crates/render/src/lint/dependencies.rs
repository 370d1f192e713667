//! Rules about dependencies: what `Chart.yaml` declares is what lies in `charts/`.
use chart::Chart;

use super::{Folder, Linted, Severity};

pub(super) fn check(linted: &mut Linted, folder: &Folder) {
    let chart = match &folder.chart {
        Ok((chart, warnings)) => {
            linted.log(warnings);
            chart
        }
        Err(cause) => {
            linted.rule(Severity::Error, "", Err(format!("unable to load chart\n\t{cause}")));
            return;
        }
    };
    let (declared, lying) = (declared(chart), lying(chart));
    let undeclared: Vec<&str> =
        lying.iter().copied().filter(|name| !declared.contains(name)).collect();
    let missing: Vec<&str> =
        declared.iter().copied().filter(|name| !lying.contains(name)).collect();
    let rules = [
        (Severity::Error, "chart metadata is missing these dependencies", undeclared),
        (Severity::Error, "multiple dependencies with name or alias", shadowing(chart)),
        (Severity::Warning, "chart directory is missing these dependencies", missing),
    ];
    for (severity, what, names) in rules {
        if !names.is_empty() {
            linted.rule(severity, &folder.path, Err(format!("{what}: {}", names.join(","))));
        }
    }
}

fn declared(chart: &Chart) -> Vec<&str> {
    chart.metadata.dependencies.iter().flatten().map(|d| d.name.as_str()).collect()
}

fn lying(chart: &Chart) -> Vec<&str> {
    chart.dependencies.iter().map(Chart::name).collect()
}

fn shadowing(chart: &Chart) -> Vec<&str> {
    let mut seen = Vec::new();
    let mut shadowing = Vec::new();
    for dependency in chart.metadata.dependencies.iter().flatten() {
        let alias = dependency.alias.as_str();
        let name = if alias.is_empty() { dependency.name.as_str() } else { alias };
        if seen.contains(&name) {
            shadowing.push(name);
        }
        seen.push(name);
    }
    shadowing
}
