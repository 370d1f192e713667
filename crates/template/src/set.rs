//! Compiled templates by name, and the session that executes them.
//!
//! Invariant: redefinition follows Go: a later definition wins unless its body is empty.

use std::ops::Range;
use std::sync::Arc;

use diagnostic::Source;
use foldhash::HashMap;

use crate::ast::NodeId;
use crate::context::Overlay;
use crate::instructions::Code;
use crate::parser::{Failure, multiple_definition};
use crate::program::Program;
use crate::unicode::quote;
use crate::{
    Context, ErrorKind, ExecError, Host, Library, ParseError, ProgramCache, Traced, Value, vm,
};

/// Templates that may call each other by name.
#[derive(Clone, Debug)]
pub struct TemplateSet {
    library: Arc<Library>,
    cache: Arc<ProgramCache>,
    root: Arc<str>,
    templates: Templates,
}

/// What a text is called that has no name of its own: it was compiled during a render.
pub(crate) const INLINE: &str = "(inline template)";

/// Templates by name.
pub(crate) type Templates = HashMap<Arc<str>, Template>;

/// A compiled body under a name.
#[derive(Clone, Debug)]
pub(crate) struct Template(Arc<Entry>);

#[derive(Debug)]
struct Entry {
    name: Arc<str>,
    parse_name: Arc<str>,
    source: Option<Arc<Source>>,
    program: Arc<Program>,
    definition: usize,
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
    /// Bytes that one execution may print, and that a function may return as one string.
    pub output: usize,
    /// How deep templates may call templates by `template` (Go's own limit is 100000).
    pub depth: u32,
    /// How deep functions may execute templates (`include`, `tpl`).
    pub nested: u32,
}

/// One render: executes templates of a set over values that it may change.
pub struct Session<'a> {
    context: Context<'a>,
}

impl TemplateSet {
    /// An empty set; `root` is the name that texts compiled during a render get.
    pub fn new(library: Arc<Library>, root: &str) -> Self {
        Self::with_cache(library, root, Arc::default())
    }

    /// An empty set whose programs come from, and go to, a shared cache.
    pub fn with_cache(library: Arc<Library>, root: &str, cache: Arc<ProgramCache>) -> Self {
        Self { library, cache, root: root.into(), templates: HashMap::default() }
    }

    /// Compiles a text under a name and adds it with all its definitions.
    pub fn add(&mut self, name: &str, source: Arc<Source>) -> Result<(), ParseError> {
        let text = Arc::clone(&source.text);
        let program = self
            .cache
            .get(&text, &self.library)
            .map_err(|failure| parse_error(&failure, name, Arc::clone(&source)))?;
        let name: Arc<str> = name.into();
        let added = define(&program, &name, Some(&source), |name| self.contains(name))
            .map_err(|failure| parse_error(&failure, &name, source))?;
        for template in added {
            self.templates.insert(Arc::clone(&template.0.name), template);
        }
        Ok(())
    }

    /// The functions that its texts are compiled against.
    pub fn library(&self) -> &Arc<Library> {
        &self.library
    }

    /// Whether there is a template of this name.
    pub fn contains(&self, name: &str) -> bool {
        self.templates.contains_key(name)
    }

    /// The names of all templates, in no particular order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.templates.keys().map(|name| &**name)
    }

    pub(crate) fn root(&self) -> &Arc<str> {
        &self.root
    }

    pub(crate) fn cache(&self) -> &ProgramCache {
        &self.cache
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Template> {
        self.templates.get(name)
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            missing_key: MissingKey::default(),
            fuel: 1_000_000_000,
            output: 256 << 20,
            depth: 100_000,
            nested: 10_000,
        }
    }
}

impl<'a> Session<'a> {
    /// A session over the templates of a set.
    pub fn new(set: &'a TemplateSet, host: &'a mut dyn Host, options: Options) -> Self {
        Self { context: Context::new(set, host, options) }
    }

    /// Executes a template and returns what it prints.
    pub fn execute(&mut self, name: &str, data: &Value) -> Result<Vec<u8>, ExecError> {
        let Some(template) = self.context.find(name) else {
            return Err(self.context.no_template(name));
        };
        self.context.begin(data);
        let take = |out: &mut Vec<u8>| out.as_slice().to_vec();
        vm::execute(&mut self.context, &template, data, take).map_err(ExecError::settled)
    }

    /// Executes a template and tells which part of it printed what. Slower; for errors.
    pub fn execute_traced(&mut self, name: &str, data: &Value) -> Result<Traced, ExecError> {
        self.context.start_trace();
        let result = self.execute(name, data);
        let trace = self.context.take_trace();
        result.map(|text| Traced::new(text, trace))
    }

