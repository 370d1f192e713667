//! Which cluster a command talks to: a real one, or the sandbox.

use std::fmt::Write;
use std::path::PathBuf;

use kubernetes::{Client, ConnectOptions, Credentials};

use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::sandbox_state::SandboxState;

/// Flags of the commands for stacks.
#[derive(clap::Args, Clone, Debug, Default)]
#[command(next_help_heading = "Cluster")]
pub(crate) struct ClusterFlags {
    /// Use the cluster in memory that Windrose keeps for trying things out
    #[arg(long, conflicts_with_all = ["kubeconfig", "context"])]
    sandbox: bool,
    /// Kubeconfig file [default: $KUBECONFIG, then ~/.kube/config]
    #[arg(long, value_name = "FILE")]
    kubeconfig: Option<PathBuf>,
    /// Context of the kubeconfig [default: the environment's cluster.context, then the current one]
    #[arg(long, visible_alias = "kube-context", value_name = "NAME")]
    context: Option<String>,
}

impl ClusterFlags {
    /// Connects, or says within seconds why it cannot.
    pub(crate) async fn connect(
        &self,
        context: &Context,
        pinned_context: Option<&str>,
    ) -> Outcome<Connection> {
        if self.sandbox {
            return Connection::sandbox(context);
        }
        let name = self.context.clone().or_else(|| pinned_context.map(str::to_owned));
        Connection::cluster(ConnectOptions {
            kubeconfig: self.kubeconfig.as_ref().map(|p| context.path(p)),
            context: name,
            ..ConnectOptions::default()
        })
        .await
    }

    /// Whether the sandbox is meant.
    pub(crate) fn is_sandbox(&self) -> bool {
        self.sandbox
    }

    /// The flags to repeat in a command that is suggested to the user.
    pub(crate) fn repeated(&self) -> String {
        let mut flags = String::new();
        if self.sandbox {
            flags.push_str(" --sandbox");
        }
        if let Some(file) = &self.kubeconfig {
            let _ = write!(flags, " --kubeconfig {}", file.display());
        }
        if let Some(name) = &self.context {
            let _ = write!(flags, " --context {name}");
        }
        flags
    }
}

/// Flags of the commands below `helm`, in Helm's words.
#[derive(clap::Args, Clone, Debug, Default)]
#[command(next_help_heading = "Cluster")]
pub(crate) struct HelmClusterFlags {
    /// Namespace of the release [default: $HELM_NAMESPACE, then the context's]
    #[arg(short, long, value_name = "NAME")]
    namespace: Option<String>,
    /// Kubeconfig file [default: $KUBECONFIG, then ~/.kube/config]
    #[arg(long, value_name = "FILE")]
    kubeconfig: Option<PathBuf>,
    /// Context of the kubeconfig
    #[arg(long, value_name = "NAME")]
    kube_context: Option<String>,
    /// Use Windrose's cluster in memory
    #[arg(long)]
    sandbox: bool,
    /// Address of the API server
    #[arg(long, value_name = "URL", hide_short_help = true)]
    kube_apiserver: Option<String>,
    /// Bearer token
    #[arg(long, value_name = "TOKEN", hide_short_help = true)]
    kube_token: Option<String>,
    /// User to impersonate
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    kube_as_user: Option<String>,
    /// Group to impersonate (repeatable)
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    kube_as_group: Vec<String>,
    /// Certificate authority of the API server
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    kube_ca_file: Option<PathBuf>,
    /// Server name for the certificate check
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    kube_tls_server_name: Option<String>,
    /// Do not check the API server's certificate (insecure)
    #[arg(long, hide_short_help = true)]
    kube_insecure_skip_tls_verify: bool,
}

impl HelmClusterFlags {
    /// Connects as Helm would.
    pub(crate) async fn connect(&self, context: &Context) -> Outcome<Connection> {
        let driver = context.environment.all.get("HELM_DRIVER").map(|name| name.to_lowercase());
        if let Some(driver) = driver
            && !["", "secret", "secrets"].contains(&driver.as_str())
        {
            let text =
                format!("HELM_DRIVER is {driver:?}: releases are kept in Secrets only as yet");
            return Err(Failure::message(text));
        }
        if self.sandbox {
            return Connection::sandbox(context);
        }
        let options = self.options(context);
        let client = Client::connect(options).await.map_err(|error| {
            let text =
                format!("kubernetes cluster unreachable: {}", self.helm_words(context, &error));
            not_connected(&error).in_helms_words(text)
        })?;
        Ok(Connection { client, sandbox: None })
    }

    /// The release's namespace, without asking a cluster.
    pub(crate) fn namespace(&self, context: &Context) -> String {
        let known = &context.environment.helm_namespace;
        let given = self.namespace.as_ref().or(known.as_ref()).filter(|name| !name.is_empty());
        if let Some(name) = given {
            return name.clone();
        }
        if self.sandbox {
            return "default".to_owned();
        }
        kubernetes::configured_namespace(&self.options(context))
            .unwrap_or_else(|| "default".to_owned())
    }

