//! Kinds that Kubernetes deprecated: since when, until when, and what to use instead.
//!
//! `deprecated.tsv` is what the API types of client-go 0.37 say of themselves, all kinds that they
//! register: API version, kind, deprecated in, removed in, replacement; `-` where there is none.
use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::LazyLock;

use super::head::Head;
use crate::KubeVersion;

static DEPRECATED: LazyLock<HashMap<(&str, &str), Deprecated>> =
    LazyLock::new(|| include_str!("deprecated.tsv").lines().filter_map(Deprecated::read).collect());

struct Deprecated {
    since: &'static str,
    removed: Option<&'static str>,
    replacement: Option<&'static str>,
}

impl Deprecated {
    fn read(line: &'static str) -> Option<((&'static str, &'static str), Self)> {
        let mut columns = line.split('\t');
        let key = (columns.next()?, columns.next()?);
        let since = columns.next()?;
        let mut optional = || columns.next().filter(|text| *text != "-");
        Some((key, Self { since, removed: optional(), replacement: optional() }))
    }
}

/// What Kubernetes says about an object whose kind is deprecated in a version.
pub(super) fn check(head: &Head, version: &KubeVersion) -> Result<(), String> {
    let Head { api_version, kind, .. } = head;
    let Some(found) = DEPRECATED.get(&(api_version.as_str(), kind.as_str())) else {
        return Ok(());
    };
    let (major, minor) = (number(&version.major)?, number(&version.minor)?);
    let since = found.since.split_once('.').unwrap_or((found.since, "0"));
    if (major, minor) != (0, 0) && (number(since.0)?, number(since.1)?) > (major, minor) {
        return Ok(());
    }
    let mut text = format!("{api_version} {kind} is deprecated in v{}+", found.since);
    if let Some(removed) = found.removed {
        let _ = write!(text, ", unavailable in v{removed}+");
    }
    if let Some(replacement) = found.replacement {
        let _ = write!(text, "; use {replacement}");
    }
    Err(text)
}

fn number(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("strconv.Atoi: parsing {text:?}: invalid syntax"))
}
