//! `helm lint`: what Helm 4.3.1 finds wrong with a chart, finding by finding, in its order and words.
//!
//! [`lint`] is a pure function of a [`Folder`]: what lies in the chart's directory and whether it could
//! be read. One file a family of rules. What Windrose itself has to say about a chart is not here but
//! in [`findings`](crate::findings).
use std::fmt;

use chart::values::Tree;
use chart::{Chart, Warning};

use crate::{Capabilities, Host};

mod address;
mod chartfile;
mod crds;
mod dependencies;
mod deprecated;
mod head;
mod names;
mod stream;
mod templates;
mod values;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Against a convention, but it will work.
    Warning,
    /// It will not work.
    Error,
}

/// One finding; prints as Helm prints it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// How much it weighs.
    pub severity: Severity,
    /// The file or folder below the chart, `templates/x.yaml`.
    pub path: String,
    /// What is wrong.
    pub text: String,
}

/// A file that Helm asks for by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry<T> {
    /// There is none.
    Missing,
    /// It is there, and cannot be read or looked at; the error in Go's words.
    Unreadable(String),
    /// There it is.
    Present(T),
}

/// A file's contents, or the directory that lies in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Contents {
    /// The bytes as they stand in the file.
    File(Vec<u8>),
    /// A directory; the error of reading it as a file, in Go's words.
    Directory(String),
}

/// What lies at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A directory.
    Directory,
    /// Anything else.
    Other,
}

/// A chart's directory as the rules see it.
#[derive(Debug)]
pub struct Folder {
    /// Its absolute path, as messages name it.
    pub path: String,
    /// `Chart.yaml`.
    pub chart_file: Entry<Contents>,
    /// `values.yaml`.
    pub values_file: Entry<Contents>,
    /// `values.schema.json`.
    pub schema_file: Entry<Contents>,
    /// `templates`.
    pub templates: Entry<Kind>,
    /// `crds`.
    pub crds: Entry<Kind>,
    /// The chart that these files are, or why they are none.
    pub chart: Result<(Chart, Vec<Warning>), String>,
}

/// How to go about it.
pub struct Options<'a> {
    /// The namespace that templates see.
    pub namespace: String,
    /// The Kubernetes version for `.Capabilities` and deprecations.
    pub capabilities: &'a Capabilities,
    /// The schema of the values is not looked at.
    pub skip_schema_validation: bool,
    /// The clock and random bytes; no cluster is ever asked.
    pub host: Host<'a>,
    /// The IANA name of the local time zone; UTC without one.
    pub time_zone: Option<String>,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Linted {
    /// The findings in Helm's order.
    pub messages: Vec<Message>,
    /// The lines that Helm's log would have.
    pub log: Vec<String>,
}

/// Runs all of Helm's rules over a chart.
///
/// As in Helm, `values` may change: where the user gave tables that the chart has defaults for, they
/// hold those defaults afterwards, for the next chart that is linted with them too.
pub fn lint(folder: &Folder, values: &Tree, options: &Options<'_>) -> Linted {
    let mut linted = Linted::default();
    chartfile::check(&mut linted, folder);
    values::check(&mut linted, folder, values, options);
    templates::check(&mut linted, folder, values, options);
    dependencies::check(&mut linted, folder);
    crds::check(&mut linted, folder);
    linted
}

impl Linted {
    /// Notes a finding, and whether there was none.
    fn rule(&mut self, severity: Severity, path: &str, result: Result<(), String>) -> bool {
        let Err(text) = result else { return true };
        self.messages.push(Message { severity, path: path.to_owned(), text });
        false
    }

    /// Notes what Helm would have logged.
    fn log(&mut self, warnings: &[Warning]) {
        self.log.extend(warnings.iter().map(Warning::helm_line));
    }
}

impl Severity {
    /// The word in brackets.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "INFO",
            Self::Warning => "WARNING",
            Self::Error => "ERROR",
        }
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}] {}: {}", self.severity.as_str(), self.path, self.text)
    }
}

impl<T> Entry<T> {
    /// What is there, if it is.
    fn present(&self) -> Option<&T> {
        match self {
            Self::Present(entry) => Some(entry),
            Self::Missing | Self::Unreadable(_) => None,
        }
    }
}

impl Entry<Contents> {
    /// The bytes, or why they cannot be had.
    fn read(&self) -> Result<&[u8], String> {
        match self {
            Self::Present(Contents::File(data)) => Ok(data),
            Self::Present(Contents::Directory(error)) | Self::Unreadable(error) => {
                Err(error.clone())
            }
            Self::Missing => Err("no such file or directory".to_owned()),
        }
    }
}
