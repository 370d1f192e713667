//! Certificates as Sprig's templates for Go's `x509.CreateCertificate` make them. Invariant:
//! fields, extensions and their order are Go 1.26's.

use std::net::IpAddr;

use chacha20::ChaCha20Rng;
use chacha20::rand_core::Rng;
use sha2_next::{Digest, Sha256};

use super::key::PrivateKey;
use super::{der, pem, x509};
use crate::arguments::quoted;

/// Alternative names.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) hosts: Vec<Vec<u8>>,
    pub(super) addresses: Vec<IpAddr>,
}

/// What a certificate is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Authority,
    Endpoint,
}

/// A certificate to make; without an issuer it signs itself.
pub(super) struct Request<'a> {
    pub(super) common_name: &'a [u8],
    pub(super) names: &'a Names,
    pub(super) days: i64,
    pub(super) role: Role,
    pub(super) key: &'a PrivateKey,
    pub(super) issuer: Option<&'a Issuer>,
}

/// Who signs.
pub(super) struct Issuer {
    certificate: x509::Certificate,
    pub(super) key: PrivateKey,
}

const KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x0f];
const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x25];
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x13];
const SUBJECT_KEY_ID: &[u8] = &[0x55, 0x1d, 0x0e];
const AUTHORITY_KEY_ID: &[u8] = &[0x55, 0x1d, 0x23];
const ALTERNATIVE_NAMES: &[u8] = &[0x55, 0x1d, 0x11];
const SERVER_AUTH: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01];
const CLIENT_AUTH: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02];
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];

impl Issuer {
    /// From a certificate and its key as PEM; the error is Sprig's text.
    pub(super) fn read(cert: &[u8], key: &[u8]) -> Result<Self, String> {
        let (_, bytes) = pem::decode(cert).ok_or("unable to decode certificate")?;
        let certificate = x509::parse(&bytes).map_err(|error| {
            format!("error parsing certificate: decodedSignerCert.Bytes: {error}")
        })?;
        let key = PrivateKey::from_pem(key)
            .map_err(|error| format!("error parsing private key: {error}"))?;
        Ok(Self { certificate, key })
    }
}

/// Makes and signs a certificate; `now` in Unix seconds. The result is PEM.
pub(super) fn issue(
    request: &Request<'_>,
    now: i64,
    rng: &mut ChaCha20Rng,
) -> Result<String, String> {
    let signer = request.issuer.map_or(request.key, |issuer| &issuer.key);
    let algorithm = signer.algorithm()?;
    let (public_algorithm, public_key) = request.key.public()?;
    let subject = name(request.common_name)?;
    let issuer = request.issuer.map_or(&subject, |issuer| &issuer.certificate.subject);
    if let Some(public) = request.issuer.and_then(|issuer| issuer.certificate.public.as_ref())
        && !signer.belongs_to(public)
    {
        return Err("x509: provided PrivateKey doesn't match parent's PublicKey".to_owned());
    }
    let public = [public_algorithm, der::bit_string(&public_key)].concat();
    let public = der::element(der::SEQUENCE, &[&public]);
    let mut serial = [0; 16];
    rng.fill_bytes(&mut serial);
    // Go counts in nanoseconds, and days beyond 292 years begin anew.
    let lifetime = request.days.wrapping_mul(86_400_000_000_000).div_euclid(1_000_000_000);
    let end = now.saturating_add(lifetime);
    let extensions = extensions(request, &subject, issuer, &public_key)?;
    let body = der::element(
        der::SEQUENCE,
        &[
            &der::element(der::context(0), &[&der::integer(&[2])]),
            &der::integer(&serial),
            &algorithm,
            issuer,
            &der::element(der::SEQUENCE, &[&time(now)?, &time(end)?]),
            &subject,
            &public,
            &der::element(der::context(3), &[&der::element(der::SEQUENCE, &[&extensions])]),
        ],
    );
    let signature = der::bit_string(&signer.sign(&body)?);
    let whole = der::element(der::SEQUENCE, &[&body, &algorithm, &signature]);
    Ok(pem::encode("CERTIFICATE", &whole))
}

