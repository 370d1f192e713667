//! Any argument of `--set` and its kin, over values that are there: it is applied or refused.
#![no_main]

use chart::strvals::{Kind, parse_into};
use yaml::{Map, Numbers};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let known = "a: {b: [1, {c: d}], e: null}\nf: text\n";
    for kind in [Kind::Typed, Kind::String, Kind::Json, Kind::Literal] {
        for start in ["", known] {
            let mut values = yaml::map_from_str(start, Numbers::Float64).unwrap_or(Map::new());
            if let Err(error) = parse_into(text, kind, &mut values) {
                assert!(!error.to_string().is_empty());
            }
            drop(yaml::to_string(&yaml::Value::Map(values)));
        }
    }
});
