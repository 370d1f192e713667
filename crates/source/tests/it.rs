//! Charts from real servers: a web server of a test's own making, and the real registry.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall say where")]

use std::path::{Path, PathBuf};
use std::process::Command;

use source::{
    Access, ChartReference, FetchError, Fetched, Fetcher, Login, Provenance, Settings, Tls,
};
use tempfile::TempDir;

#[path = "it/dependencies.rs"]
mod dependencies;
#[path = "it/registry.rs"]
mod registry;
#[path = "it/repository.rs"]
mod repository;

/// A user's settings and caches, empty at first, and packaged charts.
struct Home {
    folder: TempDir,
}

impl Home {
    fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn fetcher(&self) -> Fetcher {
        Fetcher::new(Settings {
            repository_config: self.path("repositories.yaml"),
            repository_cache: self.path("repository"),
            registry_configs: vec![self.path("registry.json"), self.path("docker.json")],
            content_cache: self.path("content"),
            ..Settings::default()
        })
    }

    fn fetch(&self, wanted: &ChartReference, access: &Access) -> Result<Fetched, FetchError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(self.fetcher().chart(wanted, access))
    }

    fn file(&self, address: &str) -> Result<Vec<u8>, FetchError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(self.fetcher().file(address))
    }

    /// Packages charts named `web` with the real Helm; gives their folder, with an index.
    fn packages(&self, versions: &[&str]) -> PathBuf {
        let (chart, packages) = (self.path("web"), self.path("packages"));
        std::fs::create_dir_all(&chart).unwrap();
        std::fs::create_dir_all(&packages).unwrap();
        std::fs::write(chart.join("values.yaml"), "a: 1\n").unwrap();
        for version in versions {
            let text = format!("apiVersion: v2\nname: web\nversion: {version}\n");
            std::fs::write(chart.join("Chart.yaml"), text).unwrap();
            self.helm(&["package", "web", "-d", "packages"]);
        }
        self.helm(&["repo", "index", "packages"]);
        packages
    }

    fn helm(&self, args: &[&str]) {
        let mut command = Command::new(testkit::tools().helm());
        command.args(args).current_dir(self.folder.path()).env("HOME", self.folder.path());
        for name in ["HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME"] {
            command.env(name, self.path(name));
        }
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Adds the repository `r`, its index as `helm repo update` would leave it.
    fn add_repository(&self, url: &str, more: &str) {
        let text = format!("apiVersion: v1\nrepositories:\n- name: r\n  url: {url}\n{more}");
        std::fs::write(self.path("repositories.yaml"), text).unwrap();
        std::fs::create_dir_all(self.path("repository")).unwrap();
        let index = self.path("packages/index.yaml");
        std::fs::copy(index, self.path("repository/r-index.yaml")).unwrap();
    }
}

fn chart(name: &str, version: &str) -> ChartReference {
    ChartReference {
        name: name.to_owned(),
        version: version.to_owned(),
        ..ChartReference::default()
    }
}

fn from_repository(url: &str, name: &str, version: &str) -> ChartReference {
    ChartReference { repository: Some(url.to_owned()), ..chart(name, version) }
}

fn login(user: &str, password: &str) -> Access {
    let login = Login { user: user.to_owned(), password: password.to_owned() };
    Access { login: Some(login), ..Access::default() }
}

fn same(fetched: &Fetched, file: &Path) {
    assert_eq!(std::fs::read(&fetched.path).unwrap(), std::fs::read(file).unwrap());
    assert!(!source::read_chart(&fetched.path).unwrap().is_empty());
}
