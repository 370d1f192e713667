//! Helm's `repositories.yaml` and the indexes that `helm repo update` left.
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use yaml::{Numbers, Value};

use crate::FetchError;
use crate::address::Address;
use crate::http::{Login, Tls};

/// A repository that somebody added.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Repository {
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) login: Option<Login>,
    pub(crate) tls: Tls,
    pub(crate) pass_credentials: bool,
}

/// Reads the file; a missing one has no repositories.
pub(crate) fn read(path: &Path) -> Result<Vec<Repository>, FetchError> {
    let data = match fs::read(path) {
        Ok(data) => data,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(cause) => return Err(FetchError::File { path: path.to_owned(), cause }),
    };
    let file = yaml::from_slice(&data, Numbers::Exact)
        .map_err(|error| FetchError::Settings { path: path.to_owned(), why: error.to_string() })?;
    let list = file.get("repositories").and_then(Value::as_list).unwrap_or_default();
    Ok(list.iter().filter(|value| value.as_map().is_some()).map(repository).collect())
}

/// The repository with a name.
pub(crate) fn pick<'a>(all: &'a [Repository], name: &str) -> Result<&'a Repository, FetchError> {
    let found = all.iter().find(|r| r.name == name).ok_or_else(|| FetchError::NoRepository {
        name: name.to_owned(),
        known: all.iter().map(|r| r.name.clone()).collect(),
    })?;
    if found.url.is_empty() {
        return Err(FetchError::RepositoryWithoutUrl { name: name.to_owned() });
    }
    Ok(found)
}

/// Where Helm keeps the index of a repository.
pub(crate) fn index_file(cache: &Path, name: &str) -> PathBuf {
    let prefix = if name.is_empty() { String::new() } else { format!("{name}-") };
    cache.join(format!("{prefix}index.yaml"))
}

/// The index of a repository as it was last fetched.
pub(crate) fn cached_index(cache: &Path, name: &str) -> Result<Vec<u8>, FetchError> {
    let path = index_file(cache, name);
    fs::read(&path).map_err(|cause| match cause.kind() {
        io::ErrorKind::NotFound => FetchError::NoIndex { path },
        _ => FetchError::File { path, cause },
    })
}

/// The repository whose index names this very address.
pub(crate) fn owner<'a>(
    all: &'a [Repository],
    cache: &Path,
    address: &Address,
) -> Result<Option<&'a Repository>, FetchError> {
    let text = address.to_string();
    for repository in all {
        let index = cached_index(cache, &repository.name)?;
        let ends = |at: usize| {
            let after = index.get(at + text.len());
            after.is_none_or(|b| matches!(b, b'\n' | b'\r' | b'"' | b'\'' | b' ' | b',' | b']'))
        };
        if memchr::memmem::find_iter(&index, text.as_bytes()).any(ends) {
            return Ok(Some(repository));
        }
    }
    Ok(None)
}

/// Whether two addresses are one: an empty path is `/`, doubled and final slashes do not count.
pub(crate) fn same_url(a: &str, b: &str) -> bool {
    let clean = |text: &str| {
        let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
        let parts: Vec<&str> = rest.split('/').filter(|part| !part.is_empty()).collect();
        format!("{scheme}://{}", parts.join("/"))
    };
    clean(a) == clean(b)
}

fn repository(value: &Value) -> Repository {
    let text = |key: &str| value.get(key).and_then(Value::to_text).unwrap_or_default();
    let flag = |key: &str| value.get(key).and_then(Value::as_bool).unwrap_or_default();
    let file = |key: &str| Some(text(key)).filter(|name| !name.is_empty()).map(PathBuf::from);
    let (user, password) = (text("username"), text("password"));
    Repository {
        name: text("name"),
        url: text("url"),
        login: (!user.is_empty() && !password.is_empty()).then_some(Login { user, password }),
        tls: Tls {
            ca_file: file("caFile"),
            cert_file: file("certFile"),
            key_file: file("keyFile"),
            insecure: flag("insecure_skip_tls_verify"),
        },
        pass_credentials: flag("pass_credentials_all"),
    }
}

#[cfg(test)]
mod tests {
    use super::same_url;

    #[test]
    fn addresses_are_compared_as_helm_does() {
        assert!(same_url("https://h", "https://h/"));
        assert!(same_url("https://h/a//b/", "https://h/a/b"));
        assert!(!same_url("https://h/a", "http://h/a"));
    }
}
