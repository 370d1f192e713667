//! Every environment variable that Windrose reads, in one place.
//!
//! Nothing else in the project reads the environment; jobs receive from here what they may see. The
//! `kube` library itself follows `KUBECONFIG` (files separated by `:`) and, inside a cluster, the
//! variables of a service account.

use std::collections::BTreeMap;
use std::env;
use std::path::PathBuf;

/// The variables that steer Windrose, and the whole environment for jobs to pick from.
#[derive(Clone, Debug)]
pub(crate) struct Environment {
    /// `HELM_NAMESPACE`: the namespace of `windrose helm` when `--namespace` is not given.
    pub(crate) helm_namespace: Option<String>,
    /// `HELM_KUBECONTEXT`: the context of `windrose helm` when `--kube-context` is not given.
    pub(crate) helm_context: Option<String>,
    /// `NO_COLOR`: any value that is not empty turns colours off (no-color.org).
    pub(crate) no_color: bool,
    /// `XDG_STATE_HOME`, else `HOME/.local/state`: where the sandbox keeps its state.
    pub(crate) state_home: Option<PathBuf>,
    /// Everything, for the jobs of a stack: they get what they declare.
    pub(crate) all: BTreeMap<String, String>,
}

impl Environment {
    /// Reads the process's environment; variables that are not UTF-8 are left out.
    pub(crate) fn read() -> Self {
        let all: BTreeMap<String, String> = env::vars_os()
            .filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)))
            .collect();
        let get = |name: &str| all.get(name).filter(|v| !v.is_empty()).cloned();
        let home = get("HOME").map(|h| PathBuf::from(h).join(".local/state"));
        Self {
            helm_namespace: get("HELM_NAMESPACE"),
            helm_context: get("HELM_KUBECONTEXT"),
            no_color: get("NO_COLOR").is_some(),
            state_home: get("XDG_STATE_HOME").map(PathBuf::from).or(home),
            all,
        }
    }
}
