//! RSA keys: their numbers, checked as Go's `crypto/rsa` checks them, and signing. Invariant: what it
//! refuses is refused with its text.
//!
//! The checks take a time that depends on the numbers. Nobody can ask this process for that: the key
//! is the template's own.

use num_bigint::{BigInt, BigUint};
use rsa::traits::{PrivateKeyParts as _, PublicKeyParts as _};
use rsa::{BoxedUint, Pkcs1v15Sign, RsaPrivateKey};
use sha2_next::{Digest, Sha256};

use super::asn1::{self, Fields};
use super::der;

/// A key whose numbers fit together.
pub(super) struct RsaKey {
    pub(super) n: BigUint,
    pub(super) e: BigUint,
    d: BigUint,
    primes: Vec<BigUint>,
    /// The key of a library that signs in the same time whatever the key is. It wants more of a key
    /// than Go does: what it refuses is left to plain arithmetic.
    library: Option<RsaPrivateKey>,
}

/// The numbers of a key as a file holds them; those above 0 alone.
struct Numbers {
    n: BigUint,
    e: i64,
    d: BigUint,
    primes: Vec<BigUint>,
    /// The exponents and the coefficient of the remainder theorem.
    precomputed: Option<[BigUint; 3]>,
}

pub(super) const PKCS1: asn1::Field = asn1::Field::structure("pkcs1PrivateKey");

/// The header and numbers of a `pkcs1PrivateKey`.
struct Read {
    version: i64,
    e: i64,
    /// N, D, P and Q, then the optional ones that are there.
    numbers: Vec<BigInt>,
    optional: usize,
    additional: Vec<BigInt>,
}

fn read(content: &[u8]) -> Result<Read, String> {
    let mut fields = Fields::new(content);
    let version = asn1::int(fields.next(asn1::INT)?)?;
    let n = asn1::big(fields.next(asn1::BIG)?)?;
    let e = asn1::int(fields.next(asn1::INT)?)?;
    let mut numbers = vec![n];
    for _ in 0..3 {
        numbers.push(asn1::big(fields.next(asn1::BIG)?)?);
    }
    let mut optional = 0;
    for _ in 0..3 {
        if let Some(element) = fields.maybe(asn1::BIG.optional())? {
            numbers.push(asn1::big(element)?);
            optional += 1;
        }
    }
    let mut additional = Vec::new();
    if let Some(list) = fields.maybe(asn1::LIST.optional())? {
        for prime in asn1::structures(list.content)? {
            let mut fields = Fields::new(prime.content);
            additional.push(asn1::big(fields.next(asn1::BIG)?)?);
            asn1::big(fields.next(asn1::BIG)?)?;
            asn1::big(fields.next(asn1::BIG)?)?;
        }
    }
    Ok(Read { version, e, numbers, optional, additional })
}

/// Whether bytes have the form of a `pkcs1PrivateKey`.
pub(super) fn has_form(der: &[u8]) -> bool {
    Fields::new(der).next(PKCS1).and_then(|key| read(key.content)).is_ok()
}

impl RsaKey {
    /// From PKCS #1; `other_form` says what else the bytes are, where they are not that.
    pub(super) fn from_pkcs1(
        der: &[u8],
        other_form: fn(&[u8]) -> Option<&'static str>,
    ) -> Result<Self, String> {
        let mut fields = Fields::new(der);
        let read = fields.next(PKCS1).and_then(|key| read(key.content));
        let read = read.map_err(|error| other_form(der).map_or(error, str::to_owned))?;
        if !fields.rest().is_empty() {
            return Err(asn1::syntax("trailing data"));
        }
        if read.version > 1 {
            return Err("x509: unsupported private key version".to_owned());
        }
        let numbers: Option<Vec<BigUint>> = read.numbers.iter().map(asn1::positive).collect();
        let numbers = numbers.ok_or("x509: private key contains zero or negative value")?;
        let [n, d, p, q, optional @ ..] = numbers.as_slice() else {
            return Err("x509: private key contains zero or negative value".to_owned());
        };
        let additional: Option<Vec<BigUint>> = read.additional.iter().map(asn1::positive).collect();
        let additional = additional.ok_or("x509: private key contains zero or negative prime")?;
        let precomputed = if read.optional == 3 { optional.to_vec().try_into().ok() } else { None };
        let mut primes = vec![p.clone(), q.clone()];
        primes.extend(additional);
        Numbers { n: n.clone(), e: read.e, d: d.clone(), primes, precomputed }.checked()
    }

