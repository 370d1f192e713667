//! What `helm` commands fetch from elsewhere: charts, and values at an address.

use std::path::{Path, PathBuf};

use source::{FetchError, Fetcher, Settings};

use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::runtime;

/// What can be fetched, with Helm's settings of this user.
pub(super) fn fetcher(context: &Context) -> Fetcher {
    let homes = &context.environment.helm_homes;
    let flags = &context.helm;
    let path = |flag: &Option<String>, own: &PathBuf| match flag {
        Some(given) => context.path(Path::new(given)),
        None => context.path(own),
    };
    let registry_config = path(&flags.registry_config, &homes.registry_config);
    Fetcher::new(Settings {
        repository_config: path(&flags.repository_config, &homes.repository_config),
        repository_cache: path(&flags.repository_cache, &homes.repository_cache),
        registry_configs: vec![registry_config, context.path(&homes.docker_config)],
        content_cache: path(&flags.content_cache, &homes.content_cache),
        proxies: homes.proxies.clone(),
    })
}

/// Whether a file of values is named by an address; other schemes mean files, as in Helm.
pub(super) fn can_fetch(name: &str) -> bool {
    ["http://", "https://", "oci://"].iter().any(|scheme| name.starts_with(scheme))
}

/// The contents of a file at an address.
pub(super) fn file(context: &Context, name: &str) -> Result<Vec<u8>, String> {
    let fetcher = fetcher(context);
    let got = runtime::block_on_network(async { Ok(fetcher.file(name).await) });
    match got {
        Ok(Ok(data)) => Ok(data),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("{name}: cannot start a reactor")),
    }
}

/// An error with its advice.
pub(super) fn failed(error: &FetchError) -> Failure {
    let failure = Failure::from_error(error);
    match error.hint() {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

/// Runs a fetch to its end.
pub(super) fn wait<T>(fetch: impl Future<Output = Result<T, FetchError>>) -> Outcome<T> {
    runtime::block_on_network(async { fetch.await.map_err(|error| failed(&error)) })
}
