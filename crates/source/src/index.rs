//! A repository's `index.yaml`: the versions of one chart out of thousands.
//!
//! **Invariant**: only the chart that is asked for becomes values; the rest is read over.
use std::cmp::Ordering;

use yaml::Value;

use crate::FetchError;

/// One version of a chart in an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) version: String,
    pub(crate) urls: Vec<String>,
    /// The SHA-256 of the archive in hex, if the index says it.
    pub(crate) digest: Option<String>,
}

/// What an index says of one chart.
#[derive(Debug, Clone)]
pub(crate) struct Index {
    /// Newest first; nothing where the chart is not in it.
    versions: Option<Vec<Entry>>,
    /// The names of all charts.
    names: Vec<String>,
}

/// Why a version was not found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Missing {
    Chart,
    Version,
    Constraint,
}

impl Index {
    /// Reads of an index what concerns one chart.
    pub(crate) fn read(data: &[u8], name: &str, chart: &str) -> Result<Self, FetchError> {
        let wrong = |why: String| FetchError::Index { name: name.to_owned(), why };
        if data.is_empty() {
            return Err(wrong("empty index.yaml file".to_owned()));
        }
        let found = yaml::each_entry(data, "entries", &|key| key == chart)
            .map_err(|error| wrong(error.to_string()))?;
        if found.rest.get("apiVersion").and_then(Value::as_str).is_none_or(str::is_empty) {
            return Err(wrong("no API version specified".to_owned()));
        }
        let versions = found.taken.get(chart).map(|value| {
            let mut all: Vec<Entry> =
                value.as_list().unwrap_or_default().iter().filter_map(entry).collect();
            all.sort_by(newest_first);
            all
        });
        Ok(Self { versions, names: found.keys })
    }

    /// The version that a constraint means: that very version, else the newest that satisfies it.
    pub(crate) fn find(&self, constraint: &str) -> Result<&Entry, Missing> {
        let versions = self.versions.as_ref().ok_or(Missing::Chart)?;
        if versions.is_empty() {
            return Err(Missing::Version);
        }
        let range = if constraint.is_empty() { "*" } else { constraint };
        if !chart::version::is_constraint(range) {
            return Err(Missing::Constraint);
        }
        versions
            .iter()
            .find(|entry| entry.version == constraint)
            .or_else(|| versions.iter().find(|e| chart::version::is_compatible(range, &e.version)))
            .ok_or(Missing::Version)
    }

    /// All versions, newest first.
    pub(crate) fn versions(&self) -> Option<&[Entry]> {
        self.versions.as_deref()
    }

    /// Did you mean this chart, or these versions.
    pub(crate) fn hint(&self, chart: &str, missing: &Missing) -> Option<String> {
        let versions = self.versions.as_deref().unwrap_or_default();
        match missing {
            Missing::Chart => diagnostic::nearest(chart, self.names.iter().map(String::as_str))
                .map(|near| format!("did you mean the chart {near:?}?")),
            Missing::Constraint => Some("a version is written 1.2.3, ^1.2 or >=1.2 <2".to_owned()),
            Missing::Version => {
                let stable = |e: &&Entry| !e.version.contains('-');
                let some: Vec<&str> =
                    versions.iter().filter(stable).take(5).map(|e| e.version.as_str()).collect();
                if some.is_empty() {
                    let newest = versions.first()?;
                    return Some(format!(
                        "there are only development versions, the newest is {}; --devel uses them",
                        newest.version
                    ));
                }
                Some(format!("the newest versions are {}", some.join(", ")))
            }
        }
    }
}

/// As [`chart::version`] orders them; what is no version comes last.
fn newest_first(a: &Entry, b: &Entry) -> Ordering {
    chart::version::compare(&b.version, &a.version).unwrap_or_else(|| {
        chart::version::is_valid(&b.version).cmp(&chart::version::is_valid(&a.version))
    })
}

/// An entry of a chart; nothing where it breaks a chart's rules, as in Helm.
fn entry(value: &Value) -> Option<Entry> {
    let text = |key: &str| value.get(key).and_then(Value::to_text).unwrap_or_default();
    let (name, version) = (text("name"), text("version"));
    if name.is_empty() || !chart::version::is_valid(&version) {
        return None;
    }
    let urls = value.get("urls").and_then(Value::as_list).unwrap_or_default();
    let digest = text("digest");
    let digest =
        digest.split_once(':').map_or(digest.as_str(), |(_, hex)| hex).to_ascii_lowercase();
    Some(Entry {
        version,
        urls: urls.iter().filter_map(|url| url.as_str().map(str::to_owned)).collect(),
        digest: Some(digest).filter(|digest| !digest.is_empty()),
    })
}

/// Whether a constraint is a range and no single version.
pub(crate) fn is_range(constraint: &str) -> bool {
    let core = constraint.split(['-', '+']).next().unwrap_or_default();
    constraint.contains(['^', '~', '<', '>', '=', '!', '*'])
        || constraint.contains("||")
        || constraint.contains(" - ")
        || core.contains(['x', 'X'])
}

#[cfg(test)]
mod tests {
    use super::{Index, Missing};

    const INDEX: &str = "apiVersion: v1\nentries:\n  web:\n  - {name: web, version: 1.0.0, urls: [a]}\n  - {name: web, version: 2.0.0-rc.1, urls: [b]}\n  - {name: web, version: 1.10.0, urls: [c], digest: 'sha256:AB'}\n  - {name: web, version: bad, urls: [d]}\n  - {version: 9.0.0}\n  -\n  empty: []\n";

    fn index(chart: &str) -> Index {
        Index::read(INDEX.as_bytes(), "x", chart).unwrap()
    }

    #[test]
    fn versions_are_chosen_as_in_helm() {
        let web = index("web");
        let find = |constraint: &str| web.find(constraint).map(|e| e.version.clone());
        assert_eq!(find("").unwrap(), "1.10.0");
        assert_eq!(find(">0.0.0-0").unwrap(), "2.0.0-rc.1");
        assert_eq!(find("~1.0").unwrap(), "1.0.0");
        assert_eq!(find("v1.0.0").unwrap(), "1.0.0");
        assert_eq!(find("3"), Err(Missing::Version));
        assert_eq!(find("latest"), Err(Missing::Constraint));
        assert_eq!(web.find("1.10.0").unwrap().digest.as_deref(), Some("ab"));
        assert_eq!(index("empty").find(""), Err(Missing::Version));
        assert_eq!(index("wen").find(""), Err(Missing::Chart));
    }

    #[test]
    fn what_was_meant_is_said() {
        assert!(index("wen").hint("wen", &Missing::Chart).unwrap().contains("\"web\""));
        assert!(index("web").hint("web", &Missing::Version).unwrap().ends_with("1.10.0, 1.0.0"));
    }

    #[test]
    fn an_index_without_a_version_of_its_form_is_refused() {
        for text in ["", "entries: {}", "apiVersion: v1\nentries: {", "- a"] {
            assert!(Index::read(text.as_bytes(), "x", "web").is_err(), "{text}");
        }
    }
}
