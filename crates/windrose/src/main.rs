//! The binary: commands, flags, output. The only room that prints or reads the environment.

fn main() {}
