//! Whole documents: text to values and back, as `sigs.k8s.io/yaml` does it.

use std::ops::Range;

use memchr::{memchr, memmem};

use crate::composer::Composer;
use crate::decoder::{Duplicates, Wanted, decode_parts};
use crate::source::Source;
use crate::{Build, Error, Map, Problem, Value, build, emit, json, quick};

/// How numbers are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbers {
    /// Every number is a float, as Go decodes JSON without being told otherwise (chart values).
    Float64,
    /// Whole numbers stay whole.
    Exact,
}

/// The first document of a text, as `yaml.Unmarshal` decodes it into an `interface{}`.
pub fn from_str(text: &str, numbers: Numbers) -> Result<Value, Error> {
    read(&Source::from_str(text), numbers, Duplicates::LastWins, Wanted::All)
}

/// As [`from_str`], but makes a tree of another kind.
pub fn build_from_str<B: Build>(text: &str, numbers: Numbers) -> Result<B, Error> {
    let source = Source::from_str(text);
    match quick::build(&source, numbers) {
        Some(built) => Ok(built),
        None => read_fully(&source, numbers, Duplicates::LastWins, Wanted::All).map(build::rebuild),
    }
}

/// As [`from_str`], with the same errors, but only what is wanted of the document is built.
pub fn parts_from_str(text: &str, numbers: Numbers, wanted: Wanted<'_>) -> Result<Value, Error> {
    read(&Source::from_str(text), numbers, Duplicates::LastWins, wanted)
}

/// As [`from_str`], but a key that is given twice is an error: `yaml.UnmarshalStrict`.
pub fn from_str_strict(text: &str, numbers: Numbers) -> Result<Value, Error> {
    read(&Source::from_str(text), numbers, Duplicates::Refused, Wanted::All)
}

/// As [`from_str`], from a file's bytes: UTF-8, or UTF-16 with a byte order mark.
pub fn from_slice(bytes: &[u8], numbers: Numbers) -> Result<Value, Error> {
    read(&Source::from_bytes(bytes), numbers, Duplicates::LastWins, Wanted::All)
}

/// The first document of a text as a map, as `yaml.Unmarshal` decodes it into a
/// `map[string]interface{}`; null is an empty map.
pub fn map_from_str(text: &str, numbers: Numbers) -> Result<Map, Error> {
    json::into_map(from_str(text, numbers)?, Error::Decode)
}

/// As [`map_from_str`], from a file's bytes.
pub fn map_from_slice(bytes: &[u8], numbers: Numbers) -> Result<Map, Error> {
    json::into_map(from_slice(bytes, numbers)?, Error::Decode)
}

/// The first document of a text as a list, as `yaml.Unmarshal` decodes it into a `[]interface{}`;
/// null is an empty list.
pub fn list_from_str(text: &str, numbers: Numbers) -> Result<Vec<Value>, Error> {
    json::into_list(from_str(text, numbers)?, Error::Decode)
}

/// As [`list_from_str`], from bytes.
pub fn list_from_slice(bytes: &[u8], numbers: Numbers) -> Result<Vec<Value>, Error> {
    json::into_list(from_slice(bytes, numbers)?, Error::Decode)
}

fn read(
    source: &Source<'_>,
    numbers: Numbers,
    duplicates: Duplicates,
    wanted: Wanted<'_>,
) -> Result<Value, Error> {
    match quick::read(source, numbers, duplicates, wanted) {
        Some(value) => Ok(value),
        None => read_fully(source, numbers, duplicates, wanted),
    }
}

/// As the quick reader reads what it can, but whatever there is.
pub(crate) fn read_fully(
    source: &Source<'_>,
    numbers: Numbers,
    duplicates: Duplicates,
    wanted: Wanted<'_>,
) -> Result<Value, Error> {
    match Composer::new(source).next().map_err(Error::Parse)? {
        Some(tree) => decode_parts(&tree, numbers, duplicates, wanted),
        None => Ok(Value::Null),
    }
}

/// The documents of a values file, cut where Kubernetes' YAML reader cuts them: at lines that
/// begin with `---`.
///
/// The line that opens the first document stays with it. Only a comment may follow the dashes.
pub fn documents(text: &str) -> Documents<'_, str> {
    Documents { text, pos: 0 }
}

/// As [`documents`], in a file's bytes.
pub fn documents_in_slice(bytes: &[u8]) -> Documents<'_, [u8]> {
    Documents { text: bytes, pos: 0 }
}

/// What [`documents`] gives, one document after the other.
#[derive(Debug)]
pub struct Documents<'t, T: ?Sized> {
    text: &'t T,
    pos: usize,
}

impl<'t> Iterator for Documents<'t, str> {
    type Item = Result<&'t str, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let range = next_document(self.text.as_bytes(), &mut self.pos)?;
        Some(range.map(|range| self.text.get(range).unwrap_or_default()))
    }
}

impl<'t> Iterator for Documents<'t, [u8]> {
    type Item = Result<&'t [u8], Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let range = next_document(self.text, &mut self.pos)?;
        Some(range.map(|range| self.text.get(range).unwrap_or_default()))
    }
}

/// The document that begins at `pos`, which moves to the next one.
fn next_document(text: &[u8], pos: &mut usize) -> Option<Result<Range<usize>, Error>> {
    let start = std::mem::replace(pos, text.len());
    let mut next = match text.get(start..)? {
        [] => return None,
        [b'-', b'-', b'-', ..] => Some(start),
        _ => next_separator(text, start),
    };
    while let Some(at) = next {
        let end = memchr(b'\n', &text[at..]).map_or(text.len(), |end| at + end + 1);
        let after = json::lossy(&text[at + 3..end]);
        let after = after.trim();
        if !after.is_empty() && !after.starts_with('#') {
            let message = format!("invalid Yaml document separator: {after}");
            return Some(Err(Error::Separator(Problem::new(message))));
        }
        if at > start {
            *pos = end;
            return Some(Ok(start..at));
        }
        next = next_separator(text, at);
    }
    Some(Ok(start..text.len()))
}

/// The next line after the one at `from` that begins with dashes.
fn next_separator(text: &[u8], from: usize) -> Option<usize> {
    memmem::find(&text[from..], b"\n---").map(|at| from + at + 1)
}

/// A value as `yaml.Marshal` prints it, with a line break at the end; empty if it has no JSON form
/// (see [`emit::try_v2`]).
pub fn to_string(value: &Value) -> String {
    emit::v2(value)
}

#[cfg(test)]
mod tests {
    use super::documents;

    #[test]
    fn documents_are_cut_at_dashes() {
        let cut = |text| documents(text).map(Result::unwrap).collect::<Vec<_>>();
        assert_eq!(
            cut("---\na: 1\n--- # two\nb: 2\n---\n---\n"),
            ["---\na: 1\n", "b: 2\n", "---\n"]
        );
        assert_eq!(cut("a: 1"), ["a: 1"]);
        assert!(cut("").is_empty());
        let error = documents("--- x\n").next().unwrap().unwrap_err();
        assert_eq!(error.to_string(), "invalid Yaml document separator: x");
    }
}
