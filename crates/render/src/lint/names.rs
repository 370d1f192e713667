//! Rules about `metadata.name`: what Kubernetes takes as the name of a kind.
use std::sync::LazyLock;

use regex::Regex;
use yaml::quote::quote;

use super::head::Head;

const LABEL: &str = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const OLD_LABEL: &str = "[a-z]([-a-z0-9]*[a-z0-9])?";

static LABELS: LazyLock<Option<Regex>> = LazyLock::new(|| whole(LABEL));
static OLD_LABELS: LazyLock<Option<Regex>> = LazyLock::new(|| whole(OLD_LABEL));
static SUBDOMAINS: LazyLock<Option<Regex>> = LazyLock::new(|| whole(&subdomain()));

fn whole(pattern: &str) -> Option<Regex> {
    Regex::new(&format!("\\A(?:{pattern})\\z")).ok()
}

fn subdomain() -> String {
    format!("{LABEL}(\\.{LABEL})*")
}

/// Whether an object may have its name.
pub(super) fn check(head: &Head) -> Result<(), String> {
    let name = head.name.as_str();
    let mut problems = match head.kind.to_lowercase().as_str() {
        "service" => old_label(name),
        "namespace" => label(name),
        "certificatesigningrequest" => Vec::new(),
        "role" | "clusterrole" | "rolebinding" | "clusterrolebinding" => path_segment(name),
        _ => a_subdomain(name),
    };
    if problems.is_empty() {
        return Ok(());
    }
    let quoted = quote(name);
    for problem in &mut problems {
        *problem = format!("metadata.name: Invalid value: {quoted}: {problem}");
    }
    let all = match problems.as_slice() {
        [one] => one.clone(),
        many => format!("[{}]", many.join(", ")),
    };
    Err(format!("object name does not conform to Kubernetes naming requirements: {quoted}: {all}"))
}

fn fits(pattern: &LazyLock<Option<Regex>>, name: &str) -> bool {
    pattern.as_ref().is_some_and(|pattern| pattern.is_match(name))
}

fn too_long(name: &str, most: usize) -> Option<String> {
    (name.len() > most).then(|| format!("must be no more than {most} characters"))
}

fn a_subdomain(name: &str) -> Vec<String> {
    let mut problems = Vec::from_iter(too_long(name, 253));
    if !fits(&SUBDOMAINS, name) {
        problems.push(format!(
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, \
             '-' or '.', and must start and end with an alphanumeric character (e.g. \
             'example.com', regex used for validation is '{}')",
            subdomain()
        ));
    }
    problems
}

fn label(name: &str) -> Vec<String> {
    let mut problems = Vec::from_iter(too_long(name, 63));
    if !fits(&LABELS, name) {
        problems.push(if fits(&SUBDOMAINS, name) {
            "must not contain dots".to_owned()
        } else {
            format!(
                "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or \
                 '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or \
                 '123-abc', regex used for validation is '{LABEL}')"
            )
        });
    }
    problems
}

fn old_label(name: &str) -> Vec<String> {
    let mut problems = Vec::from_iter(too_long(name, 63));
    if !fits(&OLD_LABELS, name) {
        problems.push(format!(
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start \
             with an alphabetic character, and end with an alphanumeric character (e.g. \
             'my-name',  or 'abc-123', regex used for validation is '{OLD_LABEL}')"
        ));
    }
    problems
}

fn path_segment(name: &str) -> Vec<String> {
    if matches!(name, "." | "..") {
        return vec![format!("may not be '{name}'")];
    }
    let illegal = ["/", "%"].into_iter().filter(|part| name.contains(part));
    illegal.map(|part| format!("may not contain '{part}'")).collect()
}
