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
    names: Names,
    passages: HashMap<&'static str, Passage>,
}

const BUILTIN_PASSAGES: [(&str, Passage); 2] =
    [("index", Passage::Entry), ("or", Passage::FirstTrue)];

/// Functions' numbers by name, found by a hash that costs a few steps: a parser asks for every word.
#[derive(Debug, Clone, Default)]
struct Names {
    len: usize,
    /// A power of two, at least four times as many as names; none without names.
    slots: Vec<Option<(&'static str, u32)>>,
}

impl Library {
    /// Go's builtin functions alone.
    pub fn new() -> Self {
        let empty = Self {
            id: 0,
            functions: Vec::new(),
            names: Names::default(),
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
        self.names.get(name).map(|at| &self.functions[at as usize])
    }

    /// All names, in no particular order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.names.slots.iter().flatten().map(|(name, _)| *name)
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.names.get(name).is_some()
    }

    /// The function's number, for programs.
    pub(crate) fn find(&self, name: &str) -> Option<u32> {
        self.names.get(name)
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

impl Names {
    fn get(&self, name: &str) -> Option<u32> {
        let mut slot = self.slot(name);
        while let Some((known, number)) = *self.slots.get(slot)? {
            if known == name {
                return Some(number);
            }
            slot = self.next(slot);
        }
        None
    }

    fn insert(&mut self, name: &'static str, number: u32) {
        if self.slots.len() < 4 * (self.len + 1) {
            let larger = vec![None; (2 * self.slots.len()).max(256)];
            let known = std::mem::replace(&mut self.slots, larger);
            self.len = 0;
            known.into_iter().flatten().for_each(|(name, number)| self.put(name, number));
        }
        self.put(name, number);
    }

    fn put(&mut self, name: &'static str, number: u32) {
        let mut slot = self.slot(name);
        while self.slots[slot].is_some_and(|(known, _)| known != name) {
            slot = self.next(slot);
        }
        self.len += usize::from(self.slots[slot].is_none());
        self.slots[slot] = Some((name, number));
    }

    /// Where a name is looked for first: by its ends and its length.
    fn slot(&self, name: &str) -> usize {
        let name = name.as_bytes();
        let ends = match (name.first_chunk::<4>(), name.last_chunk::<4>()) {
            (Some(first), Some(last)) => {
                u64::from(u32::from_le_bytes(*first)) << 32 | u64::from(u32::from_le_bytes(*last))
            }
            _ => name.iter().fold(0, |ends, byte| ends << 8 | u64::from(*byte)),
        };
        let hash = (ends ^ name.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (hash >> 40) as usize & self.slots.len().wrapping_sub(1)
    }

    fn next(&self, slot: usize) -> usize {
        (slot + 1) & self.slots.len().wrapping_sub(1)
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