    /// A key that was just made.
    pub(super) fn from_library(key: RsaPrivateKey) -> Self {
        let number = |number: &BoxedUint| BigUint::from_bytes_be(&number.to_be_bytes());
        Self {
            n: number(key.n()),
            e: number(key.e()),
            d: number(key.d()),
            primes: key.primes().iter().map(|prime| number(prime)).collect(),
            library: Some(key),
        }
    }

    /// `pkcs1PrivateKey` in DER.
    pub(super) fn to_pkcs1(&self) -> Result<Vec<u8>, String> {
        let bad = || NOT_COPRIME.to_owned();
        let [p, q, additional @ ..] = self.primes.as_slice() else { return Err(bad()) };
        let exponent = |prime: &BigUint| &self.d % (prime - 1u32);
        let coefficient = q.modinv(p).ok_or_else(bad)?;
        let version = BigUint::from(u8::from(!additional.is_empty()));
        let mut content = Vec::new();
        for number in
            [&version, &self.n, &self.e, &self.d, p, q, &exponent(p), &exponent(q), &coefficient]
        {
            content.extend(der::integer(&number.to_bytes_be()));
        }
        let (mut product, mut others) = (p * q, Vec::new());
        for prime in additional {
            let coefficient = product.modinv(prime).ok_or_else(bad)?;
            let numbers = [prime, &exponent(prime), &coefficient];
            let numbers: Vec<u8> =
                numbers.iter().flat_map(|number| der::integer(&number.to_bytes_be())).collect();
            others.extend(der::element(der::SEQUENCE, &[&numbers]));
            product *= prime;
        }
        if !others.is_empty() {
            content.extend(der::element(der::SEQUENCE, &[&others]));
        }
        Ok(der::element(der::SEQUENCE, &[&content]))
    }

    /// A PKCS #1 v1.5 signature of the SHA-256 of a message.
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, String> {
        if self.n.bits() < 1024 {
            return Err(format!(
                "crypto/rsa: {}-bit keys are insecure (see https://go.dev/pkg/crypto/rsa#hdr-Minimum_key_size)",
                self.n.bits()
            ));
        }
        let digest = Sha256::digest(message);
        let Some(key) = &self.library else { return self.sign_plainly(&digest) };
        key.sign(Pkcs1v15Sign::new::<Sha256>(), &digest).map_err(|error| error.to_string())
    }

    fn sign_plainly(&self, digest: &[u8]) -> Result<Vec<u8>, String> {
        const SHA256: &[u8] = &[
            0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
            0x01, 0x05, 0x00, 0x04, 0x20,
        ];
        let size = self.n.bits().div_ceil(8) as usize;
        let padding = size.saturating_sub(SHA256.len() + digest.len() + 3);
        let encoded = [&[0, 1], vec![0xff; padding].as_slice(), &[0], SHA256, digest].concat();
        let encoded = BigUint::from_bytes_be(&encoded);
        let signature = encoded.modpow(&self.d, &self.n);
        if signature.modpow(&self.e, &self.n) != encoded {
            return Err("crypto/rsa: decryption error".to_owned());
        }
        let signature = signature.to_bytes_be();
        Ok([vec![0; size - signature.len()], signature].concat())
    }
}

const NOT_COPRIME: &str = "crypto/rsa: prime factors are not relatively prime";

impl Numbers {
    fn checked(self) -> Result<RsaKey, String> {
        self.check().map_err(str::to_owned)?;
        let Self { n, e, d, primes, .. } = self;
        let e = BigUint::from(e.unsigned_abs());
        let boxed = |number: &BigUint| {
            let bytes = number.to_bytes_be();
            BoxedUint::from_be_slice(&bytes, 8 * bytes.len() as u32).ok()
        };
        let factors: Option<Vec<BoxedUint>> = primes.iter().map(boxed).collect();
        let library =
            (|| RsaPrivateKey::from_components(boxed(&n)?, boxed(&e)?, boxed(&d)?, factors?).ok())(
            );
        Ok(RsaKey { n, e, d, primes, library })
    }

