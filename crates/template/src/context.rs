//! What a function may use while it runs: the templates of the render, the outside world through [`Host`], and the
//! render's own state.
//!
//! Invariant: everything impure comes through the host; a render with the same host answers prints the same bytes.

use std::collections::HashMap;
use std::time::SystemTime;

use crate::value::Cycles;
use crate::{CallError, ExecError, Map, OverlayError, Str, TemplateSet, Value};

/// The outside world as templates may see it. Each default refuses or answers with nothing.
pub trait Host {
    /// The current time.
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH
    }

    /// The IANA name of the zone that templates call local.
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
    pub(crate) host: &'a mut dyn Host,
    pub(crate) nesting: HashMap<Str, u32>,
    pub(crate) cycles: Cycles,
}

impl Context<'_> {
    /// The outside world.
    pub fn host(&mut self) -> &mut dyn Host {
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
        let _ = (name, data, self.set);
        Err(ExecError::bare("not built yet"))
    }

    /// Compiles a text, whose definitions are visible only inside it, and executes it.
    pub fn compile_and_execute(&mut self, text: &Str, data: &Value) -> Result<Str, OverlayError> {
        let _ = (text, data);
        Err(OverlayError::Exec(Box::new(ExecError::bare("not built yet"))))
    }

    /// Pays for work that grows with a number that a template chose; an error once the budget is spent.
    pub fn spend(&mut self, steps: u64) -> Result<(), CallError> {
        let _ = steps;
        Ok(())
    }
}
