//! What a function may use while it runs: the templates of the render, the outside world through
//! [`Host`], and the render's own state.
//!
//! Invariant: everything impure comes through the host; a render with the same host answers prints
//! the same bytes.

use std::rc::Rc;
use std::sync::Arc;
use std::time::SystemTime;

use diagnostic::Source;
use foldhash::HashMap;

use crate::parser::Failure;
use crate::set::{INLINE, Template, Templates, overlay, parse_error};
use crate::traced::Trace;
use crate::value::Cycles;
use crate::vm::Fault;
use crate::{CallError, ExecError, Map, Options, OverlayError, Str, TemplateSet, Value};
use crate::{stack, vm};

/// The outside world as templates may see it. Each default refuses or answers with nothing.
pub trait Host {
    /// The current time.
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH
    }

    /// The IANA name of the zone that templates call local.
    #[expect(clippy::unnecessary_literal_bound, reason = "a host may hold its zone's name")]
    fn time_zone(&self) -> &str {
        "UTC"
    }

    /// Fills the buffer with random bytes.
    fn random(&mut self, bytes: &mut [u8]) -> Result<(), CallError> {
        let _ = bytes;
        Err(CallError::new("no source of randomness"))
    }

    /// Reads objects from a cluster; an empty map where there is none.
    fn lookup(&mut self, what: &Lookup<'_>) -> Result<Value, CallError> {
        let _ = what;
        Ok(Value::map::<Str>([]))
    }

    /// An address of a host name; empty where names are not resolved.
    fn resolve(&mut self, name: &str) -> String {
        let _ = name;
        String::new()
    }

    /// What a variable of the environment holds; nothing where it is not to be seen.
    fn variable(&mut self, name: &str) -> String {
        let _ = name;
        String::new()
    }

    /// Whether checks that stop a render are only to be reported.
    fn lint(&self) -> bool {
        false
    }

    /// Something worth telling the user that does not stop the render.
    fn warn(&mut self, message: String) {
        let _ = message;
    }
}

/// Which objects to read; an empty name means all of a kind.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the fields are Kubernetes' own words")]
pub struct Lookup<'a> {
    pub api_version: &'a str,
    pub kind: &'a str,
    pub namespace: &'a str,
    pub name: &'a str,
}

/// A host that knows nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoHost;

impl Host for NoHost {}

/// The state of one render, as functions see it.
pub struct Context<'a> {
    pub(crate) set: &'a TemplateSet,
    host: &'a mut dyn Host,
    options: Options,
    fuel: u64,
    nested: u32,
    nesting: HashMap<Str, u32>,
    overlay: Option<Rc<Overlay>>,
    cycles: Cycles,
    /// What the session's template was given.
    data: Option<Value>,
    /// Bytes that may be printed before somebody looks: none while a trace is taken.
    unchecked: usize,
    trace: Option<Trace>,
    /// What machines left that ran before.
    rooms: Vec<vm::Room>,
}

/// Templates defined by a text that was compiled during a render, over those that it can see.
#[derive(Debug)]
pub(crate) struct Overlay {
    templates: Templates,
    below: Option<Rc<Overlay>>,
}

impl<'a> Context<'a> {
    pub(crate) fn new(set: &'a TemplateSet, host: &'a mut dyn Host, options: Options) -> Self {
        Self {
            set,
            host,
            fuel: options.fuel,
            nested: 0,
            nesting: HashMap::default(),
            overlay: None,
            cycles: Cycles::default(),
            data: None,
            unchecked: options.output,
            trace: None,
            rooms: Vec::new(),
            options,
        }
    }

    /// The outside world.
    pub fn host(&mut self) -> &mut (dyn Host + 'a) {
        &mut *self.host
    }

    /// Sets an entry of a map that templates may hold.
    pub fn set(&mut self, map: &Map, key: impl Into<Str>, value: Value) -> Result<(), CallError> {
        self.cycles.track(map, &value);
        Ok(map.insert(key, value)?)
    }

    /// A counter of this render by name, at first 0: how deep a template is nested in itself.
    pub fn nesting(&mut self, name: &Str) -> &mut u32 {
        self.nesting.entry(name.clone()).or_default()
    }

