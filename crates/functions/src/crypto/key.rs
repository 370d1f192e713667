//! Private keys: making, reading, writing and signing with them. Invariant: the formats are those
//! that Sprig writes (PKCS #1 for RSA, SEC 1 for elliptic curves, PKCS #8 for Ed25519), the error
//! texts Go's.

use chacha20::ChaCha20Rng;
use chacha20::rand_core::Rng;
use p256::elliptic_curve::Generate as _;
use rsa::pkcs1::{DecodeRsaPrivateKey, EncodeRsaPrivateKey};
use rsa::pkcs8::{DecodePrivateKey, EncodePublicKey, ObjectIdentifier, PrivateKeyInfoRef};
use rsa::traits::{PrivateKeyParts as _, PublicKeyParts as _};
use rsa::{BoxedUint, Pkcs1v15Sign, RsaPrivateKey};
use sha2_next::{Digest, Sha256};

use super::{der, pem, price};

/// A private key that can sign, and one that cannot.
pub(super) enum PrivateKey {
    Rsa(Box<RsaPrivateKey>),
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
    P521(p521::ecdsa::SigningKey),
    Ed25519(ed25519_dalek::SigningKey),
    /// Only passed through: Go signs no certificates with it.
    Dsa(Vec<u8>),
}

const RSA_OID: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC_OID: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const ED25519_OID: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// DER of the object identifiers of algorithms and curves.
const SHA256_WITH_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b];
const ECDSA_WITH_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
const ECDSA_WITH_SHA384: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03];
const ECDSA_WITH_SHA512: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x04];
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];
const CURVE_P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const CURVE_P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];
const CURVE_P521: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x23];

const NO_SIGNER: &str = "x509: certificate private key does not implement crypto.Signer";

impl PrivateKey {
    /// A new RSA key of `128·N` bits with the exponent 65537.
    ///
    /// Finding the primes takes a time that depends on them, as it does in Go: nobody can ask this
    /// process for keys and time it. Signing is left to a library that takes the same time for
    /// every key.
    pub(super) fn generate_rsa<const N: usize>(rng: &mut ChaCha20Rng) -> Result<Self, String> {
        let primes =
            primes::pair::<N>(&mut || rng.next_u64()).map_err(|error| error.to_string())?;
        let [p, q] = primes.map(|prime| {
            let bytes: Vec<u8> = prime.iter().rev().flat_map(|limb| limb.to_be_bytes()).collect();
            BoxedUint::from_be_slice(&bytes, 64 * N as u32)
        });
        let failed = |error: &dyn std::fmt::Display| error.to_string();
        let (p, q) = (p.map_err(|error| failed(&error))?, q.map_err(|error| failed(&error))?);
        let key = RsaPrivateKey::from_p_q(p, q, BoxedUint::from(65_537u64))
            .map_err(|error| failed(&error))?;
        // FIPS 186-5, A.1.1, step 3; never met by chance.
        if key.d().bits() <= 64 * N as u32 {
            return Err("crypto/rsa: d too small".to_owned());
        }
        Ok(Self::Rsa(Box::new(key)))
    }

    /// A new key on P-256.
    pub(super) fn generate_ecdsa(rng: &mut ChaCha20Rng) -> Result<Self, String> {
        let key = p256::SecretKey::try_generate_from_rng(rng).map_err(|error| error.to_string())?;
        Ok(Self::P256(key.into()))
    }

    /// A new Ed25519 key.
    pub(super) fn generate_ed25519(rng: &mut ChaCha20Rng) -> Self {
        let mut secret = [0; 32];
        rng.fill_bytes(&mut secret);
        Self::Ed25519(ed25519_dalek::SigningKey::from_bytes(&secret))
    }

    /// A new DSA key of 2048 and 256 bits.
    pub(super) fn generate_dsa(rng: &mut ChaCha20Rng) -> Result<Self, String> {
        let fail = |error: &dyn std::fmt::Display| error.to_string();
        let size = dsa::KeySize::DSA_2048_256;
        let components = dsa::Components::try_generate_from_rng_with_key_size(rng, size)
            .map_err(|e| fail(&e))?;
        let key = dsa::SigningKey::try_generate_from_rng_with_components(rng, components)
            .map_err(|e| fail(&e))?;
        let components = key.verifying_key().components();
        let numbers = [
            components.p().to_be_bytes().to_vec(),
            components.q().to_be_bytes().to_vec(),
            components.g().to_be_bytes().to_vec(),
            key.verifying_key().y().to_be_bytes().to_vec(),
            key.x().to_be_bytes().to_vec(),
        ];
        let mut content = der::integer(&[0]);
        for number in numbers {
            content.extend(der::integer(&number));
        }
        Ok(Self::Dsa(der::element(der::SEQUENCE, &[&content])))
    }

