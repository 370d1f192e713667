//! Every environment variable that Windrose reads, in one place.
//!
//! Nothing else in the project reads the environment; jobs receive from here what they may see. The
//! `kube` library itself follows `KUBECONFIG` (files separated by `:`) and, inside a cluster, the
//! variables of a service account.

use std::collections::BTreeMap;
use std::env;
use std::path::PathBuf;

use crate::cli::go_flags::parse_bool;

mod homes;

pub(crate) use homes::HelmHomes;

/// The variables that steer Windrose, and the whole environment for jobs to pick from.
#[derive(Clone, Debug)]
pub(crate) struct Environment {
    /// As what this program was called.
    pub(crate) program: String,
    /// The words after it, as they were given.
    pub(crate) words: Vec<String>,
    /// `HELM_NAMESPACE`: the namespace of `windrose helm` when `--namespace` is not given.
    pub(crate) helm_namespace: Option<String>,
    /// `HELM_DEBUG`: `--debug` for every command below `windrose helm`.
    pub(crate) helm_debug: bool,
    /// `HELM_KUBE…`: the cluster of `windrose helm` where the flags of these names are not given.
    pub(crate) helm_cluster: HelmCluster,
    /// `WINDROSE_ERRORS`: the form of errors when `--errors` is not given.
    pub(crate) errors: Option<String>,
    /// `NO_COLOR`: any value that is not empty turns colours off (no-color.org).
    pub(crate) no_color: bool,
    /// `XDG_STATE_HOME`, else `HOME/.local/state`: where the sandbox keeps its state.
    pub(crate) state_home: Option<PathBuf>,
    /// Where Helm keeps its files, and the proxies.
    pub(crate) helm_homes: HelmHomes,
    /// Everything, for the jobs of a stack: they get what they declare.
    pub(crate) all: BTreeMap<String, String>,
}

/// The variables that Helm reads beside its flags to find a cluster.
#[derive(Clone, Debug, Default)]
pub(crate) struct HelmCluster {
    /// `HELM_KUBECONTEXT`.
    pub(crate) context: Option<String>,
    /// `HELM_KUBEAPISERVER`.
    pub(crate) server: Option<String>,
    /// `HELM_KUBETOKEN`.
    pub(crate) token: Option<String>,
    /// `HELM_KUBEASUSER`.
    pub(crate) user: Option<String>,
    /// `HELM_KUBEASGROUPS`, by commas.
    pub(crate) groups: Vec<String>,
    /// `HELM_KUBECAFILE`.
    pub(crate) certificate_authority: Option<PathBuf>,
    /// `HELM_KUBETLS_SERVER_NAME`.
    pub(crate) tls_server_name: Option<String>,
    /// `HELM_KUBEINSECURE_SKIP_TLS_VERIFY`.
    pub(crate) insecure_skip_tls_verify: bool,
}

impl Environment {
    /// Reads the process's environment; variables that are not UTF-8 are left out.
    pub(crate) fn read() -> Self {
        let all: BTreeMap<String, String> = env::vars_os()
            .filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)))
            .collect();
        let get = |name: &str| all.get(name).filter(|v| !v.is_empty()).cloned();
        let switch = |name: &str| get(name).is_some_and(|v| parse_bool(&v).unwrap_or(false));
        let text = |word: std::ffi::OsString| word.to_string_lossy().into_owned();
        let home = get("HOME").map(|h| PathBuf::from(h).join(".local/state"));
        Self {
            program: env::args_os().next().map(text).unwrap_or_default(),
            words: env::args_os().skip(1).map(text).collect(),
            helm_namespace: get("HELM_NAMESPACE"),
            helm_debug: switch("HELM_DEBUG"),
            helm_cluster: HelmCluster {
                context: get("HELM_KUBECONTEXT"),
                server: get("HELM_KUBEAPISERVER"),
                token: get("HELM_KUBETOKEN"),
                user: get("HELM_KUBEASUSER"),
                groups: get("HELM_KUBEASGROUPS")
                    .map(|all| all.trim_matches([',', ' ']).split(',').map(str::to_owned).collect())
                    .unwrap_or_default(),
                certificate_authority: get("HELM_KUBECAFILE").map(PathBuf::from),
                tls_server_name: get("HELM_KUBETLS_SERVER_NAME"),
                insecure_skip_tls_verify: switch("HELM_KUBEINSECURE_SKIP_TLS_VERIFY"),
            },
            errors: get("WINDROSE_ERRORS"),
            no_color: get("NO_COLOR").is_some(),
            state_home: get("XDG_STATE_HOME").map(PathBuf::from).or(home),
            helm_homes: HelmHomes::of(&all),
            all,
        }
    }
}
