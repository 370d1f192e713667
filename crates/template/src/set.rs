//! Compiled templates by name, and the session that executes them.
//!
//! Invariant: redefinition follows Go: a later definition wins unless its body is empty.

use std::sync::Arc;

use diagnostic::Source;

use crate::{Context, ExecError, Host, Library, ParseError, Value};

/// Templates that may call each other by name.
#[derive(Clone, Debug)]
pub struct TemplateSet {
    library: Arc<Library>,
    root: Arc<str>,
}

/// What a map gives for a key that it does not have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissingKey {
    /// No value, printed as `<no value>` (`missingkey=default`).
    #[default]
    Invalid,
    /// The zero value of the map's element type (`missingkey=zero`).
    Zero,
    /// An error (`missingkey=error`).
    Error,
}

/// Limits and choices of one session.
#[derive(Clone, Debug)]
pub struct Options {
    /// What a missing key gives.
    pub missing_key: MissingKey,
    /// Instructions that all executions of the session may take together.
    pub fuel: u64,
    /// Bytes that one execution may print.
    pub output: usize,
    /// How deep templates may call templates by `template` (Go's own limit is 100000).
    pub depth: u32,
    /// How deep functions may execute templates (`include`, `tpl`).
    pub nested: u32,
}

/// One render: executes templates of a set over values that it may change.
pub struct Session<'a> {
    context: Context<'a>,
    options: Options,
}

impl TemplateSet {
    /// An empty set; `root` is the name that texts compiled during a render get.
    pub fn new(library: Arc<Library>, root: &str) -> Self {
        Self { library, root: root.into() }
    }

    /// Compiles a text under a name and adds it with all its definitions.
    pub fn add(&mut self, name: &str, source: Arc<Source>) -> Result<(), ParseError> {
        let _ = (name, source);
        Ok(())
    }

    /// The functions that its texts are compiled against.
    pub fn library(&self) -> &Arc<Library> {
        &self.library
    }

    /// Whether there is a template of this name.
    pub fn contains(&self, name: &str) -> bool {
        let _ = name;
        false
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            missing_key: MissingKey::default(),
            fuel: 1_000_000_000,
            output: 1 << 30,
            depth: 100_000,
            nested: 10_000,
        }
    }
}

impl<'a> Session<'a> {
    /// A session over the templates of a set.
    pub fn new(set: &'a TemplateSet, host: &'a mut dyn Host, options: Options) -> Self {
        let context = Context {
            set,
            host,
            nesting: std::collections::HashMap::new(),
            cycles: crate::value::Cycles::default(),
        };
        Self { context, options }
    }

    /// Executes a template and returns what it prints.
    pub fn execute(&mut self, name: &str, data: &Value) -> Result<Vec<u8>, ExecError> {
        let _ = (data, &self.options, self.context.set.root.len(), self.context.set.library.id());
        Err(ExecError::bare(format!("template: no template {name:?} associated with template")))
    }

    /// What functions of this session may use; to call one outside of a template.
    pub fn context(&mut self) -> &mut Context<'a> {
        &mut self.context
    }
}
