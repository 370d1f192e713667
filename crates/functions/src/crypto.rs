//! Cryptography: password hashes, derived passwords, encryption, private keys and certificates.
//! Invariant: random bytes come from the host (keys from a generator seeded by it), the time from
//! the host's clock; formats and error texts are those of Go's libraries.

mod asn1;
mod certificate;
mod curve;
mod der;
mod elements;
mod key;
mod password;
mod pem;
mod rsa_key;
mod x509;

use std::any::Any;
use std::net::IpAddr;

use aes::Aes256;
use aes::cipher::{Block, BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20::ChaCha20Rng;
use chacha20::rand_core::SeedableRng;
use template::{CallError, Context, Function, Kind, Object, Param, Value};

use crate::arguments::{Arguments, Outcome, fixed};
use crate::encoding::base64_decode;
use certificate::{Names, Request, Role};
use key::PrivateKey;

const S: Param = Param::String;
const I: Param = Param::Int;
const L: Param = Param::List;
const C: Param = Param::Object(TYPE);
const TYPE: &str = "sprig.certificate";

pub(crate) const FUNCTIONS: &[Function] = &[
    fixed("bcrypt", &[S], |cx, args| Ok(Value::str(password::bcrypt(cx, args.bytes(0))?))),
    fixed("buildCustomCert", &[S, S], build_custom),
    fixed("decryptAES", &[S, S], decrypt_aes),
    fixed("derivePassword", &[Param::Uint32, S, S, S, S], derive_password),
    fixed("encryptAES", &[S, S], encrypt_aes),
    fixed("genCA", &[S, I], |cx, args| authority(cx, args, None)),
    fixed("genCAWithKey", &[S, I, S], |cx, args| authority(cx, args, Some(2))),
    fixed("genPrivateKey", &[S], private_key),
    fixed("genSelfSignedCert", &[S, L, L, I], |cx, args| self_signed(cx, args, None)),
    fixed("genSelfSignedCertWithKey", &[S, L, L, I, S], |cx, args| self_signed(cx, args, Some(4))),
    fixed("genSignedCert", &[S, L, L, I, C], |cx, args| signed(cx, args, None)),
    fixed("genSignedCertWithKey", &[S, L, L, I, C, S], |cx, args| signed(cx, args, Some(5))),
    fixed("htpasswd", &[S, S], htpasswd),
];

/// A certificate and its key, both as PEM.
#[derive(Debug)]
struct CertificateObject {
    cert: Vec<u8>,
    key: Vec<u8>,
}

impl Object for CertificateObject {
    fn type_name(&self) -> &str {
        TYPE
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn kind(&self) -> Kind {
        Kind::Struct
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![("Cert", Value::str(&*self.cert)), ("Key", Value::str(&*self.key))]
    }

    fn equals(&self, other: &dyn Object) -> bool {
        let other = other.as_any().downcast_ref::<Self>();
        other.is_some_and(|other| (&self.cert, &self.key) == (&other.cert, &other.key))
    }
}

/// A generator of random numbers seeded by the host.
fn random(cx: &mut Context<'_>) -> Result<ChaCha20Rng, CallError> {
    let mut seed = [0; 32];
    cx.host().random(&mut seed)?;
    Ok(ChaCha20Rng::from_seed(seed))
}

fn htpasswd(cx: &mut Context<'_>, args: &[Value]) -> Outcome {
    let user = args.bytes(0);
    if user.contains(&b':') {
        return Ok(Value::str([b"invalid username: ", user].concat()));
    }
    let hash = password::bcrypt(cx, args.bytes(1))?;
    Ok(Value::str([user, b":", hash.as_bytes()].concat()))
}

/// What the costly functions take of a render's budget, so that a chart cannot make keys for hours:
/// the budget that is usual lasts for about a minute of any of them.
mod price {
    /// The key derivation takes 32 MiB, too.
    pub(super) const SCRYPT: u64 = 1 << 22;
    pub(super) const BCRYPT: u64 = 1 << 21;
    pub(super) const DSA_KEY: u64 = 1 << 26;
    /// A key on a curve, or a signature with one.
    pub(super) const CURVE: u64 = 1 << 14;

    /// A signature with an RSA key of so many bits.
    pub(super) const fn rsa_signature(bits: u64) -> u64 {
        bits.saturating_pow(3) >> 19
    }

    /// The primes of an RSA key of `128·N` bits.
    pub(super) const fn rsa_key<const N: usize>() -> u64 {
        (128 * N as u64).pow(3) >> 14
    }
}

fn derive_password(cx: &mut Context<'_>, args: &[Value]) -> Outcome {
    cx.spend(price::SCRYPT)?;
    Ok(Value::str(password::derive(
        args.int(0) as u32,
        &args.text(1),
        [args.bytes(2), args.bytes(3), args.bytes(4)],
    )))
}

fn private_key(cx: &mut Context<'_>, args: &[Value]) -> Outcome {
    let name = args.text(0);
    let mut paid = |price| {
        cx.spend(price)?;
        random(cx)
    };
    let key = match name.as_ref() {
        "" | "rsa" => PrivateKey::generate_rsa::<32>(&mut paid(price::rsa_key::<32>())?),
        "dsa" => PrivateKey::generate_dsa(&mut paid(price::DSA_KEY)?),
        "ecdsa" => PrivateKey::generate_ecdsa(&mut paid(price::CURVE)?),
        "ed25519" => Ok(PrivateKey::generate_ed25519(&mut paid(price::CURVE)?)),
        other => return Ok(Value::str(format!("Unknown type {other}"))),
    };
    Ok(Value::str(match key.and_then(|key| key.to_pem()) {
        Ok(pem) => pem,
        Err(error) => format!("failed to generate private key: {error}"),
    }))
}

/// The key of a certificate to make: one that the caller gave, or a new one.
fn subject_key(
    cx: &mut Context<'_>,
    args: &[Value],
    at: Option<usize>,
) -> Result<PrivateKey, CallError> {
    if let Some(at) = at {
        return PrivateKey::from_pem(args.bytes(at))
            .map_err(|error| CallError::new(format!("parsing private key: {error}")));
    }
    cx.spend(price::rsa_key::<16>())?;
    let mut rng = random(cx)?;
    PrivateKey::generate_rsa::<16>(&mut rng)
        .map_err(|error| CallError::new(format!("error generating rsa key: {error}")))
}

fn issue(cx: &mut Context<'_>, request: &Request<'_>) -> Outcome {
    cx.spend(request.issuer.map_or(request.key, |issuer| &issuer.key).price())?;
    let now = jiff::Timestamp::try_from(cx.host().now()).unwrap_or_default().as_second();
    let mut rng = random(cx)?;
    let cert = certificate::issue(request, now, &mut rng)
        .map_err(|error| CallError::new(format!("error creating certificate: {error}")))?;
    let key = request
        .key
        .to_pem()
        .map_err(|error| CallError::new(format!("error pem-encoding key: {error}")))?;
    Ok(Value::object(CertificateObject { cert: cert.into_bytes(), key: key.into_bytes() }))
}

fn authority(cx: &mut Context<'_>, args: &[Value], key: Option<usize>) -> Outcome {
    let key = subject_key(cx, args, key)?;
    let names = Names::default();
    issue(
        cx,
        &Request {
            common_name: args.bytes(0),
            names: &names,
            days: args.int(1),
            role: Role::Authority,
            key: &key,
            issuer: None,
        },
    )
}

fn self_signed(cx: &mut Context<'_>, args: &[Value], key: Option<usize>) -> Outcome {
    let key = subject_key(cx, args, key)?;
    endpoint(cx, args, &key, None)
}

fn signed(cx: &mut Context<'_>, args: &[Value], key: Option<usize>) -> Outcome {
    let key = subject_key(cx, args, key)?;
    let authority = args.any(4).downcast::<CertificateObject>();
    let authority = authority.ok_or_else(crate::fault::nil_pointer)?;
    let issuer =
        certificate::Issuer::read(&authority.cert, &authority.key).map_err(CallError::new)?;
    endpoint(cx, args, &key, Some(&issuer))
}

/// A certificate for the names that the arguments give.
fn endpoint(
    cx: &mut Context<'_>,
    args: &[Value],
    key: &PrivateKey,
    issuer: Option<&certificate::Issuer>,
) -> Outcome {
    let (name, names) = (args.bytes(0), names(args)?);
    let days = args.int(3);
    issue(
        cx,
        &Request { common_name: name, names: &names, days, role: Role::Endpoint, key, issuer },
    )
}

/// An address as Go's `net.ParseIP` reads it.
fn address(text: &str) -> Option<IpAddr> {
    text.parse().ok()
}

/// The alternative names of a certificate: arguments 1 (addresses) and 2 (host names).
fn names(args: &[Value]) -> Result<Names, CallError> {
    let shown = |value: &Value| {
        let text = template::format::sprint(std::slice::from_ref(value));
        String::from_utf8_lossy(&text).into_owned()
    };
    let mut names = Names::default();
    for value in args.any(1).as_list().into_iter().flatten() {
        let Value::Str(text) = value else {
            let value = shown(value);
            return Err(CallError::new(format!("error parsing ip: {value} is not a string")));
        };
        let text = text.to_str_lossy();
        let found = address(&text);
        names
            .addresses
            .push(found.ok_or_else(|| CallError::new(format!("error parsing ip: {text}")))?);
    }
    for value in args.any(2).as_list().into_iter().flatten() {
        let Value::Str(text) = value else {
            return Err(CallError::new(format!(
                "error processing alternate dns name: {} is not a string",
                shown(value)
            )));
        };
        names.hosts.push(text.as_bytes().to_vec());
    }
    Ok(names)
}

fn build_custom(_: &mut Context<'_>, args: &[Value]) -> Outcome {
    let fail = |message: &str| CallError::new(message);
    let cert =
        base64_decode(args.bytes(0)).map_err(|_| fail("unable to decode base64 certificate"))?;
    let key =
        base64_decode(args.bytes(1)).map_err(|_| fail("unable to decode base64 private key"))?;
    let (_, block) = pem::decode(&cert).ok_or_else(|| fail("unable to decode certificate"))?;
    x509::parse(&block).map_err(|error| {
        CallError::new(format!("error parsing certificate: decodedCert.Bytes: {error}"))
    })?;
    PrivateKey::from_pem(&key)
        .map_err(|error| CallError::new(format!("error parsing private key: {error}")))?;
    Ok(Value::object(CertificateObject { cert, key }))
}

const BLOCK: usize = 16;

/// The password cut or filled with zeros to 32 bytes, as Sprig makes a key of it.
fn aes_key(password: &[u8]) -> [u8; 32] {
    let mut key = [0; 32];
    let length = password.len().min(key.len());
    key[..length].copy_from_slice(&password[..length]);
    key
}

fn encrypt_aes(cx: &mut Context<'_>, args: &[Value]) -> Outcome {
    let plain = args.bytes(1);
    if plain.is_empty() {
        return Ok(Value::str(""));
    }
    let mut iv = [0; BLOCK];
    cx.host().random(&mut iv)?;
    let padding = BLOCK - plain.len() % BLOCK;
    let mut content = plain.to_vec();
    content.resize(plain.len() + padding, padding as u8);
    let mut cipher = cbc::Encryptor::<Aes256>::new(&aes_key(args.bytes(0)).into(), &iv.into());
    for block in content.chunks_exact_mut(BLOCK) {
        if let Ok(block) = <&mut Block<Aes256>>::try_from(block) {
            cipher.encrypt_block(block);
        }
    }
    Ok(Value::str(STANDARD.encode([iv.as_slice(), &content].concat())))
}

fn decrypt_aes(_: &mut Context<'_>, args: &[Value]) -> Outcome {
    let text = args.bytes(1);
    if text.is_empty() {
        return Ok(Value::str(""));
    }
    let content = base64_decode(text).map_err(CallError::new)?;
    let bounds =
        |what: String| CallError::new(format!("runtime error: slice bounds out of range {what}"));
    let Some((iv, content)) = content.split_first_chunk::<BLOCK>() else {
        let capacity = text.len() / 4 * 3;
        return Err(if capacity < BLOCK {
            bounds(format!("[:{BLOCK}] with capacity {capacity}"))
        } else {
            bounds(format!("[{BLOCK}:{}]", content.len()))
        });
    };
    if !content.len().is_multiple_of(BLOCK) {
        return Err(CallError::new("crypto/cipher: input not full blocks"));
    }
    let mut plain = content.to_vec();
    let mut cipher = cbc::Decryptor::<Aes256>::new(&aes_key(args.bytes(0)).into(), &(*iv).into());
    for block in plain.chunks_exact_mut(BLOCK) {
        if let Ok(block) = <&mut Block<Aes256>>::try_from(block) {
            cipher.decrypt_block(block);
        }
    }
    let Some(&padding) = plain.last() else {
        return Err(CallError::new("runtime error: index out of range [-1]"));
    };
    let end = plain.len() as i64 - i64::from(padding);
    match usize::try_from(end) {
        Ok(end) => Ok(Value::str(&plain[..end])),
        Err(_) => Err(bounds(format!("[:{end}]"))),
    }
}
