//! `windrose`: delivers Helm charts, and the infrastructure beside them.
//!
//! The only room that prints or reads the environment. Commands are thin: they read flags and files,
//! build the desired state, call the rooms below, and show what came back.

mod cli;
mod commands;
mod connection;
mod context;
mod duration;
mod environment;
mod failure;
mod interrupt;
mod output;
mod rendering;
mod runtime;
mod sandbox_state;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run(&std::env::args_os().collect::<Vec<_>>())
}
