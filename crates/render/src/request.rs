//! What a rendering needs to know.
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chart::values::Given;
use chart::{Chart, Warning};
use template::{Ahead, ProgramCache};

use crate::Capabilities;

/// Everything a rendering depends on.
pub struct Request<'a> {
    /// The chart as it was loaded, before its dependencies are settled.
    pub chart: &'a Chart,
    /// What the user gave, merged; not yet laid over the chart's defaults.
    pub values: &'a yaml::Map,
    /// `.Release`.
    pub release: Release,
    /// `.Capabilities`.
    pub capabilities: &'a Capabilities,
    /// The clock, random bytes, the cluster.
    pub host: Host<'a>,
    /// How to go about it.
    pub options: Options,
}

/// What `.Release` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// The release's name.
    pub name: String,
    /// The namespace it goes to.
    pub namespace: String,
    /// The revision that is being made, from 1.
    pub revision: i64,
    /// Whether there was one before.
    pub operation: Operation,
}

/// What is being done with a release, as `.Release.IsInstall` and `.IsUpgrade` tell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// A first revision.
    Install,
    /// A later revision.
    Upgrade,
}

/// Fills a buffer with random bytes.
pub type Entropy<'a> = dyn Fn(&mut [u8]) + 'a;

/// What is impure in Helm's templates.
pub struct Host<'a> {
    /// What `now` returns.
    pub now: jiff::Timestamp,
    /// Where `randAlphaNum`, `genCA` and the like get their bytes.
    pub entropy: &'a Entropy<'a>,
    /// What `lookup` asks; without it every lookup finds nothing.
    pub lookup: Option<&'a dyn Lookup>,
    /// What `getHostByName` asks; without it every name is unknown and gives an empty string.
    pub resolve: Option<&'a dyn Fn(&str) -> String>,
}

/// The objects of a cluster, for the template function `lookup`.
pub trait Lookup {
    /// One object, a list where `name` is empty, or an empty map where there is none.
    fn lookup(
        &self,
        api_version: &str,
        kind: &str,
        namespace: &str,
        name: &str,
    ) -> Result<yaml::Value, String>;
}

/// How to go about a rendering.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// A missing map key is an error.
    pub strict: bool,
    /// `required` and `fail` let pass, `lookup` finds nothing.
    pub lint: bool,
    /// The files below `crds/` are part of the manifest text.
    pub include_crds: bool,
    /// The notes of dependencies are part of the notes.
    pub sub_notes: bool,
    /// `values.schema.json` is not looked at.
    pub skip_schema_validation: bool,
    /// The contents of Secrets are left out of the manifest text.
    pub hide_secrets: bool,
    /// Template steps allowed; `None` is the engine's own bound.
    pub fuel: Option<u64>,
    /// What manifests and hooks go through before they are sorted.
    pub post_renderer: Option<crate::PostRenderer>,
    /// The IANA name of the time zone that `date` and its like call local; UTC without one.
    pub time_zone: Option<String>,
    /// Compiled templates; share one between renderings, and a text is compiled once. Those that are
    /// [`Programs::ahead_of_one`] say too that there is just one.
    pub programs: Programs,
    /// Who knows where the user's values were written; only errors ask.
    pub given: Given,
}

/// Compiled templates by their text, shared by the renderings that hold a clone.
#[derive(Debug, Clone, Default)]
pub struct Programs {
    cache: Arc<ProgramCache>,
    ahead: Arc<Mutex<Option<Ahead>>>,
    values: chart::values::Ahead,
    of_one: bool,
}

impl Programs {
    /// As the default, for a process that renders one chart and ends: its values are read and its
    /// templates are compiled on two threads, from when they are expected, and memory is not given back
    /// piece by piece.
    pub fn ahead_of_one() -> Self {
        let programs = Self { of_one: true, ..Self::default() };
        let ahead = Ahead::new(Arc::clone(&programs.cache), functions::library());
        *programs.lock() = Some(ahead);
        programs
    }

    /// Whether the process ends soon after the one rendering.
    pub fn are_of_one(&self) -> bool {
        self.of_one
    }

    /// Tells of a file that was read, which may be a template of the chart to render or values, and of
    /// its text if that lies where the data do ([`chart::Tell`]).
    pub fn expect(&self, file: &chart::File, text: Option<&Arc<str>>) {
        let mut ahead = self.lock();
        let Some(ahead) = ahead.as_mut() else { return };
        if file.may_be_template() {
            ahead.expect(&file.data, text);
        } else if let Some(read) = self.values.expect(file) {
            ahead.send(Box::new(read), file.data.len());
        }
    }

    /// Loads a chart as [`chart::load_with_warnings`], with what was read of it by now.
    pub fn load(&self, files: Vec<chart::File>) -> Result<(Chart, Vec<Warning>), chart::Error> {
        chart::load_expected(files, &self.values)
    }

    /// Waits until nothing is done ahead.
    pub(crate) fn settle(&self) {
        if let Some(ahead) = self.lock().as_mut() {
            ahead.settle();
        }
    }

    /// The texts of all templates, compiled; nothing where they are compiled when they are needed.
    pub(crate) fn finish(&self, all: &[&Arc<[u8]>]) -> Option<Vec<Arc<str>>> {
        let ahead = self.lock().take()?;
        Some(ahead.finish(all))
    }

    pub(crate) fn cache(&self) -> &Arc<ProgramCache> {
        &self.cache
    }

    fn lock(&self) -> MutexGuard<'_, Option<Ahead>> {
        self.ahead.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Refuses names that Kubernetes or Helm's records could not hold.
pub fn check_name(name: &str) -> Result<(), crate::Error> {
    let refuse =
        |reason: &str| Err(crate::Error::Name { name: name.to_owned(), reason: reason.to_owned() });
    if name.is_empty() {
        return refuse("no name provided");
    }
    let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let label = |label: &str| {
        let bytes = label.as_bytes();
        bytes.first().is_some_and(|b| inner(*b))
            && bytes.last().is_some_and(|b| inner(*b))
            && bytes.iter().all(|b| inner(*b) || *b == b'-')
    };
    if name.len() > 53 || !name.split('.').all(label) {
        return refuse(
            "invalid release name, must match regex \
             ^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$ and the length \
             must not be longer than 53",
        );
    }
    Ok(())
}
