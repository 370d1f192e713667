//! From rendered texts to manifests and hooks.
//!
//! A text is cut at lines that begin with `---`; each document's head decides whether it is a hook.
//! Both lists are sorted by kind, whoever came first staying first; files come in path order.
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use chart::Warning;
use diagnostic::Source;
use memchr::memmem;
use yaml::node::Kind;
use yaml::{Map, Numbers, Value, Wanted};

use crate::kinds::{self, INSTALL_ORDER};
use crate::manifest::document_parts;
use crate::{DeletePolicy, Error, Hook, HookEvent, Manifest, OutputLogPolicy};

/// What became of the rendered texts.
#[derive(Default)]
pub(crate) struct Sorted {
    pub(crate) manifests: Vec<Manifest>,
    pub(crate) hooks: Vec<Hook>,
    pub(crate) warnings: Vec<Warning>,
}

/// The documents of a text: cut at lines that begin with `---` (what follows on that line belongs to
/// the next document), without leading white space; blank ones are left out.
pub fn split_documents(text: &str) -> Vec<&str> {
    ranges(text).into_iter().map(|range| &text[range]).collect()
}

/// Where they are.
fn ranges(text: &str) -> Vec<Range<usize>> {
    let separator = memmem::Finder::new("\n---");
    let mut ranges = Vec::new();
    let mut rest = text.trim_start();
    if let Some(next) = rest.strip_prefix("---") {
        rest = next.trim_start_matches([' ', '\t']);
    }
    loop {
        // What follows a separator on its line is no beginning of a line.
        let (document, next) = match separator.find(rest.as_bytes()) {
            Some(at) => (&rest[..=at], Some(rest[at + 4..].trim_start_matches([' ', '\t']))),
            None => (rest, None),
        };
        let document = document.trim_start();
        if !document.is_empty() {
            let start = document.as_ptr().addr() - text.as_ptr().addr();
            ranges.push(start..start + document.len());
        }
        match next {
            Some(next) => rest = next,
            None => return ranges,
        }
    }
}

/// Cuts and sorts the texts of all templates; `broken` tells of each that is no UTF-8 which byte
/// stands for which U+FFFD. A text that is one document is moved, not copied.
pub(crate) fn sort(
    texts: BTreeMap<String, String>,
    broken: &BTreeMap<String, Vec<(usize, u8)>>,
) -> (Sorted, Vec<Error>) {
    let documents = match read_all(&texts, broken) {
        Ok(documents) => documents,
        Err(errors) => return (Sorted::default(), errors),
    };
    let mut sorted = Sorted::default();
    for ((path, text), documents) in texts.into_iter().zip(documents) {
        match <[Document; 1]>::try_from(documents) {
            Ok([only]) => sorted.place(&path, cut(text, only.range), only.head),
            Err(documents) => {
                for Document { range, head } in documents {
                    sorted.place(&path, text[range].to_owned(), head);
                }
            }
        }
    }
    sorted.manifests.sort_by(|a, b| kinds::compare(&a.kind, &b.kind, INSTALL_ORDER));
    sorted.hooks.sort_by(|a, b| kinds::compare(&a.kind, &b.kind, INSTALL_ORDER));
    (sorted, Vec::new())
}

/// A document that was read.
struct Document {
    /// Where it is in its text.
    range: Range<usize>,
    head: Head,
}

/// The documents of each text, in their order.
fn read_all(
    texts: &BTreeMap<String, String>,
    broken: &BTreeMap<String, Vec<(usize, u8)>>,
) -> Result<Vec<Vec<Document>>, Vec<Error>> {
    let (mut all, mut errors) = (Vec::with_capacity(texts.len()), Vec::new());
    for (path, text) in texts {
        let bad = broken.get(path).map(Vec::as_slice).unwrap_or_default();
        let ranges = ranges(text);
        let mut documents = Vec::with_capacity(ranges.len());
        for range in ranges {
            let bytes = bytes_of(text, &range, bad);
            match read(path, &text[range.clone()], bytes.as_deref()) {
                Ok(head) => documents.push(Document { range, head }),
                Err(error) => {
                    let error = error.beginning(text, range.start);
                    // Helm stops here, and that is what `--debug` shows.
                    errors.push(if errors.is_empty() {
                        with_all(error, texts, all.iter().chain([&documents]))
                    } else {
                        error
                    });
                }
            }
        }
        all.push(documents);
    }
    if errors.is_empty() { Ok(all) } else { Err(errors) }
}

/// A part of a text, without another one.
fn cut(mut text: String, range: Range<usize>) -> String {
    text.truncate(range.end);
    text.drain(..range.start);
    text
}

