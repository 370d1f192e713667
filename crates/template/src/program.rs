//! A compiled text: code for every definition in it, the tables that the code refers to, and the
//! tree for errors.
//!
//! Invariant: knows neither its name nor any value, so that one program serves every set and every
//! render that has the same text and library. `Send + Sync`.

use std::hash::{BuildHasher, Hash, Hasher};
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use foldhash::HashMap;
use foldhash::fast::RandomState;

use crate::ast::{Ast, Keys, NodeId, Span};
use crate::instructions::{Code, Constant, Instruction, Loop, MethodCall};
use crate::library::Library;
use crate::parser::Failure;
use crate::{Param, compiler, parser};

/// A compiled text.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) text: Arc<str>,
    library: Arc<Library>,
    /// Made again from the text when something fails: it is larger than the code.
    ast: OnceLock<Ast>,
    /// The bodies in the text; its own is the last.
    pub(crate) bodies: Vec<Body>,
    pub(crate) tables: Tables,
}

/// A named body in a text, compiled.
#[derive(Debug)]
pub(crate) struct Body {
    /// Nothing for the text itself.
    pub(crate) name: Option<Arc<str>>,
    /// Its node in the tree.
    pub(crate) node: NodeId,
    /// Whether it is only white space and comments, which never replaces another definition.
    pub(crate) empty: bool,
    /// Bytes of text that it was written in.
    pub(crate) len: usize,
    /// Its instructions among all.
    pub(crate) instructions: Range<usize>,
    /// Number of variables.
    pub(crate) slots: u32,
}

/// What instructions refer to by number.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    /// Of all bodies; jumps count from their body's first.
    pub(crate) instructions: Vec<Instruction>,
    /// Where they are.
    pub(crate) locations: Vec<NodeId>,
    /// Names of fields in the text.
    pub(crate) keys: Vec<Span>,
    pub(crate) constants: Vec<Constant>,
    pub(crate) params: Vec<Param>,
    pub(crate) loops: Vec<Loop>,
    pub(crate) methods: Vec<MethodCall>,
    pub(crate) templates: Vec<Arc<str>>,
    pub(crate) messages: Vec<Box<str>>,
}

impl Tables {
    /// Tables of a text that has so many nodes.
    pub(crate) fn with_room(nodes: usize) -> Self {
        Self {
            instructions: Vec::with_capacity(nodes),
            locations: Vec::with_capacity(nodes),
            constants: Vec::with_capacity(nodes / 4),
            params: Vec::with_capacity(8),
            ..Self::default()
        }
    }
}

impl Program {
    /// Compiles a text against a library.
    pub(crate) fn compile(text: &Arc<str>, library: &Arc<Library>) -> Result<Self, Box<Failure>> {
        let mut ast = parser::parse(text, library)?;
        let (bodies, mut tables) = compiler::compile(text, &ast, library);
        tables.keys = std::mem::take(&mut ast.keys);
        tables.keys.shrink_to_fit();
        Ok(Self {
            text: Arc::clone(text),
            library: Arc::clone(library),
            ast: OnceLock::new(),
            bodies,
            tables,
        })
    }

    /// The code of a body.
    pub(crate) fn code(&self, body: &Body) -> Code<'_> {
        Code {
            instructions: &self.tables.instructions[body.instructions.clone()],
            locations: &self.tables.locations[body.instructions.clone()],
        }
    }

    /// The names of a chain of fields.
    pub(crate) fn keys(&self, keys: Keys) -> impl DoubleEndedIterator<Item = &[u8]> {
        let spans = &self.tables.keys[keys.first as usize..][..keys.len as usize];
        spans.iter().map(|span| &self.text.as_bytes()[span.range()])
    }

    /// The tree that the text was compiled from.
    pub(crate) fn ast(&self) -> &Ast {
        // What could be parsed once gives the same tree again.
        self.ast.get_or_init(|| parser::parse(&self.text, &self.library).unwrap_or_default())
    }
}

/// Programs by their text, shared between sets and threads.
///
/// Charts share library charts and helpers, and an agent renders the same chart again and again: a
/// text is compiled once per library.
#[derive(Debug, Default)]
pub struct ProgramCache {
    hashing: RandomState,
    programs: Mutex<Programs>,
}

/// A library and a text, whose hash is known: a text may be long.
#[derive(Debug)]
struct Key {
    hash: u64,
    library: u64,
    text: Arc<str>,
}

#[derive(Debug, Default)]
struct Programs {
    known: HashMap<Key, Arc<Program>>,
    /// Bytes of all texts.
    size: usize,
}

/// Bytes of text above which a cache starts anew: texts compiled during renders may differ each
/// time.
const MAX_CACHED: usize = 64 << 20;

impl ProgramCache {
    /// The program of a text, compiled now if it was not before.
    pub(crate) fn get(
        &self,
        text: &Arc<str>,
        library: &Arc<Library>,
    ) -> Result<Arc<Program>, Box<Failure>> {
        let hash = self.hashing.hash_one(text);
        let key = Key { hash, library: library.id(), text: Arc::clone(text) };
        if let Some(known) = self.lock().known.get(&key) {
            return Ok(Arc::clone(known));
        }
        let program = Arc::new(Program::compile(text, library)?);
        let mut programs = self.lock();
        programs.size += text.len();
        if programs.size > MAX_CACHED {
            *programs = Programs { size: text.len(), ..Programs::default() };
        }
        Ok(Arc::clone(programs.known.entry(key).or_insert(program)))
    }

    fn lock(&self) -> MutexGuard<'_, Programs> {
        self.programs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash && self.library == other.library && self.text == other.text
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_may_be_shared_between_threads() {
        fn shared<T: Send + Sync>() {}
        shared::<Program>();
        shared::<ProgramCache>();
    }
}