    /// Reads the first PEM block; the error is Sprig's text.
    pub(super) fn from_pem(text: &[u8]) -> Result<Self, String> {
        let (label, bytes) = pem::decode(text).ok_or("no PEM data in input")?;
        match label.as_str() {
            "PRIVATE KEY" => {
                Self::from_pkcs8(&bytes).map_err(|error| format!("decoding PEM as PKCS#8: {error}"))
            }
            "RSA PRIVATE KEY" => RsaPrivateKey::from_pkcs1_der(&bytes)
                .map(|key| Self::Rsa(Box::new(key)))
                .map_err(|error| format!("parsing RSA private key from PEM: {error}")),
            "EC PRIVATE KEY" => Self::from_sec1(&bytes).ok_or_else(|| {
                "parsing EC private key from PEM: x509: failed to parse EC private key".into()
            }),
            "DSA PRIVATE KEY" => Ok(Self::Dsa(bytes)),
            other => Err(match other.strip_suffix(" PRIVATE KEY") {
                Some(_) => format!("invalid private key type {other}"),
                None => format!("no private key data in PEM block of type {other}"),
            }),
        }
    }

    fn from_pkcs8(bytes: &[u8]) -> Result<Self, String> {
        let info = PrivateKeyInfoRef::try_from(bytes).map_err(|error| error.to_string())?;
        let oid = info.algorithm.oid;
        if oid == RSA_OID {
            let key = RsaPrivateKey::from_pkcs8_der(bytes).map_err(|error| error.to_string())?;
            return Ok(Self::Rsa(Box::new(key)));
        }
        if oid == EC_OID {
            let key = p256::SecretKey::from_pkcs8_der(bytes).map(|key| Self::P256(key.into()));
            let key = key.or_else(|_| {
                p384::SecretKey::from_pkcs8_der(bytes).map(|key| Self::P384(key.into()))
            });
            let key = key.or_else(|_| {
                p521::SecretKey::from_pkcs8_der(bytes).map(|key| Self::P521(key.into()))
            });
            return key
                .map_err(|_| "x509: failed to parse EC private key embedded in PKCS#8".into());
        }
        if oid == ED25519_OID {
            // An octet string in an octet string.
            let secret = info.private_key.as_bytes().strip_prefix(&[der::OCTET_STRING, 32]);
            let secret = secret.and_then(|secret| <[u8; 32]>::try_from(secret).ok());
            let secret = secret.ok_or("x509: invalid Ed25519 private key")?;
            return Ok(Self::Ed25519(ed25519_dalek::SigningKey::from_bytes(&secret)));
        }
        Err(format!("x509: PKCS#8 wrapping contained private key with unknown algorithm: {oid}"))
    }

    fn from_sec1(bytes: &[u8]) -> Option<Self> {
        let p256 = p256::SecretKey::from_sec1_der(bytes).map(|key| Self::P256(key.into()));
        let p384 = |_| p384::SecretKey::from_sec1_der(bytes).map(|key| Self::P384(key.into()));
        let p521 = |_| p521::SecretKey::from_sec1_der(bytes).map(|key| Self::P521(key.into()));
        p256.or_else(p384).or_else(p521).ok()
    }

    /// The key as Sprig writes it.
    pub(super) fn to_pem(&self) -> Result<String, String> {
        Ok(match self {
            Self::Rsa(key) => {
                let document = key.to_pkcs1_der().map_err(|error| error.to_string())?;
                pem::encode("RSA PRIVATE KEY", document.as_bytes())
            }
            Self::P256(key) => {
                let point = key.verifying_key().to_sec1_point(false);
                sec1(&key.to_bytes(), CURVE_P256, point.as_bytes())
            }
            Self::P384(key) => {
                let point = key.verifying_key().to_sec1_point(false);
                sec1(&key.to_bytes(), CURVE_P384, point.as_bytes())
            }
            Self::P521(key) => {
                let point = key.verifying_key().to_sec1_point(false);
                sec1(&key.to_bytes(), CURVE_P521, point.as_bytes())
            }
            Self::Ed25519(key) => {
                let secret = der::element(der::OCTET_STRING, &[&key.to_bytes()]);
                let algorithm =
                    der::element(der::SEQUENCE, &[&der::element(der::OBJECT, &[ED25519])]);
                let secret = der::element(der::OCTET_STRING, &[&secret]);
                let info = [&der::integer(&[0])[..], &algorithm, &secret];
                pem::encode("PRIVATE KEY", &der::element(der::SEQUENCE, &info))
            }
            Self::Dsa(bytes) => pem::encode("DSA PRIVATE KEY", bytes),
        })
    }

