//! The name of a release, from arguments and flags as Helm takes it.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::failure::{Failure, Outcome};

/// Flags that make a name.
#[derive(clap::Args, Clone, Debug, Default)]
pub(crate) struct NameFlags {
    /// Generate the name (and omit the NAME argument)
    #[arg(short, long)]
    generate_name: bool,
    /// Template for the name (not supported yet)
    #[arg(long, value_name = "TEMPLATE")]
    name_template: Option<String>,
}

impl NameFlags {
    /// The release's name and the chart reference.
    ///
    /// `default` is the name when only a chart is given and none is to be generated.
    pub(crate) fn name_and_chart(
        &self,
        args: &[String],
        default: Option<&str>,
    ) -> Outcome<(String, String)> {
        if self.name_template.is_some() {
            return Err(Failure::message("--name-template is not supported yet"));
        }
        match args {
            [_, _] if self.generate_name => {
                Err(Failure::message("cannot set --generate-name and also specify a name"))
            }
            [name, chart] => Ok((checked(name)?, chart.clone())),
            [chart] => match default {
                Some(name) => Ok((name.to_owned(), chart.clone())),
                None if self.generate_name => Ok((generated(chart), chart.clone())),
                None => {
                    Err(Failure::message("must either provide a name or specify --generate-name"))
                }
            },
            _ => Err(Failure::message("expected a chart, or a name and a chart")),
        }
    }
}

/// Helm's rule for release names: DNS labels joined by dots, at most 53 characters.
fn checked(name: &str) -> Outcome<String> {
    let label = |part: &str| {
        let ends =
            |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        ends(part.chars().next())
            && ends(part.chars().last())
            && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    if name.len() <= 53 && name.split('.').all(label) {
        return Ok(name.to_owned());
    }
    Err(Failure::message(format!(
        "release name {name:?}: invalid release name, must match regex \
         ^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$ and the length must \
         not be longer than 53"
    )))
}

fn generated(chart: &str) -> String {
    let base = chart.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let base = base.split('.').next().filter(|b| !b.is_empty()).unwrap_or("chart");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
    format!("{base}-{now}")
}
