//! The real control plane: etcd, kube-apiserver, controller-manager, scheduler, and kwok for nodes.
//!
//! One serves all tests of a process ([`ControlPlane::shared`]); each test takes a namespace.
//! What pods, volumes and load balancers do, and how an annotation makes a pod fail, is said in
//! `control_plane/kwok.yaml`. **Invariant**: when the process ends, nothing of it is left.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{Error, Tools};

mod kubeconfig;
mod servers;

/// A running control plane.
#[derive(Debug)]
pub struct ControlPlane {
    tools: Tools,
    running: servers::Running,
    next: AtomicU32,
}

/// Where the rules of a limited user hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope<'a> {
    /// In one namespace.
    Namespace(&'a str),
    /// In the whole cluster.
    Cluster,
}

/// What a program did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// The command line, for messages.
    pub command: String,
    /// The exit code; `None` after a signal.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl ControlPlane {
    /// The control plane of this process, started by the first who asks.
    ///
    /// Panics where the programs are not built or do not start.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<ControlPlane> = OnceLock::new();
        SHARED.get_or_init(|| Self::start().unwrap_or_else(|error| panic!("{error}")))
    }

    /// Starts one of its own, for a test that breaks it; it ends when it is dropped.
    ///
    /// # Errors
    /// [`Error::NotBuilt`], or what a server said instead of starting.
    pub fn start() -> Result<Self, Error> {
        let tools = Tools::find()?;
        let running = servers::start(&tools)?;
        Ok(Self { tools, running, next: AtomicU32::new(1) })
    }

    /// The API server's address, such as `https://127.0.0.1:41234`.
    pub fn url(&self) -> &str {
        &self.running.url
    }

    /// The kubeconfig file of the administrator (`system:masters`, by certificate).
    pub fn kubeconfig(&self) -> PathBuf {
        self.dir().join("admin.kubeconfig")
    }

    /// The file that every pod's log is read from, in the container runtime's format
    /// (`2026-01-01T00:00:00.000000000Z stdout F text`). Lines appended to it reach followers.
    pub fn pod_log(&self) -> PathBuf {
        self.dir().join("pod.log")
    }

    /// The process numbers of all its processes.
    pub fn process_ids(&self) -> Vec<u32> {
        self.running.supervisor.process_ids()
    }

    /// The directory of its files; it goes away with it.
    pub fn dir(&self) -> &Path {
        self.running.supervisor.dir()
    }

    /// Creates a namespace whose name no other call gets.
    pub fn namespace(&self, prefix: &str) -> String {
        let name = self.unique(prefix);
        self.kubectl(&["create", "namespace", &name]).expect_success();
        name
    }

    /// A name that no other call gets, for those who create the object themselves.
    pub fn unique(&self, prefix: &str) -> String {
        format!("{prefix}-{}", self.next.fetch_add(1, Ordering::Relaxed))
    }

    /// Makes a user who may do what `rules` (RBAC's `PolicyRule` list) say and nothing else.
    ///
    /// The answer is a kubeconfig file with the user's token. The rules are in force on return.
    pub fn limited_user(&self, user: &str, scope: Scope<'_>, rules: &Value) -> PathBuf {
        let user = self.unique(user);
        let list =
            json!({"apiVersion": "v1", "kind": "List", "items": user_objects(&user, scope, rules)});
        self.apply(&list);
        let token =
            self.kubectl(&["create", "token", &user, "--namespace", USERS]).expect_success();
        let path = self.dir().join(format!("{user}.kubeconfig"));
        kubeconfig::with_token(self.dir(), self.url(), &user, token.stdout.trim())
            .and_then(|text| fs::write(&path, text).map_err(Error::access(&path)))
            .unwrap_or_else(|error| panic!("{error}"));
        self.await_rule(&path, scope, rules);
        path
    }

    /// Applies an object, or a `List` of them, as the administrator.
    pub fn apply(&self, object: &Value) {
        let path = self.dir().join(self.unique("apply"));
        fs::write(&path, object.to_string()).expect("the control plane's directory is writable");
        self.kubectl(&["apply", "--server-side", "-f", &path.to_string_lossy()]).expect_success();
    }

    /// Reads an object as the administrator: `get("deployment", "ns-1", "web")`; `None` when it is
    /// not there.
    pub fn get(&self, kind: &str, namespace: &str, name: &str) -> Option<Value> {
        let mut arguments = vec!["get", kind, name, "--ignore-not-found", "--output", "json"];
        if !namespace.is_empty() {
            arguments.extend(["--namespace", namespace]);
        }
        let found = self.kubectl(&arguments).expect_success();
        (!found.stdout.trim().is_empty())
            .then(|| serde_json::from_str(&found.stdout).expect("kubectl prints JSON"))
    }

    /// Runs Helm 4 as the administrator.
    pub fn helm(&self, arguments: &[&str]) -> Finished {
        self.run("helm", arguments)
    }

    /// Runs Helm 3 as the administrator.
    pub fn helm3(&self, arguments: &[&str]) -> Finished {
        self.run("helm3", arguments)
    }

    /// Runs kubectl as the administrator.
    pub fn kubectl(&self, arguments: &[&str]) -> Finished {
        self.run("kubectl", arguments)
    }

    /// Runs a program of the test environment as the administrator.
    pub fn run(&self, program: &str, arguments: &[&str]) -> Finished {
        let mut command = self.command(self.tools.path(program));
        Finished::of(command.args(arguments))
    }

    /// A command that sees this cluster and nothing of the person who runs the tests: the
    /// administrator's kubeconfig, Helm directories of its own, no environment and no network.
    pub fn command(&self, program: impl AsRef<Path>) -> Command {
        let home = self.dir().join("home");
        let mut command = Command::new(program.as_ref());
        command.env_clear().stdin(std::process::Stdio::null());
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", &home).env("KUBECONFIG", self.kubeconfig());
        for (variable, directory) in [
            ("HELM_CACHE_HOME", "cache"),
            ("HELM_CONFIG_HOME", "config"),
            ("HELM_DATA_HOME", "data"),
        ] {
            command.env(variable, home.join(directory));
        }
        // Nobody listens on the discard port: what goes elsewhere than to this machine fails at once.
        for variable in ["HTTP_PROXY", "HTTPS_PROXY"] {
            command.env(variable, "http://127.0.0.1:9");
        }
        command.env("NO_PROXY", "127.0.0.1,localhost");
        command
    }

    /// The authorizer learns of rules by watching; waits until it knows the first of them.
    fn await_rule(&self, kubeconfig: &Path, scope: Scope<'_>, rules: &Value) {
        let first = |field: &str| rules[0][field][0].as_str().unwrap_or_default().to_owned();
        let (verb, group) = (first("verbs"), first("apiGroups"));
        let mut resource = first("resources");
        if verb.is_empty() || resource.is_empty() {
            return;
        }
        if !group.is_empty() && resource != "*" {
            resource = format!("{resource}.{group}");
        }
        let config = kubeconfig.to_string_lossy();
        let mut arguments = vec!["auth", "can-i", &verb, &resource, "--kubeconfig", &config];
        match scope {
            Scope::Namespace(namespace) => arguments.extend(["--namespace", namespace]),
            Scope::Cluster => arguments.push("--all-namespaces"),
        }
        let deadline = Instant::now() + Duration::from_secs(30);
        while self.kubectl(&arguments).code != Some(0) {
            assert!(Instant::now() < deadline, "the rules of {config} did not come into force");
            thread::sleep(Duration::from_millis(50));
        }
    }
}

