//! Private keys: making, reading, writing and signing with them. Invariant: the formats are those
//! that Sprig writes (PKCS #1 for RSA, SEC 1 for elliptic curves, PKCS #8 for Ed25519), the error
//! texts Go's.

use chacha20::ChaCha20Rng;
use chacha20::rand_core::Rng;
use p256::elliptic_curve::Generate as _;
use rsa::traits::PrivateKeyParts as _;
use rsa::{BoxedUint, RsaPrivateKey};

use super::asn1::{self, Fields};
use super::curve::{Curve, CurveKey};
use super::rsa_key::{self, RsaKey};
use super::x509::PublicKey;
use super::{der, pem, price};

/// A private key that can sign, and those that cannot.
pub(super) enum PrivateKey {
    Rsa(Box<RsaKey>),
    Curve(CurveKey),
    Ed25519(ed25519_dalek::SigningKey),
    /// Only passed through: Go signs no certificates with it.
    Dsa(Vec<u8>),
    /// Only read.
    X25519,
}

/// DER of the object identifiers of algorithms.
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const ECDSA: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const SHA256_WITH_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b];
const ECDSA_WITH_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
const ECDSA_WITH_SHA384: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03];
const ECDSA_WITH_SHA512: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x04];
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];

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
        Ok(Self::Rsa(Box::new(RsaKey::from_library(key))))
    }

    /// A new key on P-256.
    pub(super) fn generate_ecdsa(rng: &mut ChaCha20Rng) -> Result<Self, String> {
        let key = p256::SecretKey::try_generate_from_rng(rng).map_err(|error| error.to_string())?;
        Ok(Self::Curve(CurveKey::P256(key.into())))
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
        let kind = label.strip_suffix(b" PRIVATE KEY");
        let (key, failed) = match (label.as_slice(), kind) {
            (b"PRIVATE KEY", _) => (Self::from_pkcs8(&bytes), "decoding PEM as PKCS#8"),
            (_, Some(b"RSA")) => (Self::from_pkcs1(&bytes), "parsing RSA private key from PEM"),
            (_, Some(b"EC")) => (Self::from_sec1(None, &bytes), "parsing EC private key from PEM"),
            (_, Some(b"DSA")) => (Self::from_dsa(bytes), "parsing DSA private key from PEM"),
            _ => {
                let what = match kind {
                    Some(_) => "invalid private key type",
                    None => "no private key data in PEM block of type",
                };
                return Err(format!("{what} {}", String::from_utf8_lossy(&label)));
            }
        };
        key.map_err(|error| format!("{failed}: {error}"))
    }

    fn from_pkcs1(bytes: &[u8]) -> Result<Self, String> {
        let other_form = |bytes: &[u8]| {
            let pkcs8 = || read_pkcs8(bytes).is_ok().then_some(USE_PKCS8);
            if read_sec1(bytes).is_ok() { Some(USE_EC) } else { pkcs8() }
        };
        RsaKey::from_pkcs1(bytes, other_form).map(|key| Self::Rsa(Box::new(key)))
    }

    fn from_pkcs8(bytes: &[u8]) -> Result<Self, String> {
        let info = read_pkcs8(bytes).map_err(|error| {
            if read_sec1(bytes).is_ok() {
                USE_EC.to_owned()
            } else if rsa_key::has_form(bytes) {
                USE_PKCS1.to_owned()
            } else {
                error
            }
        })?;
        let embedded = |kind: &'static str| {
            move |error: String| {
                format!("x509: failed to parse {kind} private key embedded in PKCS#8: {error}")
            }
        };
        match info.algorithm.as_slice() {
            [1, 2, 840, 113_549, 1, 1, 1] => Self::from_pkcs1(info.key).map_err(embedded("RSA")),
            [1, 2, 840, 10_045, 2, 1] => {
                let curve = Fields::new(info.parameters).next(asn1::OID).and_then(asn1::oid);
                Self::from_sec1(curve.ok().as_deref(), info.key).map_err(embedded("EC"))
            }
            [1, 3, 101, 112] => {
                let secret = info.secret("Ed25519")?;
                let secret = <[u8; 32]>::try_from(secret).map_err(|_| {
                    format!("x509: invalid Ed25519 private key length: {}", secret.len())
                })?;
                Ok(Self::Ed25519(ed25519_dalek::SigningKey::from_bytes(&secret)))
            }
            [1, 3, 101, 110] => match info.secret("X25519")?.len() {
                32 => Ok(Self::X25519),
                _ => Err("crypto/ecdh: invalid private key size".to_owned()),
            },
            other => Err(format!(
                "x509: PKCS#8 wrapping contained private key with unknown algorithm: {}",
                asn1::dotted(other)
            )),
        }
    }

    fn from_sec1(curve: Option<&[u32]>, bytes: &[u8]) -> Result<Self, String> {
        let key = read_sec1(bytes).map_err(|error| {
            if read_pkcs8(bytes).is_ok() {
                USE_PKCS8.to_owned()
            } else if rsa_key::has_form(bytes) {
                USE_PKCS1.to_owned()
            } else {
                format!("x509: failed to parse EC private key: {error}")
            }
        })?;
        if key.version != 1 {
            return Err(format!("x509: unknown EC private key version {}", key.version));
        }
        let curve = Curve::by_oid(curve.unwrap_or(&key.curve));
        let curve = curve.ok_or("x509: unknown elliptic curve")?;
        curve.key(key.secret).map(Self::Curve)
    }

    fn from_dsa(bytes: Vec<u8>) -> Result<Self, String> {
        let key = Fields::new(&bytes).next(asn1::Field::structure("DSAKeyFormat"))?;
        let mut fields = Fields::new(key.content);
        asn1::int(fields.next(asn1::INT)?)?;
        for _ in 0..5 {
            asn1::big(fields.next(asn1::BIG)?)?;
        }
        Ok(Self::Dsa(bytes))
    }

    /// The key as Sprig writes it.
    pub(super) fn to_pem(&self) -> Result<String, String> {
        Ok(match self {
            Self::Rsa(key) => pem::encode("RSA PRIVATE KEY", &key.to_pkcs1()?),
            Self::Curve(key) => pem::encode("EC PRIVATE KEY", &sec1(key)),
            Self::Ed25519(key) => {
                let secret = der::element(der::OCTET_STRING, &[&key.to_bytes()]);
                let secret = der::element(der::OCTET_STRING, &[&secret]);
                let info = [&der::integer(&[0])[..], &algorithm(ED25519, &[]), &secret];
                pem::encode("PRIVATE KEY", &der::element(der::SEQUENCE, &info))
            }
            Self::Dsa(bytes) => pem::encode("DSA PRIVATE KEY", bytes),
            Self::X25519 => return Err(unsupported("*ecdh.PublicKey")),
        })
    }

    /// The public key's algorithm and bytes, as a certificate holds them.
    pub(super) fn public(&self) -> Result<(Vec<u8>, Vec<u8>), String> {
        match self {
            Self::Rsa(key) => {
                let numbers = [&key.n, &key.e].map(|number| der::integer(&number.to_bytes_be()));
                let key = der::element(der::SEQUENCE, &[&numbers[0], &numbers[1]]);
                Ok((algorithm(RSA, &[der::NULL, 0]), key))
            }
            Self::Curve(key) => {
                let curve = der::element(der::OBJECT, &[key.curve().oid()]);
                Ok((algorithm(ECDSA, &curve), key.point()))
            }
            Self::Ed25519(key) => {
                Ok((algorithm(ED25519, &[]), key.verifying_key().as_bytes().to_vec()))
            }
            Self::Dsa(_) => Err(unsupported("*dsa.PublicKey")),
            Self::X25519 => Err(unsupported("*ecdh.PublicKey")),
        }
    }

    /// Whether this is the private key of a public one.
    pub(super) fn belongs_to(&self, public: &PublicKey) -> bool {
        match (self, public) {
            (Self::Rsa(key), PublicKey::Rsa { n, e }) => (&key.n, &key.e) == (n, e),
            (Self::Curve(key), PublicKey::Curve(curve, point)) => {
                key.curve() == *curve && key.point() == *point
            }
            (Self::Ed25519(key), PublicKey::Ed25519(public)) => {
                key.verifying_key().as_bytes()[..] == **public
            }
            _ => false,
        }
    }

    /// DER of the algorithm that this key signs by.
    pub(super) fn algorithm(&self) -> Result<Vec<u8>, String> {
        let (oid, null): (&[u8], &[u8]) = match self {
            Self::Rsa(_) => (SHA256_WITH_RSA, &[der::NULL, 0]),
            Self::Curve(key) => match key.curve() {
                Curve::P224 | Curve::P256 => (ECDSA_WITH_SHA256, &[]),
                Curve::P384 => (ECDSA_WITH_SHA384, &[]),
                Curve::P521 => (ECDSA_WITH_SHA512, &[]),
            },
            Self::Ed25519(_) => (ED25519, &[]),
            Self::Dsa(_) | Self::X25519 => return Err(NO_SIGNER.to_owned()),
        };
        Ok(algorithm(oid, null))
    }

    /// What a signature takes of a render's budget.
    pub(super) fn price(&self) -> u64 {
        match self {
            Self::Rsa(key) => price::rsa_signature(key.n.bits()),
            Self::Curve(_) | Self::Ed25519(_) => price::CURVE,
            Self::Dsa(_) | Self::X25519 => 0,
        }
    }

    /// Signs a message.
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, String> {
        use p256::ecdsa::signature::Signer as _;
        match self {
            Self::Rsa(key) => key.sign(message),
            Self::Curve(key) => key.sign(message),
            Self::Ed25519(key) => Ok(key.sign(message).to_bytes().to_vec()),
            Self::Dsa(_) | Self::X25519 => Err(NO_SIGNER.to_owned()),
        }
    }
}

