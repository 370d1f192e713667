//! What counts as an e-mail address or a URL of a maintainer: the languages of govalidator 11.
use std::sync::LazyLock;

use regex::Regex;

/// Letters of an address beyond ASCII.
const BEYOND: &str = r"\x{A0}-\x{D7FF}\x{F900}-\x{FDCF}\x{FDF0}-\x{FFEF}";

static EMAIL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let atom = format!(r"[a-zA-Z0-9!#$%&'*+\-/=?^_`{{|}}~{BEYOND}]+");
    let fold = r"(?:[ \t]*\r\n)?[ \t]+";
    let quoted_text = format!(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f!\x23-\x5b\x5d-\x7e{BEYOND}]");
    let escaped = format!(r"\([\x01-\x09\x0b\x0c\r-\x7f]|[{BEYOND}]");
    // Of one character only, by an oversight there that counts here.
    let quoted = format!("\x22(?:{fold})?(?:{quoted_text}|{escaped})(?:{fold})?\x22");
    let end = format!("[a-zA-Z0-9{BEYOND}]");
    let middle = format!(r"[a-zA-Z0-9\-._~{BEYOND}]");
    let last_end = format!("[a-zA-Z{BEYOND}]");
    let last_middle = format!(r"[a-zA-Z0-9\-_~{BEYOND}]");
    Regex::new(&format!(
        r"\A(?:{atom}(?:\.{atom})*|{quoted})@(?:(?:{end}|{end}{middle}*{end})\.)+(?:{last_end}|{last_end}{last_middle}*{last_end})\.?\z"
    ))
    .ok()
});

static URL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let four = r"(?:[1-9][0-9]?|1[0-9][0-9]|2[01][0-9]|22[0-3]|24[0-9]|25[0-5])(?:\.(?:[0-9]{1,2}|1[0-9][0-9]|2[0-4][0-9]|25[0-5])){2}\.(?:[0-9][0-9]?|1[0-9][0-9]|2[0-4][0-9]|25[0-5])";
    let six = six();
    let word = r"[a-zA-Z0-9](?:[a-zA-Z0-9\-_]+)?[a-zA-Z0-9](?:[-.][a-zA-Z0-9]+)*";
    let subdomain = r"www\.|[a-zA-Z0-9]+(?:[-_.]?[a-zA-Z0-9])*[a-zA-Z0-9]\.[a-zA-Z0-9]+";
    let letters = r"a-zA-Z\x{a1}-\x{ffff}";
    let host = format!(
        r"{four}|\[(?:{six})\]|(?:{word}|(?:{subdomain})?)?(?:[{letters}0-9]+-?-?)*[{letters}0-9]+(?:\.[{letters}]+)?"
    );
    let user = r"[^\t\n\f\r ]+(?::[^\t\n\f\r ]*)?@";
    Regex::new(&format!(
        r"\A(?:(?:ftp|tcp|udp|wss?|https?)://)?(?:{user})?(?:{host})\.?(?::[0-9]{{1,5}})?(?:[/?#][^\t\n\f\r ]*)?\z"
    ))
    .ok()
});

/// An IPv6 address in all the forms that it is written in.
fn six() -> String {
    let hex = "[0-9a-fA-F]{1,4}";
    let byte = "(?:25[0-5]|(?:2[0-4]|1?[0-9])?[0-9])";
    let four = format!(r"(?:{byte}\.){{3}}{byte}");
    let mut forms = vec![format!("(?:{hex}:){{7}}{hex}"), format!("(?:{hex}:){{1,7}}:")];
    forms.extend((1..=5).map(|n| format!("(?:{hex}:){{1,{}}}(?::{hex}){{1,{n}}}", 7 - n)));
    forms.push(format!("{hex}:(?:(?::{hex}){{1,6}})"));
    forms.push(format!(":(?:(?::{hex}){{1,7}}|:)"));
    forms.push("fe80:(?::[0-9a-fA-F]{0,4}){0,4}%[0-9a-zA-Z]+".to_owned());
    forms.push(format!("::(?:ffff(?::0{{1,4}})?:)?{four}"));
    forms.push(format!("(?:{hex}:){{1,4}}:{four}"));
    forms.join("|")
}

/// Whether a text is an e-mail address.
pub(super) fn is_email(text: &str) -> bool {
    EMAIL.as_ref().is_some_and(|email| email.is_match(text))
}

/// Whether a text is an address in the web, with or without a scheme.
pub(super) fn is_url(text: &str) -> bool {
    const LONGEST: usize = 2083;
    const SHORTEST: usize = 3;
    if text.chars().count() >= LONGEST || text.len() <= SHORTEST || text.starts_with('.') {
        return false;
    }
    let bare_port = text.contains(':') && !text.contains("://");
    let read = if bare_port {
        functions::host_and_path(&format!("http://{text}"))
    } else {
        functions::host_and_path(text)
    };
    let Some((host, path)) = read else { return false };
    if host.starts_with(b".") || host.is_empty() && !path.is_empty() && !path.contains(&b'.') {
        return false;
    }
    URL.as_ref().is_some_and(|url| url.is_match(text))
}