    /// What functions of this session may use; to call one outside of a template.
    pub fn context(&mut self) -> &mut Context<'a> {
        &mut self.context
    }
}

impl Template {
    pub(crate) fn name(&self) -> &str {
        &self.0.name
    }

    pub(crate) fn parse_name(&self) -> &str {
        &self.0.parse_name
    }

    pub(crate) fn program(&self) -> &Program {
        &self.0.program
    }

    pub(crate) fn code(&self) -> Code<'_> {
        self.0.program.code(&self.0.program.bodies[self.0.definition])
    }

    /// Number of its variables.
    pub(crate) fn slots(&self) -> usize {
        self.0.program.bodies[self.0.definition].slots as usize
    }

    pub(crate) fn body(&self) -> NodeId {
        self.0.program.bodies[self.0.definition].node
    }

    /// Bytes of text that the body was written in: a hint for how much it prints.
    pub(crate) fn text_len(&self) -> usize {
        self.0.program.bodies[self.0.definition].len
    }

    /// The text with its name.
    pub(crate) fn source(&self) -> Arc<Source> {
        match &self.0.source {
            Some(source) => Arc::clone(source),
            None => Source::new(INLINE, Arc::clone(&self.0.program.text)),
        }
    }

    fn is_empty(&self) -> bool {
        self.0.program.bodies[self.0.definition].empty
    }
}

/// Compiles a text into an overlay over what is known.
pub(crate) fn overlay(
    program: &Arc<Program>,
    name: &Arc<str>,
    below: Option<&std::rc::Rc<Overlay>>,
    set: &TemplateSet,
) -> Result<Templates, Box<Failure>> {
    let overlaid = |name: &str| below.is_some_and(|overlay| overlay.find(name).is_some());
    // The text itself runs even where it is empty and one around it has the same name.
    let added = define(program, name, None, |known| {
        known != &**name && (overlaid(known) || set.contains(known))
    })?;
    Ok(added.into_iter().map(|template| (Arc::clone(&template.0.name), template)).collect())
}

pub(crate) fn parse_error(failure: &Failure, name: &str, source: Arc<Source>) -> ParseError {
    ParseError {
        name: name.to_owned(),
        line: failure.line,
        message: failure.words(name),
        source_text: source,
        span: failure.span.clone(),
        open: failure.open.clone().map(Box::new),
        meant: failure.meant.as_deref().map(Box::from),
    }
}

/// The definitions of a program that take effect over those already known.
fn define(
    program: &Arc<Program>,
    parse_name: &Arc<str>,
    source: Option<&Arc<Source>>,
    known: impl Fn(&str) -> bool,
) -> Result<Vec<Template>, Box<Failure>> {
    let mut added: Vec<Template> = Vec::with_capacity(program.bodies.len());
    for (definition, tree) in program.bodies.iter().enumerate() {
        let name = tree.name.as_ref().unwrap_or(parse_name);
        // The text itself may define its own name; the names in it are all different.
        let twin = match tree.name {
            None => added.iter().position(|template| template.0.name == *name),
            Some(_) => None,
        };
        if let Some(twin) = twin
            && !added[twin].is_empty()
        {
            if tree.empty {
                continue;
            }
            return Err(Box::new(twice(program, name)));
        }
        if tree.empty && known(name) {
            continue;
        }
        let template = Template(Arc::new(Entry {
            name: Arc::clone(name),
            parse_name: Arc::clone(parse_name),
            source: source.cloned(),
            program: Arc::clone(program),
            definition,
        }));
        match twin {
            Some(twin) => added[twin] = template,
            None => added.push(template),
        }
    }
    Ok(added)
}

fn twice(program: &Program, name: &str) -> Failure {
    let text = &program.text;
    Failure {
        line: 1 + text.bytes().filter(|&byte| byte == b'\n').count(),
        message: multiple_definition(name),
        started: None,
        span: Range { start: text.len(), end: text.len() },
        open: None,
        meant: None,
    }
}

impl Context<'_> {
    /// Go's words for a template that does not exist.
    pub(crate) fn no_template(&self, name: &str) -> ExecError {
        let (quoted, root) = (quote(name), quote(&**self.set.root()));
        let message = format!("template: no template {quoted} associated with template {root}");
        ExecError::bare(message).of_kind(ErrorKind::NoTemplate { meant: self.near(name) })
    }

    /// The name of a template that is near to this one.
    pub(crate) fn near(&self, name: &str) -> Option<String> {
        let mut names: Vec<&str> = self.set.names().collect();
        names.sort_unstable();
        diagnostic::nearest(name, names).map(str::to_owned)
    }
}
