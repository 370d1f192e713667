//! Rules about `values.yaml`: that it is there, is YAML, and fits the chart's own schema.
//!
//! Only the first document and only the chart's own values are looked at, as in Helm.
use chart::values::{Tree, overlay};
use yaml::Numbers;

use super::{Entry, Folder, Linted, Options, Severity};

const FILE: &str = "values.yaml";

pub(super) fn check(linted: &mut Linted, folder: &Folder, given: &Tree, options: &Options<'_>) {
    if !matches!(folder.values_file, Entry::Present(_)) {
        linted.rule(Severity::Info, FILE, Err("file does not exist".to_owned()));
        return;
    }
    let result = validate(linted, folder, given, options);
    linted.rule(Severity::Error, FILE, result);
}

fn validate(
    linted: &mut Linted,
    folder: &Folder,
    given: &Tree,
    options: &Options<'_>,
) -> Result<(), String> {
    let defaults = folder.values_file.read().and_then(|data| {
        let read = yaml::map_from_slice(data, Numbers::Float64);
        // Here Helm decodes into a type with a name.
        read.map_err(|e| e.to_string().replace("map[string]interface {}", "common.Values"))
    });
    let defaults = defaults.map_err(|cause| format!("unable to parse YAML: {cause}"))?;
    // The tables inside stay the user's own, and take the defaults in.
    let values = given.shallow_copy();
    linted.log(&overlay(&values, &Tree::new(defaults.into())));
    match folder.schema_file.read() {
        Ok(schema) if !schema.is_empty() && !options.skip_schema_validation => {
            chart::schema::validate_single(schema, &values.to_map())
        }
        Ok(_) | Err(_) => Ok(()),
    }
}
