//! The whole question: did somebody whose key is in the keyring sign this archive, and is that still
//! good?

use crate::check::{Hash, check};
use crate::clearsign;
use crate::keyring::{Candidate, Keyring};
use crate::packet::{Packet, Stream};
use crate::signature::{Signature, kind};
use crate::{Error, sums};

/// Revoked because somebody else has it: then it never was good.
const COMPROMISED: u8 = 2;

/// Who signed what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// The names of the key.
    pub signed_by: Vec<String>,
    /// The fingerprint of the key, in capital hex digits.
    pub fingerprint: String,
    /// The hash of the archive: `sha256:` and hex digits.
    pub file_hash: String,
}

/// Checks that the provenance is signed by a key of the keyring and holds the archive's hash under its
/// name; `now` is in seconds since 1970.
pub fn verify(
    keyring: &Keyring,
    archive: &[u8],
    provenance: &[u8],
    file_name: &str,
    now: u64,
) -> Result<Verification, Error> {
    let mut message = clearsign::decode(provenance).ok_or(Error::NoMessage)?;
    let signer = signer(keyring, &mut message.signature, &message.signed, now)?;
    let found = format!("sha256:{}", hex(&Hash::Sha256.of(&[archive])));
    let Some(signed) = sums::of_file(&message.text, file_name)? else {
        return Err(Error::NoSum(file_name.to_owned()));
    };
    if signed != found {
        return Err(Error::Sum { file: file_name.to_owned(), signed, found });
    }
    let entity = signer.entity;
    let name = |name: &[u8]| String::from_utf8_lossy(name).into_owned();
    Ok(Verification {
        signed_by: entity.identities.iter().map(|identity| name(&identity.name)).collect(),
        fingerprint: hex(&entity.key.fingerprint).to_ascii_uppercase(),
        file_hash: found,
    })
}

/// The key that made the first signature whose maker is known.
fn signer<'k>(
    keyring: &'k Keyring,
    packets: &mut Stream,
    signed: &[u8],
    now: u64,
) -> Result<Candidate<'k>, Error> {
    let (signature, candidates) = loop {
        let packet = packets.next()?.ok_or(Error::UnknownSigner)?;
        let Packet::Signature(signature) = packet else {
            return Err(Error::structure("non signature packet found"));
        };
        let no_issuer = || Error::structure("signature doesn't have an issuer");
        let candidates = keyring.signers(signature.issuer.ok_or_else(no_issuer)?);
        if !candidates.is_empty() {
            break (signature, candidates);
        }
    };
    if !matches!(signature.kind, kind::BINARY | kind::TEXT) {
        let kind = signature.kind;
        return Err(Error::Unsupported(format!("unsupported signature type: {kind}")));
    }
    let mut result = Err(Error::UnknownSigner);
    // Each further key sees what the one before hashed, too, as in Helm's library.
    let mut parts = vec![signed];
    for candidate in candidates {
        match check(candidate.key(), &signature, &parts) {
            Ok(()) => return still_good(candidate, &signature, now).map(|()| candidate),
            Err(error) => result = Err(error),
        }
        parts.push(&signature.suffix);
    }
    result
}

/// Whether neither key nor signature was taken back or has expired.
fn still_good(signer: Candidate<'_>, signature: &Signature, now: u64) -> Result<(), Error> {
    let entity = signer.entity;
    let identity = entity.primary_identity().ok_or(Error::KeyRevoked)?;
    let own = identity.signature.as_ref().ok_or(Error::KeyRevoked)?;
    let mut signatures = vec![signature, own];
    if let Some(subkey) = signer.subkey {
        signatures.push(&subkey.binding);
        signatures.extend(subkey.binding.embedded.as_deref());
    }
    let mut notations = signatures.iter().flat_map(|signature| &signature.critical_notations);
    if let Some(name) = notations.next() {
        return Err(Error::Signature(format!("unknown critical notation: {name}")));
    }
    let of_subkey = signer.subkey.map_or(&[][..], |subkey| &subkey.revocations);
    if [&entity.revocations, of_subkey, &identity.revocations]
        .into_iter()
        .flatten()
        .any(|revocation| revocation.reason == Some(COMPROMISED) || !revocation.is_expired(now))
    {
        return Err(Error::KeyRevoked);
    }
    let subkey = signer.subkey.map(|subkey| (&subkey.key, &subkey.binding));
    let keys = [Some((&entity.key, own)), subkey];
    if keys.into_iter().flatten().any(|(key, by)| key.is_expired(by.key_lifetime, now)) {
        return Err(Error::KeyExpired);
    }
    if signatures.iter().any(|signature| signature.is_expired(now)) {
        return Err(Error::SignatureExpired);
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}
