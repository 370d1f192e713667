//! Held against Helm: `cases.jsonl` has provenance files and keyrings that GnuPG made, well and badly,
//! with what Helm 4.3.1 says to them (`oracle` captures it anew). Whatever else comes ends in a result.
#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use provenance::{Keyring, verify};
use yaml::{Numbers, Value, json};

/// When the cases were captured: 2026-11-21.
const NOW: u64 = 1_795_263_600;

struct Case {
    name: String,
    keyring: Vec<u8>,
    provenance: String,
    said: String,
}

fn cases() -> Vec<Case> {
    let case = |line: &str| {
        let case = json::from_str(line, Numbers::Exact).unwrap();
        let text = |key: &str| case.get(key).and_then(Value::as_str).unwrap().to_owned();
        let keyring = STANDARD.decode(text("keyring")).unwrap();
        Case { name: text("name"), keyring, provenance: text("provenance"), said: text("said") }
    };
    include_str!("cases.jsonl").lines().map(case).collect()
}

/// What we say, as the oracle writes it.
fn say(keyring: &[u8], provenance: &[u8]) -> String {
    let said = Keyring::read("ring", keyring)
        .and_then(|ring| verify(&ring, b"an archive", provenance, "web-0.1.0.tgz", NOW));
    match said {
        Ok(verified) => {
            let mut names = verified.signed_by;
            names.sort();
            format!("{} {} {}", names.join(", "), verified.fingerprint, verified.file_hash)
        }
        Err(error) => error.to_string(),
    }
}

#[test]
fn as_helm_says() {
    let cases = cases();
    assert!(cases.len() > 90);
    let differ = cases.iter().filter_map(|case| {
        let said = say(&case.keyring, case.provenance.as_bytes());
        (said != case.said)
            .then(|| format!("{}\n  expected {}\n       got {said}\n", case.name, case.said))
    });
    let differ: Vec<_> = differ.collect();
    assert!(differ.is_empty(), "{} differ:\n{}", differ.len(), differ.join("\n"));
}

proptest! {
    #[test]
    fn anything_ends_in_a_result(
        keyring in proptest::collection::vec(any::<u8>(), 0..200),
        packets in proptest::collection::vec((any::<u8>(), any::<u8>(), any::<[u8; 12]>()), 0..8),
        text in "(-----BEGIN PGP SIGNED MESSAGE-----\n(Hash: SHA512\n)?\n(.{0,20}\n){0,4}-----BEGIN PGP SIGNATURE-----\n\n)?[A-Za-z0-9+/=\n]{0,80}(\n-----END PGP SIGNATURE-----)?",
    ) {
        let _ = say(&keyring, text.as_bytes());
        let packets: Vec<u8> = packets.iter().flat_map(|(tag, len, body)| {
            [[0xc0 | tag, *len].as_slice(), [4].as_slice(), body.as_slice()].concat()
        }).collect();
        let _ = say(&packets, text.as_bytes());
        let armor = format!("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n{}\n", STANDARD.encode(&packets));
        let _ = say(armor.as_bytes(), text.as_bytes());
    }

    /// Real keys and messages with a few bytes changed: most fail, none but unchanged ones could pass
    /// with another text.
    #[test]
    fn changed_cases_end_in_a_result(
        case in 0..90usize,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut case = cases().swap_remove(case);
        let mut provenance = case.provenance.into_bytes();
        for (at, byte) in &changes {
            if !case.keyring.is_empty() {
                let at = at.index(case.keyring.len());
                case.keyring[at] = *byte;
            }
            if !provenance.is_empty() {
                let at = at.index(provenance.len());
                provenance[at] = *byte;
            }
        }
        let _ = say(&case.keyring, &provenance);
        let _ = say(&case.keyring[..cut.index(case.keyring.len() + 1)], &provenance);
    }
}
