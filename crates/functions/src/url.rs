//! `urlParse` and `urlJoin`. Invariant: parts and texts are those of Go's `net/url`, which is in
//! `parse`.

mod parse;

use template::{CallError, Context, Function, Map, Param, Value};

use crate::arguments::{Arguments, Outcome, fixed, quoted};
use crate::fault;
use parse::{Url, UserInfo};

pub(crate) const FUNCTIONS: &[Function] =
    &[fixed("urlJoin", &[Param::Map], join), fixed("urlParse", &[Param::String], parse)];

/// Whether a text is a URL with a scheme, as Go's `url.ParseRequestURI` reads one.
pub fn is_request_url(text: &str) -> bool {
    Url::parse_request(text.as_bytes()).is_ok_and(|url| !url.scheme.is_empty())
}

/// Host and path of a URL, as Go's `url.Parse` reads it.
pub fn host_and_path(text: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    Url::parse(text.as_bytes()).ok().map(|url| (url.host, url.path))
}

/// The host of a URL, with its port; the error is that of Go's `url.Parse`.
pub(crate) fn host(text: &[u8]) -> Result<Vec<u8>, String> {
    Url::parse(text).map(|url| url.host)
}

fn parse(_: &mut Context<'_>, args: &[Value]) -> Outcome {
    let url = Url::parse(args.bytes(0))
        .map_err(|error| CallError::new(format!("unable to parse url: {error}")))?;
    let hostname = url.hostname();
    let userinfo = url.user.as_ref().map(UserInfo::text).unwrap_or_default();
    Ok(Value::map([
        ("scheme", Value::str(url.scheme)),
        ("hostname", Value::str(hostname)),
        ("host", Value::str(url.host)),
        ("path", Value::str(url.path)),
        ("query", Value::str(url.query)),
        ("opaque", Value::str(url.opaque)),
        ("fragment", Value::str(url.fragment)),
        ("userinfo", Value::str(userinfo)),
    ]))
}

fn join(_: &mut Context<'_>, args: &[Value]) -> Outcome {
    let part = |key: &str| text_of(args.map(0), key);
    let mut url = Url {
        scheme: part("scheme")?,
        host: part("host")?,
        path: part("path")?,
        query: part("query")?,
        opaque: part("opaque")?,
        fragment: part("fragment")?,
        ..Url::default()
    };
    let userinfo = part("userinfo")?;
    if !userinfo.is_empty() {
        let whole = [b"proto://".as_slice(), &userinfo, b"@host"].concat();
        url.user = Url::parse(&whole)
            .map_err(|error| CallError::new(format!("unable to parse userinfo in dict: {error}")))?
            .user;
    }
    Ok(Value::str(url.text()))
}

/// A text of the dictionary, "" where the key is missing.
fn text_of(map: Option<&Map>, key: &str) -> Result<Vec<u8>, CallError> {
    match map.and_then(|map| map.get(key)) {
        None => Ok(Vec::new()),
        Some(Value::Str(text)) => Ok(text.as_bytes().to_vec()),
        Some(Value::Nil | Value::Missing) => Err(fault::nil_pointer()),
        Some(other) => Err(CallError::new(format!(
            "unable to parse {key} key, must be of type string, but {} found",
            other.kind().name()
        ))),
    }
}

/// Go's text of a parse error.
fn parse_error(url: &[u8], error: &str) -> String {
    format!("parse {}: {error}", quoted(url))
}
