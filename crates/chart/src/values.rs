//! Values: layering what the user gave, and laying it over what the charts bring.
use crate::{Chart, Error, Warning};

/// What the user gave, in Helm's order of precedence from lowest to highest.
///
/// Contents are already read: nothing here opens a file.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// `-f`: (name for messages, contents), later ones win.
    pub files: Vec<(String, Vec<u8>)>,
    /// `--set-json`.
    pub set_json: Vec<String>,
    /// `--set`.
    pub set: Vec<String>,
    /// `--set-string`.
    pub set_string: Vec<String>,
    /// `--set-file`: `key=path`.
    pub set_file: Vec<String>,
    /// `--set-literal`.
    pub set_literal: Vec<String>,
}

/// Reads the file that `--set-file` names; the error is the reader's own text.
pub type ReadFile<'a> = dyn Fn(&str) -> Result<Vec<u8>, String> + 'a;

impl Options {
    /// One map of everything the user gave.
    pub fn merge(&self, _read: &ReadFile<'_>) -> Result<yaml::Map, Error> {
        Err(Error::Values(String::new()))
    }
}

/// Reads a values file of one or more documents, which are merged.
pub fn parse(_data: &[u8]) -> Result<yaml::Map, Error> {
    Err(Error::Values(String::new()))
}

/// Lays `over` on `base`: maps merge, everything else is replaced, null too.
pub fn merge(_base: &mut yaml::Map, _over: yaml::Map) {}

/// The values a chart renders with: `values` over the defaults of the chart and its dependencies.
pub fn coalesce(_chart: &Chart, _values: &yaml::Map) -> Result<(yaml::Map, Vec<Warning>), Error> {
    Err(Error::Coalesce(String::new()))
}
