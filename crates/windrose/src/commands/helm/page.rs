//! How Helm shows releases: the status page, times, chart names.

use std::fmt::Write;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use release::Release;

use super::record::Shown;

/// Go's `time.ANSIC` in local time.
pub(super) fn ansi_c(time: Option<Timestamp>) -> String {
    let Some(time) = time else { return "Mon Jan  1 00:00:00 0001".to_owned() };
    time.to_zoned(TimeZone::system()).strftime("%a %b %e %H:%M:%S %Y").to_string()
}

/// Go's `Time.String()`: `2026-11-21 04:36:00.123456789 +0000 UTC`.
pub(super) fn go_string(time: Option<Timestamp>) -> String {
    let Some(time) = time else { return "-".to_owned() };
    let zoned = time.to_zoned(TimeZone::system());
    let fraction = match time.subsec_nanosecond() {
        0 => String::new(),
        n => format!(".{n:09}").trim_end_matches('0').to_owned(),
    };
    format!("{}{fraction}{}", zoned.strftime("%Y-%m-%d %H:%M:%S"), zoned.strftime(" %z %Z"))
}

/// `web-1.2.3`.
pub(super) fn chart(release: &Release) -> String {
    if release.chart_name().is_empty() {
        return "MISSING".to_owned();
    }
    format!("{}-{}", release.chart_name(), release.chart_version())
}

/// What a status page holds beside the essentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Notes {
    /// With the chart's notes.
    Shown,
    /// Without.
    Hidden,
}

/// Helm's page about one release: after `install`, `upgrade` and for `status`.
pub(super) struct Page<'a> {
    /// The release.
    pub(super) release: &'a Release,
    /// Whether its notes are shown.
    pub(super) notes: Notes,
    /// The tables of its live objects; empty: they are not shown.
    pub(super) resources: String,
    /// How much else is shown.
    pub(super) detail: Detail,
}

/// How much of a release a page shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Detail {
    /// The essentials.
    Brief,
    /// Its values (this text), hooks and manifest too: `--debug`.
    Debug(String),
    /// As that, and what its chart is.
    All(String),
}

/// The page with the essentials.
pub(super) fn page(release: &Release, notes: Notes) -> String {
    Page { release, notes, resources: String::new(), detail: Detail::Brief }.text()
}

impl Page<'_> {
    /// The page's text.
    pub(super) fn text(&self) -> String {
        let Self { release, notes, resources, detail } = self;
        let info = &release.info;
        let mut text = format!("NAME: {}\n", release.name);
        if info.last_deployed.is_some() {
            let _ = writeln!(text, "LAST DEPLOYED: {}", ansi_c(info.last_deployed));
        }
        let _ = writeln!(text, "NAMESPACE: {}", release.namespace);
        let _ = writeln!(text, "STATUS: {}", info.status.as_str());
        let _ = writeln!(text, "REVISION: {}", release.version);
        if matches!(detail, Detail::All(_)) {
            let _ = writeln!(text, "CHART: {}", release.chart_name());
            let _ = writeln!(text, "VERSION: {}", release.chart_version());
            let _ = writeln!(text, "APP_VERSION: {}", release.app_version());
        }
        let _ = writeln!(text, "DESCRIPTION: {}", info.description);
        if !resources.is_empty() {
            let _ = writeln!(text, "RESOURCES:\n{resources}");
        }
        text.push_str(&tests(release));
        // As Helm knows a revision that was not made.
        let is_rehearsed = info.description.eq_ignore_ascii_case("Dry run complete");
        if let Detail::Debug(values) | Detail::All(values) = detail {
            text.push_str(values);
        }
        if is_rehearsed || *detail != Detail::Brief {
            let _ = writeln!(text, "HOOKS:\n{}MANIFEST:\n{}", hooks(release), release.manifest);
        }
        if *notes == Notes::Shown && !info.notes.is_empty() {
            let _ = writeln!(text, "NOTES:\n{}", info.notes.trim());
        }
        text
    }
}

/// The last runs of tests.
fn tests(release: &Release) -> String {
    let mut tests =
        release.hooks.iter().filter(|h| h.events.iter().any(|e| e == "test")).peekable();
    if tests.peek().is_none() {
        return "TEST SUITE: None\n".to_owned();
    }
    tests.filter(|test| test.last_run.started_at.is_some()).fold(String::new(), |mut text, test| {
        let _ = writeln!(
            text,
            "TEST SUITE:     {}\nLast Started:   {}\nLast Completed: {}\nPhase:          {}",
            test.name,
            ansi_c(test.last_run.started_at),
            ansi_c(test.last_run.completed_at),
            test.last_run.phase
        );
        text
    })
}

/// The hooks' manifests.
pub(super) fn hooks(release: &Release) -> String {
    let all = release.hooks.iter();
    all.flat_map(|hook| render::document_parts(&hook.path, &hook.manifest)).collect()
}

/// The release as `--output json` shows it after `install` and `upgrade`.
pub(super) fn to_json(release: &Release) -> Shown<'_> {
    Shown::whole(release)
}

/// One row of `helm list` for programs, in Helm's order.
#[derive(serde::Serialize)]
pub(super) struct ListItem<'a> {
    name: &'a str,
    namespace: &'a str,
    revision: String,
    updated: String,
    status: &'a str,
    chart: String,
    app_version: &'a str,
}

impl<'a> ListItem<'a> {
    /// Of a release that was last changed then.
    pub(super) fn of(release: &'a Release, updated: String) -> Self {
        Self {
            name: &release.name,
            namespace: &release.namespace,
            revision: release.version.to_string(),
            updated,
            status: release.info.status.as_str(),
            chart: chart(release),
            app_version: release.app_version(),
        }
    }

    /// Its cells for people.
    pub(super) fn row(&self) -> Vec<String> {
        let cells = [self.name, self.namespace, &self.revision, &self.updated, self.status];
        cells.into_iter().chain([&*self.chart, self.app_version]).map(str::to_owned).collect()
    }
}

/// One row of `helm history` for programs, in Helm's order.
#[derive(serde::Serialize)]
pub(super) struct HistoryItem<'a> {
    revision: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated: Option<String>,
    status: &'a str,
    chart: String,
    app_version: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rollback_revision: Option<i64>,
    description: &'a str,
}

impl<'a> HistoryItem<'a> {
    pub(super) fn of(release: &'a Release) -> Self {
        let info = &release.info;
        Self {
            revision: release.version,
            updated: info.last_deployed.map(|t| t.to_string()),
            status: info.status.as_str(),
            chart: chart(release),
            app_version: release.app_version(),
            rollback_revision: Some(info.rollback_revision).filter(|revision| *revision != 0),
            description: &info.description,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ansi_c, go_string};

    #[test]
    fn times_are_written_as_go_writes_them() {
        let time: jiff::Timestamp = "2026-11-01T04:06:00.120Z".parse().unwrap();
        let shown = go_string(Some(time));
        assert!(shown.contains(".12 "), "{shown}");
        assert_eq!(go_string(None), "-");
        assert!(ansi_c(Some(time)).ends_with(" 2026"));
    }
}
