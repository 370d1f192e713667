//! Credentials as `helm registry login` and `docker login` left them.
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::credential_helper;
use crate::FetchError;
use crate::http::Login;

/// What a registry is shown.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Credential {
    /// User and password.
    Login(Login),
    /// To be changed into a token.
    Refresh(String),
    /// A token already.
    Token(String),
}

/// Looks for a host in the files, the first that knows it wins; missing files are empty. Gives the
/// credential and where it came from.
///
/// A file that names a helper for the host leaves the answer to the helper.
pub(super) async fn find(
    host: &str,
    files: &[PathBuf],
) -> Result<Option<(Credential, String)>, FetchError> {
    for path in files {
        let Some(config) = read(path)? else { continue };
        let found = if let Some(name) = helper_for(&config, host) {
            from_helper(name, host).await?
        } else {
            let own = in_auths(&config, host, path)?;
            own.map(|credential| (credential, path.display().to_string()))
        };
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

async fn from_helper(name: &str, host: &str) -> Result<Option<(Credential, String)>, FetchError> {
    let failed =
        |why: String| FetchError::Helper { host: host.to_owned(), helper: name.to_owned(), why };
    let program =
        credential_helper::program(name).ok_or_else(|| failed("it is no name".to_owned()))?;
    let credential = credential_helper::ask(&program, key(host)).await.map_err(failed)?;
    Ok(credential.map(|credential| (credential, program)))
}

fn read(path: &Path) -> Result<Option<Value>, FetchError> {
    let data = match fs::read(path) {
        Ok(data) => data,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(cause) => return Err(FetchError::File { path: path.to_owned(), cause }),
    };
    if data.trim_ascii().is_empty() {
        return Ok(None);
    }
    serde_json::from_slice(&data)
        .map(Some)
        .map_err(|error| FetchError::Settings { path: path.to_owned(), why: error.to_string() })
}

fn helper_for<'c>(config: &'c Value, host: &str) -> Option<&'c str> {
    let own = config.get("credHelpers").and_then(|all| all.get(key(host)));
    let name = |value: &'c Value| value.as_str().filter(|name| !name.is_empty());
    own.and_then(name).or_else(|| config.get("credsStore").and_then(name))
}

fn in_auths(config: &Value, host: &str, path: &Path) -> Result<Option<Credential>, FetchError> {
    let Some(auths) = config.get("auths").and_then(Value::as_object) else { return Ok(None) };
    let key = key(host);
    let found = auths
        .get(key)
        .or_else(|| auths.iter().find(|(name, _)| host_of(name) == key).map(|(_, auth)| auth));
    let Some(auth) = found else { return Ok(None) };
    let text = |key: &str| auth.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    if let Some(token) = text("registrytoken") {
        return Ok(Some(Credential::Token(token.to_owned())));
    }
    if let Some(token) = text("identitytoken") {
        return Ok(Some(Credential::Refresh(token.to_owned())));
    }
    let wrong = || FetchError::Settings {
        path: path.to_owned(),
        why: format!("the \"auth\" of {key} is not user:password in base64"),
    };
    let login = match text("auth") {
        Some(auth) => {
            let bytes = STANDARD.decode(auth).map_err(|_| wrong())?;
            let plain = String::from_utf8(bytes).map_err(|_| wrong())?;
            let (user, password) = plain.split_once(':').ok_or_else(wrong)?;
            let password = password.trim_end_matches('\0').to_owned();
            Login { user: user.to_owned(), password }
        }
        None => match (text("username"), text("password")) {
            (Some(user), Some(password)) => {
                Login { user: user.to_owned(), password: password.to_owned() }
            }
            _ => return Ok(None),
        },
    };
    Ok(Some(Credential::Login(login)))
}

/// Docker's own registry is filed under its address of 2013.
fn key(host: &str) -> &str {
    if host == "registry-1.docker.io" { "https://index.docker.io/v1/" } else { host }
}

fn host_of(address: &str) -> &str {
    let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
    rest.unwrap_or(address).split('/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Credential, find, helper_for};
    use crate::FetchError;

    async fn found(config: &str, host: &str) -> Option<(String, String)> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), config).unwrap();
        match find(host, &[file.path().to_owned()]).await {
            Ok(Some((Credential::Login(login), _))) => Some((login.user, login.password)),
            Ok(_) => None,
            Err(FetchError::Helper { helper, .. }) => Some(("helper".to_owned(), helper)),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn a_helper_of_the_host_comes_first() {
        let config = |text| serde_json::from_str(text).unwrap();
        let both = config(r#"{"credsStore": "all", "credHelpers": {"x": "own", "y": ""}}"#);
        assert_eq!(helper_for(&both, "x"), Some("own"));
        assert_eq!(helper_for(&both, "y"), Some("all"));
        assert_eq!(helper_for(&both, "z"), Some("all"));
        assert_eq!(helper_for(&config(r#"{"auths": {}}"#), "z"), None);
    }

    #[tokio::test]
    async fn hosts_are_found_as_docker_files_them() {
        let config = r#"{"auths": {"https://index.docker.io/v1/": {"auth": "YTpi"},
            "http://h:1/v2/": {"username": "u", "password": "p"}, "e": {}}, "credHelpers": {"x": "no/name"}}"#;
        let pair = |a: &str, b: &str| Some((a.to_owned(), b.to_owned()));
        assert_eq!(found(config, "registry-1.docker.io").await, pair("a", "b"));
        assert_eq!(found(config, "h:1").await, pair("u", "p"));
        assert_eq!(found(config, "e").await, None);
        assert_eq!(found(config, "x").await, pair("helper", "no/name"));
        assert_eq!(found(config, "h").await, None);
        assert_eq!(found("", "h").await, None);
    }
}
