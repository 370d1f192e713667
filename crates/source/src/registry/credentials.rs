//! Credentials as `helm registry login` and `docker login` left them.
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

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

/// What was found for a host.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Found {
    Nothing,
    /// A credential, and where it came from.
    Credential(Credential, String),
    /// Only a program would know.
    Helper(String),
}

/// Looks for a host in the files, the first that knows it wins; missing files are empty.
pub(crate) fn find(host: &str, files: &[PathBuf]) -> Result<Found, FetchError> {
    let mut helper = None;
    for path in files {
        let Some(config) = read(path)? else { continue };
        if let Some(credential) = in_auths(&config, host, path)? {
            return Ok(Found::Credential(credential, path.display().to_string()));
        }
        helper = helper.or_else(|| helper_for(&config, host));
    }
    Ok(helper.map_or(Found::Nothing, Found::Helper))
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

fn helper_for(config: &Value, host: &str) -> Option<String> {
    let own = config.get("credHelpers").and_then(|all| all.get(key(host)));
    let helper = own.or_else(|| config.get("credsStore"))?.as_str()?;
    (!helper.is_empty()).then(|| helper.to_owned())
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
    use super::{Credential, Found, find};

    fn found(config: &str, host: &str) -> Option<(String, String)> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), config).unwrap();
        match find(host, &[file.path().to_owned()]).unwrap() {
            Found::Credential(Credential::Login(login), _) => Some((login.user, login.password)),
            Found::Helper(name) => Some(("helper".to_owned(), name)),
            _ => None,
        }
    }

    #[test]
    fn hosts_are_found_as_docker_files_them() {
        let config = r#"{"auths": {"https://index.docker.io/v1/": {"auth": "YTpi"},
            "http://h:1/v2/": {"username": "u", "password": "p"}, "e": {}}, "credHelpers": {"x": "pass"}}"#;
        let pair = |a: &str, b: &str| Some((a.to_owned(), b.to_owned()));
        assert_eq!(found(config, "registry-1.docker.io"), pair("a", "b"));
        assert_eq!(found(config, "h:1"), pair("u", "p"));
        assert_eq!(found(config, "e"), None);
        assert_eq!(found(config, "x"), pair("helper", "pass"));
        assert_eq!(found(config, "h"), None);
        assert_eq!(found("", "h"), None);
    }
}
