//! Passwords: bcrypt hashes, and those that Master Password (Spectre) derives from a secret.

use bcrypt::Version;
use hmac::{Hmac, KeyInit, Mac};
use scrypt::Params;
use sha2_next::Sha256;
use template::{CallError, Context};

use super::price;

/// The longest password bcrypt takes, in bytes.
const BCRYPT_MAX: usize = 72;
const BCRYPT_COST: u32 = 10;

/// A bcrypt hash, or in words why there is none.
pub(super) fn bcrypt(cx: &mut Context<'_>, password: &[u8]) -> Result<String, CallError> {
    const FAILED: &str = "failed to encrypt string with bcrypt";
    if password.len() > BCRYPT_MAX {
        return Ok(format!("{FAILED}: bcrypt: password length exceeds {BCRYPT_MAX} bytes"));
    }
    cx.spend(price::BCRYPT)?;
    let mut salt = [0; 16];
    cx.host().random(&mut salt)?;
    Ok(match bcrypt::hash_with_salt(password, BCRYPT_COST, salt) {
        Ok(parts) => parts.format_for_version(Version::TwoA),
        Err(error) => format!("{FAILED}: {error}"),
    })
}

const SEED: &[u8] = b"com.lyndir.masterpassword";

/// Derives the password of a site; `[password, user, site]`.
pub(super) fn derive(counter: u32, kind: &str, [password, user, site]: [&[u8]; 3]) -> String {
    let Some(templates) = templates(kind) else {
        return format!("cannot find password template {kind}");
    };
    let failed = |error: &dyn std::fmt::Display| format!("failed to derive password: {error}");
    let length = |text: &[u8]| (text.len() as u32).to_be_bytes();
    let salt = [SEED, &length(user), user].concat();
    let params = match Params::new(15, 8, 2) {
        Ok(params) => params,
        Err(error) => return failed(&error),
    };
    let mut key = [0; 64];
    if let Err(error) = scrypt::scrypt(password, &salt, &params, &mut key) {
        return failed(&error);
    }
    let mut mac = match Hmac::<Sha256>::new_from_slice(&key) {
        Ok(mac) => mac,
        Err(error) => return failed(&error),
    };
    mac.update(&[SEED, &length(site), site, &counter.to_be_bytes()].concat());
    let seed = mac.finalize().into_bytes();
    let template = templates[usize::from(seed[0]) % templates.len()];
    let letters = template.bytes().zip(&seed[1..]).map(|(class, &byte)| {
        let letters = characters(class);
        char::from(letters[usize::from(byte) % letters.len()])
    });
    letters.collect()
}

fn templates(kind: &str) -> Option<&'static [&'static str]> {
    Some(match kind {
        "maximum" => &["anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"],
        "long" => &[
            "CvcvnoCvcvCvcv",
            "CvcvCvcvnoCvcv",
            "CvcvCvcvCvcvno",
            "CvccnoCvcvCvcv",
            "CvccCvcvnoCvcv",
            "CvccCvcvCvcvno",
            "CvcvnoCvccCvcv",
            "CvcvCvccnoCvcv",
            "CvcvCvccCvcvno",
            "CvcvnoCvcvCvcc",
            "CvcvCvcvnoCvcc",
            "CvcvCvcvCvccno",
            "CvccnoCvccCvcv",
            "CvccCvccnoCvcv",
            "CvccCvccCvcvno",
            "CvcvnoCvccCvcc",
            "CvcvCvccnoCvcc",
            "CvcvCvccCvccno",
            "CvccnoCvcvCvcc",
            "CvccCvcvnoCvcc",
            "CvccCvcvCvccno",
        ],
        "medium" => &["CvcnoCvc", "CvcCvcno"],
        "short" => &["Cvcn"],
        "basic" => &["aaanaaan", "aannaaan", "aaannaaa"],
        "pin" => &["nnnn"],
        _ => return None,
    })
}

fn characters(class: u8) -> &'static [u8] {
    match class {
        b'V' => b"AEIOU",
        b'C' => b"BCDFGHJKLMNPQRSTVWXYZ",
        b'v' => b"aeiou",
        b'c' => b"bcdfghjklmnpqrstvwxyz",
        b'A' => b"AEIOUBCDFGHJKLMNPQRSTVWXYZ",
        b'a' => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
        b'n' => b"0123456789",
        b'o' => b"@&%?,=[]_:-+*$#!'^~;()/.",
        _ => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
    }
}
