//! GnuPG's own file of keys, `pubring.kbx`: blobs with a header each, some of which hold OpenPGP keys.

use crate::Error;

const HEADER: u8 = 1;
const OPENPGP: u8 = 2;
/// GnuPG does not count such a blob to the keyring.
const EPHEMERAL: u16 = 2;

/// Whether data is such a file.
pub(crate) fn is_keybox(data: &[u8]) -> bool {
    data.get(4) == Some(&HEADER) && data.get(8..12) == Some(b"KBXf".as_slice())
}

/// All keys of the file, one after another.
pub(crate) fn keys(name: &str, data: &[u8]) -> Result<Vec<u8>, Error> {
    let broken = |problem: String| Error::Keybox { file: name.to_owned(), problem };
    let mut keys = Vec::new();
    let mut at = 0;
    while at < data.len() {
        let rest = &data[at..];
        if rest.len() < 5 {
            return Err(broken(format!("truncated blob header at offset {at}")));
        }
        let len = number(rest, 0) as usize;
        if len < 5 {
            return Err(broken(format!("invalid blob length {len} at offset {at}")));
        }
        let Some(blob) = rest.get(..len) else {
            let left = rest.len();
            return Err(broken(format!(
                "blob at offset {at} has length {len} exceeding the {left} remaining bytes"
            )));
        };
        if blob[4] == OPENPGP {
            if blob.len() < 16 {
                return Err(broken(format!("OpenPGP blob at offset {at} is too short")));
            }
            let flags = u16::from_be_bytes([blob[6], blob[7]]);
            let from = number(blob, 8) as usize;
            let Some(key) = blob.get(from..from.saturating_add(number(blob, 12) as usize)) else {
                let problem = format!("OpenPGP blob at offset {at} has an out-of-range keyblock");
                return Err(broken(problem));
            };
            if flags & EPHEMERAL == 0 {
                keys.extend_from_slice(key);
            }
        }
        at += len;
    }
    if keys.is_empty() {
        return Err(broken("keybox contains no OpenPGP keys".to_owned()));
    }
    Ok(keys)
}

fn number(data: &[u8], at: usize) -> u32 {
    data.get(at..at + 4).and_then(|b| b.try_into().ok()).map_or(0, u32::from_be_bytes)
}
