//! Where a story is told: the real control plane, or a sandbox of its own.
//!
//! **Invariant**: a world's commands see nothing of the person who runs the tests: no kubeconfig, no
//! Helm directories, no state but the world's own.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;
use testkit::{ControlPlane, Finished};

/// The flags that every `windrose` command of a world ends with, a folder for its files, and the
/// real programs beside.
pub(crate) struct World {
    // Before `dir`: a served sandbox writes its state when it ends.
    kind: Kind,
    dir: TempDir,
}

enum Kind {
    Real(&'static ControlPlane),
    Sandbox { served: RefCell<Option<Served>> },
}

/// `windrose sandbox serve`, while the real programs look at the sandbox.
struct Served {
    child: Child,
    kubeconfig: PathBuf,
}

impl World {
    /// The control plane that all tests share.
    pub(crate) fn real() -> Self {
        Self::of(Kind::Real(ControlPlane::shared()))
    }

    /// An empty sandbox.
    pub(crate) fn sandbox() -> Self {
        Self::of(Kind::Sandbox { served: RefCell::default() })
    }

    fn of(kind: Kind) -> Self {
        Self { dir: tempfile::tempdir().unwrap(), kind }
    }

    pub(crate) fn is_sandbox(&self) -> bool {
        matches!(self.kind, Kind::Sandbox { .. })
    }

    /// The folder in which its commands run.
    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// Writes a file below that folder.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.dir().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// A name that no other story in this world uses.
    pub(crate) fn unique(&self, prefix: &str) -> String {
        match &self.kind {
            Kind::Real(cluster) => cluster.unique(prefix),
            Kind::Sandbox { .. } => prefix.to_owned(),
        }
    }

    /// Runs `windrose` to its end, connected to this world.
    pub(crate) fn windrose(&self, arguments: &[&str]) -> Finished {
        Finished::of(&mut self.command(arguments))
    }

    /// The same, not yet started.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.offline(arguments);
        if self.is_sandbox() {
            command.arg("--sandbox");
        }
        command
    }

    /// A command that needs no cluster.
    pub(crate) fn offline(&self, arguments: &[&str]) -> Command {
        let binary = testkit::windrose();
        let mut command = match &self.kind {
            Kind::Real(cluster) => cluster.command(binary),
            Kind::Sandbox { served } => {
                served.take();
                let mut command = Command::new(binary);
                command.env_clear().stdin(Stdio::null());
                command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
                command.env("KUBECONFIG", self.dir().join("no-such-file"));
                command
            }
        };
        command.env("HOME", self.dir()).env("XDG_STATE_HOME", self.dir().join("state"));
        command.current_dir(self.dir()).args(arguments);
        command
    }

    /// Runs the real Helm.
    pub(crate) fn helm(&self, arguments: &[&str]) -> Finished {
        self.run(&testkit::tools().helm(), arguments)
    }

    /// Runs the real kubectl.
    pub(crate) fn kubectl(&self, arguments: &[&str]) -> Finished {
        self.run(&testkit::tools().kubectl(), arguments)
    }

    /// What kubectl prints as JSON.
    #[track_caller]
    pub(crate) fn get(&self, arguments: &[&str]) -> Value {
        let all = [&["get", "--output", "json"], arguments].concat();
        let found = self.kubectl(&all).expect_success();
        serde_json::from_str(&found.stdout).unwrap()
    }

    fn run(&self, program: &Path, arguments: &[&str]) -> Finished {
        let mut command = match &self.kind {
            Kind::Real(cluster) => cluster.command(program),
            Kind::Sandbox { served } => {
                let mut served = served.borrow_mut();
                let served = served.get_or_insert_with(|| self.serve());
                let mut command = Command::new(program);
                command.env_clear().stdin(Stdio::null());
                command.env("HOME", self.dir()).env("KUBECONFIG", &served.kubeconfig);
                command
            }
        };
        Finished::of(command.current_dir(self.dir()).args(arguments))
    }

    fn serve(&self) -> Served {
        let mut command = Command::new(testkit::windrose());
        command.env_clear().stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        command.env("HOME", self.dir()).env("XDG_STATE_HOME", self.dir().join("state"));
        command.args(["sandbox", "serve", "--port", "0"]);
        let mut child = command.spawn().unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        let url = line.split_whitespace().find(|word| word.starts_with("http://"));
        let url = url.unwrap_or_else(|| panic!("no address in {line:?}"));
        let kubeconfig = self.dir().join("sandbox.kubeconfig");
        fs::write(&kubeconfig, kubeconfig_of(url)).unwrap();
        // What it still says must not fill the pipe.
        std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
        Served { child, kubeconfig }
    }

    /// Name and resource version of every release Secret of a namespace.
    pub(crate) fn records(&self, namespace: &str) -> BTreeMap<String, String> {
        let found = self.get(&["secrets", "-n", namespace, "-l", "owner=helm"]);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        found["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|s| (text(&s["metadata"]["name"]), text(&s["metadata"]["resourceVersion"])))
            .collect()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        interrupt(&self.child);
        let ended = self.child.wait().unwrap();
        if !std::thread::panicking() {
            assert!(ended.success(), "`windrose sandbox serve` ended with {ended}");
        }
    }
}

/// What Ctrl-C sends.
pub(crate) fn interrupt(child: &Child) {
    kill_process(Pid::from_child(child), Signal::INT).unwrap();
}

/// Asks again and again; panics with `what` when the answer stays no for a minute.
#[track_caller]
pub(crate) fn poll(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_mins(1);
    while !holds() {
        assert!(Instant::now() < deadline, "not in time: {what}");
        std::thread::yield_now();
    }
}

/// A kubeconfig for a server without credentials.
pub(crate) fn kubeconfig_of(url: &str) -> String {
    format!(
        "{{apiVersion: v1, kind: Config, current-context: it, \
         clusters: [{{name: it, cluster: {{server: '{url}'}}}}], \
         users: [{{name: it, user: {{}}}}], \
         contexts: [{{name: it, context: {{cluster: it, user: it}}}}]}}\n"
    )
}
