//! The kubeconfig files that tests hand to clients. They hold everything: no paths, no plugins.

use std::{fs, path::Path};

use crate::Error;

/// For the administrator, by client certificate.
pub(super) fn admin(dir: &Path, url: &str) -> Result<String, Error> {
    let user = format!(
        "{{client-certificate-data: {}, client-key-data: {}}}",
        encoded(&dir.join("admin.crt"))?,
        encoded(&dir.join("admin.key"))?
    );
    render(dir, url, "admin", &user)
}

/// For a user with a bearer token.
pub(super) fn with_token(dir: &Path, url: &str, user: &str, token: &str) -> Result<String, Error> {
    render(dir, url, user, &format!("{{token: {token}}}"))
}

fn render(dir: &Path, url: &str, user: &str, credentials: &str) -> Result<String, Error> {
    let authority = encoded(&dir.join("ca.crt"))?;
    Ok(format!(
        "apiVersion: v1\n\
         kind: Config\n\
         clusters:\n\
         - name: windrose-test\n\
         \x20 cluster: {{server: '{url}', certificate-authority-data: {authority}}}\n\
         users:\n\
         - name: {user}\n\
         \x20 user: {credentials}\n\
         contexts:\n\
         - name: windrose-test\n\
         \x20 context: {{cluster: windrose-test, user: {user}}}\n\
         current-context: windrose-test\n"
    ))
}

fn encoded(path: &Path) -> Result<String, Error> {
    fs::read(path).map(|bytes| base64(&bytes)).map_err(Error::access(path))
}

/// Base64 with padding; so little that a dependency would be the larger part.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |i: usize| u32::from(chunk.get(i).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4 {
            let index = (bits >> (18 - 6 * digit)) & 63;
            text.push(if digit <= chunk.len() { char::from(DIGITS[index as usize]) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_pads_as_the_rfc_shows() {
        for (input, expected) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(base64(input.as_bytes()), expected);
        }
    }
}
