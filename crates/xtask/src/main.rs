//! Everything a contributor runs: test, testenv, layers, bench.

fn main() {}
