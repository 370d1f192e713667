//! Certificates and keys by what a real parser finds in them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rsa::pkcs1::{DecodeRsaPrivateKey, DecodeRsaPublicKey};
use rsa::traits::PublicKeyParts;
use sha2_next::{Digest, Sha256};
use x509_cert::Certificate;
use x509_cert::der::{Decode, Encode};

use super::execute;

fn blocks(text: &str) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("-----BEGIN ") {
        let (label, after) = after.split_once("-----\n").unwrap();
        let (body, after) = after.split_once("-----END ").unwrap();
        found.push((label.to_owned(), STANDARD.decode(body.replace('\n', "")).unwrap()));
        rest = after;
    }
    found
}

fn certificates(template: &str) -> Vec<Certificate> {
    let text = execute(template, None).unwrap();
    let blocks = blocks(&text).into_iter().filter(|(label, _)| label == "CERTIFICATE");
    blocks.map(|(_, bytes)| Certificate::from_der(&bytes).unwrap()).collect()
}

fn extensions(certificate: &Certificate) -> Vec<(String, bool, Vec<u8>)> {
    let all = certificate.tbs_certificate().extensions().unwrap();
    all.iter()
        .map(|one| (one.extn_id.to_string(), one.critical, one.extn_value.as_bytes().to_vec()))
        .collect()
}

#[test]
fn an_authority_signs_an_endpoint() {
    let made = certificates(
        r#"{{ $ca := genCA "my-ca" 365 }}{{ $ca.Cert }}{{ (genSignedCert "*.web" (list "10.0.0.1" "::1") (list "a.b" "*.c") 5 $ca).Cert }}"#,
    );
    let [authority, endpoint] = made.as_slice() else { panic!("two certificates") };
    let (ca, leaf) = (authority.tbs_certificate(), endpoint.tbs_certificate());
    assert_eq!(ca.subject().to_string(), "CN=my-ca");
    assert_eq!(ca.issuer(), ca.subject());
    assert_eq!(leaf.issuer(), ca.subject());
    assert_eq!(leaf.subject().to_string(), "CN=*.web");
    let days = |one: &x509_cert::TbsCertificate| {
        let validity = one.validity();
        let end = validity.not_after.to_unix_duration().as_secs();
        let start = validity.not_before.to_unix_duration().as_secs();
        (end - start) / 86_400
    };
    assert_eq!((days(ca), days(leaf)), (365, 5));
    let of_ca = extensions(authority);
    let names = |all: &[(String, bool, Vec<u8>)]| -> Vec<String> {
        all.iter().map(|(oid, critical, _)| format!("{oid} {critical}")).collect()
    };
    let expected = ["2.5.29.15 true", "2.5.29.37 false", "2.5.29.19 true", "2.5.29.14 false"];
    assert_eq!(names(&of_ca), expected);
    assert_eq!(of_ca[0].2, [3, 2, 2, 0xa4]);
    assert_eq!(of_ca[2].2, [0x30, 3, 1, 1, 0xff]);
    let of_leaf = extensions(endpoint);
    let expected = [
        "2.5.29.15 true",
        "2.5.29.37 false",
        "2.5.29.19 true",
        "2.5.29.35 false",
        "2.5.29.17 false",
    ];
    assert_eq!(names(&of_leaf), expected);
    assert_eq!(of_leaf[0].2, [3, 2, 5, 0xa0]);
    assert_eq!(of_leaf[2].2, [0x30, 0]);
    // The endpoint names the authority's key.
    assert_eq!(of_leaf[3].2[4..], of_ca[3].2[2..]);
    let mut alternative = vec![0x30, 0x22, 0x82, 3];
    alternative.extend(b"a.b");
    alternative.extend([0x82, 3]);
    alternative.extend(b"*.c");
    alternative.extend([0x87, 4, 10, 0, 0, 1, 0x87, 16]);
    alternative.extend([0; 15]);
    alternative.push(1);
    assert_eq!(of_leaf[4].2, alternative);
}

