//! The arithmetic: whether a key made a signature over a hash.
//!
//! Everything here is public, so nothing needs to take constant time.
//! Invariant: numbers have a limit, so no key and no signature makes it slow.

use num_bigint::BigUint;
use p256::ecdsa::signature::hazmat::PrehashVerifier;
use sha1::{Digest as _, Sha1};
use sha2_next::{Sha224, Sha256, Sha384, Sha512};

use crate::Error;
use crate::key::{Material, PublicKey};
use crate::signature::Signature;

/// Go checks no smaller RSA keys.
const LEAST_BITS: u64 = 1024;
/// Larger keys are nobody's.
const MOST_BITS: u64 = 16_384;

/// The hashes that are accepted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha1,
    #[default]
    Sha256,
    Sha384,
    Sha512,
    Sha224,
}

impl Hash {
    pub(crate) fn from_id(id: u8) -> Option<Self> {
        Some(match id {
            2 => Self::Sha1,
            8 => Self::Sha256,
            9 => Self::Sha384,
            10 => Self::Sha512,
            11 => Self::Sha224,
            _ => return None,
        })
    }

    /// The hash of data, a part after the other.
    pub(crate) fn of(self, parts: &[&[u8]]) -> Vec<u8> {
        use sha2_next::digest::Digest;
        fn all<D: Digest>(parts: &[&[u8]]) -> Vec<u8> {
            let mut digest = D::new();
            for part in parts {
                digest.update(part);
            }
            digest.finalize().to_vec()
        }
        match self {
            Self::Sha1 => {
                let mut digest = Sha1::new();
                for part in parts {
                    digest.update(part);
                }
                digest.finalize().to_vec()
            }
            Self::Sha224 => all::<Sha224>(parts),
            Self::Sha256 => all::<Sha256>(parts),
            Self::Sha384 => all::<Sha384>(parts),
            Self::Sha512 => all::<Sha512>(parts),
        }
    }

    /// What names the hash in an RSA signature (RFC 8017, 9.2).
    fn prefix(self) -> Vec<u8> {
        let sha2 = |last: u8, len: u8| {
            let mut prefix =
                vec![0x30, 17 + len, 0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2];
            prefix.extend([last, 5, 0, 4, len]);
            prefix
        };
        match self {
            Self::Sha1 => vec![0x30, 33, 0x30, 9, 6, 5, 0x2b, 0x0e, 3, 2, 0x1a, 5, 0, 4, 20],
            Self::Sha256 => sha2(1, 32),
            Self::Sha384 => sha2(2, 48),
            Self::Sha512 => sha2(3, 64),
            Self::Sha224 => sha2(4, 28),
        }
    }
}

/// Whether the key made the signature over what is signed, whose parts follow each other.
pub(crate) fn check(key: &PublicKey, signature: &Signature, signed: &[&[u8]]) -> Result<(), Error> {
    if !key.algorithm.signs() {
        return Err(Error::Argument("public key cannot generate signatures".to_owned()));
    }
    let parts: Vec<&[u8]> = signed.iter().copied().chain([signature.suffix.as_slice()]).collect();
    let hash = signature.hash.of(&parts);
    if key.algorithm != signature.algorithm {
        let different = "public key and signature use different algorithms";
        return Err(Error::Argument(different.to_owned()));
    }
    let [first, second] = &signature.numbers;
    let (good, name) = match &key.material {
        Material::Rsa { n, e } => (rsa(n, e, signature.hash, &hash, first), "RSA"),
        Material::Dsa { p, q, g, y } => (dsa([p, q, g, y], &hash, first, second), "DSA"),
        Material::P256(key) => {
            let read = |r: [u8; 32], s| p256::ecdsa::Signature::from_scalars(r, s).ok();
            (ecdsa(&**key, &hash, [first, second], read), "ECDSA")
        }
        Material::P384(key) => {
            let read = |r: [u8; 48], s| p384::ecdsa::Signature::from_scalars(r, s).ok();
            (ecdsa(&**key, &hash, [first, second], read), "ECDSA")
        }
        Material::P521(key) => {
            let read = |r: [u8; 66], s| p521::ecdsa::Signature::from_scalars(r, s).ok();
            (ecdsa(&**key, &hash, [first, second], read), "ECDSA")
        }
        Material::Ed25519(point) if second.is_empty() => (ed25519(point, &hash, first), "Ed25519"),
        Material::Ed25519(point) => {
            let halves = padded::<32>(first).zip(padded::<32>(second));
            let good = halves.is_some_and(|(r, s)| ed25519(point, &hash, &[r, s].concat()));
            (good, "EdDSA")
        }
        Material::Rare(key) => (key.made(&hash, first, second), "ECDSA"),
        Material::Unknown(curve) => {
            return Err(Error::unsupported(format!("signatures with keys on {curve}")));
        }
        Material::None => (false, "Unknown"),
    };
    if good { Ok(()) } else { Err(Error::Signature(format!("{name} verification failure"))) }
}

