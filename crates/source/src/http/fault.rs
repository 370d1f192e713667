//! Which of name, connection, TLS and transfer went wrong.
use std::error::Error;
use std::io;

use super::connect::Unresolved;
use crate::FetchError;
use crate::address::Address;

pub(super) fn classify(address: &Address, error: &(dyn Error + 'static)) -> FetchError {
    let address = address.clone();
    let mut innermost = error.to_string();
    let mut next = Some(error);
    while let Some(cause) = next {
        if let Some(name) = cause.downcast_ref::<Unresolved>() {
            return FetchError::Unresolved { address, why: name.to_string() };
        }
        if let Some(tls) = tls_error(cause) {
            return tls_fault(address, tls);
        }
        if let Some(hyper) = cause.downcast_ref::<hyper::Error>()
            && hyper.is_incomplete_message()
        {
            return FetchError::Truncated { address };
        }
        innermost = cause.to_string();
        next = cause.source();
    }
    FetchError::Connection { address, why: innermost }
}

/// As [`classify`], while a body is read: its early end is an end in the middle.
pub(super) fn in_body(address: &Address, error: &hyper::Error) -> FetchError {
    let early = |cause: &(dyn Error + 'static)| {
        let io = cause.downcast_ref::<io::Error>();
        io.is_some_and(|io| io.kind() == io::ErrorKind::UnexpectedEof)
    };
    let mut next = error.source();
    while let Some(cause) = next {
        if early(cause) {
            return FetchError::Truncated { address: address.clone() };
        }
        next = cause.source();
    }
    classify(address, error)
}

/// The TLS error that an error is, or carries: an `io::Error` does not name what it carries as its
/// source.
fn tls_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    if let Some(tls) = error.downcast_ref() {
        return Some(tls);
    }
    tls_error(error.downcast_ref::<io::Error>()?.get_ref()?)
}

fn tls_fault(address: Address, error: &rustls::Error) -> FetchError {
    match error {
        // What an HTTP server without TLS answers to a handshake.
        rustls::Error::InvalidMessage(_) => FetchError::NotTls { address },
        error => FetchError::Tls { address, why: error.to_string() },
    }
}
