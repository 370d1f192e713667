//! Go's `net/url`: taking a URL apart and putting it together. Invariant: what Go 1.26 refuses
//! is refused with its text. Queries and references are not resolved here.

use std::net::Ipv6Addr;

use super::parse_error;
use crate::arguments::quoted;

/// A URL in parts, unescaped except the query and the opaque part.
#[derive(Debug, Default)]
pub(super) struct Url {
    pub(super) scheme: Vec<u8>,
    pub(super) opaque: Vec<u8>,
    pub(super) user: Option<UserInfo>,
    pub(super) host: Vec<u8>,
    pub(super) path: Vec<u8>,
    pub(super) query: Vec<u8>,
    pub(super) fragment: Vec<u8>,
}

/// A user name and maybe a password.
#[derive(Debug)]
pub(super) struct UserInfo {
    name: Vec<u8>,
    password: Option<Vec<u8>>,
}

/// The part of a URL that a text is in: which bytes are escaped there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Path,
    Host,
    Zone,
    User,
    Fragment,
}

impl Url {
    /// Takes a URL apart; the error is Go's text.
    pub(super) fn parse(text: &[u8]) -> Result<Self, String> {
        let (before, fragment) = cut(text, b'#');
        let mut url =
            Self::without_fragment(before).map_err(|error| parse_error(before, &error))?;
        url.fragment = unescape(fragment.unwrap_or_default(), Place::Fragment)
            .map_err(|error| parse_error(text, &error))?;
        Ok(url)
    }

    /// A URL as it stands in a request: what follows `#` belongs to the path.
    pub(super) fn parse_request(text: &[u8]) -> Result<Self, String> {
        Self::without_fragment(text)
    }

    fn without_fragment(text: &[u8]) -> Result<Self, String> {
        if text.iter().any(u8::is_ascii_control) {
            return Err("net/url: invalid control character in URL".to_owned());
        }
        let mut url = Self::default();
        if text == b"*" {
            url.path = text.to_vec();
            return Ok(url);
        }
        let (scheme, rest) = scheme(text)?;
        url.scheme = scheme.to_ascii_lowercase();
        let (mut rest, query) = cut(rest, b'?');
        url.query = query.unwrap_or_default().to_vec();
        if !rest.starts_with(b"/") {
            if !url.scheme.is_empty() {
                url.opaque = rest.to_vec();
                return Ok(url);
            }
            if cut(rest, b'/').0.contains(&b':') {
                return Err("first path segment in URL cannot contain colon".to_owned());
            }
        }
        if (!url.scheme.is_empty() || !rest.starts_with(b"///")) && rest.starts_with(b"//") {
            let end = rest[2..].iter().position(|&b| b == b'/').map_or(rest.len(), |at| at + 2);
            let authority = &rest[2..end];
            rest = &rest[end..];
            (url.user, url.host) = parse_authority(&url.scheme, authority)?;
        }
        url.path = unescape(rest, Place::Path)?;
        Ok(url)
    }

    /// The host without its port and brackets.
    pub(super) fn hostname(&self) -> Vec<u8> {
        let mut host = self.host.as_slice();
        if let Some(colon) = host.iter().rposition(|&b| b == b':')
            && is_port(&host[colon..])
        {
            host = &host[..colon];
        }
        match host {
            [b'[', inside @ .., b']'] => inside.to_vec(),
            host => host.to_vec(),
        }
    }

    /// The URL's text, as Go's `String` for parts that were set one by one.
    pub(super) fn text(&self) -> Vec<u8> {
        let mut out = Vec::new();
        if !self.scheme.is_empty() {
            out.extend_from_slice(&self.scheme);
            out.push(b':');
        }
        if self.opaque.is_empty() {
            self.push_hierarchy(&mut out);
        } else {
            out.extend_from_slice(&self.opaque);
        }
        if !self.query.is_empty() {
            out.push(b'?');
            out.extend_from_slice(&self.query);
        }
        if !self.fragment.is_empty() {
            out.push(b'#');
            out.extend(escape(&self.fragment, Place::Fragment));
        }
        out
    }

    fn push_hierarchy(&self, out: &mut Vec<u8>) {
        let authority = !self.host.is_empty() || self.user.is_some();
        if authority || !self.scheme.is_empty() && !self.path.is_empty() {
            out.extend_from_slice(b"//");
        }
        if let Some(user) = &self.user {
            out.extend(user.text());
            out.push(b'@');
        }
        out.extend(escape(&self.host, Place::Host));
        let path =
            if self.path == b"*" { self.path.clone() } else { escape(&self.path, Place::Path) };
        if !path.is_empty() && !path.starts_with(b"/") && !self.host.is_empty() {
            out.push(b'/');
        }
        if out.is_empty() && cut(&path, b'/').0.contains(&b':') {
            out.extend_from_slice(b"./");
        }
        out.extend(path);
    }
}

impl UserInfo {
    /// The name and password as they stand in a URL.
    pub(super) fn text(&self) -> Vec<u8> {
        let mut out = escape(&self.name, Place::User);
        if let Some(password) = &self.password {
            out.push(b':');
            out.extend(escape(password, Place::User));
        }
        out
    }
}

