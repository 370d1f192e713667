//! Where the built programs of the test environment are.

use std::path::{Path, PathBuf};

use crate::{Error, testenv, workspace_root};

/// The directory of built programs; every program in it is known to be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tools {
    bin: PathBuf,
}

impl Tools {
    /// Looks the programs up.
    ///
    /// # Errors
    /// [`Error::NotBuilt`] when one is missing.
    pub fn find() -> Result<Self, Error> {
        let root = workspace_root();
        let bin = testenv::bin_dir(&root).map_err(Error::access(root.join("testenv")))?;
        for program in testenv::PROGRAMS {
            if !bin.join(program.name).is_file() {
                return Err(Error::NotBuilt { program: program.name.to_owned(), bin });
            }
        }
        Ok(Self { bin })
    }

    /// The directory itself.
    pub fn bin(&self) -> &Path {
        &self.bin
    }

    /// The path of a program of [`testenv::PROGRAMS`].
    pub fn path(&self, program: &str) -> PathBuf {
        assert!(
            testenv::PROGRAMS.iter().any(|p| p.name == program),
            "{program} is no program of the test environment"
        );
        self.bin.join(program)
    }

    /// Helm 4.3.1.
    pub fn helm(&self) -> PathBuf {
        self.path("helm")
    }

    /// Helm 3.22.
    pub fn helm3(&self) -> PathBuf {
        self.path("helm3")
    }

    /// kubectl, of the control plane's version.
    pub fn kubectl(&self) -> PathBuf {
        self.path("kubectl")
    }

    /// kwok, which plays the kubelets.
    pub fn kwok(&self) -> PathBuf {
        self.path("kwok")
    }

    /// Kustomize 5.8.2.
    pub fn kustomize(&self) -> PathBuf {
        self.path("kustomize")
    }

    /// The distribution registry 3.1.2.
    pub fn registry(&self) -> PathBuf {
        self.path("registry")
    }
}

/// The programs; panics with the command that builds them where they are missing.
pub fn tools() -> Tools {
    match Tools::find() {
        Ok(tools) => tools,
        Err(error) => panic!("{error}"),
    }
}