    /// Executes a template of the render and returns its text.
    pub fn execute_template(&mut self, name: &Str, data: &Value) -> Result<Str, ExecError> {
        let shown = name.to_str_lossy();
        match self.find(&shown) {
            Some(template) => self.execute(&template, data),
            None => Err(self.no_template(&shown)),
        }
    }

    /// Compiles a text, whose definitions are visible only inside it, and executes it.
    pub fn compile_and_execute(&mut self, text: &Str, data: &Value) -> Result<Str, OverlayError> {
        let root = Arc::clone(self.set.root());
        let text: Arc<str> = text.to_str_lossy().into();
        let refused = |failure: Box<Failure>| {
            let source = Source::new(INLINE, Arc::clone(&text));
            OverlayError::Parse(Box::new(parse_error(&failure, &root, source)))
        };
        let program = self.set.cache().get(&text, self.set.library()).map_err(refused)?;
        let below = self.overlay.clone();
        let templates = overlay(&program, &root, below.as_ref(), self.set).map_err(refused)?;
        let main = templates.get(&root).cloned();
        self.overlay = Some(Rc::new(Overlay { templates, below: below.clone() }));
        let result = match main {
            Some(main) => self.execute(&main, data),
            None => Ok(Str::empty()),
        };
        self.overlay = below;
        result.map_err(|error| OverlayError::Exec(Box::new(error)))
    }

    /// Pays for work that grows with a number that a template chose; an error once the budget is
    /// spent.
    pub fn spend(&mut self, steps: u64) -> Result<(), CallError> {
        self.burn(steps).map_err(|fault| fault.into_call_error())
    }

    pub(crate) fn burn(&mut self, steps: u64) -> Result<(), Box<Fault>> {
        if let Some(left) = self.fuel.checked_sub(steps) {
            self.fuel = left;
            return Ok(());
        }
        self.fuel = 0;
        let limit = self.options.fuel;
        Err(Fault::limit(format!("rendering takes more than {limit} steps")))
    }

    /// Notes what the session's template is given; only errors look at it.
    pub(crate) fn begin(&mut self, data: &Value) {
        self.data = Some(data.clone());
    }

    /// From now on remembers which node printed what.
    pub(crate) fn start_trace(&mut self) {
        self.trace = Some(Trace::default());
        self.unchecked = 0;
    }

    pub(crate) fn take_trace(&mut self) -> Trace {
        self.unchecked = self.options.output;
        self.trace.take().unwrap_or_default()
    }

    pub(crate) fn trace(&mut self) -> Option<&mut Trace> {
        self.trace.as_mut()
    }

    pub(crate) fn unchecked(&self) -> usize {
        self.unchecked
    }

    pub(crate) fn data(&self) -> Option<&Value> {
        self.data.as_ref()
    }

    pub(crate) fn options(&self) -> &Options {
        &self.options
    }

    /// The template of this name as it is visible now.
    pub(crate) fn find(&self, name: &str) -> Option<Template> {
        let overlaid = self.overlay.as_ref().and_then(|overlay| overlay.find(name));
        overlaid.or_else(|| self.set.get(name)).cloned()
    }

    fn execute(&mut self, template: &Template, data: &Value) -> Result<Str, ExecError> {
        let limit = self.options.nested;
        if self.nested >= limit {
            let words = format!("templates are nested more than {limit} calls deep");
            return Err(ExecError::bare(words));
        }
        self.nested += 1;
        let result = stack::grow(|| vm::execute(self, template, data, |out| out.as_slice().into()));
        self.nested -= 1;
        result
    }

    /// Room for a machine.
    pub(crate) fn room(&mut self) -> vm::Room {
        self.rooms.pop().unwrap_or_default()
    }

    /// Takes back the room of a machine that ended.
    pub(crate) fn keep_room(&mut self, room: vm::Room) {
        self.rooms.push(room.cleared());
    }
}

impl Overlay {
    pub(crate) fn find(&self, name: &str) -> Option<&Template> {
        let mut overlay = Some(self);
        while let Some(here) = overlay {
            if let Some(template) = here.templates.get(name) {
                return Some(template);
            }
            overlay = here.below.as_deref();
        }
        None
    }
}