const USE_EC: &str =
    "x509: failed to parse private key (use ParseECPrivateKey instead for this key format)";
const USE_PKCS1: &str =
    "x509: failed to parse private key (use ParsePKCS1PrivateKey instead for this key format)";
const USE_PKCS8: &str =
    "x509: failed to parse private key (use ParsePKCS8PrivateKey instead for this key format)";

fn unsupported(kind: &str) -> String {
    format!("x509: unsupported public key type: {kind}")
}

fn algorithm(oid: &[u8], parameters: &[u8]) -> Vec<u8> {
    der::element(der::SEQUENCE, &[&der::element(der::OBJECT, &[oid]), parameters])
}

/// PKCS #8.
struct Pkcs8<'a> {
    algorithm: asn1::Oid,
    parameters: &'a [u8],
    key: &'a [u8],
}

fn read_pkcs8(bytes: &[u8]) -> Result<Pkcs8<'_>, String> {
    let whole = Fields::new(bytes).next(asn1::Field::structure("pkcs8"))?;
    let mut fields = Fields::new(whole.content);
    asn1::int(fields.next(asn1::INT)?)?;
    let identifier = fields.next(asn1::Field::structure("AlgorithmIdentifier"))?;
    let mut inner = Fields::new(identifier.content);
    let algorithm = asn1::oid(inner.next(asn1::OID)?)?;
    let parameters = inner.maybe(asn1::ANY.optional())?.map_or(&[][..], |any| any.whole);
    let key = fields.next(asn1::BYTES)?.content;
    Ok(Pkcs8 { algorithm, parameters, key })
}

