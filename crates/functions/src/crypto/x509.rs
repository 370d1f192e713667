//! Reading certificates as Go's `crypto/x509` does. Invariant: what it refuses is refused with its
//! text, in its order. Chains, signatures and validity are judged by nobody here, as in Go.

mod extensions;
mod names;

use num_bigint::{BigInt, BigUint, Sign};

use super::asn1::Oid;
use super::curve::Curve;
use super::der;
use super::elements::{Bits, Elements};
use crate::dates;

/// What of a certificate an issuer needs.
#[derive(Debug)]
pub(super) struct Certificate {
    /// DER of its name.
    pub(super) subject: Vec<u8>,
    /// Nothing where its kind is one that Go does not know.
    pub(super) public: Option<PublicKey>,
    pub(super) key_id: Vec<u8>,
}

/// A public key, as far as keys are compared.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum PublicKey {
    Rsa {
        n: BigUint,
        e: BigUint,
    },
    Curve(Curve, Vec<u8>),
    Ed25519(Vec<u8>),
    /// Nobody signs with it.
    Dsa,
}

const SEQUENCE: u8 = der::SEQUENCE;

/// Reads a certificate.
pub(super) fn parse(bytes: &[u8]) -> Result<Certificate, String> {
    let malformed = |what: &str| format!("x509: malformed {what}");
    let whole = Elements(bytes).whole(SEQUENCE).ok_or_else(|| malformed("certificate"))?;
    let mut input = { whole }.read(SEQUENCE).ok_or_else(|| malformed("certificate"))?;
    let mut body = input.read(SEQUENCE).ok_or_else(|| malformed("tbs certificate"))?;
    let version = version(&mut body)?;
    let serial = body.big().ok_or_else(|| malformed("serial number"))?;
    if serial.sign() == Sign::Minus {
        return Err("x509: negative serial number".to_owned());
    }
    let algorithm =
        body.read(SEQUENCE).ok_or_else(|| malformed("signature algorithm identifier"))?;
    let outer = input.read(SEQUENCE).ok_or_else(|| malformed("algorithm identifier"))?;
    if outer.0 != algorithm.0 {
        return Err("x509: inner and outer signature algorithm identifiers don't match".to_owned());
    }
    self::algorithm(algorithm)?;
    names::check(body.whole(SEQUENCE).ok_or_else(|| malformed("issuer"))?)?;
    let mut validity = body.read(SEQUENCE).ok_or_else(|| malformed("validity"))?;
    check_time(&mut validity)?;
    check_time(&mut validity)?;
    let subject = body.whole(SEQUENCE).ok_or_else(|| malformed("issuer"))?;
    names::check(subject)?;
    let public = public_key(&mut body)?;
    let mut key_id = Vec::new();
    if version >= 1 {
        for (tag, what) in [(0x81, "issuerUniqueID"), (0x82, "subjectUniqueID")] {
            body.optional(tag).ok_or_else(|| malformed(what))?;
        }
    }
    if version == 2
        && let Some(list) = body.optional(0xa3).ok_or_else(|| malformed("extensions"))?
    {
        key_id = extensions::read(list)?;
    }
    input.bits().ok_or_else(|| malformed("signature"))?;
    if whole.0.len() != bytes.len() {
        return Err("x509: trailing data".to_owned());
    }
    Ok(Certificate { subject: subject.0.to_vec(), public, key_id })
}

/// 0 for the first version.
fn version(body: &mut Elements<'_>) -> Result<i64, String> {
    let malformed = || "x509: malformed version".to_owned();
    let Some(mut found) = body.optional(0xa0).ok_or_else(malformed)? else { return Ok(0) };
    let version = found.int(der::INTEGER).filter(|_| found.is_empty());
    match version.filter(|version| *version >= 0) {
        Some(version @ 0..=2) => Ok(version),
        // Go adds one before it looks, and the largest number becomes a negative one.
        Some(i64::MAX) => Ok(0),
        Some(_) => Err("x509: invalid version".to_owned()),
        None => Err(malformed()),
    }
}

