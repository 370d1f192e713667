//! `windrose helm version`: the version of Helm whose behaviour this is.
//!
//! Scripts ask for it to choose flags, so that it answers as that Helm does; our own is
//! `windrose --version`.

use std::any::Any;
use std::rc::Rc;

use render::Capabilities;
use template::{Object, Value};

use super::object;
use crate::cli::tree::Run;
use crate::context::Context;
use crate::failure::Outcome;

/// Print the version of Helm whose behaviour this is
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Args {
    /// Print the version number alone
    #[arg(long)]
    short: bool,
    /// Print by a template of Version, `GitCommit`, `GitTreeState`, `GoVersion`, `KubeClientVersion`
    #[arg(long, value_name = "TEMPLATE", default_value = "", hide_default_value = true)]
    template: String,
}

/// What Helm knows of how it was built; built from its source it knows no commit.
#[derive(Debug)]
struct BuildInfo {
    version: String,
}

impl BuildInfo {
    fn texts(&self) -> [(&'static str, &str); 5] {
        [
            ("Version", &self.version),
            ("GitCommit", ""),
            ("GitTreeState", "clean"),
            ("GoVersion", "go1.26.8"),
            ("KubeClientVersion", "v1.37"),
        ]
    }
}

impl Object for BuildInfo {
    fn type_name(&self) -> &'static str {
        "version.BuildInfo"
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn equals(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref::<Self>().is_some_and(|other| self.version == other.version)
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        self.texts().map(|(name, text)| (name, Value::from(text))).to_vec()
    }
}

impl Run for Args {
    fn run(self, context: &Context) -> Outcome {
        let build = BuildInfo { version: Capabilities::default().helm_version };
        if !self.template.is_empty() {
            return Ok(context
                .out(&object::by_template(&self.template, &Value::Object(Rc::new(build)))?)?);
        }
        if self.short {
            return Ok(context.out(&format!("{}\n", build.version))?);
        }
        let fields =
            build.texts().map(|(name, text)| format!("{name}:{}", yaml::quote::quote(text)));
        Ok(context.out(&format!("version.BuildInfo{{{}}}\n", fields.join(", ")))?)
    }
}
