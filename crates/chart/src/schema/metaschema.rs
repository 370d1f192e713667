//! The published schemas of schemas: their text, and each draft's in the form that is evaluated.
//!
//! Invariant: a text is parsed when something first leads to it, once a process.
use std::sync::{LazyLock, OnceLock};

use yaml::{Numbers, Value};

use super::compile::{Formats, compile};
use super::draft::Draft;
use super::node::Schema;

/// An address below json-schema.org and what is published there.
type Published = (&'static str, LazyLock<Value>);

macro_rules! published {
    ($($path:literal),* $(,)?) => {
        [$(($path, LazyLock::new(|| parse(include_str!(concat!("metaschemas/", $path, ".json")))))),*]
    };
}

static PUBLISHED: [Published; 19] = published![
    "draft-04/schema",
    "draft-06/schema",
    "draft-07/schema",
    "draft/2019-09/schema",
    "draft/2019-09/meta/applicator",
    "draft/2019-09/meta/content",
    "draft/2019-09/meta/core",
    "draft/2019-09/meta/format",
    "draft/2019-09/meta/meta-data",
    "draft/2019-09/meta/validation",
    "draft/2020-12/schema",
    "draft/2020-12/meta/applicator",
    "draft/2020-12/meta/content",
    "draft/2020-12/meta/core",
    "draft/2020-12/meta/format-annotation",
    "draft/2020-12/meta/format-assertion",
    "draft/2020-12/meta/meta-data",
    "draft/2020-12/meta/unevaluated",
    "draft/2020-12/meta/validation",
];

/// What is published at an address.
pub(super) fn published(url: &str) -> Option<&'static Value> {
    let path = url.strip_prefix("http://json-schema.org/");
    let path = path.or_else(|| url.strip_prefix("https://json-schema.org/"))?;
    let path = if path == "schema" { "draft/2020-12/schema" } else { path };
    PUBLISHED.iter().find(|(known, _)| *known == path).map(|(_, value)| &**value)
}

/// The schema that schemas of a draft must satisfy.
pub(super) fn of(draft: Draft) -> &'static Schema<'static> {
    static COMPILED: [OnceLock<Schema<'static>>; 5] = [const { OnceLock::new() }; 5];
    let place = match draft {
        Draft::D4 => &COMPILED[0],
        Draft::D6 => &COMPILED[1],
        Draft::D7 => &COMPILED[2],
        Draft::D2019 => &COMPILED[3],
        Draft::D2020 => &COMPILED[4],
    };
    place.get_or_init(|| {
        let text = published(draft.url()).unwrap_or(&Value::Bool(true));
        compile(draft.url(), text, Formats::Asserted).unwrap_or_default()
    })
}

fn parse(text: &str) -> Value {
    yaml::json::from_str(text, Numbers::Exact).unwrap_or(Value::Bool(true))
}

#[cfg(test)]
mod tests {
    use super::super::compile::{Formats, compile};
    use super::super::draft::Draft;
    use super::{PUBLISHED, of, published};

    #[test]
    fn every_metaschema_is_a_schema_and_satisfies_itself() {
        for (path, text) in &PUBLISHED {
            assert!(text.as_map().is_some_and(|map| map.contains_key("$schema")), "{path}");
        }
        for draft in [Draft::D4, Draft::D6, Draft::D7, Draft::D2019, Draft::D2020] {
            assert!(of(draft).nodes.len() > 10, "{draft:?}");
            let text = published(draft.url()).unwrap();
            compile("file:///copy.json", text, Formats::Asserted).unwrap();
        }
    }
}
