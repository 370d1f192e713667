//! Values: layering what the user gave, and laying it over what the charts bring.
//!
//! [`Options::merge`] builds the user's map in Helm's order of precedence. [`coalesce`] lays it over
//! the defaults of a chart and its dependencies; [`coalesce_tree`] gives a [`Tree`], because Helm's
//! result shares tables between scopes and templates can see it.
use std::borrow::Cow;

use yaml::{Map, Numbers, Value};

use crate::{Error, archive::without_bom, strvals};

mod ahead;
mod coalesce;
mod print;
mod provenance;
mod table;
mod tree;

pub use ahead::Ahead;
pub use print::go_float;

pub use coalesce::{Coalesced, coalesce, coalesce_tree, overlay};
pub(crate) use coalesce::{Mode, lay_over, merge_tables};
pub(crate) use print::{go_print, go_print_bool_verb};
pub use provenance::{Answer, Given, Key, Provenance, Said, Says, Spot, What, ask_file};
pub use table::{Entry, Table};
pub use tree::{Node, Tree};

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
    pub fn merge(&self, read: &ReadFile<'_>) -> Result<Map, Error> {
        let mut base = Map::new();
        for (name, data) in &self.files {
            let file =
                parse(data).map_err(|e| Error::Values(format!("failed to parse {name}: {e}")))?;
            merge(&mut base, file);
        }
        for text in &self.set_json {
            set_json(text, &mut base)?;
        }
        let failed = |flag: &str| {
            let flag = flag.to_owned();
            move |e: Error| Error::Values(format!("failed parsing {flag} data: {e}"))
        };
        for text in &self.set {
            strvals::parse_into(text, strvals::Kind::Typed, &mut base).map_err(failed("--set"))?;
        }
        for text in &self.set_string {
            strvals::parse_into(text, strvals::Kind::String, &mut base)
                .map_err(failed("--set-string"))?;
        }
        for text in &self.set_file {
            strvals::parse_files_into(text, read, &mut base).map_err(failed("--set-file"))?;
        }
        for text in &self.set_literal {
            strvals::parse_into(text, strvals::Kind::Literal, &mut base)
                .map_err(failed("--set-literal"))?;
        }
        Ok(base)
    }
}

/// Reads a values file of one or more documents, which are merged.
pub fn parse(data: &[u8]) -> Result<Map, Error> {
    let mut values = Map::new();
    let data = without_bom(data);
    // Kubernetes' reader of lines ends the last one, too.
    let data = match data {
        [] | [.., b'\n'] => Cow::Borrowed(data),
        _ => Cow::Owned([data, b"\n"].concat()),
    };
    for document in yaml::documents_in_slice(&data) {
        let document =
            document.map_err(|e| Error::Values(format!("error reading yaml document: {e}")))?;
        let document = yaml::map_from_slice(document, Numbers::Float64)
            .map_err(|e| Error::Values(format!("cannot unmarshal yaml document: {e}")))?;
        merge(&mut values, document);
    }
    Ok(values)
}

/// Lays `over` on `base`: maps merge, everything else is replaced, by null too.
pub fn merge(base: &mut Map, over: Map) {
    for (key, value) in over {
        match (base.get_mut(&key), value) {
            (Some(Value::Map(below)), Value::Map(above)) => merge(below, above),
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}

fn set_json(text: &str, base: &mut Map) -> Result<(), Error> {
    if text.trim().starts_with('{') {
        match yaml::json::from_str(text.trim(), Numbers::Float64) {
            Ok(Value::Map(map)) => merge(base, map),
            _ => return Err(Error::Values(format!("failed parsing --set-json data JSON: {text}"))),
        }
        Ok(())
    } else {
        strvals::parse_into(text, strvals::Kind::Json, base)
            .map_err(|_| Error::Values(format!("failed parsing --set-json data {text}")))
    }
}

#[cfg(test)]
mod tests {
    use yaml::Value;

    use super::parse;

    /// What `helm template -f` makes of such files.
    #[test]
    fn the_last_line_of_a_file_is_ended() {
        let values = parse(b"a: |\n  x").unwrap();
        assert_eq!(values.get("a"), Some(&Value::from("x\n")));
        let error = parse(b"\xff\xfea\0:\0 \x001\0").unwrap_err();
        assert!(error.to_string().ends_with("yaml: incomplete UTF-16 character"), "{error}");
        assert!(parse(b"").unwrap().is_empty());
    }
}
