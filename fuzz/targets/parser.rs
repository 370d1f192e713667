//! Any text: it compiles against Helm's functions, or is refused with a place inside the text.
#![no_main]

use std::sync::{Arc, LazyLock};

use diagnostic::Source;
use template::{Library, TemplateSet};

static LIBRARY: LazyLock<Arc<Library>> = LazyLock::new(functions::library);

libfuzzer_sys::fuzz_target!(|text: &str| {
    let mut set = TemplateSet::new(Arc::clone(&LIBRARY), "gotpl");
    if let Err(error) = set.add("fuzz", Source::new("fuzz", text)) {
        assert!(!error.to_string().is_empty());
        assert!(error.span.start <= error.span.end && error.span.end <= text.len());
    }
});
