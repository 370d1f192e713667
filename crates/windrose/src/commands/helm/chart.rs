//! The chart that a `helm` command names: a folder, an archive, or something from elsewhere.

use std::path::{Path, PathBuf};

use ::chart::Warning;
use render::Programs;
use source::{Access, ChartReference, Links, Login, Provenance, Tls, Told};

use super::go_files::{clean, followed};
use super::{remote, verification};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::output::log;

/// Flags that say where a chart comes from.
#[derive(clap::Args, Clone, Debug, Default)]
pub(crate) struct ChartFlags {
    /// Version or constraint, such as 1.2.3 or ^2.0 [default: the newest stable one]
    #[arg(long, value_name = "VERSION", help_heading = "Chart")]
    version: Option<String>,
    /// Use development versions, too; the same as --version '>0.0.0-0'
    #[arg(long, help_heading = "Chart")]
    devel: bool,
    /// Address of the repository that has the chart
    #[arg(long, value_name = "URL", help_heading = "Chart")]
    repo: Option<String>,
    /// User for the repository or registry
    #[arg(long, value_name = "NAME", help_heading = "Chart")]
    username: Option<String>,
    /// Password for the repository or registry
    #[arg(long, value_name = "PASSWORD", help_heading = "Chart")]
    password: Option<String>,
    /// Give user and password to every server that the repository names
    #[arg(long, help_heading = "Chart")]
    pass_credentials: bool,
    /// Trust these certificate authorities instead of the system's
    #[arg(long, value_name = "FILE", help_heading = "Chart")]
    ca_file: Option<PathBuf>,
    /// Client certificate; needs --key-file
    #[arg(long, value_name = "FILE", help_heading = "Chart")]
    cert_file: Option<PathBuf>,
    /// Key of the client certificate
    #[arg(long, value_name = "FILE", help_heading = "Chart")]
    key_file: Option<PathBuf>,
    /// Do not check the certificate of the server that has the chart
    #[arg(long, help_heading = "Chart")]
    insecure_skip_tls_verify: bool,
    /// Talk to the registry over http://
    #[arg(long, help_heading = "Chart")]
    plain_http: bool,
    /// Fetch dependencies into charts/ first where some are missing
    #[arg(long, help_heading = "Chart")]
    dependency_update: bool,
    /// Check the chart's signature before using it
    #[arg(long, help_heading = "Chart")]
    verify: bool,
    /// Public keys to check signatures with [default: GnuPG's pubring.gpg or pubring.kbx]
    #[arg(long, value_name = "FILE", help_heading = "Chart")]
    keyring: Option<PathBuf>,
}

/// Which charts do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kinds {
    /// Those that can be installed.
    Applications,
    /// Libraries, too: Helm upgrades to them.
    All,
}

impl ChartFlags {
    /// Finds a chart and loads it as it is, whatever it lacks.
    pub(crate) fn open(&self, context: &Context, reference: &str) -> Outcome<::chart::Chart> {
        let path = self.find(context, reference)?;
        Ok(read(context, &path, &Programs::default())?.0)
    }

    /// Finds the chart and fetches it if need be.
    pub(crate) fn find(&self, context: &Context, reference: &str) -> Outcome<PathBuf> {
        self.locate(context, reference.trim())
    }

    /// Loads a chart that was found, and its dependencies if they are to be fetched; its templates
    /// are compiled meanwhile, if they are compiled ahead at all.
    pub(crate) fn read(
        &self,
        context: &Context,
        path: &Path,
        programs: &Programs,
    ) -> Outcome<::chart::Chart> {
        self.read_kind(context, path, programs, Kinds::Applications)
    }

    /// As [`Self::read`], maybe for a library too.
    pub(crate) fn read_kind(
        &self,
        context: &Context,
        path: &Path,
        programs: &Programs,
        kinds: Kinds,
    ) -> Outcome<::chart::Chart> {
        let (chart, files) = read(context, path, programs)?;
        let chart = match chart.installable() {
            Err(::chart::Error::NotInstallable(_)) if kinds == Kinds::All => chart,
            Err(::chart::Error::MissingDependencies(_)) if self.dependency_update => {
                update(context, path, &chart)?
            }
            Err(error) => return Err(told(&error, &files)),
            Ok(()) => chart,
        };
        if chart.metadata.deprecated {
            log::say(context, &Warning::new("this chart is deprecated"))?;
        }
        Ok(chart)
    }

