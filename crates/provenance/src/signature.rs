//! Signature packets of version 4: who signed, when, for how long, and with what.
//!
//! Only what is hashed counts, but for the signer's name and the signature inside of a signature.

use crate::Error;
use crate::check::Hash;
use crate::key::Algorithm;
use crate::packet::Content;

/// How often a signature may be inside of a signature; the format needs one.
const MAX_DEPTH: usize = 8;

/// What is signed.
pub(crate) mod kind {
    pub(crate) const BINARY: u8 = 0x00;
    pub(crate) const TEXT: u8 = 0x01;
    pub(crate) const CERTIFICATIONS: std::ops::RangeInclusive<u8> = 0x10..=0x13;
    pub(crate) const SUBKEY_BINDING: u8 = 0x18;
    pub(crate) const PRIMARY_BINDING: u8 = 0x19;
    pub(crate) const KEY_REVOCATION: u8 = 0x20;
    pub(crate) const SUBKEY_REVOCATION: u8 = 0x28;
    pub(crate) const CERTIFICATION_REVOCATION: u8 = 0x30;
}

/// A signature.
#[derive(Debug, Clone, Default)]
pub(crate) struct Signature {
    pub(crate) kind: u8,
    pub(crate) algorithm: Algorithm,
    pub(crate) hash: Hash,
    /// What is hashed behind what is signed.
    pub(crate) suffix: Vec<u8>,
    /// Seconds since 1970.
    pub(crate) created: u32,
    has_created: bool,
    /// Seconds.
    pub(crate) lifetime: Option<u32>,
    pub(crate) key_lifetime: Option<u32>,
    pub(crate) issuer: Option<u64>,
    pub(crate) issuer_fingerprint: Option<Vec<u8>>,
    pub(crate) primary: Option<bool>,
    /// Whether the key may sign, where its flags are told.
    pub(crate) may_sign: Option<bool>,
    pub(crate) reason: Option<u8>,
    pub(crate) critical_notations: Vec<String>,
    pub(crate) embedded: Option<Box<Signature>>,
    /// One or two numbers.
    pub(crate) numbers: [Vec<u8>; 2],
}

impl Signature {
    pub(crate) fn parse(content: &mut Content<'_>) -> Result<Self, Error> {
        Self::parse_at(content, 0)
    }

    fn parse_at(content: &mut Content<'_>, depth: usize) -> Result<Self, Error> {
        let version = content.byte()?;
        match version {
            4 => {}
            5 => return Err(Error::unsupported(crate::key::VERSION_5)),
            version => {
                return Err(Error::unsupported(format!("signature packet version {version}")));
            }
        }
        let head = content.take(5)?;
        let (kind, id, hash_id) = (head[0], head[1], head[2]);
        let algorithm = Algorithm::from_id(id).filter(|algorithm| algorithm.signs());
        let algorithm =
            algorithm.ok_or_else(|| Error::unsupported(format!("public key algorithm {id}")))?;
        let hash = Hash::from_id(hash_id)
            .ok_or_else(|| Error::unsupported(format!("hash function {hash_id}")))?;
        let len = usize::from(head[3]) << 8 | usize::from(head[4]);
        let hashed = content.take(len)?;
        let mut suffix = vec![4, kind, id, hash_id, head[3], head[4]];
        suffix.extend_from_slice(hashed);
        let total = suffix.len() as u32;
        suffix.extend_from_slice(&[4, 0xff]);
        suffix.extend_from_slice(&total.to_be_bytes());
        let mut signature = Self { kind, algorithm, hash, suffix, ..Self::default() };
        signature.subpackets(hashed, Part::Hashed, depth)?;
        let len = content.number(2)? as usize;
        let rest = content.take(len)?;
        signature.subpackets(rest, Part::Unhashed, depth)?;
        // The first bytes of the hash: a hint, not a proof.
        content.take(2)?;
        signature.numbers = match algorithm {
            Algorithm::Rsa | Algorithm::RsaSign => [content.mpi()?.to_vec(), Vec::new()],
            Algorithm::Dsa | Algorithm::Ecdsa | Algorithm::EdDsa => {
                [content.mpi()?.to_vec(), content.mpi()?.to_vec()]
            }
            Algorithm::Ed25519 => [content.take(64)?.to_vec(), Vec::new()],
            Algorithm::Ed448 => [content.take(114)?.to_vec(), Vec::new()],
            Algorithm::RsaEncrypt
            | Algorithm::ElGamal
            | Algorithm::Ecdh
            | Algorithm::X25519
            | Algorithm::X448 => Default::default(),
        };
        Ok(signature)
    }

    fn subpackets(&mut self, mut rest: &[u8], part: Part, depth: usize) -> Result<(), Error> {
        while !rest.is_empty() {
            rest = self.subpacket(rest, part, depth)?;
        }
        if self.has_created {
            Ok(())
        } else {
            Err(Error::structure("no creation time in signature"))
        }
    }

