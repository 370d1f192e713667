//! What Windrose finds in a chart beyond Helm: values that nobody reads, values that nobody defines,
//! templates that never print.
//!
//! Templates are walked, not run ([`walk`]), and both ways of every branch are. Invariant: a finding is
//! certain or it is not made; what cannot be followed counts as used, defined and printing. Findings
//! are about the chart itself; its dependencies are walked only for what they read.
use std::collections::BTreeSet;

use chart::Chart;
use chart::values::{Table, coalesce_tree};
use diagnostic::Diagnostic;
use yaml::Map;

mod calls;
mod family;
mod known;
mod shape;
mod silent;
mod texts;
mod undefined;
mod unused;
mod uses;
mod walk;

use family::Family;
use known::Known;
use walk::Walk;

/// What kind of finding it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// A value of `values.yaml` that nothing reads.
    UnusedValue,
    /// A value that a template reads and nothing defines.
    UndefinedValue,
    /// A named template that nothing includes.
    UnusedTemplate,
    /// A template that prints nothing, whatever the values.
    NeverRenders,
    /// A template that prints nothing with these values; for information.
    RendersNothing,
}

/// Something that is probably not as it was meant.
#[derive(Debug, Clone)]
pub struct Finding {
    /// What kind of finding it is.
    pub code: Code,
    /// What and where.
    pub diagnostic: Diagnostic,
}

impl Code {
    /// All of them, in the order in which they are told.
    pub const ALL: &[Self] = &[
        Self::UndefinedValue,
        Self::UnusedValue,
        Self::UnusedTemplate,
        Self::NeverRenders,
        Self::RendersNothing,
    ];

    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UnusedValue => "unused-value",
            Self::UndefinedValue => "undefined-value",
            Self::UnusedTemplate => "unused-template",
            Self::NeverRenders => "never-renders",
            Self::RendersNothing => "renders-nothing",
        }
    }

    /// Whether it is only worth knowing.
    pub fn is_information(self) -> bool {
        self == Self::RendersNothing
    }
}

/// Looks through a chart with the values that a user gave; nothing is found in a chart that cannot be
/// loaded or parsed, which `lint` tells.
pub fn find(chart: &Chart, given: &Map) -> Vec<Finding> {
    let mut settled = chart.clone();
    let table = Table::from(given);
    if chart::process_dependencies(&mut settled, &table).is_err() {
        return Vec::new();
    }
    let (Some(family), Ok(coalesced)) = (Family::new(chart), coalesce_tree(&settled, &table))
    else {
        return Vec::new();
    };
    let values = coalesced.values.to_map();
    let mut taking_part = BTreeSet::new();
    collect(&settled, &mut Vec::new(), &mut taking_part);
    let known = Known::new(&family, &values, &taking_part);
    let mut walk = Walk::new(&family, &known);
    walk.run();
    if walk.runs_texts {
        texts::walk(&mut walk, given);
    }
    family.settle(&mut walk.uses);
    if walk.gave_up {
        return Vec::new();
    }
    let mut found = undefined::find(&walk);
    if !lends_only(chart) {
        found.extend(unused::find(&walk));
        found.extend(silent::unused_templates(&walk));
    }
    found.extend(silent::never_printing(&mut walk));
    found
}

/// Whether a chart is there for others: a library, or one of partials alone.
fn lends_only(chart: &Chart) -> bool {
    let runs = |file: &chart::File| !crate::scope::is_partial(&file.name);
    let own = chart.templates.iter().any(runs);
    chart.is_library() || !own && !chart.templates.is_empty()
}

fn collect(chart: &Chart, keys: &mut Vec<String>, into: &mut BTreeSet<Vec<String>>) {
    for dependency in &chart.dependencies {
        keys.push(dependency.name().to_owned());
        into.insert(keys.clone());
        collect(dependency, keys, into);
        keys.pop();
    }
}