#[test]
fn a_nameless_certificate_is_known_by_its_alternative_names() {
    let made = certificates(r#"{{ (genSelfSignedCert "" nil (list "a.b") 1).Cert }}"#);
    let found = extensions(&made[0]);
    assert_eq!(
        found.last().map(|(oid, critical, _)| (oid.as_str(), *critical)),
        Some(("2.5.29.17", true))
    );
}

#[test]
fn every_kind_of_key_signs() {
    for kind in ["ecdsa", "ed25519", "rsa"] {
        let template = format!(
            r#"{{{{ $k := genPrivateKey "{kind}" }}}}{{{{ $ca := genCAWithKey "ca" 1 $k }}}}{{{{ $ca.Cert }}}}{{{{ eq $ca.Key $k }}}}{{{{ (genSignedCertWithKey "x" nil nil 1 $ca $k).Cert }}}}"#
        );
        let text = execute(&template, None).unwrap();
        assert!(text.contains("-----\ntrue-----"), "{kind}: the key is kept as it was");
        assert_eq!(blocks(&text).len(), 2, "{kind}");
    }
}

#[test]
fn a_foreign_key_does_not_sign() {
    let template = r#"{{ $a := genCA "a" 1 }}{{ $b := buildCustomCert (b64enc $a.Cert) (b64enc (genPrivateKey "ecdsa")) }}{{ genSignedCert "x" nil nil 1 $b }}"#;
    let error = execute(template, None).unwrap_err();
    assert!(
        error.ends_with("x509: provided PrivateKey doesn't match parent's PublicKey"),
        "{error}"
    );
}

/// What Go's parser makes of a key, its own check of it included.
fn go_reads(key: &str) -> String {
    let template = r#"{{ (genCAWithKey "ca" 1 .Values.key).Key }}"#;
    let request = serde_json::json!({
        "op": "template", "name": "t", "template": template, "data": {"Values": {"key": key}},
    });
    testkit::oracle().ask(&request).unwrap().as_str().unwrap().to_owned()
}

#[test]
fn go_takes_rsa_keys_and_writes_them_alike() {
    for (template, length) in
        [(r#"{{ genPrivateKey "rsa" }}"#, 4096), (r#"{{ (genCA "ca" 1).Key }}"#, 2048)]
    {
        let key = execute(template, None).unwrap();
        assert_eq!(go_reads(&key), key);
        let der = blocks(&key).remove(0).1;
        let key = rsa::RsaPrivateKey::from_pkcs1_der(&der).unwrap();
        assert_eq!(key.n().bits(), length);
        assert_eq!(*key.e(), rsa::BoxedUint::from(65_537u64));
        key.validate().unwrap();
    }
}

#[test]
fn signatures_are_the_issuers() {
    let made = certificates(
        r#"{{ $ca := genCA "my-ca" 365 }}{{ $ca.Cert }}{{ (genSignedCert "x" nil nil 5 $ca).Cert }}"#,
    );
    let issuer = made[0].tbs_certificate().subject_public_key_info();
    let issuer = rsa::RsaPublicKey::from_pkcs1_der(issuer.subject_public_key.raw_bytes()).unwrap();
    for certificate in &made {
        let digest = Sha256::digest(certificate.tbs_certificate().to_der().unwrap());
        let signature = certificate.signature().raw_bytes();
        issuer.verify(rsa::Pkcs1v15Sign::new::<Sha256>(), &digest, signature).unwrap();
    }
}

#[test]
fn costly_work_is_paid_for() {
    for call in [
        r#"genPrivateKey "rsa""#,
        r#"genPrivateKey "ecdsa""#,
        r#"genCA "a" 1"#,
        r#"genSelfSignedCert "a" nil nil 1"#,
        r#"bcrypt "a""#,
        r#"htpasswd "a" "b""#,
        r#"derivePassword 1 "long" "a" "b" "c""#,
    ] {
        let template = format!("{{{{ range until 20000 }}}}{{{{ $_ := {call} }}}}{{{{ end }}}}");
        let error = super::execute_with_fuel(&template, 60_000).unwrap_err();
        assert!(error.contains("rendering takes more than 60000 steps"), "{call}: {error}");
    }
}
