//! Keys, certificates, password hashes and encryption.

use template::Function;

pub(crate) const FUNCTIONS: &[Function] = &[];