/// The namespace of the accounts behind limited users.
const USERS: &str = "windrose-users";

fn user_objects(user: &str, scope: Scope<'_>, rules: &Value) -> Value {
    let group = "rbac.authorization.k8s.io";
    let api = format!("{group}/v1");
    let (role, binding, metadata) = match scope {
        Scope::Namespace(namespace) => {
            ("Role", "RoleBinding", json!({"name": user, "namespace": namespace}))
        }
        Scope::Cluster => ("ClusterRole", "ClusterRoleBinding", json!({"name": user})),
    };
    json!([
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": user, "namespace": USERS}},
        {"apiVersion": api, "kind": role, "metadata": metadata, "rules": rules},
        {
            "apiVersion": api, "kind": binding, "metadata": metadata,
            "roleRef": {"apiGroup": group, "kind": role, "name": user},
            "subjects": [{"kind": "ServiceAccount", "name": user, "namespace": USERS}],
        },
    ])
}

impl Finished {
    /// Runs a command to its end; panics when it cannot be started.
    pub fn of(command: &mut Command) -> Self {
        let program = Path::new(command.get_program()).file_name().unwrap_or_default();
        let line = std::iter::once(program)
            .chain(command.get_args())
            .map(|word| word.to_string_lossy().into_owned())
            .collect::<Vec<_>>()
            .join(" ");
        let output = command.output().unwrap_or_else(|error| panic!("cannot run {line}: {error}"));
        let Output { status, stdout, stderr } = output;
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Self { command: line, code: status.code(), stdout: text(stdout), stderr: text(stderr) }
    }

    /// Itself; panics with everything printed when the program failed.
    #[track_caller]
    #[expect(clippy::return_self_not_must_use, reason = "often only the check is wanted")]
    pub fn expect_success(self) -> Self {
        let Self { command, code, stdout, stderr } = &self;
        assert!(*code == Some(0), "`{command}` ended with {code:?}\n{stdout}\n{stderr}");
        self
    }
}