/// PKCS #1 1.5.
fn rsa(n: &[u8], e: &[u8], hash: Hash, hashed: &[u8], signature: &[u8]) -> bool {
    let (n, e) = (BigUint::from_bytes_be(n), BigUint::from_bytes_be(e));
    if !(LEAST_BITS..=MOST_BITS).contains(&n.bits()) || !n.bit(0) || !e.bit(0) || e.bits() < 2 {
        return false;
    }
    let size = n.bits().div_ceil(8) as usize;
    let s = BigUint::from_bytes_be(signature);
    if signature.len() > size || s >= n {
        return false;
    }
    let prefix = hash.prefix();
    let Some(padding) = size.checked_sub(prefix.len() + hashed.len() + 3).filter(|len| *len >= 8)
    else {
        return false;
    };
    let mut expected = vec![0, 1];
    expected.extend(std::iter::repeat_n(0xff, padding));
    expected.push(0);
    expected.extend_from_slice(&prefix);
    expected.extend_from_slice(hashed);
    s.modpow(&e, &n) == BigUint::from_bytes_be(&expected)
}

/// FIPS 186.
#[expect(clippy::many_single_char_names, reason = "the names that the standard gives them")]
fn dsa(key: [&[u8]; 4], hash: &[u8], r: &[u8], s: &[u8]) -> bool {
    let [p, q, g, y] = key.map(BigUint::from_bytes_be);
    let (r, s) = (BigUint::from_bytes_be(r), BigUint::from_bytes_be(s));
    let zero = BigUint::ZERO;
    let sized = p.bits() <= MOST_BITS && q.bits() <= MOST_BITS && g.bits() <= MOST_BITS;
    if !sized || y.bits() > MOST_BITS || p == zero || q == zero || q.bits() % 8 != 0 {
        return false;
    }
    if r == zero || s == zero || r >= q || s >= q {
        return false;
    }
    let Some(w) = s.modinv(&q) else { return false };
    let len = hash.len().min(q.bits().div_ceil(8) as usize);
    let z = BigUint::from_bytes_be(&hash[..len]);
    let (u1, u2) = (z * &w % &q, &r * w % &q);
    g.modpow(&u1, &p) * y.modpow(&u2, &p) % p % q == r
}

/// FIPS 186, on a curve whose numbers have so many bytes.
fn ecdsa<S, const N: usize>(
    key: &impl PrehashVerifier<S>,
    hash: &[u8],
    [r, s]: [&[u8]; 2],
    read: impl FnOnce([u8; N], [u8; N]) -> Option<S>,
) -> bool {
    let scalars = padded(r).zip(padded(s));
    let signature = scalars.and_then(|(r, s)| read(r, s));
    signature.is_some_and(|s| key.verify_prehash(&widened(hash, N), &s).is_ok())
}

fn ed25519(point: &[u8; 32], hash: &[u8], signature: &[u8]) -> bool {
    use ed25519_dalek::{Signature, Verifier as _, VerifyingKey};
    let key = VerifyingKey::from_bytes(point).ok();
    let signature = Signature::from_slice(signature).ok();
    key.zip(signature).is_some_and(|(key, signature)| key.verify(hash, &signature).is_ok())
}

/// A number in a fixed number of bytes, if it fits.
fn padded<const N: usize>(number: &[u8]) -> Option<[u8; N]> {
    let from = number.iter().position(|byte| *byte != 0).unwrap_or(number.len());
    let number = &number[from..];
    let mut bytes = [0; N];
    bytes.get_mut(N.checked_sub(number.len())?..)?.copy_from_slice(number);
    Some(bytes)
}

/// A hash with zeros before it: the same number, as long as the curve's.
fn widened(hash: &[u8], len: usize) -> Vec<u8> {
    let mut wide = vec![0; len.saturating_sub(hash.len())];
    wide.extend_from_slice(hash);
    wide
}
