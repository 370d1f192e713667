//! `-f`, `--set` and their kin: what the user gives a chart, read and merged as Helm does.

use std::io::Read;
use std::path::Path;

use chart::values::Given;

use super::{go_files, remote};
use crate::cli::go_flags::CommaList;
use crate::context::Context;
use crate::failure::{Failure, Outcome};

/// Values flags, in Helm's words.
#[derive(clap::Args, Clone, Debug, Default)]
pub(crate) struct ValueFlags {
    /// Values from a YAML file, `-` for standard input (repeatable; later files win)
    #[arg(short = 'f', long = "values", value_name = "FILE", value_parser = CommaList::parse)]
    values: Vec<CommaList>,
    /// Set values: key1=val1,key2=val2 (repeatable)
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Set values that stay strings
    #[arg(long, value_name = "KEY=VALUE")]
    set_string: Vec<String>,
    /// Set values from files: key=path
    #[arg(long, value_name = "KEY=PATH")]
    set_file: Vec<String>,
    /// Set JSON values: key=json, or one JSON object
    #[arg(long, value_name = "KEY=JSON")]
    set_json: Vec<String>,
    /// Set a string exactly as given, commas and backslashes too
    #[arg(long, value_name = "KEY=VALUE")]
    set_literal: Vec<String>,
}

impl ValueFlags {
    /// Reads the files and merges everything in Helm's order of precedence.
    /// With it, whom an error may ask where a value was written.
    pub(crate) fn merge(&self, context: &Context) -> Outcome<(yaml::Map, Given)> {
        let mut files = vec![];
        for name in self.values.iter().flat_map(CommaList::parts) {
            match read(context, name) {
                Ok(data) => files.push((name.clone(), data)),
                Err(error) => return Err(earlier(files).unwrap_or(Failure::message(error))),
            }
        }
        let options = chart::values::Options {
            files,
            set_json: self.set_json.clone(),
            set: self.set.clone(),
            set_string: self.set_string.clone(),
            set_file: self.set_file.clone(),
            set_literal: self.set_literal.clone(),
        };
        let merged = options.merge(&|path| read(context, path));
        let values = merged.map_err(|e| {
            Failure::Diagnostics(options.diagnose(&e)).in_helms_words(e.to_string())
        })?;
        Ok((values, Given::by(options)))
    }
}

/// What is wrong with the files before one that cannot be read: Helm reads them one by one.
fn earlier(files: Vec<(String, Vec<u8>)>) -> Option<Failure> {
    let options = chart::values::Options { files, ..chart::values::Options::default() };
    let result = options.merge(&|_| Ok(vec![]));
    result.err().map(|error| Failure::from_error(&error))
}

/// The contents of a file, or of standard input for `-`; the error is in Go's words, as Helm's is.
fn read(context: &Context, name: &str) -> Result<Vec<u8>, String> {
    if name.trim() == "-" {
        let mut data = vec![];
        return match std::io::stdin().read_to_end(&mut data) {
            Ok(_) => Ok(data),
            Err(e) => Err(format!("standard input: {e}")),
        };
    }
    if remote::can_fetch(name) {
        return remote::file(context, name);
    }
    std::fs::read(context.path(Path::new(name))).map_err(|error| {
        // Go opens a directory, but cannot read it.
        let is_folder = error.kind() == std::io::ErrorKind::IsADirectory;
        let operation = if is_folder { "read" } else { "open" };
        format!("{operation} {name}: {}", go_files::words(&error))
    })
}
