//! `windrose helm env`: Helm's settings, as flags and environment make them.

use std::collections::BTreeMap;

use crate::cli::tree::Run;
use crate::connection::HelmClusterFlags;
use crate::context::Context;
use crate::failure::{Failure, Outcome};

/// Print Helm's settings
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Args {
    /// Only the value of this one
    names: Vec<String>,
    #[command(flatten)]
    cluster: HelmClusterFlags,
}

impl Run for Args {
    fn run(self, context: &Context) -> Outcome {
        let settings = self.settings(context);
        match self.names.as_slice() {
            [] => {
                let lines = settings.iter().map(|(name, value)| format!("{name}=\"{value}\"\n"));
                Ok(context.out_all(&lines.collect::<Vec<_>>())?)
            }
            [name] => {
                let value = settings.get(name.as_str()).map_or("", String::as_str);
                Ok(context.out(&format!("{value}\n"))?)
            }
            [_, ..] => Err(Failure::usage(
                "\"helm env\" accepts at most 1 argument\n\nUsage:  helm env [flags]",
            )),
        }
    }
}

impl Args {
    /// By name. Cluster settings are those of flags and variables; no kubeconfig is read for them.
    fn settings(&self, context: &Context) -> BTreeMap<&'static str, String> {
        let environment = &context.environment;
        let homes = &environment.helm_homes;
        let held = |name: &str| environment.all.get(name).filter(|v| !v.is_empty());
        let number = |name: &str, default: &str| {
            let number = held(name).and_then(|text| text.parse::<i64>().ok());
            number.map_or_else(|| default.to_owned(), |number| number.to_string())
        };
        let path = |path: &std::path::Path| path.display().to_string();
        let or = |flag: &Option<String>, own: &std::path::Path| {
            flag.clone().unwrap_or_else(|| path(own))
        };
        let flags = &context.helm;
        let plugins = std::env::join_paths(&homes.plugins).unwrap_or_default();
        let plugins = plugins.to_string_lossy().into_owned();
        let mut settings = BTreeMap::from([
            ("HELM_BIN", environment.program.clone()),
            ("HELM_BURST_LIMIT", flags.burst_limit(&number("HELM_BURST_LIMIT", "100"))),
            ("HELM_CACHE_HOME", path(&homes.cache)),
            ("HELM_CONFIG_HOME", path(&homes.config)),
            ("HELM_CONTENT_CACHE", or(&flags.content_cache, &homes.content_cache)),
            ("HELM_DATA_HOME", path(&homes.data)),
            ("HELM_DEBUG", flags.debug(environment).to_string()),
            ("HELM_MAX_HISTORY", number("HELM_MAX_HISTORY", "10")),
            ("HELM_NAMESPACE", self.cluster.namespace(context)),
            ("HELM_PLUGINS", plugins),
            ("HELM_QPS", flags.qps(held("HELM_QPS").map(String::as_str))),
            ("HELM_REGISTRY_CONFIG", or(&flags.registry_config, &homes.registry_config)),
            ("HELM_REPOSITORY_CACHE", or(&flags.repository_cache, &homes.repository_cache)),
            ("HELM_REPOSITORY_CONFIG", or(&flags.repository_config, &homes.repository_config)),
        ]);
        settings.extend(self.cluster.settings(context));
        settings
    }
}
