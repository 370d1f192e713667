//! Values files whose keys templates refer to.

use super::kind::Type;
use super::yaml::node;
use super::yaml::scalars::{BOOLS, FINITE, FLAGS, FLOATS, INTS, PLAIN, TEXTS, TIMES};
use crate::choices::Choices;

/// The paths that [`values`] always has something under, below `.`.
pub(crate) const PATHS: &[(&str, Type)] = &[
    (".", Type::Any),
    ("$", Type::Any),
    (".Values", Type::Map),
    ("$.Values", Type::Map),
    ("$.Values.s0", Type::Str),
    ("$.Values.s1", Type::Str),
    ("$.Values.i0", Type::Num),
    ("$.Values.f0", Type::Float),
    ("$.Values.b0", Type::Bool),
    ("$.Values.l0", Type::List),
    ("$.Values.l1", Type::List),
    ("$.Values.m0", Type::Map),
    ("$.Values.m1", Type::Map),
    (".Values.m0.a", Type::Any),
    ("$.Values.m1.b", Type::Any),
    (".Values.x0", Type::Any),
    ("$.Values.x1", Type::Any),
    ("$.Values.nope", Type::Any),
    (".a", Type::Any),
    (".Values.x0.a", Type::Any),
];

/// A values file with the keys of [`PATHS`].
pub(crate) fn values(c: &mut Choices) -> String {
    let wild = c.chance(4);
    let mut out = String::new();
    for (key, pool) in [("s0", PLAIN), ("s1", PLAIN), ("i0", INTS), ("f0", FINITE), ("b0", FLAGS)] {
        if c.chance(4) {
            continue;
        }
        out.push_str(&format!("{key}: {}\n", c.pick(pool)));
    }
    for key in ["l0", "l1"] {
        out.push_str(&format!("{key}: {}\n", list(c, 2, wild)));
    }
    for key in ["m0", "m1"] {
        out.push_str(&format!("{key}: {}\n", flow_map(c, 2, wild)));
    }
    for key in ["x0", "x1"] {
        let text = match c.below(3) {
            0 => c.pick(PLAIN).to_owned(),
            1 => flow(c, 2, wild),
            _ if wild => node(c, 2, 2),
            _ => {
                let pool = [INTS, FINITE, BOOLS, TIMES][c.below(4)];
                c.pick(pool).to_owned()
            }
        };
        out.push_str(&format!("{key}: {text}\n"));
    }
    out
}

fn list(c: &mut Choices, depth: usize, wild: bool) -> String {
    let items: Vec<String> = (0..c.below(4)).map(|_| flow(c, depth, wild)).collect();
    format!("[{}]", items.join(", "))
}

fn flow_map(c: &mut Choices, depth: usize, wild: bool) -> String {
    let keys = ["a", "b", "c", "x-y", "\"\"", "1", "true", "é", "~"];
    let entries: Vec<String> = (0..c.below(4))
        .map(|at| format!("{}: {}", keys[(at + c.below(4)) % keys.len()], flow(c, depth, wild)))
        .collect();
    format!("{{{}}}", entries.join(", "))
}

/// A node in flow style; only a wild one may be malformed.
pub(super) fn flow(c: &mut Choices, depth: usize, wild: bool) -> String {
    match c.below(6) {
        0 | 1 if wild => c.pick(TEXTS).to_owned(),
        0 | 1 => c.pick(PLAIN).to_owned(),
        2 => c.pick(INTS).to_owned(),
        3 => c.pick(if wild { FLOATS } else { FINITE }).to_owned(),
        4 if depth > 0 => list(c, depth - 1, wild),
        _ if depth > 0 => flow_map(c, depth - 1, wild),
        _ => c.pick(if wild { BOOLS } else { FLAGS }).to_owned(),
    }
}
