//! Helm's engine rules: chart, values and capabilities to ordered manifests, hooks, notes.
//!
//! [`render`] is a pure function: the same [`Request`] gives the same [`Rendered`]. What is impure
//! in Helm's templates (the clock, random bytes, `lookup`) comes in through [`Host`]. How a
//! template runs is `template`'s business, what the functions do is `functions`'; here are only
//! Helm's rules around them: which files run, in which order, with which values, and how their
//! output becomes manifests.
//!
//! ```no_run
//! # fn load() -> chart::Chart { chart::Chart::default() }
//! use render::{Capabilities, Host, Operation, Options, Release, Request};
//!
//! let rendered = render::render(&Request {
//!     chart: &load(),
//!     values: &yaml::Map::new(),
//!     release: Release {
//!         name: "web".into(),
//!         namespace: "default".into(),
//!         revision: 1,
//!         operation: Operation::Install,
//!     },
//!     capabilities: &Capabilities::default(),
//!     host: Host { now: jiff::Timestamp::UNIX_EPOCH, entropy: &|_| {}, lookup: None, resolve: None },
//!     options: Options::default(),
//! })?;
//! print!("{}", rendered.template_text());
//! # Ok::<(), render::Error>(())
//! ```
mod capabilities;
mod checked;
mod documents;
mod engine;
mod error;
mod files;
pub mod findings;
mod glob;
mod hook;
mod kinds;
pub mod lint;
mod located;
mod manifest;
mod name;
mod objects;
mod post;
mod request;
mod scope;
mod values_type;

use chart::values::Table;
use chart::{Chart, Warning};

pub use capabilities::{Capabilities, KubeVersion, KubeVersionError};
pub use documents::split_documents;
use error::Background;
pub use error::{Error, Failed, SchemaFailed, Unsorted};
pub use hook::{DeletePolicy, Hook, HookEvent, OutputLogPolicy};
pub use kinds::{INSTALL_ORDER, UNINSTALL_ORDER};
pub use manifest::{Manifest, Rendered, document_parts};
pub use name::name_from_template;
pub use post::{PostRender, PostRenderer};
pub use request::{
    Entropy, Host, Lookup, Operation, Options, Programs, Release, Request, check_name,
};

/// Renders a chart: dependencies, values, schema, templates, then manifests, hooks and notes.
pub fn render(request: &Request<'_>) -> Result<Rendered, Error> {
    render_logging(request, &mut Vec::new())
}

/// The same; where it fails, `log` holds what Helm would have logged until then.
pub fn render_logging(request: &Request<'_>, log: &mut Vec<Warning>) -> Result<Rendered, Error> {
    request::check_name(&request.release.name)?;
    let mut chart = request.chart.clone();
    let given = Table::from(request.values);
    log.extend(chart::process_dependencies(&mut chart, &given).map_err(Error::Dependencies)?);
    let mut coalesced = chart::values::coalesce_tree(&chart, &given).map_err(Error::Values)?;
    log.append(&mut coalesced.warnings);
    let checked = checked::checked(request, &chart, &coalesced.values, |refused| {
        check_kube_version(request, &chart)?;
        let templates = scope::templates(request, &chart, &coalesced.values);
        let run = engine::run(request, &chart, &templates, refused)?;
        Ok((templates, run))
    });
    let background = Background { chart: &chart, given: &request.options.given };
    let (warnings, run) = checked.map_err(|error| Error::schema(error, &background))?;
    log.extend(warnings);
    let (templates, engine::Run { mut output, mut errors }) = run?;
    log.extend(std::mem::take(&mut output.warnings).into_iter().map(Warning::new));
    let notes = take_notes(request, &chart, &mut output);
    if let Some(post_renderer) = &request.options.post_renderer
        && errors.is_empty()
    {
        output.texts = post_renderer.run(&output.texts).map_err(Error::PostRender)?;
        output.broken.clear();
    }
    let (sorted, unreadable) = documents::sort(output.texts, &output.broken);
    if !unreadable.is_empty() {
        let fresh = || scope::templates(request, &chart, &coalesced.values);
        errors.extend(located::all(unreadable, |path| engine::trace(request, &fresh(), path)));
    }
    if let Some(error) = Error::all(errors) {
        return Err(error);
    }
    if request.options.programs.are_of_one() {
        std::mem::forget((given, coalesced.values, templates));
    }
    log.extend(sorted.warnings);
    Ok(Rendered {
        manifests: sorted.manifests,
        hooks: sorted.hooks,
        crds: chart.crds(),
        notes,
        values: request.values.clone(),
        chart,
        warnings: std::mem::take(log),
        include_crds: request.options.include_crds,
        hide_secrets: request.options.hide_secrets,
    })
}

/// Whether a template's path below its chart matches what `--show-only` names.
pub fn path_matches(pattern: &str, path: &str) -> bool {
    chart::ignore::matches(pattern, path).unwrap_or(false)
}

fn check_kube_version(request: &Request<'_>, chart: &Chart) -> Result<(), Error> {
    let required = &chart.metadata.kube_version;
    let version = &request.capabilities.kube_version;
    if required.is_empty() || chart::version::is_compatible(required, version.constrained()) {
        return Ok(());
    }
    Err(Error::KubeVersion { required: required.clone(), found: version.version.clone() })
}

/// Takes all notes out of the texts; the root's count, the dependencies' if they are asked for.
fn take_notes(request: &Request<'_>, chart: &Chart, output: &mut engine::Output) -> Option<String> {
    const SUFFIX: &str = "NOTES.txt";
    let own = format!("{}/templates/{SUFFIX}", chart.name());
    let mut notes: Option<String> = None;
    output.texts.retain(|path, text| {
        if !path.ends_with(SUFFIX) {
            return true;
        }
        if *path == own || request.options.sub_notes {
            let notes = notes.get_or_insert_default();
            if !notes.is_empty() {
                notes.push('\n');
            }
            notes.push_str(text);
        }
        false
    });
    notes
}
