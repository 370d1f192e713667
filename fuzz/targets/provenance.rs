//! Any keyring and any signed message: refused or verified, in bounded time. The first byte says where
//! the one ends and the other begins, in parts of the whole.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((part, rest)) = bytes.split_first() else { return };
    let (keyring, message) = rest.split_at(rest.len() * usize::from(*part) / 255);
    let Ok(keyring) = provenance::Keyring::read("ring", keyring) else { return };
    drop(provenance::verify(&keyring, b"an archive", message, "web-0.1.0.tgz", 1_795_263_600));
});
