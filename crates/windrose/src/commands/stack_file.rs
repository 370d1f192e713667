//! What all commands for stacks have in common: the file, the environment, the inputs.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kubernetes::{CancellationToken, Client};
use stack::{Directory, Resolved, Session, Sink, Source};

use crate::connection::{ClusterFlags, Connection};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::{rendering, runtime};

/// Which stack, for which environment.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct StackFlags {
    /// The stack file, or the folder that holds stack.yaml
    #[arg(value_name = "STACK", default_value = ".")]
    path: PathBuf,
    /// The environment; may be left out where the stack has just one
    #[arg(short, long, value_name = "NAME")]
    environment: Option<String>,
    /// An input, read by its declared type; wins over every layer (repeatable)
    #[arg(long = "input", value_name = "NAME=VALUE", value_parser = name_and_value)]
    inputs: Vec<(String, String)>,
}

/// A stack that was read and resolved without an error.
pub(crate) struct Opened {
    pub(crate) resolved: Arc<Resolved>,
    pub(crate) files: Arc<Directory>,
}

/// Opens a stack, connects to its cluster and works there; the connection is closed also when the
/// work failed, because the sandbox keeps what was done.
pub(crate) fn on_cluster(
    context: &Context,
    stack: &StackFlags,
    cluster: &ClusterFlags,
    work: impl AsyncFnOnce(&Opened, &Connection) -> Outcome,
) -> Outcome {
    let opened = stack.open(context)?;
    runtime::block_on(async {
        let connection = cluster.connect(context, opened.pinned_context()).await?;
        let result = work(&opened, &connection).await;
        connection.close().await?;
        result
    })
}

/// The variables that every job gets from the caller.
const JOB_VARIABLES: [&str; 11] = [
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "LANG",
    "LC_ALL",
    "TZ",
    "TMPDIR",
    "SSH_AUTH_SOCK",
    "KUBECONFIG",
];

/// A stack file is written by hand; anything larger is a mistake.
const LARGEST: u64 = 16 << 20;

impl StackFlags {
    /// Reads and resolves the stack; every mistake in it is reported at once.
    pub(crate) fn open(&self, context: &Context) -> Outcome<Opened> {
        let (shown, path) = self.locate(context)?;
        let text = read(&shown, &path)?;
        let source = Source::new(shown.display().to_string(), text);
        let stack = stack::load(&source).map_err(Failure::Diagnostics)?;
        let root = path.parent().unwrap_or(Path::new(".")).to_owned();
        let files = Arc::new(Directory::new(root));
        let inputs: BTreeMap<String, String> = self.inputs.iter().cloned().collect();
        let resolved = stack::resolve(&stack, self.environment.as_deref(), &inputs, files.as_ref())
            .map_err(Failure::Diagnostics)?;
        for warning in &resolved.warnings {
            context.say(&(warning.render(context.err_style) + "\n"))?;
        }
        Ok(Opened { resolved: Arc::new(resolved), files })
    }

    /// The words to repeat in a command that is suggested to the user.
    pub(crate) fn repeated(&self) -> String {
        let mut words = String::new();
        if self.path != Path::new(".") {
            let _ = write!(words, " {}", self.path.display());
        }
        if let Some(name) = &self.environment {
            let _ = write!(words, " -e {name}");
        }
        for (name, value) in &self.inputs {
            let _ = write!(words, " --input {name}={value}");
        }
        words
    }

    /// The file as shown and as opened.
    fn locate(&self, context: &Context) -> Outcome<(PathBuf, PathBuf)> {
        let full = context.path(&self.path);
        if !full.is_dir() {
            return Ok((self.path.clone(), full));
        }
        for name in ["stack.yaml", "stack.yml"] {
            if full.join(name).is_file() {
                let shown = if self.path == Path::new(".") {
                    PathBuf::from(name)
                } else {
                    self.path.join(name)
                };
                return Ok((shown, full.join(name)));
            }
        }
        Err(Failure::message(format!("there is no stack.yaml in {}", self.path.display()))
            .hint("give the folder or the file of a stack; examples/shop is one to start from"))
    }
}

impl Opened {
    /// Everything that an operation works with.
    pub(crate) fn session(
        &self,
        context: &Context,
        client: Client,
        events: Sink,
        cancel: CancellationToken,
    ) -> Session {
        let all = &context.environment.all;
        let environment = JOB_VARIABLES
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), all.get(*name)?.clone())))
            .collect();
        Session {
            stack: Arc::clone(&self.resolved),
            files: Arc::clone(&self.files) as Arc<dyn stack::Files>,
            client,
            events,
            cancel,
            concurrency: None,
            time_zone: rendering::time_zone(),
            environment,
        }
    }

    /// The kubeconfig context that the environment names.
    pub(crate) fn pinned_context(&self) -> Option<&str> {
        self.resolved.cluster.as_ref()?.context.as_deref()
    }
}

fn read(shown: &Path, path: &Path) -> Outcome<String> {
    let failed =
        |e: std::io::Error| Failure::message(format!("cannot read {}: {e}", shown.display()));
    let size = std::fs::metadata(path).map_err(failed)?.len();
    if size > LARGEST {
        return Err(Failure::message(format!("{} is larger than 16 MiB", shown.display())));
    }
    let bytes = std::fs::read(path).map_err(failed)?;
    String::from_utf8(bytes)
        .map_err(|_| Failure::message(format!("{} is not UTF-8 text", shown.display())))
}

fn name_and_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write NAME=VALUE".to_owned()),
    }
}
