//! From a kubeconfig, a context or a pod's service account to a connection.
//!
//! Files are read by the `kube` crate, which follows the rules of `kubectl`. Nothing is retried
//! here: whoever connects wants to know within seconds.

use std::io;

use http::Uri;
use kube::Config;
use kube::config::{KubeConfigOptions, Kubeconfig, KubeconfigError};

use crate::error::Error;
use crate::options::ConnectOptions;

/// The configuration that the options lead to.
pub(crate) async fn configuration(options: &ConnectOptions) -> Result<Config, Error> {
    let mut config = base(options).await?;
    config.connect_timeout = Some(options.connect_timeout);
    config.read_timeout = None;
    config.write_timeout = None;
    config.default_retry = false;
    if let Some(server) = &options.server {
        config.cluster_url = parse_server(server)?;
    }
    if let Some(token) = &options.token {
        config.auth_info.token = Some(token.reveal().to_owned().into());
    }
    if let Some(path) = &options.certificate_authority {
        config.root_cert_file = Some(path.clone());
    }
    if let Some(name) = &options.tls_server_name {
        config.tls_server_name = Some(name.clone());
    }
    if options.insecure_skip_tls_verify {
        config.accept_invalid_certs = true;
    }
    if let Some(user) = &options.impersonate_user {
        config.auth_info.impersonate = Some(user.clone());
    }
    if !options.impersonate_groups.is_empty() {
        config.auth_info.impersonate_groups = Some(options.impersonate_groups.clone());
    }
    Ok(config)
}

/// The namespace that the kubeconfig's context names; none where there is no such file, context or
/// namespace. Asks no server.
pub fn configured_namespace(options: &ConnectOptions) -> Option<String> {
    let file = match &options.kubeconfig {
        Some(path) => Kubeconfig::read_from(path),
        None => Kubeconfig::read(),
    }
    .ok()?;
    let name = options.context.as_ref().or(file.current_context.as_ref())?;
    let context = file.contexts.iter().find(|c| c.name == *name)?;
    context.context.as_ref()?.namespace.clone().filter(|n| !n.is_empty())
}

async fn base(options: &ConnectOptions) -> Result<Config, Error> {
    let selection =
        KubeConfigOptions { context: options.context.clone(), ..KubeConfigOptions::default() };
    if let Some(path) = &options.kubeconfig {
        let file = Kubeconfig::read_from(path).map_err(|error| unreadable(&error))?;
        return from_file(file, &selection)
            .await
            .map_err(|error| wrong(format!("{}: {error}", path.display())));
    }
    if let (Some(server), None) = (&options.server, &options.context) {
        return match Kubeconfig::read() {
            // The current context's credentials go to the server that is named.
            Ok(file) if file.current_context.as_ref().is_some_and(|name| !name.is_empty()) => {
                from_file(file, &selection).await.map_err(wrong)
            }
            Ok(_) => Ok(Config::new(parse_server(server)?)),
            Err(error) if is_missing(&error) => Ok(Config::new(parse_server(server)?)),
            Err(error) => Err(unreadable(&error)),
        };
    }
    if options.context.is_some() {
        let file = Kubeconfig::read().map_err(|error| unreadable(&error))?;
        return from_file(file, &selection).await.map_err(wrong);
    }
    Config::infer().await.map_err(|error| {
        use std::error::Error as _;
        match error.source().and_then(|source| source.downcast_ref()) {
            Some(kubeconfig) => unreadable(kubeconfig),
            None => wrong(error),
        }
    })
}

async fn from_file(file: Kubeconfig, selection: &KubeConfigOptions) -> Result<Config, String> {
    let known: Vec<&str> = file.contexts.iter().map(|c| c.name.as_str()).collect();
    if let Some(name) = selection.context.as_deref()
        && !known.contains(&name)
    {
        return Err(format!("there is no context {name:?}, only {}", known.join(", ")));
    }
    let config = Config::from_custom_kubeconfig(file, selection).await;
    config.map_err(|error| error.to_string())
}

/// In a user's words where the library's name its own types.
fn unreadable(error: &KubeconfigError) -> Error {
    match error {
        KubeconfigError::ReadConfig(_, path) if is_missing(error) => {
            Error::NoKubeconfig { path: path.clone() }
        }
        KubeconfigError::ReadConfig(cause, path) => wrong(format!("{}: {cause}", path.display())),
        other => wrong(other),
    }
}

fn is_missing(error: &KubeconfigError) -> bool {
    matches!(error, KubeconfigError::ReadConfig(cause, _) if cause.kind() == io::ErrorKind::NotFound)
}

fn parse_server(server: &str) -> Result<Uri, Error> {
    server.parse().map_err(|error| wrong(format!("server {server:?}: {error}")))
}

fn wrong(error: impl std::fmt::Display) -> Error {
    Error::Config { detail: error.to_string() }
}
