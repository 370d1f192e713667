//! Default values that are read before it is known whether their chart is sound.
//!
//! Invariant: changes when a text is read, never what becomes of it: what is wrong with it is told
//! when the chart is loaded.
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::{Table, parse};
use crate::File;

/// Values that were expected, as far as they are read; clones share them.
#[derive(Clone, Default)]
pub struct Ahead(Arc<Mutex<Vec<Arc<Text>>>>);

/// A text of values.
struct Text {
    /// Held, so that nothing else comes to lie there.
    data: Arc<[u8]>,
    values: OnceLock<Result<Table, String>>,
}

impl Ahead {
    /// Takes note of a file that was read; if a chart's values are in it, what comes back reads them,
    /// on any thread.
    pub fn expect(&self, file: &File) -> Option<impl FnOnce() + Send + use<>> {
        if !is_of_chart(&file.name) {
            return None;
        }
        let text = Arc::new(Text { data: Arc::clone(&file.data), values: OnceLock::new() });
        self.lock().push(Arc::clone(&text));
        Some(move || {
            text.values();
        })
    }

    /// The values in a file, which may have been read by now; else they are read here.
    pub(crate) fn values(&self, data: &Arc<[u8]>) -> Result<Table, String> {
        let known = self.lock().iter().find(|text| Arc::ptr_eq(&text.data, data)).cloned();
        match known {
            Some(text) => text.values().clone(),
            None => read(data),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Arc<Text>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Text {
    fn values(&self) -> &Result<Table, String> {
        self.values.get_or_init(|| read(&self.data))
    }
}

impl fmt::Debug for Ahead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ahead").field("texts", &self.lock().len()).finish()
    }
}

fn read(data: &[u8]) -> Result<Table, String> {
    parse(data).map(Table::from).map_err(|error| error.to_string())
}

/// Whether this is `values.yaml` of the outermost chart or of one inside.
fn is_of_chart(name: &str) -> bool {
    let mut rest = name;
    while let Some((_, inside)) = rest.strip_prefix("charts/").and_then(|r| r.split_once('/')) {
        rest = inside;
    }
    rest == "values.yaml"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, text: &str) -> File {
        File { name: name.to_owned(), data: Arc::from(text.as_bytes()) }
    }

    #[test]
    fn values_of_charts_are_expected() {
        for name in ["values.yaml", "charts/a/values.yaml", "charts/a/charts/b/values.yaml"] {
            assert!(is_of_chart(name), "{name}");
        }
        for name in ["ci/values.yaml", "charts/values.yaml", "charts/a/x/values.yaml", "a"] {
            assert!(!is_of_chart(name), "{name}");
        }
    }

    #[test]
    fn values_are_read_once() {
        let ahead = Ahead::default();
        let (good, bad) = (file("values.yaml", "a: 1"), file("values.yaml", "a: ["));
        std::thread::spawn(ahead.expect(&good).unwrap()).join().unwrap();
        assert!(ahead.lock()[0].values.get().is_some());
        assert_eq!(ahead.values(&good.data).unwrap(), read(b"a: 1").unwrap());
        drop(ahead.expect(&bad));
        for data in [&bad.data, &file("values.yaml", "a: [").data] {
            assert_eq!(ahead.values(data), read(b"a: ["));
        }
    }
}
