//! Floats as Go printed them (`tests/oracle/floats` captures `tests/cases/floats.txt` anew): bits,
//! `e`, `g` and `f` with 64 bits, `g` with 32, JSON.

use std::path::Path;

use yaml::float::{Float, Notation, format};

#[test]
fn floats_print_as_go_prints_them() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/floats.txt");
    let text = std::fs::read_to_string(path).unwrap();
    let mut wrong = Vec::new();
    for line in text.lines() {
        let (bits, _) = line.split_once(' ').unwrap();
        let value = f64::from_bits(u64::from_str_radix(bits, 16).unwrap());
        let wide = |notation| format(value, notation, None, Float::Float64);
        let fields = [
            bits.to_owned(),
            wide(Notation::Exponent),
            wide(Notation::General),
            wide(Notation::Fixed),
            format(f64::from(value as f32), Notation::General, None, Float::Float32),
            yaml::json::to_string(&yaml::Value::Float(value)),
        ];
        let ours = fields.join(" ");
        if ours != line {
            wrong.push(std::format!("expected {line}\n     got {ours}"));
        }
    }
    assert!(text.lines().count() > 200, "few cases");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
