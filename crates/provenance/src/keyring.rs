//! Keyrings: whose keys signatures are checked with, and which of what they say is believed.
//!
//! Invariant: a key counts only with a name that it signed itself, a subkey only with the key's
//! signature and, if it signs, its own over the key.

use std::fmt;

use crate::check::check;
use crate::key::PublicKey;
use crate::packet::{Packet, Stream};
use crate::signature::{Signature, kind};
use crate::{Error, armor, keybox};

/// Public keys.
#[derive(Clone, Default)]
pub struct Keyring {
    pub(crate) entities: Vec<Entity>,
}

/// Somebody: a key, its names and its subkeys.
#[derive(Debug, Clone)]
pub(crate) struct Entity {
    pub(crate) key: PublicKey,
    pub(crate) identities: Vec<Identity>,
    pub(crate) revocations: Vec<Signature>,
    pub(crate) subkeys: Vec<Subkey>,
}

#[derive(Debug, Clone)]
pub(crate) struct Identity {
    pub(crate) name: Vec<u8>,
    pub(crate) signature: Option<Signature>,
    pub(crate) revocations: Vec<Signature>,
}

#[derive(Debug, Clone)]
pub(crate) struct Subkey {
    pub(crate) key: PublicKey,
    pub(crate) binding: Signature,
    pub(crate) revocations: Vec<Signature>,
}

/// A key that may have made a signature.
#[derive(Clone, Copy)]
pub(crate) struct Candidate<'k> {
    pub(crate) entity: &'k Entity,
    /// Nothing for the entity's own key.
    pub(crate) subkey: Option<&'k Subkey>,
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids = self.entities.iter().map(|entity| format!("{:016X}", entity.key.id));
        f.debug_list().entries(ids).finish()
    }
}

impl Keyring {
    /// Reads a keyring: packets as in `pubring.gpg`, GnuPG's `pubring.kbx`, or the text that
    /// `gpg --export --armor` prints. Keys that are not understood are left out, unless all are.
    /// `name` is told in errors.
    pub fn read(name: &str, data: &[u8]) -> Result<Self, Error> {
        if keybox::is_keybox(data) {
            let keys = keybox::keys(name, data)?;
            return Self::from_packets(&mut Stream::new(keys, None));
        }
        if !data.trim_ascii().starts_with(b"-----BEGIN PGP") {
            return Self::from_packets(&mut Stream::new(data.to_vec(), None));
        }
        Self::from_armor(data)
            .map_err(|problem| Error::Armored { file: name.to_owned(), problem: Box::new(problem) })
    }

    fn from_armor(data: &[u8]) -> Result<Self, Error> {
        let mut keyring = Self::default();
        let mut rest = data;
        while let Some((mut block, read)) = armor::decode(rest) {
            if !matches!(block.kind.as_str(), "PGP PUBLIC KEY BLOCK" | "PGP PRIVATE KEY BLOCK") {
                let kind = yaml::quote::quote(&block.kind);
                let problem = format!("expected a public or private key block, got {kind}");
                return Err(Error::Other(problem));
            }
            keyring.entities.extend(Self::from_packets(&mut block.body)?.entities);
            rest = &rest[read..];
        }
        if keyring.entities.is_empty() {
            return Err(Error::Other("no keys found".to_owned()));
        }
        Ok(keyring)
    }

    fn from_packets(packets: &mut Stream) -> Result<Self, Error> {
        let mut entities = Vec::new();
        let mut left_out = None;
        loop {
            match Entity::read(packets) {
                Ok(Some(entity)) => entities.push(entity),
                Ok(None) => break,
                Err(error @ (Error::Unsupported(_) | Error::Structure(_))) => {
                    left_out = Some(error);
                    if !skip_to_key(packets)? {
                        break;
                    }
                }
                Err(error) => return Err(error),
            }
        }
        match left_out {
            Some(error) if entities.is_empty() => Err(error),
            _ => Ok(Self { entities }),
        }
    }

    /// The keys with an id that may sign.
    pub(crate) fn signers(&self, id: u64) -> Vec<Candidate<'_>> {
        let mut found = Vec::new();
        for entity in &self.entities {
            let own = Candidate { entity, subkey: None };
            let subkeys = entity.subkeys.iter();
            let all = subkeys.map(|subkey| Candidate { entity, subkey: Some(subkey) });
            found.extend(std::iter::once(own).chain(all).filter(|candidate| {
                let signature = candidate.signature();
                let may_sign = signature.and_then(|signature| signature.may_sign);
                candidate.key().id == id && may_sign == Some(true)
            }));
        }
        found
    }
}

/// Goes to the next key; false at the end.
fn skip_to_key(packets: &mut Stream) -> Result<bool, Error> {
    while let Some(packet) = packets.next()? {
        if matches!(packet, Packet::Key(_)) {
            packets.put_back(packet);
            return Ok(true);
        }
    }
    Ok(false)
}

impl<'k> Candidate<'k> {
    pub(crate) fn key(self) -> &'k PublicKey {
        self.subkey.map_or(&self.entity.key, |subkey| &subkey.key)
    }

    fn signature(self) -> Option<&'k Signature> {
        match self.subkey {
            Some(subkey) => Some(&subkey.binding),
            None => self.entity.primary_identity()?.signature.as_ref(),
        }
    }
}

