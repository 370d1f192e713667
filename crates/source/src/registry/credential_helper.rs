//! Credentials that a program keeps: Docker's credential helpers.
//!
//! The user's own configuration names the program; it is asked for one host, over its standard
//! input, and must answer in time. Nothing is ever stored through it.
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::credentials::Credential;
use crate::http::Login;

/// Unlocking a keychain may take a person.
const PATIENCE: Duration = Duration::from_mins(1);
/// What a helper says where it knows nothing of a host.
const NOTHING: &str = "credentials not found in native keychain";
/// The user that stands for a token.
const TOKEN: &str = "<token>";

/// The program of a helper's name; none where it would be another file than one in the path.
pub(super) fn program(helper: &str) -> Option<String> {
    (!helper.contains(['/', '\\'])).then(|| format!("docker-credential-{helper}"))
}

/// What a program has for a host; the error is its own words, or why it could not be asked.
pub(super) async fn ask(program: &str, host: &str) -> Result<Option<Credential>, String> {
    let asked = tokio::time::timeout(PATIENCE, run(program, host)).await;
    let output = asked
        .map_err(|_| format!("it said nothing for {} s", PATIENCE.as_secs()))?
        .map_err(|error| error.to_string())?;
    let said = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        return if said.trim() == NOTHING { Ok(None) } else { Err(said.trim().to_owned()) };
    }
    let answer: Value = serde_json::from_str(&said).map_err(|error| error.to_string())?;
    let text = |key: &str| answer.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (user, password) = (text("Username"), text("Secret"));
    Ok(match (user.as_str(), password.as_str()) {
        ("", "") => None,
        (TOKEN, _) => Some(Credential::Refresh(password)),
        _ => Some(Credential::Login(Login { user, password })),
    })
}

async fn run(program: &str, host: &str) -> std::io::Result<std::process::Output> {
    let mut child = Command::new(program)
        .arg("get")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .spawn()?;
    if let Some(mut input) = child.stdin.take() {
        // One that answers without listening is no failure.
        let _ = input.write_all(host.as_bytes()).await;
    }
    child.wait_with_output().await
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::{ask, program};
    use crate::registry::credentials::Credential;

    const SCRIPT: &str = r#"#!/bin/sh
read -r host || true
case "$1 $host" in
"get here") echo '{"ServerURL":"here","Username":"me","Secret":"s3"}' ;;
"get cloud") echo '{"ServerURL":"cloud","Username":"<token>","Secret":"long"}' ;;
"get nowhere") echo 'credentials not found in native keychain'; exit 1 ;;
"get odd") echo 'no object' ;;
*) echo 'the keychain is locked'; exit 1 ;;
esac
"#;

    #[tokio::test]
    async fn helpers_are_asked_as_docker_asks_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("docker-credential-test");
        std::fs::write(&path, SCRIPT).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        let path = path.to_str().unwrap();
        let login = ask(path, "here").await.unwrap();
        assert!(
            matches!(login, Some(Credential::Login(l)) if (&*l.user, &*l.password) == ("me", "s3"))
        );
        let token = ask(path, "cloud").await.unwrap();
        assert!(matches!(token, Some(Credential::Refresh(token)) if token == "long"));
        assert!(ask(path, "nowhere").await.unwrap().is_none());
        assert_eq!(ask(path, "locked").await.err().unwrap(), "the keychain is locked");
        assert!(ask(path, "odd").await.is_err());
        assert!(ask("/no/such/helper", "here").await.is_err());
    }

    #[test]
    fn a_helper_is_a_name_and_no_path() {
        assert_eq!(program("pass"), Some("docker-credential-pass".to_owned()));
        assert_eq!(program("../../tmp/x"), None);
    }
}