fn extensions(
    request: &Request<'_>,
    subject: &[u8],
    issuer: &[u8],
    public_key: &[u8],
) -> Result<Vec<u8>, String> {
    let authority = request.role == Role::Authority;
    // Signature and key encipherment; certificate signing for an authority.
    let usage: &[u8] = if authority { &[2, 0b1010_0100] } else { &[5, 0b1010_0000] };
    let object = |oid: &[u8]| der::element(der::OBJECT, &[oid]);
    let constraints: &[u8] = if authority { &[0x01, 0x01, 0xff] } else { &[] };
    let mut out = [
        extension(KEY_USAGE, Critical::Yes, &der::element(der::BIT_STRING, &[usage])),
        extension(
            EXTENDED_KEY_USAGE,
            Critical::No,
            &der::element(der::SEQUENCE, &[&object(SERVER_AUTH), &object(CLIENT_AUTH)]),
        ),
        extension(BASIC_CONSTRAINTS, Critical::Yes, &der::element(der::SEQUENCE, &[constraints])),
    ]
    .concat();
    if authority {
        // The leftmost 160 bits of the public key's SHA-256 (RFC 7093, method 1).
        let id = der::element(der::OCTET_STRING, &[&Sha256::digest(public_key)[..20]]);
        out.extend(extension(SUBJECT_KEY_ID, Critical::No, &id));
    }
    let issuer_id = request.issuer.map(|issuer| &issuer.certificate.key_id);
    if let Some(id) = issuer_id.filter(|id| issuer != subject && !id.is_empty()) {
        let id = der::element(der::primitive_context(0), &[id]);
        let id = der::element(der::SEQUENCE, &[&id]);
        out.extend(extension(AUTHORITY_KEY_ID, Critical::No, &id));
    }
    if let Some(names) = alternative_names(request.names)? {
        // An empty sequence: a certificate without a name must be known by these.
        let critical = if subject == [der::SEQUENCE, 0] { Critical::Yes } else { Critical::No };
        out.extend(extension(ALTERNATIVE_NAMES, critical, &names));
    }
    Ok(out)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Critical {
    Yes,
    No,
}

fn extension(oid: &[u8], critical: Critical, value: &[u8]) -> Vec<u8> {
    let critical: &[u8] = if critical == Critical::Yes { &[0x01, 0x01, 0xff] } else { &[] };
    let oid = der::element(der::OBJECT, &[oid]);
    der::element(der::SEQUENCE, &[&oid, critical, &der::element(der::OCTET_STRING, &[value])])
}

fn alternative_names(names: &Names) -> Result<Option<Vec<u8>>, String> {
    if names.hosts.is_empty() && names.addresses.is_empty() {
        return Ok(None);
    }
    let mut out = Vec::new();
    for host in &names.hosts {
        if !host.is_ascii() {
            let host = quoted(host);
            return Err(format!("x509: {host} cannot be encoded as an IA5String"));
        }
        out.extend(der::element(der::primitive_context(2), &[host]));
    }
    for address in &names.addresses {
        let address: Vec<u8> = match address.to_canonical() {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => address.octets().to_vec(),
        };
        out.extend(der::element(der::primitive_context(7), &[&address]));
    }
    Ok(Some(der::element(der::SEQUENCE, &[&out])))
}

/// A name with a common name alone; empty if that is.
fn name(common_name: &[u8]) -> Result<Vec<u8>, String> {
    if common_name.is_empty() {
        return Ok(der::element(der::SEQUENCE, &[]));
    }
    let printable = |b: &u8| b.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(b);
    let tag = if common_name.iter().all(printable) {
        der::PRINTABLE_STRING
    } else if std::str::from_utf8(common_name).is_ok() {
        der::UTF8_STRING
    } else {
        return Err("asn1: string not valid UTF-8".to_owned());
    };
    let oid = der::element(der::OBJECT, &[COMMON_NAME]);
    let text = der::element(tag, &[common_name]);
    let attribute = der::element(der::SEQUENCE, &[&oid, &text]);
    Ok(der::element(der::SEQUENCE, &[&der::element(der::SET, &[&attribute])]))
}

fn time(unix: i64) -> Result<Vec<u8>, String> {
    let out_of_range =
        |_| "asn1: structure error: cannot represent time as GeneralizedTime".to_owned();
    let time = jiff::Timestamp::from_second(unix).map_err(out_of_range)?;
    let time = time.to_zoned(jiff::tz::TimeZone::UTC);
    let year = time.year();
    if !(0..=9999).contains(&year) {
        return Err("asn1: structure error: cannot represent time as GeneralizedTime".to_owned());
    }
    let rest = time.strftime("%m%d%H%M%SZ").to_string();
    Ok(if (1950..2050).contains(&year) {
        der::element(der::UTC_TIME, &[format!("{:02}{rest}", year % 100).as_bytes()])
    } else {
        der::element(der::GENERALIZED_TIME, &[format!("{year:04}{rest}").as_bytes()])
    })
}