impl<'a> Pkcs8<'a> {
    /// The secret of a curve that has no parameters.
    fn secret(&self, curve: &str) -> Result<&'a [u8], String> {
        if !self.parameters.is_empty() {
            return Err(format!("x509: invalid {curve} private key parameters"));
        }
        let secret = Fields::new(self.key).next(asn1::BYTES);
        let secret = secret.map_err(|error| format!("x509: invalid {curve} private key: {error}"));
        Ok(secret?.content)
    }
}

/// `ecPrivateKey` of SEC 1.
struct Sec1<'a> {
    version: i64,
    secret: &'a [u8],
    curve: asn1::Oid,
}

fn read_sec1(bytes: &[u8]) -> Result<Sec1<'_>, String> {
    let whole = Fields::new(bytes).next(asn1::Field::structure("ecPrivateKey"))?;
    let mut fields = Fields::new(whole.content);
    let version = asn1::int(fields.next(asn1::INT)?)?;
    let secret = fields.next(asn1::BYTES)?.content;
    let curve = fields.maybe(asn1::OID.optional().explicit(0))?;
    let curve = curve.map(asn1::oid).transpose()?.unwrap_or_default();
    if let Some(public) = fields.maybe(asn1::BITS.optional().explicit(1))? {
        asn1::check_bits(public)?;
    }
    Ok(Sec1 { version, secret, curve })
}

/// An EC key as Go writes it: the scalar, the curve, the point.
fn sec1(key: &CurveKey) -> Vec<u8> {
    let parts = [
        der::integer(&[1]),
        der::element(der::OCTET_STRING, &[&key.scalar()]),
        der::element(der::context(0), &[&der::element(der::OBJECT, &[key.curve().oid()])]),
        der::element(der::context(1), &[&der::bit_string(&key.point())]),
    ];
    der::element(der::SEQUENCE, &[&parts.concat()])
}