    /// The public key as a certificate holds it (`SubjectPublicKeyInfo`).
    pub(super) fn public(&self) -> Result<Vec<u8>, String> {
        let document = match self {
            Self::Rsa(key) => key.to_public_key().to_public_key_der(),
            Self::P256(key) => key.verifying_key().to_public_key_der(),
            Self::P384(key) => key.verifying_key().to_public_key_der(),
            Self::P521(key) => key.verifying_key().to_public_key_der(),
            Self::Ed25519(key) => {
                let algorithm =
                    der::element(der::SEQUENCE, &[&der::element(der::OBJECT, &[ED25519])]);
                let public = der::bit_string(key.verifying_key().as_bytes());
                return Ok(der::element(der::SEQUENCE, &[&algorithm, &public]));
            }
            Self::Dsa(_) => return Err(NO_SIGNER.to_owned()),
        };
        Ok(document.map_err(|error| error.to_string())?.into_vec())
    }

    /// DER of the algorithm that this key signs by.
    pub(super) fn algorithm(&self) -> Vec<u8> {
        let (oid, null): (&[u8], &[u8]) = match self {
            Self::Rsa(_) => (SHA256_WITH_RSA, &[der::NULL, 0]),
            Self::P256(_) => (ECDSA_WITH_SHA256, &[]),
            Self::P384(_) => (ECDSA_WITH_SHA384, &[]),
            Self::P521(_) => (ECDSA_WITH_SHA512, &[]),
            Self::Ed25519(_) => (ED25519, &[]),
            Self::Dsa(_) => (&[], &[]),
        };
        der::element(der::SEQUENCE, &[&der::element(der::OBJECT, &[oid]), null])
    }

    /// What a signature takes of a render's budget.
    pub(super) fn price(&self) -> u64 {
        match self {
            Self::Rsa(key) => price::rsa_signature(u64::from(key.n().bits())),
            Self::P256(_) | Self::P384(_) | Self::P521(_) | Self::Ed25519(_) => price::CURVE,
            Self::Dsa(_) => 0,
        }
    }

    /// Signs a message.
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, String> {
        use p256::ecdsa::signature::Signer as _;
        let failed = |error: &dyn std::fmt::Display| error.to_string();
        match self {
            Self::Rsa(key) => key
                .sign(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(message))
                .map_err(|error| failed(&error)),
            Self::P256(key) => {
                let signature: p256::ecdsa::DerSignature =
                    key.try_sign(message).map_err(|error| failed(&error))?;
                Ok(signature.to_bytes().into_vec())
            }
            Self::P384(key) => {
                let signature: p384::ecdsa::DerSignature =
                    key.try_sign(message).map_err(|error| failed(&error))?;
                Ok(signature.to_bytes().into_vec())
            }
            Self::P521(key) => {
                let signature: p521::ecdsa::DerSignature =
                    key.try_sign(message).map_err(|error| failed(&error))?;
                Ok(signature.to_bytes().into_vec())
            }
            Self::Ed25519(key) => Ok(key.sign(message).to_bytes().to_vec()),
            Self::Dsa(_) => Err(NO_SIGNER.to_owned()),
        }
    }
}

/// An EC key as Go writes it: the scalar, the curve, the point.
fn sec1(secret: &[u8], curve: &[u8], point: &[u8]) -> String {
    let parts = [
        der::integer(&[1]),
        der::element(der::OCTET_STRING, &[secret]),
        der::element(der::context(0), &[&der::element(der::OBJECT, &[curve])]),
        der::element(der::context(1), &[&der::bit_string(point)]),
    ];
    let parts = [&parts[0][..], &parts[1], &parts[2], &parts[3]];
    pem::encode("EC PRIVATE KEY", &der::element(der::SEQUENCE, &parts))
}
