//! Public keys of version 4: what they are made of, and the names that follow from that.

use sha1::{Digest as _, Sha1};

use crate::packet::Content;
use crate::{Error, weierstrass};

/// Said of keys and signatures of version 5.
pub(crate) const VERSION_5: &str =
    "support for parsing v5 entities is disabled; build with `-tags v5` if needed";

/// What a key can do, by its number in OpenPGP.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Algorithm {
    #[default]
    Rsa,
    RsaEncrypt,
    RsaSign,
    ElGamal,
    Dsa,
    Ecdh,
    Ecdsa,
    EdDsa,
    X25519,
    X448,
    Ed25519,
    Ed448,
}

/// The curves of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Curve {
    P256,
    P384,
    P521,
    Ed25519,
    Rare(weierstrass::Curve),
    /// Known to OpenPGP, but not to us.
    Ed448,
    /// For encryption only.
    Montgomery,
}

const CURVES: [(&[u8], Curve); 11] = [
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07], Curve::P256),
    (&[0x2b, 0x81, 0x04, 0x00, 0x22], Curve::P384),
    (&[0x2b, 0x81, 0x04, 0x00, 0x23], Curve::P521),
    (&[0x2b, 0x81, 0x04, 0x00, 0x0a], Curve::Rare(weierstrass::Curve::Secp256k1)),
    (&[0x2b, 0x06, 0x01, 0x04, 0x01, 0x97, 0x55, 0x01, 0x05, 0x01], Curve::Montgomery),
    (&[0x2b, 0x65, 0x6f], Curve::Montgomery),
    (&[0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x0f, 0x01], Curve::Ed25519),
    (&[0x2b, 0x65, 0x71], Curve::Ed448),
    (
        &[0x2b, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x07],
        Curve::Rare(weierstrass::Curve::Brainpool256),
    ),
    (
        &[0x2b, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x0b],
        Curve::Rare(weierstrass::Curve::Brainpool384),
    ),
    (
        &[0x2b, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 0x0d],
        Curve::Rare(weierstrass::Curve::Brainpool512),
    ),
];

/// What a signature is checked with.
#[derive(Debug, Clone)]
pub(crate) enum Material {
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
    Dsa {
        p: Vec<u8>,
        q: Vec<u8>,
        g: Vec<u8>,
        y: Vec<u8>,
    },
    P256(Box<p256::ecdsa::VerifyingKey>),
    P384(Box<p384::ecdsa::VerifyingKey>),
    P521(Box<p521::ecdsa::VerifyingKey>),
    Ed25519([u8; 32]),
    Rare(Box<weierstrass::Key>),
    /// A curve that we do not know.
    Unknown(&'static str),
    /// It cannot sign.
    None,
}

/// A key.
#[derive(Debug, Clone)]
pub(crate) struct PublicKey {
    pub(crate) algorithm: Algorithm,
    /// Seconds since 1970.
    pub(crate) created: u32,
    pub(crate) material: Material,
    /// What is hashed for it.
    pub(crate) hashed: Vec<u8>,
    pub(crate) fingerprint: Vec<u8>,
    pub(crate) id: u64,
}

impl Algorithm {
    pub(crate) fn from_id(id: u8) -> Option<Self> {
        Some(match id {
            1 => Self::Rsa,
            2 => Self::RsaEncrypt,
            3 => Self::RsaSign,
            16 => Self::ElGamal,
            17 => Self::Dsa,
            18 => Self::Ecdh,
            19 => Self::Ecdsa,
            22 => Self::EdDsa,
            25 => Self::X25519,
            26 => Self::X448,
            27 => Self::Ed25519,
            28 => Self::Ed448,
            _ => return None,
        })
    }

    /// Whether there are signatures of this kind.
    pub(crate) fn signs(self) -> bool {
        match self {
            Self::Rsa
            | Self::RsaSign
            | Self::Dsa
            | Self::Ecdsa
            | Self::EdDsa
            | Self::Ed25519
            | Self::Ed448 => true,
            Self::RsaEncrypt | Self::ElGamal | Self::Ecdh | Self::X25519 | Self::X448 => false,
        }
    }
}

impl PublicKey {
    pub(crate) fn parse(content: &mut Content<'_>) -> Result<Self, Error> {
        let head = content.take(6)?;
        match head[0] {
            4 => {}
            5 => return Err(Error::unsupported(VERSION_5)),
            version => return Err(Error::unsupported(format!("public key version {version}"))),
        }
        let created = u32::from_be_bytes([head[1], head[2], head[3], head[4]]);
        let algorithm = Algorithm::from_id(head[5])
            .ok_or_else(|| Error::unsupported(format!("public key type: {}", head[5])))?;
        let material = material(algorithm, content)?;
        let body = content.taken();
        let mut hashed = vec![0x99, (body.len() >> 8) as u8, body.len() as u8];
        hashed.extend_from_slice(body);
        let fingerprint = Sha1::digest(&hashed).to_vec();
        let id = fingerprint[12..].try_into().map_or(0, u64::from_be_bytes);
        Ok(Self { algorithm, created, material, hashed, fingerprint, id })
    }

