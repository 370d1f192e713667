//! The figures as Markdown: what is printed is what is written.

use std::fmt::Write;

use super::{
    Row,
    machine::Machine,
    measure::{Spread, Unit},
};

/// What a row found.
pub(super) struct Section {
    pub(super) row: Row,
    pub(super) figures: Vec<Figure>,
    /// What else is worth knowing: how it was measured, why something is missing.
    pub(super) notes: Vec<String>,
    pub(super) tables: Vec<Table>,
    /// Why the run fails.
    pub(super) fault: Option<String>,
}

impl Section {
    /// Nothing yet.
    pub(super) fn new(row: Row) -> Self {
        Self { row, figures: Vec::new(), notes: Vec::new(), tables: Vec::new(), fault: None }
    }

    /// A row that cannot be measured here.
    pub(super) fn skipped(row: Row, reason: &str) -> Self {
        let mut section = Self::new(row);
        section.notes.push(format!("skipped: {reason}"));
        section
    }
}

/// One line of the table of figures.
pub(super) struct Figure {
    pub(super) what: String,
    pub(super) unit: Unit,
    pub(super) ours: Spread,
    pub(super) peer: Option<Spread>,
    pub(super) goal: Goal,
}

/// What a figure is to reach, by medians.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Goal {
    /// The peer's is so many times ours.
    Times(f64),
    /// Ours is less.
    Below(f64),
    /// Recorded only.
    None,
}

/// Further figures of one row.
pub(super) struct Table {
    pub(super) title: String,
    pub(super) head: Vec<&'static str>,
    pub(super) lines: Vec<Vec<String>>,
}

impl Figure {
    /// How many times ours the peer's is.
    fn ratio(&self) -> Option<f64> {
        self.peer.map(|peer| peer.median / self.ours.median)
    }

    fn goal(&self) -> (String, &'static str) {
        let told = |met: bool| if met { "met" } else { "**not met**" };
        match self.goal {
            Goal::Times(times) => {
                let met = self.ratio().map_or("not measured", |ratio| told(ratio >= times));
                (format!("≥ {times}×"), met)
            }
            Goal::Below(bound) => {
                (format!("< {}", self.unit.shown(bound)), told(self.ours.median < bound))
            }
            Goal::None => ("–".to_owned(), "–"),
        }
    }
}

/// The whole report.
pub(super) fn markdown(
    machine: &Machine,
    versions: &[(&'static str, String)],
    sections: &[Section],
) -> String {
    let mut text = String::from(
        "# Rendering, measured\n\nWritten by `cargo xtask bench render --write`; `README.md` beside \
         it says how to read it.\n\n",
    );
    for (name, value) in machine.lines().iter().chain(versions) {
        let _ = writeln!(text, "- {name}: {value}");
    }
    let figures: Vec<(&Row, &Figure)> =
        sections.iter().flat_map(|s| s.figures.iter().map(|f| (&s.row, f))).collect();
    if !figures.is_empty() {
        let lines: Vec<_> = figures.into_iter().map(|(row, figure)| line(*row, figure)).collect();
        text.push('\n');
        table(
            &mut text,
            2,
            &["row", "what", "ours: min", "median", "peer: min", "median", "ratio", "goal", ""],
            &lines,
        );
    }
    for section in sections {
        let _ = write!(text, "\n## {}\n", section.row.name());
        for note in &section.notes {
            let _ = write!(text, "\n{note}\n");
        }
        if let Some(fault) = &section.fault {
            let _ = write!(text, "\n**Failed**: {fault}\n");
        }
        for more in &section.tables {
            let _ = write!(text, "\n{}\n\n", more.title);
            table(&mut text, 1, &more.head, &more.lines);
        }
    }
    text
}

fn line(row: Row, figure: &Figure) -> Vec<String> {
    let shown = |figure_: f64| figure.unit.shown(figure_);
    let peer = |pick: fn(Spread) -> f64| figure.peer.map_or("–".to_owned(), |s| shown(pick(s)));
    let (goal, met) = figure.goal();
    vec![
        row.name().to_owned(),
        figure.what.clone(),
        shown(figure.ours.minimum),
        shown(figure.ours.median),
        peer(|spread| spread.minimum),
        peer(|spread| spread.median),
        figure.ratio().map_or("–".to_owned(), |ratio| format!("{ratio:.1}×")),
        goal,
        met.to_owned(),
    ]
}

/// A Markdown table whose columns stand below each other: so many of words, then figures.
fn table(text: &mut String, words: usize, head: &[&'static str], lines: &[Vec<String>]) {
    let head: Vec<String> = head.iter().map(|&name| name.to_owned()).collect();
    let width = |column: usize| {
        let cells = lines.iter().chain([&head]).filter_map(|line| line.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or_default().max(3)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let mut put = |cells: &[String], fill: char| {
        for (index, (cell, &width)) in cells.iter().zip(&widths).enumerate() {
            let gap: String = std::iter::repeat_n(fill, width - cell.chars().count()).collect();
            // Words stand left, figures right.
            let _ = if index < words {
                write!(text, "| {cell}{gap} ")
            } else {
                write!(text, "| {gap}{cell} ")
            };
        }
        text.push_str("|\n");
    };
    put(&head, ' ');
    let rule: Vec<String> = widths
        .iter()
        .enumerate()
        .map(|(index, width)| match index {
            index if index < words => "-".repeat(*width),
            _ => format!("{}:", "-".repeat(width - 1)),
        })
        .collect();
    put(&rule, '-');
    for line in lines {
        put(line, ' ');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(ours: f64, peer: Option<f64>, goal: Goal) -> Figure {
        let spread = |figure| Spread { minimum: figure, median: figure };
        let unit = Unit::Milliseconds;
        Figure { what: "x".to_owned(), unit, ours: spread(ours), peer: peer.map(spread), goal }
    }

    #[test]
    fn goals_are_judged_by_medians() {
        let judged = |figure: Figure| figure.goal();
        assert_eq!(judged(figure(1.0, Some(20.0), Goal::Times(20.0))), ("≥ 20×".to_owned(), "met"));
        assert_eq!(judged(figure(1.0, Some(19.9), Goal::Times(20.0))).1, "**not met**");
        assert_eq!(judged(figure(1.0, None, Goal::Times(20.0))).1, "not measured");
        let below = judged(figure(300.0, None, Goal::Below(300.0)));
        assert_eq!(below, ("< 300 ms".to_owned(), "**not met**"));
    }

    #[test]
    fn tables_stand_in_columns() {
        let mut text = String::new();
        table(&mut text, 1, &["a", "ratio"], &[vec!["corpus".to_owned(), "2×".to_owned()]]);
        assert_eq!(text, "| a      | ratio |\n| ------ | ----: |\n| corpus |    2× |\n");
    }
}
