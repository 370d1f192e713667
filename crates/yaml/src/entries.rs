//! Some entries of one large map of a document; the others are read over, not kept.
//!
//! What a chart repository's index needs: tens of megabytes, of which one chart matters. Meaning
//! and errors are those of [`from_str`](crate::from_str).

use crate::composer::Composer;
use crate::decoder::{Duplicates, decode};
use crate::parser::{Event, EventKind};
use crate::source::Source;
use crate::{Error, Map, Numbers, Problem, Value, from_slice};

/// What [`each_entry`] found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Entries {
    /// The scalars beside the large map.
    pub rest: Map,
    /// The keys of the large map, as they stand in the file.
    pub keys: Vec<String>,
    /// The entries that were wanted; of a key that is given twice the last one.
    pub taken: Map,
}

/// Reads of the map below the top-level key `section` the entries that `wanted` names.
///
/// Where an alias points out of an entry, or the document is no map, all of it is decoded instead.
pub fn each_entry(
    bytes: &[u8],
    section: &str,
    wanted: &dyn Fn(&str) -> bool,
) -> Result<Entries, Error> {
    let source = Source::from_bytes(bytes);
    let mut reader = Reader { composer: Composer::new(&source), found: Entries::default() };
    match reader.document(section, wanted) {
        Ok(true) => Ok(reader.found),
        Ok(false) | Err(_) => whole(bytes, section, wanted),
    }
}

struct Reader<'t> {
    composer: Composer<'t>,
    found: Entries,
}

impl<'t> Reader<'t> {
    /// False where the document is not what can be read by entries.
    fn document(&mut self, section: &str, wanted: &dyn Fn(&str) -> bool) -> Result<bool, Error> {
        self.event()?;
        if !matches!(self.event()?.kind, EventKind::MappingStart(_)) {
            return Ok(false);
        }
        while let Some(key) = self.key()? {
            let value = self.event()?;
            match value.kind {
                EventKind::MappingStart(_) if key == section => {
                    while let Some(key) = self.key()? {
                        let value = self.event()?;
                        if wanted(&key) {
                            let value = self.value(value)?;
                            self.found.taken.insert(key.clone(), value);
                        } else {
                            self.skip(&value)?;
                        }
                        self.found.keys.push(key);
                    }
                }
                EventKind::Scalar { .. } => {
                    let value = self.value(value)?;
                    self.found.rest.insert(key, value);
                }
                _ => self.skip(&value)?,
            }
        }
        Ok(true)
    }

    fn event(&mut self) -> Result<Event<'t>, Error> {
        self.composer.event().map_err(Error::Parse)
    }

    /// The next key of a map, nothing at its end.
    fn key(&mut self) -> Result<Option<String>, Error> {
        match self.event()?.kind {
            EventKind::MappingEnd => Ok(None),
            EventKind::Scalar { value, .. } if value != "<<" => Ok(Some(value.into_owned())),
            _ => Err(Error::Parse(Problem::new("a key that is no plain word"))),
        }
    }

    fn value(&mut self, first: Event<'t>) -> Result<Value, Error> {
        let tree = self.composer.subtree(first).map_err(Error::Parse)?;
        decode(&tree, Numbers::Exact, Duplicates::LastWins)
    }

    fn skip(&mut self, first: &Event<'t>) -> Result<(), Error> {
        let mut depth = step(first);
        while depth > 0 {
            depth += step(&self.event()?);
        }
        Ok(())
    }
}

fn step(event: &Event<'_>) -> i64 {
    match event.kind {
        EventKind::SequenceStart(_) | EventKind::MappingStart(_) => 1,
        EventKind::SequenceEnd | EventKind::MappingEnd => -1,
        _ => 0,
    }
}

fn whole(bytes: &[u8], section: &str, wanted: &dyn Fn(&str) -> bool) -> Result<Entries, Error> {
    let mut found = Entries::default();
    for (key, value) in from_slice(bytes, Numbers::Exact)?.into_map().unwrap_or_default() {
        match value {
            Value::Map(entries) if key == section => {
                found.keys.extend(entries.keys().cloned());
                found.taken = entries.into_iter().filter(|(key, _)| wanted(key)).collect();
            }
            Value::Map(_) | Value::List(_) => {}
            scalar => {
                found.rest.insert(key, scalar);
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::each_entry;
    use crate::{Numbers, from_str};

    const INDEX: &str = "apiVersion: v1\nentries:\n  a:\n  - version: 1.0.0\n    d: |\n      x:\n  b: &b\n  - version: \"2\"\n  c: [{version: 3, 'urls': [u]}]\ngenerated: now\n";

    #[test]
    fn only_what_is_wanted_is_kept() {
        let found = each_entry(INDEX.as_bytes(), "entries", &|key| key == "c").unwrap();
        assert_eq!(found.keys, ["a", "b", "c"]);
        assert_eq!(found.rest.len(), 2);
        assert_eq!(found.taken.len(), 1);
        let expected = from_str(INDEX, Numbers::Exact).unwrap();
        assert_eq!(found.taken.get("c"), expected.lookup(&["entries", "c"]));
    }

    #[test]
    fn aliases_between_entries_are_followed() {
        let text = INDEX.replace("[{version: 3, 'urls': [u]}]", "*b");
        let found = each_entry(text.as_bytes(), "entries", &|key| key == "c").unwrap();
        let expected = from_str(&text, Numbers::Exact).unwrap();
        assert_eq!(found.taken.get("c"), expected.lookup(&["entries", "c"]));
        assert_eq!(found.keys.len(), 3);
    }

    #[test]
    fn what_is_no_map_has_no_entries_and_what_is_broken_an_error() {
        assert!(each_entry(b"- a", "entries", &|_| true).unwrap().keys.is_empty());
        assert!(each_entry(b"", "entries", &|_| true).unwrap().keys.is_empty());
        assert!(each_entry(b"entries: {a", "entries", &|_| true).is_err());
    }
}
