//! Row `largest`: the largest charts, one process each: time, computing and memory.

use super::{
    Row, corpus,
    measure::{self, Sample, Spread, Unit},
    programs::Programs,
    report::{Figure, Goal, Section},
};
use crate::Outcome;

/// What the names of the largest charts contain, and what they are called here.
pub(super) const LARGEST: [(&str, &str); 2] = [
    ("kube-prometheus-stack", "kube-prometheus-stack"),
    ("gitlab-org-charts-mirror", "gitlab mirror"),
];

/// Compares both charts, then measures both programs on them.
pub(super) fn measure(programs: &Programs, runs: usize) -> Outcome<Section> {
    let cases = corpus::cases()?;
    if cases.is_empty() {
        return Ok(Section::skipped(Row::Largest, "`../shared/charts` is not there"));
    }
    let mut section = Section::new(Row::Largest);
    section.notes.push(format!(
        "{runs} runs, ours and Helm in turn; CPU is user and system time; memory is the peak \
         resident set."
    ));
    for (part, name) in LARGEST {
        let Some(case) = corpus::named(&cases, part) else {
            section.notes.push(format!("skipped: no chart beside the workspace is called {part}"));
            continue;
        };
        if let Err(difference) = case.verify(programs)? {
            section.fault = Some(format!("wrong output: {difference}"));
            return Ok(section);
        }
        let (mut ours, mut helm) = (Vec::new(), Vec::new());
        for _ in 0..runs {
            ours.push(measure::sample(&case.command(corpus::ours(programs)))?);
            helm.push(measure::sample(&case.command(programs.helm()))?);
        }
        let goals = [Goal::Times(10.0), Goal::None, Goal::Times(4.0)];
        section.figures.extend(figures(name, &ours, Some(&helm), goals));
    }
    Ok(section)
}

/// A part of a sample: what it is called, its unit, and where it is.
type Part = (&'static str, Unit, fn(&Sample) -> f64);

/// Wall time, CPU time and peak memory of something, with a goal for each.
pub(super) fn figures(
    what: &str,
    ours: &[Sample],
    peer: Option<&[Sample]>,
    goals: [Goal; 3],
) -> Vec<Figure> {
    let parts: [Part; 3] = [
        ("wall", Unit::Milliseconds, |sample| sample.wall),
        ("CPU", Unit::Milliseconds, |sample| sample.cpu),
        ("memory", Unit::Mebibytes, |sample| sample.peak),
    ];
    let figure = |((name, unit, pick), goal): (Part, Goal)| Figure {
        what: format!("{what}: {name}"),
        unit,
        ours: Spread::of(ours.iter().map(pick)),
        peer: peer.map(|samples| Spread::of(samples.iter().map(pick))),
        goal,
    };
    parts.into_iter().zip(goals).map(figure).collect()
}