    fn subpacket<'d>(
        &mut self,
        data: &'d [u8],
        part: Part,
        depth: usize,
    ) -> Result<&'d [u8], Error> {
        let cut = || Error::structure("signature subpacket truncated");
        let byte = |at: usize| data.get(at).map(|byte| usize::from(*byte)).ok_or_else(cut);
        let (len, from): (usize, usize) = match byte(0)? {
            first @ 0..192 => (first, 1),
            first @ 192..255 => (((first - 192) << 8) + byte(1)? + 192, 2),
            _ => (byte(1)? << 24 | byte(2)? << 16 | byte(3)? << 8 | byte(4)?, 5),
        };
        let subpacket = data.get(from..from.saturating_add(len)).ok_or_else(cut)?;
        let rest = &data[from + len..];
        let Some((first, body)) = subpacket.split_first() else {
            return Err(Error::structure("zero length signature subpacket"));
        };
        let (tag, critical) = (first & 0x7f, first & 0x80 != 0);
        if part == Part::Hashed || matches!(tag, 16 | 32 | 33) {
            self.take_in(tag, critical, body, depth)?;
        }
        Ok(rest)
    }

    fn take_in(&mut self, tag: u8, critical: bool, body: &[u8], depth: usize) -> Result<(), Error> {
        let seconds = |what: &str| {
            let bytes = body.try_into().map_err(|_| Error::structure(what))?;
            Ok::<_, Error>(u32::from_be_bytes(bytes))
        };
        match tag {
            2 => {
                self.created = seconds("signature creation time not four bytes")?;
                self.has_created = true;
            }
            3 => self.lifetime = Some(seconds("expiration subpacket with bad length")?),
            4 if body.first() == Some(&0) => {
                return Err(Error::unsupported("signature with non-exportable certification"));
            }
            5 if body.len() != 2 => {
                return Err(Error::structure("trust subpacket with bad length"));
            }
            6 if body.is_empty() => {
                return Err(Error::structure("regexp subpacket with bad length"));
            }
            6 if body.last() != Some(&0) => {
                let expected = "expected regular expression to be null-terminated";
                return Err(Error::structure(expected));
            }
            9 => self.key_lifetime = Some(seconds("key expiration subpacket with bad length")?),
            16 => {
                let id = body.try_into();
                let id = id.map_err(|_| Error::structure("issuer subpacket with bad length"))?;
                self.issuer = Some(u64::from_be_bytes(id));
            }
            20 => self.notation(critical, body)?,
            25 => match body {
                [primary] => self.primary = Some(*primary > 0),
                _ => return Err(Error::structure("primary user id subpacket with bad length")),
            },
            27 => {
                let flags = body.first().copied().unwrap_or_default();
                self.may_sign = Some(self.may_sign == Some(true) || flags & 2 != 0);
            }
            29 => {
                let reason = body.first();
                let reason =
                    reason.ok_or_else(|| Error::structure("empty revocation reason subpacket"))?;
                self.reason = Some(*reason);
            }
            32 => self.embed(body, depth)?,
            33 => self.fingerprint(body)?,
            35 => check_fingerprint(
                body,
                "invalid intended recipient fingerpring length",
                "invalid fingerprint length",
            )?,
            39 if !body.len().is_multiple_of(2) => {
                return Err(Error::structure("invalid aead cipher suite length"));
            }
            4..=6 | 11 | 21..=24 | 26 | 28 | 30 | 39 => {}
            tag if critical => {
                let what = format!("unknown critical signature subpacket type {tag}");
                return Err(Error::Unsupported(what));
            }
            _ => {}
        }
        Ok(())
    }

    fn notation(&mut self, critical: bool, body: &[u8]) -> Result<(), Error> {
        let bad = || Error::structure("notation data subpacket with bad length");
        let [_, _, _, _, name0, name1, value0, value1, text @ ..] = body else { return Err(bad()) };
        let name = usize::from(*name0) << 8 | usize::from(*name1);
        let value = usize::from(*value0) << 8 | usize::from(*value1);
        if text.len() != name + value {
            return Err(bad());
        }
        if critical {
            self.critical_notations.push(String::from_utf8_lossy(&text[..name]).into_owned());
        }
        Ok(())
    }

    fn embed(&mut self, body: &[u8], depth: usize) -> Result<(), Error> {
        if self.embedded.is_some() || depth == MAX_DEPTH {
            return Err(Error::structure("Cannot have multiple embedded signatures"));
        }
        let embedded = Self::parse_at(&mut Content::new(body), depth + 1)?;
        if embedded.kind != kind::PRIMARY_BINDING {
            let kind = embedded.kind;
            return Err(Error::structure(format!("cross-signature has unexpected type {kind}")));
        }
        self.embedded = Some(Box::new(embedded));
        Ok(())
    }

    fn fingerprint(&mut self, body: &[u8]) -> Result<(), Error> {
        check_fingerprint(body, "empty issuer fingerprint subpacket", "bad fingerprint length")?;
        let id = if body[0] >= 5 { &body[1..9] } else { &body[13..21] };
        self.issuer = id.try_into().ok().map(u64::from_be_bytes);
        self.issuer_fingerprint = Some(body[1..].to_vec());
        Ok(())
    }

    /// Whether it says that this key made it.
    pub(crate) fn is_by(&self, fingerprint: &[u8], id: u64) -> bool {
        match &self.issuer_fingerprint {
            Some(issuer) => issuer == fingerprint,
            None => self.issuer == Some(id),
        }
    }

    /// Whether it is not valid any more, or not yet; `now` is in seconds since 1970.
    pub(crate) fn is_expired(&self, now: u64) -> bool {
        let created = u64::from(self.created);
        let ends = self.lifetime.filter(|lifetime| *lifetime > 0);
        created > now || ends.is_some_and(|lifetime| now > created + u64::from(lifetime))
    }
}

/// What of a signature its maker vouches for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Hashed,
    Unhashed,
}

/// A key's version and its fingerprint.
fn check_fingerprint(body: &[u8], empty: &str, bad: &str) -> Result<(), Error> {
    let (version, fingerprint) = body.split_first().ok_or_else(|| Error::structure(empty))?;
    let len = if *version >= 5 { 32 } else { 20 };
    if fingerprint.len() == len { Ok(()) } else { Err(Error::structure(bad)) }
}
