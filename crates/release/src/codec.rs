//! A release record as the bytes Helm stores: JSON, gzip, base64.

use std::io::{Read, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

use crate::left_out;
use crate::record::Release;

/// No record decompresses to more: a chart may hold 100 MiB, base64 and manifest come on top.
const LIMIT: u64 = 512 << 20;
const GZIP: [u8; 3] = [0x1f, 0x8b, 0x08];

/// What Helm puts under the key `release`, before the Secret's own base64.
///
/// A record that is too large leaves out files of its chart (see [`left_out`]); one that still is too
/// large is an error.
pub(crate) fn encode(release: &Release) -> Result<String, String> {
    let packed = pack(release)?;
    if packed.len() <= left_out::MOST {
        return Ok(packed);
    }
    let mut smaller = release.clone();
    for list in left_out::LISTS {
        left_out::leave_out(&mut smaller.chart, list);
        let packed = pack(&smaller)?;
        if packed.len() <= left_out::MOST {
            return Ok(packed);
        }
    }
    Err(format!(
        "its manifest, hooks and values take {} bytes when packed, and a Secret holds {}",
        pack(&smaller)?.len(),
        left_out::MOST
    ))
}

fn pack(release: &Release) -> Result<String, String> {
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
    let release: Release = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
    if release.name.is_empty() { Err("it names no release".to_owned()) } else { Ok(release) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{ApplyMethod, Status};
    use serde_json::{Value, json};

    /// What the real programs stored for `tests/charts/web` with `--set extra=1,replicas=2`.
    const HELM_4: &[u8] = include_bytes!("../tests/cases/records/helm-4.3.1");
    const HELM_3: &[u8] = include_bytes!("../tests/cases/records/helm-3.22");

    fn json_of(text: &[u8]) -> Value {
        let bytes = STANDARD.decode(text).unwrap();
        serde_json::from_reader(GzDecoder::new(bytes.as_slice())).unwrap()
    }

    #[test]
    fn what_helm_4_stored_is_written_back_field_by_field() {
        let release = decode(HELM_4).unwrap();
        assert_eq!(release.apply_method, Some(ApplyMethod::ServerSide));
        assert_eq!(json_of(encode(&release).unwrap().as_bytes()), json_of(HELM_4));
    }

    #[test]
    fn what_helm_3_stored_loses_only_its_empty_times() {
        let release = decode(HELM_3).unwrap();
        assert_eq!(release.info.status, Status::Deployed);
        assert_eq!(release.info.deleted, None);
        assert_eq!((release.chart_name(), release.app_version()), ("web", "1.0"));
        let mut expected = json_of(HELM_3);
        expected["info"].as_object_mut().unwrap().remove("deleted");
        assert_eq!(json_of(encode(&release).unwrap().as_bytes()), expected);
    }

    #[test]
    fn a_record_that_is_too_large_leaves_out_files() {
        let mut random = vec![0; 900_000];
        testkit::random(&mut random);
        let data = STANDARD.encode(&random);
        let of = |file: &str, template: &str, manifest: &str| Release {
            name: "web".to_owned(),
            chart: json!({
                "files": [{"name": "large", "data": file}],
                "templates": [{"name": "t", "data": template}],
            }),
            manifest: manifest.to_owned(),
            ..Release::default()
        };
        let stored = |release: &Release| decode(encode(release).unwrap().as_bytes()).unwrap();
        let small = of("eA==", "eA==", "");
        assert_eq!(stored(&small), small);
        let large = of(&data, "eA==", "");
        let read = stored(&large);
        assert_ne!(read, large);
        assert_eq!(read.chart["templates"], large.chart["templates"]);
        assert!(crate::content::is_same_chart(&read.chart, &large.chart));
        let both = stored(&of(&data, &data, ""));
        assert!(crate::content::is_same_chart(&both.chart, &of(&data, &data, "").chart));
        assert!(!crate::content::is_same_chart(&both.chart, &large.chart));
        assert!(encode(&of("", "", &data)).unwrap_err().contains("a Secret holds 1048576"));
    }

    #[test]
    fn records_from_before_compression_and_broken_ones() {
        let plain =
            STANDARD.encode(json!({"name": "old", "version": 1, "config": null}).to_string());
        assert_eq!(decode(plain.as_bytes()).unwrap().name, "old");
        for broken in ["", "!", "H4sIAAAA", "e30", "W10="] {
            let read = decode(broken.as_bytes());
            assert!(read.is_err(), "{broken:?} gave {read:?}");
        }
    }
}