/// An algorithm and its parameters.
fn algorithm(mut input: Elements<'_>) -> Result<(Oid, &[u8]), String> {
    let oid = input.oid().ok_or("x509: malformed OID")?;
    if input.is_empty() {
        return Ok((oid, &[]));
    }
    Ok((oid, input.any_whole().ok_or("x509: malformed parameters")?))
}

fn check_time(input: &mut Elements<'_>) -> Result<(), String> {
    const UTC: &[&str] = &["060102150405Z0700", "0601021504Z0700"];
    const GENERALIZED: &[&str] = &["20060102150405Z0700"];
    let (tag, layouts, what) = if input.peek(der::UTC_TIME) {
        (der::UTC_TIME, UTC, "UTCTime")
    } else if input.peek(der::GENERALIZED_TIME) {
        (der::GENERALIZED_TIME, GENERALIZED, "GeneralizedTime")
    } else {
        return Err("x509: unsupported time format".to_owned());
    };
    let time = input.read(tag);
    let valid = time.is_some_and(|time| dates::comes_back(layouts, time.0));
    if valid { Ok(()) } else { Err(format!("x509: malformed {what}")) }
}

fn public_key(body: &mut Elements<'_>) -> Result<Option<PublicKey>, String> {
    let mut info = body.read(SEQUENCE).ok_or("x509: malformed spki")?;
    let identifier =
        info.read(SEQUENCE).ok_or("x509: malformed public key algorithm identifier")?;
    let (oid, parameters) = algorithm(identifier)?;
    let key = info.bits().ok_or("x509: malformed subjectPublicKey")?;
    match oid.as_slice() {
        [1, 2, 840, 113_549, 1, 1, 1] => rsa_key(parameters, &key),
        [1, 2, 840, 10_045, 2, 1] => curve_key(parameters, &key),
        [1, 3, 101, 112] => {
            if !parameters.is_empty() {
                return Err("x509: Ed25519 key encoded with illegal parameters".to_owned());
            }
            let key = key.right_aligned();
            if key.len() != 32 {
                return Err("x509: wrong Ed25519 public key size".to_owned());
            }
            Ok(PublicKey::Ed25519(key))
        }
        [1, 2, 840, 10_040, 4, 1] => dsa_key(parameters, &key),
        _ => return Ok(None),
    }
    .map(Some)
}

fn rsa_key(parameters: &[u8], key: &Bits<'_>) -> Result<PublicKey, String> {
    if parameters != [der::NULL, 0] {
        return Err("x509: RSA key missing NULL parameters".to_owned());
    }
    let bytes = key.right_aligned();
    let mut key = Elements(&bytes).read(SEQUENCE).ok_or("x509: invalid RSA public key")?;
    let n = key.big().ok_or("x509: invalid RSA modulus")?;
    let e = key.int(der::INTEGER).ok_or("x509: invalid RSA public exponent")?;
    if n.sign() != Sign::Plus {
        return Err("x509: RSA modulus is not a positive number".to_owned());
    }
    if e <= 0 {
        return Err("x509: RSA public exponent is not a positive number".to_owned());
    }
    Ok(PublicKey::Rsa { n: n.magnitude().clone(), e: e.unsigned_abs().into() })
}

fn curve_key(parameters: &[u8], key: &Bits<'_>) -> Result<PublicKey, String> {
    let oid = Elements(parameters).oid().ok_or("x509: invalid ECDSA parameters")?;
    let curve = Curve::by_oid(&oid).ok_or("x509: unsupported elliptic curve")?;
    let point = key.right_aligned();
    curve.check_point(&point)?;
    Ok(PublicKey::Curve(curve, point))
}

fn dsa_key(parameters: &[u8], key: &Bits<'_>) -> Result<PublicKey, String> {
    let bytes = key.right_aligned();
    let y = Elements(&bytes).big().ok_or("x509: invalid DSA public key")?;
    let numbers: Option<Vec<BigInt>> = Elements(parameters)
        .read(SEQUENCE)
        .and_then(|mut list| (0..3).map(|_| list.big()).collect());
    let numbers = numbers.ok_or("x509: invalid DSA parameters")?;
    if numbers.iter().chain([&y]).any(|number| number.sign() != Sign::Plus) {
        return Err("x509: zero or negative DSA parameter".to_owned());
    }
    Ok(PublicKey::Dsa)
}