    /// The folder or archive; one from elsewhere lies in the cache then.
    fn locate(&self, context: &Context, reference: &str) -> Outcome<PathBuf> {
        if self.repo.is_none() && !reference.is_empty() {
            let path = PathBuf::from(clean(&context.path(Path::new(reference)).to_string_lossy()));
            if path.exists() {
                if self.verify {
                    verification::of_file(context, self.keyring.as_deref(), &path)?;
                }
                return Ok(path);
            }
            if reference.starts_with(['.', '/']) {
                return Err(Failure::message(format!("path {reference:?} not found")));
            }
        }
        let wanted = ChartReference {
            name: reference.to_owned(),
            repository: self.repo.clone().filter(|url| !url.is_empty()),
            version: self.constraint(),
            provenance: if self.verify { Provenance::Require } else { Provenance::Ignore },
        };
        let access = self.access(context);
        let fetcher = remote::fetcher(context);
        let fetched = remote::wait(fetcher.chart(&wanted, &access));
        let fetched = fetched.map_err(|failure| {
            if wanted.repository.is_none() && !reference.contains(['/', ':']) {
                failure.hint("there is no folder or archive of this name here")
            } else {
                failure
            }
        })?;
        for note in &fetched.notes {
            context.say(&format!("{note}\n"))?;
        }
        if let Some(provenance) = &fetched.provenance {
            let (path, name) = (&fetched.path, &fetched.file_name);
            verification::of_fetched(context, self.keyring.as_deref(), path, provenance, name)?;
        }
        Ok(fetched.path)
    }

    fn constraint(&self) -> String {
        let version = self.version.as_deref().unwrap_or_default().trim();
        if version.is_empty() && self.devel { ">0.0.0-0".to_owned() } else { version.to_owned() }
    }

    fn access(&self, context: &Context) -> Access {
        let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let login = match (given(&self.username), given(&self.password)) {
            (Some(user), Some(password)) => Some(Login { user, password }),
            _ => None,
        };
        let file = |path: &Option<PathBuf>| path.as_ref().map(|path| context.path(path));
        Access {
            login,
            pass_credentials: self.pass_credentials,
            tls: Tls {
                ca_file: file(&self.ca_file),
                cert_file: file(&self.cert_file),
                key_file: file(&self.key_file),
                insecure: self.insecure_skip_tls_verify,
            },
            plain_http: self.plain_http,
        }
    }
}

/// A chart and its files, with Helm's warnings about them.
fn read(
    context: &Context,
    path: &Path,
    programs: &Programs,
) -> Outcome<(::chart::Chart, Vec<::chart::File>)> {
    let files = files(context, path, programs)?;
    let loaded = programs.load(files.clone());
    let (chart, warnings) = loaded.map_err(|error| told(&error, &files))?;
    for warning in &warnings {
        log::say(context, warning)?;
    }
    Ok((chart, files))
}

fn told(error: &::chart::Error, files: &[::chart::File]) -> Failure {
    Failure::Diagnostics(error.diagnose(files)).in_helms_words(error.to_string())
}

/// The files of a chart, with a word about symbolic links to those who read Helm's log.
fn files(context: &Context, path: &Path, programs: &Programs) -> Outcome<Vec<::chart::File>> {
    let mut tell = |told: Told<'_>| match told {
        Told::Link(path, to) => log::say_late(context.errors, &followed(path, to)),
        Told::File(file, text) => programs.expect(file, text),
    };
    source::read_chart_with(path, Links::StayInside, &mut tell)
        .map_err(|error| Failure::from_error(&error).in_helms_words(error.helm_text()))
}

/// `--dependency-update`: fetches what is missing, then loads the chart again.
fn update(context: &Context, path: &Path, chart: &::chart::Chart) -> Outcome<::chart::Chart> {
    if !path.is_dir() {
        return Err(Failure::message("only unpacked charts can be updated"));
    }
    let now = jiff::Timestamp::now().to_string();
    let notes = remote::wait(remote::fetcher(context).update_dependencies(path, chart, &now))?;
    for note in notes {
        context.say(&format!("{note}\n"))?;
    }
    let files = files(context, path, &Programs::default())?;
    let chart = ::chart::load(files).map_err(|e| Failure::from_error(&e))?;
    chart.installable().map_err(|e| Failure::from_error(&e))?;
    Ok(chart)
}
