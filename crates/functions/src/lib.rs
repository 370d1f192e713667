//! Sprig's and Helm's functions over template values, one file a family.
//!
//! Names, parameters, results and error texts are those of Helm 4.3.1 (Sprig 3.3.0). What Sprig
//! takes from a Go library follows that library's rules: spf13/cast for numbers, mergo for
//! merging, Masterminds/semver for versions, `regexp`, `time`, `net/url` and so on.
//!
//! Invariant: everything impure (time, randomness, the cluster, host names) comes through
//! [`template::Host`]; a function never panics, it reports what Go's panic would say. `env` and
//! `expandenv` do not exist for charts, as in Helm. Not here: Go's own builtins (`template`) and the rules of
//! a render (`render`).
//!
//! ```
//! let library = functions::library();
//! assert!(library.get("toYaml").is_some());
//! assert!(library.get("env").is_none());
//! ```

#![expect(clippy::unnecessary_wraps, reason = "every function has the engine's signature")]

mod arguments;
mod crypto;
mod dates;
mod defaults;
mod dicts;
mod documents;
mod encoding;
mod environment;
mod fault;
mod flow;
mod lists;
mod math;
mod network;
mod numbers;
mod paths;
mod random;
mod reflection;
mod regex;
mod runes;
mod semver;
mod strings;
mod templates;
mod url;
mod uuid;

use std::sync::{Arc, LazyLock};

use template::{Function, Library, Passage};

pub use dates::{format_time, time};
pub use url::{host_and_path, is_request_url};

/// The families that Sprig defines.
const SPRIG: &[&[Function]] = &[
    crypto::FUNCTIONS,
    dates::FUNCTIONS,
    defaults::FUNCTIONS,
    dicts::FUNCTIONS,
    encoding::FUNCTIONS,
    lists::FUNCTIONS,
    math::FUNCTIONS,
    numbers::FUNCTIONS,
    paths::FUNCTIONS,
    random::FUNCTIONS,
    reflection::FUNCTIONS,
    regex::FUNCTIONS,
    semver::FUNCTIONS,
    strings::FUNCTIONS,
    url::FUNCTIONS,
    uuid::FUNCTIONS,
];

/// The families that Helm adds or replaces.
const HELM: &[&[Function]] = &[
    dates::durations::FUNCTIONS,
    documents::FUNCTIONS,
    flow::FUNCTIONS,
    network::FUNCTIONS,
    templates::FUNCTIONS,
];

/// Which functions hand on what they are given, and how; errors say by it where a value is from.
const PASSAGES: &[(&str, Passage)] = &[
    ("coalesce", Passage::FirstTrue),
    ("deepCopy", Passage::Last),
    ("default", Passage::Default),
    ("dict", Passage::Entries),
    ("dig", Passage::Dig),
    ("fail", Passage::Failure),
    ("get", Passage::Entry),
    ("include", Passage::Execution),
    ("list", Passage::Items),
    ("merge", Passage::Merged),
    ("mergeOverwrite", Passage::Merged),
    ("mustDeepCopy", Passage::Last),
    ("mustMerge", Passage::Merged),
    ("mustMergeOverwrite", Passage::Merged),
    ("required", Passage::Last),
    ("tpl", Passage::Execution),
    ("tuple", Passage::Items),
];

/// Sprig's functions that Helm leaves as they are.
pub fn sprig() -> &'static [Function] {
    static FUNCTIONS: LazyLock<Vec<Function>> = LazyLock::new(|| SPRIG.concat());
    &FUNCTIONS
}

/// Sprig's functions that read the environment; no chart has them.
pub fn environment() -> &'static [Function] {
    environment::FUNCTIONS
}

/// Helm's own functions, and those of Sprig that it replaces.
pub fn helm() -> &'static [Function] {
    static FUNCTIONS: LazyLock<Vec<Function>> = LazyLock::new(|| HELM.concat());
    &FUNCTIONS
}

/// Go's builtins, Sprig's and Helm's functions: every name a chart may use.
pub fn library() -> Arc<Library> {
    static LIBRARY: LazyLock<Arc<Library>> =
        LazyLock::new(|| Arc::new(Library::new().with(sprig()).with(helm()).handing_on(PASSAGES)));
    Arc::clone(&LIBRARY)
}
