//! `windrose helm test`: runs the tests of a release.

use std::time::Duration;

use release::{ActOptions, Storage, TestFilter, Tests};

use super::get::both_values;
use super::operation;
use super::page::{Detail, Notes, Page};
use crate::cli::go_flags::CommaList;
use crate::cli::tree::Run;
use crate::connection::HelmClusterFlags;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::{duration, interrupt, runtime};

/// Run the tests of a release
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Args {
    /// The release
    name: String,
    /// Time to wait for any single operation, such as a test
    #[arg(long, value_name = "DURATION", default_value = "5m0s")]
    #[arg(value_parser = |text: &str| duration::check_go(text).and_then(|()| duration::parse(text)))]
    timeout: Duration,
    /// Show the logs of tests that are pods
    #[arg(long)]
    logs: bool,
    /// Only tests of these names, or without them: name=a,name=b or '!name=c'
    #[arg(long, value_name = "FILTER", value_parser = CommaList::parse)]
    filter: Vec<CommaList>,
    #[command(flatten)]
    cluster: HelmClusterFlags,
}

impl Run for Args {
    fn run(self, context: &Context) -> Outcome {
        runtime::block_on(async {
            let cancel = interrupt::listen()?;
            let connection = self.cluster.connect(context).await?;
            let options = ActOptions { timeout: self.timeout, cancel, ..ActOptions::default() };
            let done = self.test(context, &connection.client, &options).await;
            connection.close().await?;
            done
        })
    }
}

impl Args {
    async fn test(
        &self,
        context: &Context,
        client: &kubernetes::Client,
        options: &ActOptions,
    ) -> Outcome {
        let name = &self.name;
        render::check_name(name).map_err(|_| {
            Failure::message(format!("releaseTest: Release name is invalid: {name}"))
        })?;
        let storage = Storage::new(client, &self.cluster.namespace(context));
        let release = storage.get(name, None).await.map_err(|e| Failure::from_error(&e))?;
        let progress = operation::progress();
        let mut tests = Tests::of(client, release, self.filter(), options, &progress);
        let result = tests.run().await;
        show(context, &tests)?;
        let mut errors: Vec<String> = vec![];
        if self.logs {
            let (logs, wrong) = tests.logs().await;
            let texts = logs
                .iter()
                .map(|(pod, container, text)| format!("POD LOGS: {pod} ({container})\n{text}\n"));
            context.out(&format!("\n{}", texts.collect::<String>()))?;
            errors = wrong;
        }
        let finished = tests.finish().await;
        let failure = match (result, finished) {
            (Err(error), _) | (Ok(()), Err(error)) => Some(operation::failed(&error)),
            (Ok(()), Ok(())) => None,
        };
        match failure {
            None if errors.is_empty() => Ok(()),
            None => Err(Failure::message(errors.join("\n"))),
            Some(failure) if errors.is_empty() => Err(failure),
            Some(failure) => {
                let text = format!("{}\n{}", failure.helm_text(), errors.join("\n"));
                Err(failure.in_helms_words(text))
            }
        }
    }

    /// What is no filter by name says nothing, as in Helm.
    fn filter(&self) -> TestFilter {
        let mut filter = TestFilter::default();
        for word in self.filter.iter().flat_map(CommaList::parts) {
            let without = word.strip_prefix('!');
            let without = without
                .map(|rest| rest.strip_prefix([' ', '\t', '\n', '\r', '\u{c}']).unwrap_or(rest));
            if let Some(name) = word.strip_prefix("name=") {
                filter.include.push(name.to_owned());
            } else if let Some(name) = without.and_then(|rest| rest.strip_prefix("name=")) {
                filter.exclude.push(name.to_owned());
            }
        }
        filter
    }
}

fn show(context: &Context, tests: &Tests<'_>) -> Outcome {
    let release = tests.release();
    let detail = if context.helm.debug(&context.environment) {
        Detail::Debug(both_values(release)?)
    } else {
        Detail::Brief
    };
    let page = Page { release, notes: Notes::Hidden, resources: String::new(), detail };
    Ok(context.out(&page.text())?)
}
