//! What the generators reach; `cargo xtask oracle` compares what they make with the real engine.

use std::collections::BTreeSet;

use oracle::generate::Generator;

/// A generator that does not reach a function proves nothing about it.
#[test]
fn every_function_is_generated() {
    let mut words = BTreeSet::new();
    for number in 0..4000 {
        for generator in [Generator::Functions, Generator::Templates] {
            let (case, _) = oracle::make(generator, 1, number);
            for text in case.templates() {
                let is_end = |c: char| !c.is_alphanumeric() && c != '_';
                words.extend(text.split(is_end).map(str::to_owned));
            }
        }
    }
    let own = functions::sprig().iter().chain(functions::helm()).map(|f| f.name);
    let missing: Vec<_> = own.filter(|name| !words.contains(*name)).collect();
    assert!(missing.is_empty(), "never generated: {missing:?}");
    for word in ["break", "continue", "block", "define", "template", "with", "range", "else"] {
        assert!(words.contains(word), "never generated: {word}");
    }
}
