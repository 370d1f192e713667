//! The check of values against the schemas of a chart, which may go on beside the templates.
//!
//! Invariant: what comes out is what would if the check came first. So it does wherever templates ask
//! the world for something, and else nobody hears of what they did with values that do not fit.
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, Builder};

use chart::values::Tree;
use chart::{Chart, Warning, schema};

use crate::Request;

/// Bytes of schemas from which a thread is started: for less it takes longer than it saves.
const WORTH_A_THREAD: usize = 16 * 1024;
/// As much as renderings have: values may be deep. Only what is used is ever taken.
const STACK: usize = 256 << 20;

/// Whether the values were refused, as far as that is known by now.
#[derive(Debug, Default)]
pub(crate) struct Refused(AtomicBool);

impl Refused {
    pub(crate) fn is_known(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Checks the values and works with them. The work may begin before the check ends; nothing of it is
/// left where the values do not fit.
pub(crate) fn checked<T>(
    request: &Request<'_>,
    chart: &Chart,
    values: &Tree,
    work: impl FnOnce(&Refused) -> T,
) -> Result<(Vec<Warning>, T), chart::Error> {
    let refused = Refused::default();
    if request.options.skip_schema_validation {
        return Ok((Vec::new(), work(&refused)));
    }
    if !may_wait(request) || schema::size(chart) < WORTH_A_THREAD {
        let warnings = schema::validate(chart, values)?;
        return Ok((warnings, work(&refused)));
    }
    let values = values.to_table();
    // That thread is done in any case, and this one finds the memory that it leaves.
    request.options.programs.settle();
    let check = || {
        let checked = schema::validate_table(chart, &values);
        refused.0.store(checked.is_err(), Ordering::Relaxed);
        checked
    };
    thread::scope(|scope| {
        let thread = Builder::new().name("schema".to_owned()).stack_size(STACK);
        let Ok(thread) = thread.spawn_scoped(scope, check) else {
            return check().map(|warnings| (warnings, work(&refused)));
        };
        let done = work(&refused);
        let checked = thread.join().unwrap_or_else(|panic| resume_unwind(panic));
        checked.map(|warnings| (warnings, done))
    })
}

/// Whether it shows nowhere when templates run although the values are refused later: one chart is
/// rendered, so that there is a core to spare, and nobody outside is asked anything.
fn may_wait(request: &Request<'_>) -> bool {
    let host = &request.host;
    request.options.programs.are_of_one() && host.lookup.is_none() && host.resolve.is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Capabilities, Error, Host, Operation, Options, Programs, Release, render};

    /// A chart whose schema is large enough for a thread, and whose template may fail.
    fn render_with(values: &str, programs: Programs) -> Result<String, Error> {
        let file = |name: &str, text: String| chart::File {
            name: name.to_owned(),
            data: text.into_bytes().into(),
        };
        let filling = "x".repeat(2 * WORTH_A_THREAD);
        let schema = format!(
            r#"{{"description": "{filling}", "properties": {{"port": {{"type": "number"}}}}}}"#
        );
        let template = "port: {{ .Values.port }}{{ if .Values.bad }}{{ fail \"bad\" }}{{ end }}";
        let chart = chart::load(vec![
            file("Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n".to_owned()),
            file("values.schema.json", schema),
            file("templates/a.yaml", template.to_owned()),
        ]);
        let rendered = render(&Request {
            chart: &chart.unwrap(),
            values: &yaml::map_from_str(values, yaml::Numbers::Float64).unwrap(),
            release: Release {
                name: "web".to_owned(),
                namespace: "default".to_owned(),
                revision: 1,
                operation: Operation::Install,
            },
            capabilities: &Capabilities::default(),
            host: Host {
                now: jiff::Timestamp::UNIX_EPOCH,
                entropy: &|_| {},
                lookup: None,
                resolve: None,
            },
            options: Options { programs, ..Options::default() },
        })?;
        Ok(rendered.template_text())
    }

    #[test]
    fn nobody_sees_which_came_first() {
        for values in ["port: 1", "port: a", "port: 1\nbad: true", "port: a\nbad: true"] {
            let before = render_with(values, Programs::default()).map_err(|e| e.helm_text());
            let beside = render_with(values, Programs::ahead_of_one()).map_err(|e| e.helm_text());
            assert_eq!(before, beside, "{values}");
        }
        let refused = render_with("port: a\nbad: true", Programs::ahead_of_one()).unwrap_err();
        assert!(matches!(refused, Error::Schema(_)), "{refused:?}");
    }
}
