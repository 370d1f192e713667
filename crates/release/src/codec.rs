//! A release record as the bytes Helm stores: JSON, gzip, base64.

use std::io::{Read, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

use crate::record::Release;

/// No record decompresses to more: a chart may hold 100 MiB, base64 and manifest come on top.
const LIMIT: u64 = 512 << 20;
const GZIP: [u8; 3] = [0x1f, 0x8b, 0x08];

/// What Helm puts under the key `release`, before the Secret's own base64.
pub(crate) fn encode(release: &Release) -> Result<String, String> {
    let json = serde_json::to_vec(release).map_err(|error| error.to_string())?;
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(&json).map_err(|error| error.to_string())?;
    Ok(STANDARD.encode(gzip.finish().map_err(|error| error.to_string())?))
}

/// The record behind those bytes; old records without gzip are read as well.
pub(crate) fn decode(text: &[u8]) -> Result<Release, String> {
    let mut bytes = STANDARD.decode(text.trim_ascii()).map_err(|error| error.to_string())?;
    if bytes.starts_with(&GZIP) {
        let mut json = Vec::new();
        let mut gzip = GzDecoder::new(bytes.as_slice()).take(LIMIT);
        gzip.read_to_end(&mut json).map_err(|error| error.to_string())?;
        if json.len() as u64 == LIMIT {
            return Err(format!("it decompresses to more than {LIMIT} bytes"));
        }
        bytes = json;
    }
    serde_json::from_slice(&bytes).map_err(|error| error.to_string())
}
