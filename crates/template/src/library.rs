//! Named functions that a text is compiled against.
//!
//! Invariant: a library does not change once a template was compiled with it; programs refer to
//! functions by index.

use std::sync::atomic::{AtomicU64, Ordering};

use foldhash::HashMap;

use crate::builtins::{BUILTINS, Special, special_at};
use crate::{Function, Passage};

/// Functions by name: Go's builtins, and those added with [`with`](Self::with).
#[derive(Debug, Clone)]
pub struct Library {
    id: u64,
    functions: Vec<Function>,
    names: HashMap<&'static str, u32>,
    passages: HashMap<&'static str, Passage>,
}

const BUILTIN_PASSAGES: [(&str, Passage); 2] =
    [("index", Passage::Entry), ("or", Passage::FirstTrue)];

impl Library {
    /// Go's builtin functions alone.
    pub fn new() -> Self {
        let empty = Self {
            id: 0,
            functions: Vec::new(),
            names: HashMap::default(),
            passages: BUILTIN_PASSAGES.into_iter().collect(),
        };
        empty.with(BUILTINS)
    }

    /// Adds functions; one of the same name replaces the earlier one, builtins too.
    #[must_use]
    pub fn with(mut self, functions: &[Function]) -> Self {
        for function in functions {
            self.names.insert(function.name, self.functions.len() as u32);
            self.functions.push(*function);
        }
        self.id = fresh_id();
        self
    }

    /// Says how functions hand on what they are given; only errors ask.
    #[must_use]
    pub fn handing_on(mut self, passages: &[(&'static str, Passage)]) -> Self {
        self.passages.extend(passages.iter().copied());
        self
    }

    /// How a function hands on what it is given, if that is known.
    pub(crate) fn passage(&self, name: &str) -> Option<Passage> {
        self.passages.get(name).copied()
    }

    /// The function of this name, a builtin too.
    pub fn get(&self, name: &str) -> Option<&Function> {
        self.names.get(name).map(|&at| &self.functions[at as usize])
    }

    /// All names, in no particular order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.names.keys().copied()
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.names.contains_key(name)
    }

    /// The function's number, for programs.
    pub(crate) fn find(&self, name: &str) -> Option<u32> {
        self.names.get(name).copied()
    }

    pub(crate) fn function(&self, number: u32) -> &Function {
        &self.functions[number as usize]
    }

    /// Whether this is a builtin that the compiler knows.
    pub(crate) fn special(number: u32) -> Option<Special> {
        special_at(number)
    }

    /// Equal for libraries with the same functions: clones of one another.
    pub(crate) fn id(&self) -> u64 {
        self.id
    }
}

impl Default for Library {
    fn default() -> Self {
        Self::new()
    }
}

fn fresh_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