    fn check(&self) -> Result<(), &'static str> {
        let [p, q] = self.primes.as_slice() else { return self.check_many() };
        modulus(&self.n)?;
        modulus(p)?;
        modulus(q)?;
        reduced(&self.d, &self.n)?;
        let Some([dp, dq, coefficient]) = &self.precomputed else {
            // Go computes them, and checks what it computed.
            let (p1, q1) = (p - 1u32, q - 1u32);
            modulus(&p1)?;
            modulus(&q1)?;
            if !p.bit(0) {
                return Err("crypto/rsa: p is even");
            }
            let coefficient = (q % p).modpow(&(p - 2u32), p);
            return self.check_together(&(&self.d % p1), &(&self.d % q1), &coefficient);
        };
        reduced(coefficient, p)?;
        self.check_together(dp, dq, coefficient)
    }

    /// More than two primes: Go signs without them.
    fn check_many(&self) -> Result<(), &'static str> {
        modulus(&self.n)?;
        reduced(&self.d, &self.n)?;
        self.check_public()?;
        let one = BigUint::from(1u32);
        if self.primes.iter().any(|prime| *prime <= one) {
            return Err("crypto/rsa: prime factor is <= 1");
        }
        let [p, q, others @ ..] = self.primes.as_slice() else {
            return Err("crypto/rsa: missing primes");
        };
        q.modinv(p).ok_or(NOT_COPRIME)?;
        let mut product = p * q;
        for prime in others {
            product.modinv(prime).ok_or(NOT_COPRIME)?;
            product *= prime;
        }
        Ok(())
    }

    fn check_public(&self) -> Result<(), &'static str> {
        if !self.n.bit(0) {
            return Err("crypto/rsa: public modulus is even");
        }
        if self.e < 2 {
            return Err("crypto/rsa: public exponent too small or negative");
        }
        if self.e & 1 == 0 {
            return Err("crypto/rsa: public exponent is even");
        }
        if self.e > i64::from(i32::MAX) {
            return Err("crypto/rsa: public exponent too large");
        }
        Ok(())
    }

    fn check_together(
        &self,
        dp: &BigUint,
        dq: &BigUint,
        coefficient: &BigUint,
    ) -> Result<(), &'static str> {
        self.check_public()?;
        let one = BigUint::from(1u32);
        let Self { n, d, primes, .. } = self;
        let (p, q) = (&primes[0], &primes[1]);
        if p >= n || q >= n {
            return Err("crypto/rsa: invalid prime");
        }
        if (p * q) % n != BigUint::ZERO {
            return Err("crypto/rsa: p * q != n");
        }
        for (prime, exponent) in [(p, dp), (q, dq)] {
            let below = prime - 1u32;
            if below <= one {
                return Err("crypto/rsa: invalid prime");
            }
            let inverse = (exponent * self.e.unsigned_abs()) % &below == one;
            if *exponent >= below || !inverse {
                return Err("crypto/rsa: invalid CRT exponent");
            }
        }
        if (q * coefficient) % p != one {
            return Err("crypto/rsa: invalid CRT coefficient");
        }
        if d % (p - 1u32) != *dp {
            return Err("crypto/rsa: d does not match dP");
        }
        if d % (q - 1u32) != *dq {
            return Err("crypto/rsa: d does not match dQ");
        }
        if p == q {
            return Err("crypto/rsa: p == q");
        }
        let difference = if p > q { p - q } else { q - p };
        let half = (n.bits() / 2) as i64;
        if difference.bits() as i64 <= half - 100 {
            return Err("crypto/rsa: |p - q| too small");
        }
        if d.bits() as i64 <= half {
            return Err("crypto/rsa: d too small");
        }
        Ok(())
    }
}

fn modulus(number: &BigUint) -> Result<(), &'static str> {
    if number.bits() <= 1 { Err("modulus must be > 1") } else { Ok(()) }
}

/// Whether a number is below a modulus, which Go holds in limbs of 64 bits.
fn reduced(number: &BigUint, modulus: &BigUint) -> Result<(), &'static str> {
    if number.bits().div_ceil(8) > modulus.bits().div_ceil(64) * 8 {
        Err("input overflows the modulus size")
    } else if number >= modulus {
        Err("input overflows the modulus")
    } else {
        Ok(())
    }
}
