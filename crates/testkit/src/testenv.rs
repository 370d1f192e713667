//! Which real programs the tests use, how each is linked, and where the built ones are kept.
//!
//! `cargo xtask testenv build` builds what this table says; [`crate::tools()`] finds it again by the
//! same key. **Invariant**: whatever changes a program's bytes is part of the key.
//! Deliberately not here: running Go (that is `xtask`).

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

/// One program of the test environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Program {
    /// The file name it gets.
    pub name: &'static str,
    /// The Go module under `testenv/` that pins it.
    pub module: &'static str,
    /// The Go package to build.
    pub package: &'static str,
    /// What the release build passes to the linker, beside [`LINK`].
    pub link: &'static str,
}

/// Linker flags of every program: no symbol table, no debug information.
pub const LINK: &str = "-s -w";

/// Without these a client refuses the server's version as unparsable.
const KUBERNETES: &str = "-X k8s.io/component-base/version.gitVersion=v1.36.3 \
     -X k8s.io/component-base/version.gitMajor=1 \
     -X k8s.io/component-base/version.gitMinor=36 \
     -X k8s.io/component-base/version.gitTreeState=clean";

/// Helm 4 reads its default Kubernetes version from the client-go that its module pins.
const HELM: &str = "-X helm.sh/helm/v4/internal/version.version=v4.3.1 \
     -X helm.sh/helm/v4/internal/version.metadata= \
     -X helm.sh/helm/v4/internal/version.gitTreeState=clean";

/// Helm 3's release build derives the Kubernetes version from client-go in its Makefile.
const HELM3: &str = "-X helm.sh/helm/v3/internal/version.version=v3.22.0 \
     -X helm.sh/helm/v3/internal/version.metadata= \
     -X helm.sh/helm/v3/internal/version.gitTreeState=clean \
     -X helm.sh/helm/v3/pkg/lint/rules.k8sVersionMajor=1 \
     -X helm.sh/helm/v3/pkg/lint/rules.k8sVersionMinor=37 \
     -X helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor=1 \
     -X helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor=37";

/// Every program, in the order in which it is built: the quick answers first.
pub const PROGRAMS: [Program; 12] = [
    program("helm", "tools", "helm.sh/helm/v4/cmd/helm", HELM),
    program("oracle", "tools", "./oracle", HELM),
    program("certificates", "tools", "./certificates", ""),
    program("helm3", "tools", "helm.sh/helm/v3/cmd/helm", HELM3),
    program(
        "kustomize",
        "tools",
        "sigs.k8s.io/kustomize/kustomize/v5",
        "-X sigs.k8s.io/kustomize/api/provenance.version=v5.8.2",
    ),
    program(
        "registry",
        "tools",
        "github.com/distribution/distribution/v3/cmd/registry",
        "-X github.com/distribution/distribution/v3/version.version=v3.1.2",
    ),
    program("etcd", "cluster", "go.etcd.io/etcd/server/v3", ""),
    program("kwok", "cluster", "sigs.k8s.io/kwok/cmd/kwok", ""),
    program("kubectl", "cluster", "k8s.io/kubernetes/cmd/kubectl", KUBERNETES),
    program("kube-scheduler", "cluster", "k8s.io/kubernetes/cmd/kube-scheduler", KUBERNETES),
    program(
        "kube-controller-manager",
        "cluster",
        "k8s.io/kubernetes/cmd/kube-controller-manager",
        KUBERNETES,
    ),
    program("kube-apiserver", "cluster", "k8s.io/kubernetes/cmd/kube-apiserver", KUBERNETES),
];

const fn program(
    name: &'static str,
    module: &'static str,
    package: &'static str,
    link: &'static str,
) -> Program {
    Program { name, module, package, link }
}

/// The cache: `$WINDROSE_TESTENV_CACHE`, or `.testenv` in the workspace.
pub fn cache_dir(workspace: &Path) -> PathBuf {
    match env::var_os("WINDROSE_TESTENV_CACHE") {
        Some(dir) if !dir.is_empty() => PathBuf::from(dir),
        _ => workspace.join(".testenv"),
    }
}

/// Where the programs of this workspace's `testenv/` are, or will be: `<cache>/<key>/bin`.
///
/// # Errors
/// When a file of `testenv/` cannot be read.
pub fn bin_dir(workspace: &Path) -> io::Result<PathBuf> {
    Ok(cache_dir(workspace).join(key(workspace)?).join("bin"))
}

/// Sixteen hexadecimal digits over the pinned versions, our own sources, the flags and the target.
///
/// # Errors
/// When a file of `testenv/` cannot be read.
pub fn key(workspace: &Path) -> io::Result<String> {
    let testenv = workspace.join("testenv");
    let mut files = Vec::new();
    for module in ["cluster", "tools"] {
        collect_sources(&testenv.join(module), &mut files)?;
    }
    files.sort();
    let mut hash = Fnv::default();
    hash.write(env::consts::OS.as_bytes());
    hash.write(env::consts::ARCH.as_bytes());
    hash.write(LINK.as_bytes());
    for program in PROGRAMS {
        for part in [program.name, program.module, program.package, program.link] {
            hash.write(part.as_bytes());
        }
    }
    for file in files {
        let name = file.strip_prefix(&testenv).unwrap_or(&file);
        hash.write(name.to_string_lossy().as_bytes());
        hash.write(&fs::read(&file)?);
    }
    Ok(hash.hex())
}

/// Adds `go.mod`, `go.sum`, Go and assembly files below `dir`.
fn collect_sources(dir: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
        if path.is_dir() {
            collect_sources(&path, files)?;
        } else if ["mod", "sum", "go", "s"].contains(&extension) {
            files.push(path);
        }
    }
    Ok(())
}

/// FNV-1a, 64 bits: names a cache entry; nothing rests on it being hard to forge.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    /// Adds one field; its length goes in too, so that fields cannot run into each other.
    fn write(&mut self, field: &[u8]) {
        for byte in (field.len() as u64).to_le_bytes().iter().chain(field) {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn hex(&self) -> String {
        format!("{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace(oracle: &str) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("testenv/cluster")).unwrap();
        fs::create_dir_all(dir.path().join("testenv/tools/oracle")).unwrap();
        fs::write(dir.path().join("testenv/cluster/go.mod"), "module a").unwrap();
        fs::write(dir.path().join("testenv/tools/go.sum"), "b").unwrap();
        fs::write(dir.path().join("testenv/tools/oracle/main.go"), oracle).unwrap();
        dir
    }

    #[test]
    fn key_depends_on_the_files_and_not_on_their_place() {
        let (one, same, other) = (workspace("x"), workspace("x"), workspace("y"));
        assert_eq!(key(one.path()).unwrap(), key(same.path()).unwrap());
        assert_ne!(key(one.path()).unwrap(), key(other.path()).unwrap());
        fs::write(one.path().join("testenv/README.md"), "text").unwrap();
        assert_eq!(key(one.path()).unwrap(), key(same.path()).unwrap());
    }

    #[test]
    fn programs_have_different_names() {
        let mut names: Vec<_> = PROGRAMS.iter().map(|p| p.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), PROGRAMS.len());
    }
}
