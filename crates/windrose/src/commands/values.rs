//! `windrose values`: what a release's chart is given, and why.

use std::fmt::Write;

use crate::cli::tree::Run;
use crate::commands::stack_file::StackFlags;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::output::paint::{Ink, paint};
use crate::output::structured::{self, Format};

/// Show the values of releases, or where one value comes from
///
/// Without --release, the values of every release are shown.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Args {
    #[command(flatten)]
    stack: StackFlags,
    /// Only this release
    #[arg(short, long, value_name = "KEY")]
    release: Option<String>,
    /// Say where the value at this path comes from, file and line ("" for all)
    #[arg(long, value_name = "PATH", requires = "release")]
    explain: Option<String>,
    /// How to print
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value = "yaml")]
    output: Format,
}

impl Run for Args {
    fn run(self, context: &Context) -> Outcome {
        let opened = self.stack.open(context)?;
        let releases = &opened.resolved.releases;
        let keys: Vec<&String> = match &self.release {
            None => releases.keys().collect(),
            Some(key) => match releases.get_key_value(key) {
                Some((key, _)) => vec![key],
                None => return Err(unknown_release(&opened.resolved, key)),
            },
        };
        let mut all = serde_json::Map::new();
        for key in keys {
            let values =
                releases[key].values(opened.files.as_ref()).map_err(Failure::Diagnostics)?;
            if let Some(path) = &self.explain {
                return explain(context, path, &values);
            }
            all.insert(key.clone(), yaml::Value::Map(values.to_map()).to_json());
        }
        let shown = match &self.release {
            Some(key) => all.remove(key).unwrap_or_default(),
            None => serde_json::Value::Object(all),
        };
        structured::print(context, self.output, &shown)
    }
}

/// An unknown release key, with the nearest known one.
pub(super) fn unknown_release(stack: &stack::Resolved, key: &str) -> Failure {
    if let Some(disabled) = stack.disabled.get(key) {
        return Failure::message(format!(
            "release `{key}` is switched off in {}: {} ({})",
            stack.environment, disabled.condition, disabled.place
        ));
    }
    let failure = Failure::message(format!("the stack has no release `{key}`"));
    match diagnostic::nearest(key, stack.releases.keys().map(String::as_str)) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint(format!(
            "its releases are {}",
            stack.releases.keys().cloned().collect::<Vec<_>>().join(", ")
        )),
    }
}

fn explain(context: &Context, path: &str, values: &stack::Values) -> Outcome {
    let found = values.explain(path);
    if found.is_empty() {
        return Err(Failure::message(format!("no value at `{path}`")));
    }
    let mut text = String::new();
    for explanation in found {
        let value = serde_json::to_string(&explanation.value.to_json())
            .map_err(|e| Failure::from_error(&e))?;
        let name = paint(context.out_style, Ink::Strong, &explanation.path);
        let _ = writeln!(text, "{name} = {value}\n  from {}", explanation.place);
        for read in &explanation.read {
            let origin = match &read.place {
                Some(place) => format!("from {place}"),
                None => "from the command line".to_owned(),
            };
            let _ = writeln!(text, "  reads {} {origin}", read.name);
        }
        for place in explanation.replaced.iter().rev() {
            let _ = writeln!(text, "  instead of {place}");
        }
    }
    Ok(context.out(&text)?)
}
