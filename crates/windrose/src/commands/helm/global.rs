//! Flags that every command below `helm` takes, and the environment variables behind them.

use crate::cli::go_flags;
use crate::environment::Environment;
use crate::failure::ErrorForm;

/// Flags of Helm's root command that do not choose a cluster, and our own `--errors`.
#[derive(clap::Args, Clone, Debug, Default)]
#[command(next_help_heading = "Every helm command")]
pub(crate) struct GlobalFlags {
    /// How errors are shown: caret, helm (Helm's text and exit code) or json [default:
    /// $WINDROSE_ERRORS, then caret]
    #[arg(long, global = true, value_enum, value_name = "FORM", hide_possible_values = true)]
    pub(crate) errors: Option<ErrorForm>,
    /// Show more: templates whose output is no YAML are printed all the same [default: $HELM_DEBUG]
    #[arg(long, global = true)]
    debug: bool,
    /// Path to the registry configuration
    #[arg(long, global = true, value_name = "FILE", hide_short_help = true)]
    pub(crate) registry_config: Option<String>,
    /// Path to the file of repository names and addresses
    #[arg(long, global = true, value_name = "FILE", hide_short_help = true)]
    pub(crate) repository_config: Option<String>,
    /// Path to the folder of cached repository indexes
    #[arg(long, global = true, value_name = "DIR", hide_short_help = true)]
    pub(crate) repository_cache: Option<String>,
    /// Path to the folder of cached charts
    #[arg(long, global = true, value_name = "DIR", hide_short_help = true)]
    pub(crate) content_cache: Option<String>,
    /// Accepted for Helm's sake: requests are bounded by the client's own rules
    #[arg(long, global = true, value_name = "NUMBER", hide_short_help = true)]
    #[arg(value_parser = |text: &str| go_flags::parse_number::<i64>(text, "ParseInt"))]
    burst_limit: Option<i64>,
    /// Accepted for Helm's sake: requests are bounded by the client's own rules
    #[arg(long, global = true, value_name = "NUMBER", hide_short_help = true)]
    #[arg(value_parser = |text: &str| go_flags::parse_number::<f32>(text, "ParseFloat"))]
    qps: Option<f32>,
}

impl GlobalFlags {
    /// Whether `--debug` or `HELM_DEBUG` ask for more.
    pub(crate) fn debug(&self, environment: &Environment) -> bool {
        self.debug || environment.helm_debug
    }

    /// `--burst-limit`, else what the environment says.
    pub(crate) fn burst_limit(&self, environment: &str) -> String {
        self.burst_limit.map_or_else(|| environment.to_owned(), |limit| limit.to_string())
    }

    /// `--qps` with two digits, else what the environment says.
    pub(crate) fn qps(&self, environment: Option<&str>) -> String {
        let known = environment.and_then(|text| text.parse().ok());
        format!("{:.2}", self.qps.or(known).unwrap_or_default())
    }
}
