//! Elliptic curves: their names in DER, keys on them, and points, checked as Go's `crypto/ecdsa` checks
//! them. Invariant: what it refuses is refused with its text.

use num_bigint::BigUint;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::signature::hazmat::PrehashSigner as _;
use sha2_next::{Digest, Sha256};

/// A curve that Go knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Curve {
    P224,
    P256,
    P384,
    P521,
}

/// A key that can sign.
pub(super) enum CurveKey {
    P224(p224::ecdsa::SigningKey),
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
    P521(p521::ecdsa::SigningKey),
}

impl Curve {
    pub(super) fn by_oid(oid: &[u32]) -> Option<Self> {
        match oid {
            [1, 3, 132, 0, 33] => Some(Self::P224),
            [1, 2, 840, 10045, 3, 1, 7] => Some(Self::P256),
            [1, 3, 132, 0, 34] => Some(Self::P384),
            [1, 3, 132, 0, 35] => Some(Self::P521),
            _ => None,
        }
    }

    /// DER of its object identifier.
    pub(super) const fn oid(self) -> &'static [u8] {
        match self {
            Self::P224 => &[0x2b, 0x81, 0x04, 0x00, 0x21],
            Self::P256 => &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07],
            Self::P384 => &[0x2b, 0x81, 0x04, 0x00, 0x22],
            Self::P521 => &[0x2b, 0x81, 0x04, 0x00, 0x23],
        }
    }

    /// Bytes of a coordinate or a scalar.
    pub(super) const fn size(self) -> usize {
        match self {
            Self::P224 => 28,
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::P224 => "P224",
            Self::P256 => "P256",
            Self::P384 => "P384",
            Self::P521 => "P521",
        }
    }

    /// The number below which coordinates are.
    fn field(self) -> BigUint {
        let power = |bits: u32| BigUint::from(1u32) << bits;
        match self {
            Self::P224 => power(224) - power(96) + 1u32,
            Self::P256 => power(256) - power(224) + power(192) + power(96) - 1u32,
            Self::P384 => power(384) - power(128) - power(96) + power(32) - 1u32,
            Self::P521 => power(521) - 1u32,
        }
    }

    /// The number below which private keys are.
    fn order(self) -> BigUint {
        let digits: &[u8] = match self {
            Self::P224 => b"ffffffffffffffffffffffffffff16a2e0b8f03e13dd29455c5c2a3d",
            Self::P256 => b"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
            Self::P384 => {
                b"ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973"
            }
            Self::P521 => {
                b"1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409"
            }
        };
        BigUint::parse_bytes(digits, 16).unwrap_or_default()
    }

    /// Whether bytes are a point in the form that certificates hold.
    pub(super) fn check_point(self, bytes: &[u8]) -> Result<(), String> {
        if bytes.first() != Some(&4) {
            return Err("ecdsa: invalid uncompressed public key".to_owned());
        }
        if bytes.len() != 1 + 2 * self.size() {
            return Err(format!("invalid {} point encoding", self.name()));
        }
        let field = self.field();
        if bytes[1..].chunks(self.size()).any(|number| BigUint::from_bytes_be(number) >= field) {
            // Go's assembler for this curve has words of its own.
            let element = if self == Self::P256 { "P256 element" } else { self.element() };
            return Err(format!("invalid {element} encoding"));
        }
        let on_curve = match self {
            Self::P224 => p224::PublicKey::from_sec1_bytes(bytes).is_ok(),
            Self::P256 => p256::PublicKey::from_sec1_bytes(bytes).is_ok(),
            Self::P384 => p384::PublicKey::from_sec1_bytes(bytes).is_ok(),
            Self::P521 => p521::PublicKey::from_sec1_bytes(bytes).is_ok(),
        };
        if on_curve { Ok(()) } else { Err(format!("{} point not on curve", self.name())) }
    }

    const fn element(self) -> &'static str {
        match self {
            Self::P224 => "P224Element",
            Self::P256 => "P256Element",
            Self::P384 => "P384Element",
            Self::P521 => "P521Element",
        }
    }

    /// The key of a scalar in any number of bytes.
    pub(super) fn key(self, scalar: &[u8]) -> Result<CurveKey, String> {
        let surplus = scalar.len().saturating_sub(self.size());
        let (leading, scalar) = scalar.split_at(surplus);
        if leading.iter().any(|byte| *byte != 0) {
            return Err("x509: invalid private key length".to_owned());
        }
        let scalar = [vec![0; self.size() - scalar.len()].as_slice(), scalar].concat();
        let key = match self {
            Self::P224 => p224::ecdsa::SigningKey::from_slice(&scalar).map(CurveKey::P224),
            Self::P256 => p256::ecdsa::SigningKey::from_slice(&scalar).map(CurveKey::P256),
            Self::P384 => p384::ecdsa::SigningKey::from_slice(&scalar).map(CurveKey::P384),
            Self::P521 => p521::ecdsa::SigningKey::from_slice(&scalar).map(CurveKey::P521),
        };
        key.map_err(|_| {
            // Its point is the one at infinity, or the scalar is above the order.
            let infinite = BigUint::from_bytes_be(&scalar) % self.order() == BigUint::ZERO;
            let why = if infinite {
                "ecdsa: invalid public key encoding"
            } else {
                "input overflows the modulus"
            };
            why.to_owned()
        })
    }
}

impl CurveKey {
    pub(super) const fn curve(&self) -> Curve {
        match self {
            Self::P224(_) => Curve::P224,
            Self::P256(_) => Curve::P256,
            Self::P384(_) => Curve::P384,
            Self::P521(_) => Curve::P521,
        }
    }

    pub(super) fn scalar(&self) -> Vec<u8> {
        match self {
            Self::P224(key) => key.to_bytes().to_vec(),
            Self::P256(key) => key.to_bytes().to_vec(),
            Self::P384(key) => key.to_bytes().to_vec(),
            Self::P521(key) => key.to_bytes().to_vec(),
        }
    }

    /// The public key as an uncompressed point.
    pub(super) fn point(&self) -> Vec<u8> {
        match self {
            Self::P224(key) => key.verifying_key().to_sec1_point(false).as_bytes().to_vec(),
            Self::P256(key) => key.verifying_key().to_sec1_point(false).as_bytes().to_vec(),
            Self::P384(key) => key.verifying_key().to_sec1_point(false).as_bytes().to_vec(),
            Self::P521(key) => key.verifying_key().to_sec1_point(false).as_bytes().to_vec(),
        }
    }

    /// A signature in DER, of the hash that Go takes for the curve.
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, String> {
        let signature = match self {
            Self::P224(key) => key
                .sign_prehash(&Sha256::digest(message))
                .map(|signature: p224::ecdsa::DerSignature| signature.to_bytes().into_vec()),
            Self::P256(key) => key
                .try_sign(message)
                .map(|signature: p256::ecdsa::DerSignature| signature.to_bytes().into_vec()),
            Self::P384(key) => key
                .try_sign(message)
                .map(|signature: p384::ecdsa::DerSignature| signature.to_bytes().into_vec()),
            Self::P521(key) => key
                .try_sign(message)
                .map(|signature: p521::ecdsa::DerSignature| signature.to_bytes().into_vec()),
        };
        signature.map_err(|error| error.to_string())
    }
}
