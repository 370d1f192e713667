//! `--output json|yaml`: data for programs, on standard output.

use serde::Serialize;

use crate::context::Context;
use crate::failure::{Failure, Outcome};

/// The forms that data is printed in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Table,
    /// One JSON document.
    Json,
    /// One YAML document.
    Yaml,
}

/// The value of a flag, with the words of Helm for one that is none.
pub(crate) fn parse_format(text: &str) -> Result<Format, String> {
    match text {
        "table" => Ok(Format::Table),
        "json" => Ok(Format::Json),
        "yaml" => Ok(Format::Yaml),
        _ => Err("invalid format type".to_owned()),
    }
}

/// Prints a value in a form for programs; `Table` prints it as JSON.
pub(crate) fn print(context: &Context, format: Format, value: &impl Serialize) -> Outcome {
    let text = match format {
        Format::Table | Format::Json => json_line(value)?,
        Format::Yaml => {
            let value = serde_json::to_value(value).map_err(|e| Failure::from_error(&e))?;
            yaml::to_string(&yaml::Value::from_json(&value))
        }
    };
    Ok(context.out(&text)?)
}

/// One line, keys in the value's own order, as Go's encoder ends it.
fn json_line(value: &impl Serialize) -> Outcome<String> {
    let text = serde_json::to_string(value).map_err(|e| Failure::from_error(&e))?;
    Ok(escape_html(&text) + "\n")
}

/// Go's encoder writes `<`, `>` and `&` as escapes; they occur only inside of strings.
fn escape_html(json: &str) -> String {
    json.replace('&', "\\u0026")
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}
