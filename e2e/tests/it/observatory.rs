//! A stack of charts that other people wrote, in two environments.
//!
//! Among them: one with subcharts (`prometheus`), one with definitions below `crds/` (`nack`), one with
//! hooks (`contour`), one with volumes (`valkey`), one switched by an input (`tempo`).

use std::fs;
use std::path::Path;

use crate::world::World;

/// Every release that staging has.
pub(crate) const STAGING: [&str; 7] =
    ["contour", "exporter", "grafana", "karma", "nack", "prometheus", "valkey"];

/// What production has beside those of staging.
pub(crate) const TRACES: &str = "tempo";

/// Charts of the corpus by the name that the stack gives them.
const CHARTS: [(&str, &str); 8] = [
    ("contour", "bitnami+charts__bitnami__contour"),
    ("exporter", "prometheus-community+helm-charts__charts__prometheus-redis-exporter"),
    ("grafana", "grafana-community+helm-charts__charts__grafana"),
    ("karma", "helm+charts__stable__karma"),
    ("nack", "nats-io+k8s__helm__charts__nack"),
    ("prometheus", "prometheus-community+helm-charts__charts__prometheus"),
    ("tempo", "grafana-community+helm-charts__charts__tempo"),
    ("valkey", "bitnami+charts__bitnami__valkey"),
];

const STACK: &str = include_str!("observatory/stack.yaml");
const BASE: &str = include_str!("observatory/base.yaml");
const GRAFANA: &str = include_str!("observatory/grafana.yaml");

/// The stack, written to a world.
pub(crate) struct Observatory {
    /// The namespaces of staging and production.
    pub(crate) namespaces: [String; 2],
}

impl Observatory {
    /// Writes it; `charts` is the corpus.
    pub(crate) fn write(world: &World, charts: &Path) -> Self {
        let namespaces = ["staging", "production"].map(|name| world.unique(name));
        fs::create_dir_all(world.dir().join("charts")).unwrap();
        for (name, folder) in CHARTS {
            let archive = charts.join(folder).join("chart.tgz");
            fs::copy(archive, world.dir().join(format!("charts/{name}.tgz"))).unwrap();
        }
        world.write("stack.yaml", STACK);
        world.write("env/base.yaml", BASE);
        world.write("values/grafana.yaml", GRAFANA);
        let stack = Self { namespaces };
        stack.staging(world, "retention: 7d\n");
        let production = format!("namespace: {}\nreplicas: 2\ntraces: true\n", stack.namespaces[1]);
        world.write("env/production.yaml", &production);
        stack
    }

    /// Writes staging's layer: its namespace, and `inputs`.
    pub(crate) fn staging(&self, world: &World, inputs: &str) {
        world.write("env/staging.yaml", &format!("namespace: {}\n{inputs}", self.namespaces[0]));
    }
}