    /// What flags and variables say, by Helm's names; no kubeconfig is read.
    pub(crate) fn settings(&self, context: &Context) -> Vec<(&'static str, String)> {
        let known = &context.environment.helm_cluster;
        let or = |flag: &Option<String>, known: &Option<String>| {
            flag.clone().or(known.clone()).unwrap_or_default()
        };
        let authority = self.kube_ca_file.as_ref().or(known.certificate_authority.as_ref());
        let groups =
            if self.kube_as_group.is_empty() { &known.groups } else { &self.kube_as_group };
        let insecure = self.kube_insecure_skip_tls_verify || known.insecure_skip_tls_verify;
        let mut settings = vec![
            ("HELM_KUBEAPISERVER", or(&self.kube_apiserver, &known.server)),
            ("HELM_KUBEASGROUPS", groups.join(",")),
            ("HELM_KUBEASUSER", or(&self.kube_as_user, &known.user)),
            ("HELM_KUBECAFILE", authority.map(|p| p.display().to_string()).unwrap_or_default()),
            ("HELM_KUBECONTEXT", or(&self.kube_context, &known.context)),
            ("HELM_KUBEINSECURE_SKIP_TLS_VERIFY", insecure.to_string()),
            ("HELM_KUBETLS_SERVER_NAME", or(&self.kube_tls_server_name, &known.tls_server_name)),
            ("HELM_KUBETOKEN", or(&self.kube_token, &known.token)),
        ];
        let kubeconfig = self.kubeconfig.as_ref().map(|file| file.display().to_string());
        let kubeconfig = kubeconfig.or_else(|| context.environment.all.get("KUBECONFIG").cloned());
        settings.extend(kubeconfig.filter(|f| !f.is_empty()).map(|file| ("KUBECONFIG", file)));
        settings
    }

    /// The words of Go's client for a connection that fails, where it has some.
    fn helm_words(&self, context: &Context, error: &kubernetes::Error) -> String {
        use kubernetes::{Error, Unreachable};
        match error {
            Error::Unreachable { server, reason: Unreachable::Refused, .. } => {
                let host = server.split("://").last().unwrap_or_default();
                format!("Get \"{server}/version\": dial tcp {host}: connect: connection refused")
            }
            Error::NoKubeconfig { .. } => {
                match (&self.kubeconfig, self.options(context).context) {
                    (Some(file), _) => {
                        format!("stat {}: no such file or directory", file.display())
                    }
                    (None, Some(name)) => {
                        format!("context {} does not exist", yaml::quote::quote(&name))
                    }
                    // Where Go's client looks for want of anything better.
                    (None, None) => "Get \"http://localhost:8080/version\": dial tcp \
                         127.0.0.1:8080: connect: connection refused"
                        .to_owned(),
                }
            }
            Error::Config { detail } => {
                let file = self.kubeconfig.as_ref().filter(|file| !context.path(file).exists());
                let name = self.options(context).context;
                match (file, name.filter(|_| detail.contains("there is no context"))) {
                    (Some(file), _) => {
                        format!("stat {}: no such file or directory", file.display())
                    }
                    (None, Some(name)) => {
                        format!("context {} does not exist", yaml::quote::quote(&name))
                    }
                    (None, None) => detail.clone(),
                }
            }
            other => other.to_string(),
        }
    }

    fn options(&self, context: &Context) -> ConnectOptions {
        let known = &context.environment.helm_cluster;
        let or = |flag: &Option<String>, known: &Option<String>| flag.clone().or(known.clone());
        let authority = self.kube_ca_file.as_ref().or(known.certificate_authority.as_ref());
        let groups =
            if self.kube_as_group.is_empty() { &known.groups } else { &self.kube_as_group };
        ConnectOptions {
            kubeconfig: self.kubeconfig.as_ref().map(|p| context.path(p)),
            context: or(&self.kube_context, &known.context),
            server: or(&self.kube_apiserver, &known.server),
            token: or(&self.kube_token, &known.token).map(Credentials::token),
            certificate_authority: authority.map(|p| context.path(p)),
            tls_server_name: or(&self.kube_tls_server_name, &known.tls_server_name),
            insecure_skip_tls_verify: self.kube_insecure_skip_tls_verify
                || known.insecure_skip_tls_verify,
            impersonate_user: or(&self.kube_as_user, &known.user),
            impersonate_groups: groups.clone(),
            ..ConnectOptions::default()
        }
    }
}

/// An open connection; the sandbox's state is written back by [`Connection::close`].
pub(crate) struct Connection {
    /// What the rooms below use.
    pub(crate) client: Client,
    sandbox: Option<SandboxState>,
}

impl Connection {
    async fn cluster(options: ConnectOptions) -> Outcome<Self> {
        let client = Client::connect(options).await.map_err(|error| not_connected(&error))?;
        Ok(Self { client, sandbox: None })
    }

    fn sandbox(context: &Context) -> Outcome<Self> {
        let state = SandboxState::open(context)?;
        let client = Client::from_service(state.service(), "default");
        Ok(Self { client, sandbox: Some(state) })
    }

    /// Writes the sandbox's state; call it on success and on failure.
    pub(crate) async fn close(self) -> Outcome {
        match self.sandbox {
            Some(state) => state.close().await,
            None => Ok(()),
        }
    }
}

fn not_connected(error: &kubernetes::Error) -> Failure {
    Failure::from_error(error).hint("no cluster at hand? `--sandbox` uses one in memory")
}
