//! Whether a chart's archive is what somebody signed: provenance files as Helm makes and checks them.
//!
//! A provenance file is an OpenPGP clear-signed message that holds the chart's metadata and the SHA-256
//! of its archive. The rules and the words of errors are those of Helm 4.3.1 and of the library that it
//! uses (go-crypto 1.4.1): version 4 keys and signatures with RSA, DSA, ECDSA and Ed25519; SHA-1 and
//! SHA-2; keyrings as GnuPG keeps or exports them.
//!
//! ```
//! let keyring = provenance::Keyring::read("pubring.gpg", b"")?;
//! let archive = b"not signed";
//! let refused = provenance::verify(&keyring, archive, b"no message", "web-1.0.0.tgz", 0);
//! assert_eq!(refused.unwrap_err().to_string(), "signature block not found");
//! # Ok::<(), provenance::Error>(())
//! ```
//!
//! Invariant: input of any kind ends in a result, in time linear to its length but for the arithmetic on
//! keys, whose size is limited.
//! Not here: signing, files and their names, and the clock.

mod armor;
mod check;
mod clearsign;
mod error;
mod key;
mod keybox;
mod keyring;
mod packet;
mod signature;
mod sums;
mod verify;
mod weierstrass;

pub use error::Error;
pub use keyring::Keyring;
pub use verify::{Verification, verify};