    /// Whether it is not valid any more, or not yet; `lifetime` is in seconds from its making.
    pub(crate) fn is_expired(&self, lifetime: Option<u32>, now: u64) -> bool {
        let created = u64::from(self.created);
        let ends = lifetime.filter(|lifetime| *lifetime > 0);
        created > now || ends.is_some_and(|lifetime| now > created + u64::from(lifetime))
    }
}

fn material(algorithm: Algorithm, content: &mut Content<'_>) -> Result<Material, Error> {
    Ok(match algorithm {
        Algorithm::Rsa | Algorithm::RsaEncrypt | Algorithm::RsaSign => {
            let (n, e) = (content.mpi()?.to_vec(), content.mpi()?.to_vec());
            if e.len() > 3 {
                return Err(Error::unsupported("large public exponent"));
            }
            Material::Rsa { n, e }
        }
        Algorithm::Dsa => Material::Dsa {
            p: content.mpi()?.to_vec(),
            q: content.mpi()?.to_vec(),
            g: content.mpi()?.to_vec(),
            y: content.mpi()?.to_vec(),
        },
        Algorithm::ElGamal => {
            for _ in 0..3 {
                content.mpi()?;
            }
            Material::None
        }
        Algorithm::Ecdh => {
            ecdh(content)?;
            Material::None
        }
        Algorithm::Ecdsa => ecdsa(content)?,
        Algorithm::EdDsa => eddsa(content)?,
        Algorithm::X25519 => {
            content.take(32)?;
            Material::None
        }
        Algorithm::X448 => {
            content.take(56)?;
            Material::None
        }
        Algorithm::Ed25519 => {
            let point = content.take(32)?;
            Material::Ed25519(point.try_into().unwrap_or_default())
        }
        Algorithm::Ed448 => {
            content.take(57)?;
            Material::Unknown("Ed448")
        }
    })
}

/// A curve, and its number as errors name it.
fn curve(content: &mut Content<'_>) -> Result<(Curve, String), Error> {
    let oid = counted(content)?;
    // Go prints the length, too, as a structure of one field.
    let name = oid.iter().fold(String::new(), |name, byte| format!("{name}{byte:02x}"));
    let known = CURVES.iter().find(|(known, _)| *known == oid);
    match known {
        Some((_, curve)) => Ok((*curve, name)),
        None => Err(Error::unsupported(format!("unknown oid: &{{{name}}}"))),
    }
}

/// Bytes with their number before them.
fn counted<'d>(content: &mut Content<'d>) -> Result<&'d [u8], Error> {
    match content.byte()? {
        len @ (0 | 0xff) => {
            Err(Error::unsupported(format!("reserved for future extensions: {len}")))
        }
        len => content.take(usize::from(len)),
    }
}

fn ecdh(content: &mut Content<'_>) -> Result<(), Error> {
    curve(content)?;
    content.mpi()?;
    let kdf = counted(content)?;
    match kdf {
        [1, _, _, ..] => Ok(()),
        [reserved, _, _, ..] => {
            Err(Error::unsupported(format!("unsupported KDF reserved field: {reserved}")))
        }
        _ => Err(Error::unsupported(format!("unsupported ECDH KDF length: {}", kdf.len()))),
    }
}

fn ecdsa(content: &mut Content<'_>) -> Result<Material, Error> {
    let (curve, name) = curve(content)?;
    let point = content.mpi()?;
    let no_point = || Error::Other("ecdsa: failed to parse EC point".to_owned());
    let key = match curve {
        Curve::P256 => Material::P256(Box::new(
            p256::ecdsa::VerifyingKey::from_sec1_bytes(point).map_err(|_| no_point())?,
        )),
        Curve::P384 => Material::P384(Box::new(
            p384::ecdsa::VerifyingKey::from_sec1_bytes(point).map_err(|_| no_point())?,
        )),
        Curve::P521 => Material::P521(Box::new(
            p521::ecdsa::VerifyingKey::from_sec1_bytes(point).map_err(|_| no_point())?,
        )),
        Curve::Rare(curve) => {
            let key = weierstrass::Key::parse(curve, point);
            Material::Rare(Box::new(key.ok_or_else(no_point)?))
        }
        Curve::Ed448 | Curve::Ed25519 | Curve::Montgomery => {
            return Err(Error::unsupported(format!("unsupported oid: &{{{name}}}")));
        }
    };
    Ok(key)
}

fn eddsa(content: &mut Content<'_>) -> Result<Material, Error> {
    let (curve, name) = curve(content)?;
    let known = matches!(curve, Curve::Ed25519 | Curve::Ed448);
    if !known {
        return Err(Error::unsupported(format!("unsupported oid: &{{{name}}}")));
    }
    let point = content.mpi()?;
    let Some((flag, point)) = point.split_first() else {
        return Err(Error::structure("empty EdDSA public key"));
    };
    if *flag != 0x40 {
        return Err(Error::unsupported(format!("unsupported EdDSA compression: {flag}")));
    }
    if curve != Curve::Ed25519 {
        return Ok(Material::Unknown("Ed448"));
    }
    let point = point.try_into();
    point
        .map(Material::Ed25519)
        .map_err(|_| Error::Other("eddsa: failed to parse EC point".to_owned()))
}