/// Gives the error all that was rendered, as `--debug` shows it, and the hooks before it.
fn with_all<'d>(
    mut error: Error,
    texts: &BTreeMap<String, String>,
    before: impl Iterator<Item = &'d Vec<Document>>,
) -> Error {
    if let Error::Manifest { unsorted, .. } = &mut error {
        for (path, text) in texts.iter().filter(|(_, text)| !text.trim().is_empty()) {
            unsorted.text.extend(document_parts(path, text));
        }
        let mut sorted = Sorted::default();
        for ((path, text), documents) in texts.iter().zip(before) {
            for Document { range, head } in documents {
                sorted.place(path, text[range.clone()].to_owned(), head.clone());
            }
        }
        unsorted.hooks = sorted.hooks;
    }
    error
}

/// The bytes of a document that is no UTF-8; nothing for one that is.
fn bytes_of(text: &str, document: &Range<usize>, bad: &[(usize, u8)]) -> Option<Vec<u8>> {
    let mut inside = bad.iter().filter(|(at, _)| document.contains(at)).peekable();
    inside.peek()?;
    let mut bytes = Vec::with_capacity(document.len());
    let mut from = document.start;
    for (at, byte) in inside {
        bytes.extend_from_slice(&text.as_bytes()[from..*at]);
        bytes.push(*byte);
        from = at + char::REPLACEMENT_CHARACTER.len_utf8();
    }
    bytes.extend_from_slice(&text.as_bytes()[from..document.end]);
    Some(bytes)
}

fn read(path: &str, text: &str, bytes: Option<&[u8]>) -> Result<Head, Error> {
    // Where the bytes are UTF-8 up to the end of the YAML document, only the text counts.
    let fault = bytes.and_then(|bytes| yaml::from_slice(bytes, Numbers::Exact).err());
    let head = fault.map_or_else(|| Head::read(text), |fault| Err(Unread::Yaml(fault)));
    head.map_err(|unread| {
        let document = Source::new(format!("{path} (rendered)"), text);
        let (message, span) = match unread {
            Unread::Yaml(error) => {
                let line = error.line().map(|line| document.line(line));
                (error.to_string(), error.span().or(line))
            }
            Unread::Head { message, keys } => (message, span_of(text, &keys)),
        };
        let unsorted = Box::default();
        let path = path.to_owned();
        Error::Manifest { path, message, span, document, line: 0, piece: None, unsorted }
    })
}

impl Sorted {
    fn place(&mut self, path: &str, text: String, head: Head) {
        let Some(words) = head.annotations.get("helm.sh/hook") else {
            self.manifests.push(Manifest {
                source: path.to_owned(),
                api_version: head.api_version,
                kind: head.kind,
                name: head.name,
                text,
            });
            return;
        };
        let mut events = Vec::new();
        for word in list(words) {
            let event = if word == "test-success" {
                Some(HookEvent::Test)
            } else {
                HookEvent::parse(&word)
            };
            let Some(event) = event else {
                self.warnings.push(
                    Warning::plain("skipping unknown hooks").with("hookTypes", words.as_str()),
                );
                return;
            };
            events.push(event);
        }
        let annotation = |name: &str| head.annotations.get(name).map_or("", String::as_str);
        let present = |name: &str| head.annotations.get(name).into_iter().flat_map(|a| list(a));
        self.hooks.push(Hook {
            events,
            weight: annotation("helm.sh/hook-weight").parse().unwrap_or_default(),
            delete_policies: present("helm.sh/hook-delete-policy")
                .map(|w| DeletePolicy::parse(&w))
                .collect(),
            output_log_policies: present("helm.sh/hook-output-log-policy")
                .map(|w| OutputLogPolicy::parse(&w))
                .collect(),
            name: head.name,
            kind: head.kind,
            path: path.to_owned(),
            manifest: text,
        });
    }
}

fn list(words: &str) -> impl Iterator<Item = String> + '_ {
    words.split(',').map(|word| word.trim().to_lowercase())
}

/// The parts of a manifest that make its head.
const HEAD: Wanted<'_> = Wanted::Entries(&[
    ("apiVersion", Wanted::All),
    ("kind", Wanted::All),
    ("metadata", Wanted::Entries(&[("name", Wanted::All), ("annotations", Wanted::All)])),
]);

/// What Helm reads of a manifest.
#[derive(Clone, Default)]
struct Head {
    api_version: String,
    kind: String,
    name: String,
    annotations: BTreeMap<String, String>,
}

enum Unread {
    Yaml(yaml::Error),
    Head {
        message: String,
        /// Where the value that does not fit is.
        keys: Vec<String>,
    },
}