impl Entity {
    /// The next entity; nothing at the end.
    fn read(packets: &mut Stream) -> Result<Option<Self>, Error> {
        let key = match packets.next()? {
            None => return Ok(None),
            Some(Packet::Key(key) | Packet::Subkey(key)) => *key,
            Some(other) => {
                packets.put_back(other);
                return Err(Error::structure("first packet was not a public/private key"));
            }
        };
        if !key.algorithm.signs() {
            return Err(Error::structure("primary key cannot be used for signatures"));
        }
        let (identities, subkeys) = (Vec::new(), Vec::new());
        let mut entity = Self { key, identities, revocations: Vec::new(), subkeys };
        let mut revocations = Vec::new();
        while let Some(packet) = packets.next()? {
            match packet {
                Packet::UserId(name) => entity.add_identity(packets, name)?,
                Packet::Signature(signature) if signature.kind == kind::KEY_REVOCATION => {
                    revocations.push(*signature);
                }
                Packet::Key(_) => {
                    packets.put_back(packet);
                    break;
                }
                Packet::Subkey(subkey) => entity.add_subkey(packets, *subkey)?,
                Packet::Signature(_) | Packet::Other => {}
            }
        }
        if entity.identities.is_empty() {
            return Err(Error::structure("v4 entity without any identities"));
        }
        for revocation in revocations {
            if check(&entity.key, &revocation, &[&entity.key.hashed]).is_err() {
                let other = "revocation signature signed by alternate key";
                return Err(Error::structure(other));
            }
            entity.revocations.push(revocation);
        }
        Ok(Some(entity))
    }

    fn add_identity(&mut self, packets: &mut Stream, name: Vec<u8>) -> Result<(), Error> {
        let mut len = vec![0xb4];
        len.extend_from_slice(&(name.len() as u32).to_be_bytes());
        let mut identity = Identity { name, signature: None, revocations: Vec::new() };
        let mut own = false;
        while let Some(packet) = packets.next()? {
            let Packet::Signature(signature) = packet else {
                packets.put_back(packet);
                break;
            };
            let revokes = signature.kind == kind::CERTIFICATION_REVOCATION;
            if !revokes && !kind::CERTIFICATIONS.contains(&signature.kind) {
                return Err(Error::structure("user ID signature with wrong type"));
            }
            if !signature.is_by(&self.key.fingerprint, self.key.id) {
                continue;
            }
            check(&self.key, &signature, &[&self.key.hashed, &len, &identity.name]).map_err(
                |error| Error::structure(format!("user ID self-signature invalid: {error}")),
            )?;
            own = true;
            if revokes {
                identity.revocations.push(*signature);
            } else if is_newer(&signature, identity.signature.as_ref()) {
                identity.signature = Some(*signature);
            }
        }
        if own {
            self.identities.retain(|other| other.name != identity.name);
            self.identities.push(identity);
        }
        Ok(())
    }

    fn add_subkey(&mut self, packets: &mut Stream, key: PublicKey) -> Result<(), Error> {
        let invalid = |error: Error| Error::structure(format!("subkey signature invalid: {error}"));
        let mut binding = None;
        let mut revocations = Vec::new();
        while let Some(packet) = packets.next().map_err(invalid)? {
            let Packet::Signature(signature) = packet else {
                packets.put_back(packet);
                break;
            };
            if !matches!(signature.kind, kind::SUBKEY_BINDING | kind::SUBKEY_REVOCATION) {
                return Err(Error::structure("subkey signature with wrong type"));
            }
            self.check_binding(&key, &signature).map_err(invalid)?;
            if signature.kind == kind::SUBKEY_REVOCATION {
                revocations.push(*signature);
            } else if is_newer(&signature, binding.as_ref()) {
                binding = Some(*signature);
            }
        }
        let Some(binding) = binding else {
            return Err(Error::structure("subkey packet not followed by signature"));
        };
        self.subkeys.push(Subkey { key, binding, revocations });
        Ok(())
    }

    /// A subkey that signs says itself that it belongs to the key.
    fn check_binding(&self, subkey: &PublicKey, signature: &Signature) -> Result<(), Error> {
        let signed = [self.key.hashed.as_slice(), &subkey.hashed];
        check(&self.key, signature, &signed)?;
        if signature.may_sign != Some(true) {
            return Ok(());
        }
        let Some(embedded) = &signature.embedded else {
            return Err(Error::structure("signing subkey is missing cross-signature"));
        };
        check(subkey, embedded, &signed).map_err(|error| {
            Error::structure(format!("error while verifying cross-signature: {error}"))
        })
    }

    /// The name that counts: not revoked, said to be the first, or the newest.
    pub(crate) fn primary_identity(&self) -> Option<&Identity> {
        self.identities.iter().fold(None, |found, next| match found {
            Some(found) if !is_preferred(found, next) => Some(found),
            _ => Some(next),
        })
    }
}

fn is_newer(signature: &Signature, than: Option<&Signature>) -> bool {
    than.is_none_or(|than| signature.created > than.created)
}

/// Whether a name counts before the one that was found so far.
fn is_preferred(found: &Identity, next: &Identity) -> bool {
    let revoked = |identity: &Identity| identity.revocations.len();
    if revoked(found) != revoked(next) {
        return revoked(found) > revoked(next);
    }
    let (Some(old), Some(new)) = (&found.signature, &next.signature) else {
        return found.signature.is_none();
    };
    match (old.primary == Some(true), new.primary == Some(true)) {
        (true, false) => false,
        (false, true) => true,
        (true, true) | (false, false) => new.created > old.created,
    }
}
