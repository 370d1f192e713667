//! Where Helm and its kin keep files, and which proxies lead out: the variables behind it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use source::Proxies;

/// Folders and files of Helm, as it finds them itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct HelmHomes {
    /// `HELM_CONFIG_HOME`, else `helm` of `XDG_CONFIG_HOME`, else `~/.config/helm`.
    pub(crate) config: PathBuf,
    /// `HELM_CACHE_HOME`, else `helm` of `XDG_CACHE_HOME`, else `~/.cache/helm`.
    pub(crate) cache: PathBuf,
    /// `HELM_DATA_HOME`, else `helm` of `XDG_DATA_HOME`, else `~/.local/share/helm`.
    pub(crate) data: PathBuf,
    /// `HELM_REPOSITORY_CONFIG`, else `repositories.yaml` of the configuration folder.
    pub(crate) repository_config: PathBuf,
    /// `HELM_REPOSITORY_CACHE`, else `repository` of the cache folder.
    pub(crate) repository_cache: PathBuf,
    /// `HELM_REGISTRY_CONFIG`, else `registry/config.json` of the configuration folder.
    pub(crate) registry_config: PathBuf,
    /// `HELM_CONTENT_CACHE`, else `content` of the cache folder.
    pub(crate) content_cache: PathBuf,
    /// `HELM_PLUGINS` (by `:`), else `plugins` of the data folder.
    pub(crate) plugins: Vec<PathBuf>,
    /// `config.json` of `DOCKER_CONFIG`, else of `~/.docker`.
    pub(crate) docker_config: PathBuf,
    /// `pubring.gpg` of `GNUPGHOME`, else of `~/.gnupg`; `pubring.kbx` where only that is there.
    pub(crate) keyring: PathBuf,
    /// `HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY`, in capitals or not.
    pub(crate) proxies: Proxies,
}

impl HelmHomes {
    /// Reads the variables.
    pub(crate) fn of(all: &BTreeMap<String, String>) -> Self {
        let get = |name: &str| all.get(name).filter(|v| !v.is_empty()).map(PathBuf::from);
        let home = get("HOME").unwrap_or_default();
        let folder = |own: &str, shared: &str, default: &str| {
            get(own)
                .unwrap_or_else(|| get(shared).unwrap_or_else(|| home.join(default)).join("helm"))
        };
        let config = folder("HELM_CONFIG_HOME", "XDG_CONFIG_HOME", ".config");
        let cache = folder("HELM_CACHE_HOME", "XDG_CACHE_HOME", ".cache");
        let data = folder("HELM_DATA_HOME", "XDG_DATA_HOME", ".local/share");
        let proxy = |name: &str| {
            let low = name.to_ascii_lowercase();
            let value = all.get(name).filter(|v| !v.is_empty()).or_else(|| all.get(&low));
            value.cloned().unwrap_or_default()
        };
        let or = |name: &str, default: PathBuf| get(name).unwrap_or(default);
        let plugins = or("HELM_PLUGINS", data.join("plugins"));
        Self {
            repository_config: or("HELM_REPOSITORY_CONFIG", config.join("repositories.yaml")),
            repository_cache: or("HELM_REPOSITORY_CACHE", cache.join("repository")),
            registry_config: or("HELM_REGISTRY_CONFIG", config.join("registry/config.json")),
            content_cache: or("HELM_CONTENT_CACHE", cache.join("content")),
            plugins: std::env::split_paths(&plugins).collect(),
            docker_config: or("DOCKER_CONFIG", home.join(".docker")).join("config.json"),
            keyring: keyring(&all.get("GNUPGHOME").map_or(home.join(".gnupg"), PathBuf::from)),
            proxies: Proxies {
                http: proxy("HTTP_PROXY"),
                https: proxy("HTTPS_PROXY"),
                all: String::new(),
                none: proxy("NO_PROXY"),
            },
            config,
            cache,
            data,
        }
    }
}

/// The keyring in GnuPG's folder: the old one counts where there are two.
fn keyring(folder: &Path) -> PathBuf {
    let there = |path: &PathBuf| !matches!(path.try_exists(), Ok(false));
    let names = ["pubring.gpg", "pubring.kbx"].map(|name| folder.join(name));
    names.iter().find(|path| there(path)).unwrap_or(&names[0]).clone()
}

#[cfg(test)]
mod tests {
    use super::HelmHomes;

    #[test]
    fn files_are_where_helm_has_them() {
        let of = |all: &[(&str, &str)]| {
            HelmHomes::of(&all.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
        };
        let plain = of(&[("HOME", "/h")]);
        assert_eq!(plain.repository_config.to_str(), Some("/h/.config/helm/repositories.yaml"));
        assert_eq!(plain.content_cache.to_str(), Some("/h/.cache/helm/content"));
        assert_eq!(plain.docker_config.to_str(), Some("/h/.docker/config.json"));
        let moved = of(&[("HOME", "/h"), ("XDG_CACHE_HOME", "/c"), ("HELM_DATA_HOME", "/d")]);
        assert_eq!(moved.repository_cache.to_str(), Some("/c/helm/repository"));
        assert_eq!(moved.plugins[0].to_str(), Some("/d/plugins"));
        let named = of(&[("HELM_REPOSITORY_CACHE", "/r"), ("https_proxy", "http://p")]);
        assert_eq!(named.repository_cache.to_str(), Some("/r"));
        assert_eq!(named.proxies.https, "http://p");
    }
}