fn cut(text: &[u8], at: u8) -> (&[u8], Option<&[u8]>) {
    match text.iter().position(|&b| b == at) {
        Some(position) => (&text[..position], Some(&text[position + 1..])),
        None => (text, None),
    }
}

fn scheme(text: &[u8]) -> Result<(&[u8], &[u8]), String> {
    for (at, &byte) in text.iter().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if at > 0 => {}
            b':' if at == 0 => return Err("missing protocol scheme".to_owned()),
            b':' => return Ok((&text[..at], &text[at + 1..])),
            _ => break,
        }
    }
    Ok((b"", text))
}

fn parse_authority(scheme: &[u8], text: &[u8]) -> Result<(Option<UserInfo>, Vec<u8>), String> {
    let Some(at) = text.iter().rposition(|&b| b == b'@') else {
        return Ok((None, parse_host(scheme, text)?));
    };
    let host = parse_host(scheme, &text[at + 1..])?;
    let userinfo = &text[..at];
    let valid = |b: &u8| b.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(b);
    if !userinfo.iter().all(valid) {
        return Err("net/url: invalid userinfo".to_owned());
    }
    let (name, password) = cut(userinfo, b':');
    let user = UserInfo {
        name: unescape(name, Place::User)?,
        password: password.map(|password| unescape(password, Place::User)).transpose()?,
    };
    Ok((Some(user), host))
}

fn parse_host(scheme: &[u8], host: &[u8]) -> Result<Vec<u8>, String> {
    let bad_port = |port: &[u8]| format!("invalid port {} after host", quoted(port));
    match host.iter().rposition(|&b| b == b'[') {
        Some(0) => {
            let close = host.iter().rposition(|&b| b == b']');
            let close = close.ok_or_else(|| "missing ']' in host".to_owned())?;
            let port = &host[close + 1..];
            if !is_port(port) {
                return Err(bad_port(port));
            }
            let address = parse_address(&host[1..close])?;
            return Ok([b"[".as_slice(), &address, b"]", port].concat());
        }
        Some(_) => return Err("invalid IP-literal".to_owned()),
        None => {}
    }
    // Only web addresses must not have several colons: databases list hosts.
    let strict = scheme == b"http" || scheme == b"https";
    let colon = if strict {
        host.iter().position(|&b| b == b':')
    } else {
        host.iter().rposition(|&b| b == b':')
    };
    if let Some(port) = colon.map(|at| &host[at..])
        && !is_port(port)
    {
        return Err(bad_port(port));
    }
    unescape(host, Place::Host)
}

fn parse_address(text: &[u8]) -> Result<Vec<u8>, String> {
    let zone = text.windows(3).position(|window| window == b"%25");
    let (host, zone) = text.split_at(zone.unwrap_or(text.len()));
    let host = unescape(host, Place::Host)?;
    let zone = unescape(zone, Place::Zone)?;
    let plain = std::str::from_utf8(&host).unwrap_or("");
    if plain.parse::<std::net::Ipv4Addr>().is_ok() {
        return Err("invalid IP-literal".to_owned());
    }
    let whole = [host.as_slice(), &zone].concat();
    if plain.parse::<Ipv6Addr>().is_err() || zone == b"%" {
        return Err(format!("invalid host: ParseAddr({}): unable to parse IP", quoted(&whole)));
    }
    Ok(whole)
}

/// "", or a colon and digits.
fn is_port(text: &[u8]) -> bool {
    match text {
        [] => true,
        [b':', digits @ ..] => digits.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

fn is_escaped_in(byte: u8, place: Place) -> bool {
    if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
        return false;
    }
    let allowed: &[u8] = match place {
        Place::Path => b"$&+,/:;=@",
        Place::Host | Place::Zone => b"!$&'()*+,;=:[]<>\"",
        Place::User => b"$&+,;=",
        Place::Fragment => b"$&+,/:;=?@!()*",
    };
    !allowed.contains(&byte)
}

fn escape(text: &[u8], place: Place) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for &byte in text {
        if is_escaped_in(byte, place) {
            out.extend_from_slice(format!("%{byte:02X}").as_bytes());
        } else {
            out.push(byte);
        }
    }
    out
}

fn unescape(text: &[u8], place: Place) -> Result<Vec<u8>, String> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    let host = matches!(place, Place::Host | Place::Zone);
    while let Some((&byte, after)) = rest.split_first() {
        if byte != b'%' {
            if host && byte < 0x80 && is_escaped_in(byte, place) {
                return Err(format!("invalid character {} in host name", quoted(&[byte])));
            }
            out.push(byte);
            rest = after;
            continue;
        }
        let bad = || format!("invalid URL escape {}", quoted(&rest[..rest.len().min(3)]));
        let digit = |at: usize| after.get(at).and_then(|&b| char::from(b).to_digit(16));
        let (Some(high), Some(low)) = (digit(0), digit(1)) else { return Err(bad()) };
        let value = (high * 16 + low) as u8;
        let percent = value == b'%';
        let refused = match place {
            // In a host only bytes beyond ASCII may be escaped, and the zone's percent.
            Place::Host => high < 8 && !percent,
            Place::Zone => !percent && value != b' ' && is_escaped_in(value, Place::Host),
            Place::Path | Place::User | Place::Fragment => false,
        };
        if refused {
            return Err(bad());
        }
        out.push(value);
        rest = &after[2..];
    }
    Ok(out)
}
