//! The real registry (`distribution`) on a loopback port.

use std::{
    fmt::Write as _,
    fs,
    net::{Ipv4Addr, TcpListener, TcpStream},
    process::Command,
    thread,
    time::{Duration, Instant},
};

use crate::{Certificates, Error, supervisor::Supervisor, tools};

/// `tester` with the password `secret`, by bcrypt.
const HTPASSWD: &str = "tester:$2a$10$bz2rzqtP8vbA0KHHTDuTfe97y6LL2ovauGmEszI6qm/iapGpsORqy\n";
const DEADLINE: Duration = Duration::from_secs(20);

/// Who may come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Anyone.
    Open,
    /// [`Registry::USER`] with [`Registry::PASSWORD`].
    Locked,
}

/// A running registry, empty at first; ends with this value.
#[derive(Debug)]
pub struct Registry {
    _supervisor: Supervisor,
    port: u16,
}

impl Registry {
    /// Who may come in where the door is locked.
    pub const USER: &str = "tester";
    /// The user's password.
    pub const PASSWORD: &str = "secret";

    /// Starts one; with certificates it speaks TLS.
    ///
    /// # Errors
    /// [`Error`] when it does not come up.
    pub fn start(door: Door, tls: Option<&Certificates>) -> Result<Self, Error> {
        let mut supervisor = Supervisor::start()?;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .and_then(|listener| listener.local_addr())
            .map_err(Error::access("127.0.0.1"))?
            .port();
        let mut config = format!(
            "version: 0.1\nlog: {{level: error}}\nstorage:\n  filesystem: {{rootdirectory: data}}\n  delete: {{enabled: true}}\nhttp:\n  addr: 127.0.0.1:{port}\n"
        );
        if let Some(certificates) = tls {
            let (certificate, key) = (certificates.server(), certificates.server_key());
            let (certificate, key) = (certificate.display(), key.display());
            let _ = writeln!(config, "  tls: {{certificate: '{certificate}', key: '{key}'}}");
        }
        if door == Door::Locked {
            config.push_str("auth:\n  htpasswd: {realm: test, path: htpasswd}\n");
        }
        for (name, text) in [("config.yml", config.as_str()), ("htpasswd", HTPASSWD)] {
            let path = supervisor.dir().join(name);
            fs::write(&path, text).map_err(Error::access(path))?;
        }
        let mut command = Command::new(tools().registry());
        command.args(["serve", "config.yml"]);
        supervisor.spawn("registry", &mut command)?;
        let deadline = Instant::now() + DEADLINE;
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            supervisor.check()?;
            if Instant::now() > deadline {
                return Err(supervisor.not_ready("registry", "was not ready in time"));
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(Self { _supervisor: supervisor, port })
    }

    /// `127.0.0.1:…`
    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }
}
