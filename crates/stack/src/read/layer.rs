//! A layer: one file of an environment. Its keys are inputs; `releases` changes releases.

use std::collections::BTreeMap;
use std::sync::Arc;

use diagnostic::{Diagnostic, Source};
use yaml::node::Kind;

use super::release::Part;
use super::stack::{RESERVED, unknown_chart};
use super::{Reader, document};
use crate::expression::Variables;
use crate::model::{ChartUse, ReleaseSpec, Stack};
use crate::tree::{Entry, Tree};

/// What one layer says.
#[derive(Debug, Default)]
pub(crate) struct Layer {
    /// Inputs by name.
    pub(crate) inputs: BTreeMap<String, Entry>,
    /// Changes of releases.
    pub(crate) releases: Vec<ReleaseSpec>,
}

/// Reads a layer of a stack.
pub(crate) fn read_layer(source: &Arc<Source>, stack: &Stack) -> Result<Layer, Vec<Diagnostic>> {
    let mut errors = vec![];
    let Some(node) = document(source, &mut errors) else { return Err(errors) };
    let plain = Variables::default().with("env", ["name"]).with("stack", ["name"]);
    let mut reader = Reader::new(source, plain.clone());
    let mut layer = Layer::default();
    if matches!(node.kind, Kind::Null) {
        return Ok(layer);
    }
    for (key, node) in reader.entries(&node, "a layer").unwrap_or_default() {
        let place = reader.key_place(key);
        if key.name == "releases" {
            let names = stack.inputs.keys().map(String::as_str);
            reader.known = plain.clone().with("inputs", names);
            layer.releases = reader.layered_releases(node, stack);
            reader.known = plain.clone();
        } else if stack.inputs.contains_key(&key.name) {
            let value = Tree::from_node(node, source, &plain, &mut reader.errors);
            layer.inputs.insert(key.name.clone(), Entry { key: place, value });
        } else if key.name == "inputs" {
            let error = place.error("a layer has no key `inputs`", "");
            reader.errors.push(error.hint("inputs stand at the top of a layer, as `replicas: 3`"));
        } else if RESERVED.contains(&key.name.as_str()) {
            reader.not_supported(&place, &format!("`{}` in a layer", key.name));
        } else {
            let names = stack.inputs.keys().map(String::as_str).chain(["releases"]);
            let error = place
                .error(format!("unknown key `{}`", key.name), "not an input of this stack")
                .code("unknown-key");
            reader.errors.push(error.suggest(&key.name, names));
        }
    }
    if reader.errors.is_empty() { Ok(layer) } else { Err(reader.errors) }
}

impl Reader {
    fn layered_releases(&mut self, node: &yaml::node::Node, stack: &Stack) -> Vec<ReleaseSpec> {
        let mut releases = vec![];
        let base = self.known.clone();
        for (key, node) in self.entries(node, "`releases`").unwrap_or_default() {
            let Some(below) = stack.release(&key.name) else {
                let place = self.key_place(key);
                let names = stack.releases.iter().map(|r| r.key.value.as_str());
                let message = format!("there is no release `{}` in the stack", key.name);
                self.errors.push(place.error(message, "").suggest(&key.name, names));
                continue;
            };
            if let Some(each) = &below.for_each {
                self.known = base.clone().with_any(&each.variable.value);
            }
            releases.extend(self.release(key, node, Part::Layer));
            self.known = base.clone();
        }
        for release in &releases {
            let charts: Vec<&str> = stack.charts.keys().map(String::as_str).collect();
            if let Some(ChartUse::Named(name)) = &release.chart {
                self.errors.extend(unknown_chart(name, &charts));
            }
            for need in release.needs.iter().flatten() {
                if stack.release(&need.key.value).is_none() {
                    let names = stack.releases.iter().map(|r| r.key.value.as_str());
                    let message = format!("there is no release `{}`", need.key.value);
                    let error =
                        need.key.place.error(message, "needed here").code("unknown-release");
                    self.errors.push(error.suggest(&need.key.value, names));
                }
            }
        }
        releases
    }
}
