//! Certificates that a test trusts because it made them.

use std::{path::PathBuf, process::Command};

use tempfile::TempDir;

use crate::{Error, tools};

/// An authority of its own, and certificates by it; gone with this value.
#[derive(Debug)]
pub struct Certificates {
    dir: TempDir,
}

impl Certificates {
    /// Makes them.
    ///
    /// # Errors
    /// [`Error`] when there is no folder, or the program that makes them fails.
    pub fn make() -> Result<Self, Error> {
        let dir = TempDir::new().map_err(Error::access(std::env::temp_dir()))?;
        let output = Command::new(tools().path("certificates"))
            .arg(dir.path())
            .output()
            .map_err(Error::run("certificates"))?;
        if output.status.success() {
            return Ok(Self { dir });
        }
        let output = String::from_utf8_lossy(&output.stderr).into_owned();
        Err(Error::Failed { command: "certificates".to_owned(), output })
    }

    /// The authority.
    pub fn authority(&self) -> PathBuf {
        self.dir.path().join("ca.crt")
    }

    /// A server's certificate for 127.0.0.1 and localhost.
    pub fn server(&self) -> PathBuf {
        self.dir.path().join("server.crt")
    }

    /// Its key.
    pub fn server_key(&self) -> PathBuf {
        self.dir.path().join("server.key")
    }

    /// A client's certificate.
    pub fn client(&self) -> PathBuf {
        self.dir.path().join("admin.crt")
    }

    /// Its key.
    pub fn client_key(&self) -> PathBuf {
        self.dir.path().join("admin.key")
    }
}