impl Unread {
    fn below(self, key: &str) -> Self {
        match self {
            Self::Yaml(error) => Self::Yaml(error),
            Self::Head { message, mut keys } => {
                keys.insert(0, key.to_owned());
                Self::Head { message, keys }
            }
        }
    }
}

/// Where an entry of a document is.
fn span_of(text: &str, keys: &[String]) -> Option<Range<usize>> {
    let documents = yaml::node::parse(text).ok()?;
    let mut node = documents.first()?;
    let mut span = node.span.clone();
    for key in keys {
        let Kind::Map(entries) = &node.kind else { break };
        let (name, next) = entries.iter().find(|(k, _)| k.name.eq_ignore_ascii_case(key))?;
        (span, node) = (name.span.clone(), next);
    }
    Some(if keys.is_empty() { span.start..span.start } else { span })
}

impl Head {
    fn read(text: &str) -> Result<Self, Unread> {
        let mut head = Self::default();
        let read = yaml::parts_from_str(text, Numbers::Exact, HEAD);
        let map = match read.map_err(Unread::Yaml)? {
            Value::Null => return Ok(head),
            Value::Map(map) => map,
            other => return Err(mismatch(&other, "Go value of type util.SimpleHead")),
        };
        let own = |key| string(&map, key, &format!("SimpleHead.{key}")).map_err(|e| e.below(key));
        head.api_version = own("apiVersion")?;
        head.kind = own("kind")?;
        let metadata = match entry(&map, "metadata") {
            None | Some(Value::Null) => return Ok(head),
            Some(Value::Map(metadata)) => metadata,
            Some(other) => {
                let target = "Go struct field SimpleHead.metadata of type struct { Name string \
                              \"json:\\\"name\\\"\"; Annotations map[string]string \
                              \"json:\\\"annotations\\\"\" }";
                return Err(mismatch(other, target).below("metadata"));
            }
        };
        let below = |unread: Unread, key: &str| unread.below(key).below("metadata");
        // The order is that of the keys in JSON: the first error counts.
        match entry(metadata, "annotations") {
            None | Some(Value::Null) => {}
            Some(Value::Map(annotations)) => {
                for (key, value) in annotations {
                    let text = text_of(value, ".metadata.annotations");
                    let value = text.map_err(|e| below(e.below(key), "annotations"))?;
                    head.annotations.insert(key.clone(), value);
                }
            }
            Some(other) => {
                let target = "Go struct field .metadata.annotations of type map[string]string";
                return Err(below(mismatch(other, target), "annotations"));
            }
        }
        let name = string(metadata, "name", ".metadata.name");
        head.name = name.map_err(|e| below(e, "name"))?;
        Ok(head)
    }
}

/// Go's JSON finds fields in any case; the exact name wins.
fn entry<'m>(map: &'m Map, name: &str) -> Option<&'m Value> {
    let any_case = || map.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, v)| v);
    map.get(name).or_else(any_case)
}

fn string(map: &Map, name: &str, field: &str) -> Result<String, Unread> {
    entry(map, name).map_or_else(|| Ok(String::new()), |value| text_of(value, field))
}

/// Numbers and bools become text where the field is text.
fn text_of(value: &Value, field: &str) -> Result<String, Unread> {
    match value.to_text() {
        Some(text) => Ok(text),
        None if value.is_null() => Ok(String::new()),
        None => Err(mismatch(value, &format!("Go struct field {field} of type string"))),
    }
}

fn mismatch(value: &Value, target: &str) -> Unread {
    let message = format!(
        "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {} into {target}",
        value.json_type()
    );
    Unread::Head { message, keys: Vec::new() }
}

/// A document's text as a source for carets.
pub(crate) type Text = Arc<Source>;

#[cfg(test)]
mod tests {
    use super::split_documents;

    #[test]
    fn texts_are_cut_as_in_helm() {
        for (text, expected) in [
            ("", vec![]),
            ("a: 1", vec!["a: 1"]),
            ("\n---\na: 1\n---\n\n---  \nb: 2\n", vec!["a: 1\n", "b: 2\n"]),
            ("a: 1\n------\nb: 2\n--- ---", vec!["a: 1\n", "---\nb: 2\n", "---"]),
            ("---a: 1\n----\nb: 2", vec!["a: 1\n", "-\nb: 2"]),
            ("a: |\n  ---\n  x\n--- # c\nb: 1", vec!["a: |\n  ---\n  x\n", "# c\nb: 1"]),
        ] {
            assert_eq!(split_documents(text), expected, "{text:?}");
        }
    }
}
