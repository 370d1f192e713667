//! Where a value would have come from: which file, flag, layer or chart was looked in, and what each
//! of them says.
//!
//! Invariant: the order is Helm's precedence; only places that could set the path are asked. Plain
//! data comes out, so that an error may leave the render's thread.
use std::fmt::Write as _;

use chart::values::{Answer, Given, Key, Said, Says, Spot, What, ask_file};
use chart::{Chart, ImportValue};
use diagnostic::{Origin, Source};
use template::{Found, Step};

/// What an explanation is made from.
pub(crate) struct Background<'a> {
    /// The outermost chart, its dependencies settled.
    pub(crate) chart: &'a Chart,
    /// Who knows where the user's values were written.
    pub(crate) given: &'a Given,
}

/// Where a path of values comes from.
#[derive(Debug, Default)]
pub(super) struct Explained {
    /// The path in the user's values.
    pub(super) path: String,
    /// All answers, for the diagnostic.
    pub(super) origins: Vec<Origin>,
    /// The place that counts, with a few words.
    pub(super) decides: Option<(Spot, String)>,
    /// What else is worth saying.
    pub(super) hints: Vec<String>,
}

/// A path of values below a chart, which is itself the last of a chain of charts.
pub(super) struct Wanted<'a> {
    pub(super) charts: Vec<&'a Chart>,
    pub(super) keys: Vec<Key>,
}

/// One answer and the path that was asked for.
struct Asked {
    path: Vec<Key>,
    answer: Answer,
}

impl<'a> Wanted<'a> {
    /// What a path of a template's data is among the values of its chart.
    pub(super) fn new(steps: &[Step], template: &str, chart: &'a Chart) -> Option<Self> {
        let mut charts = chain(template, chart)?;
        let mut steps = steps;
        while let [Step::Key(word), Step::Key(name), rest @ ..] = steps
            && word == "Subcharts"
        {
            charts.push(charts.last()?.dependencies.iter().find(|d| d.name() == name)?);
            steps = rest;
        }
        let [Step::Key(first), steps @ ..] = steps else { return None };
        if first != "Values" || steps.is_empty() {
            return None;
        }
        let mut keys: Vec<Key> = steps.iter().map(key).collect();
        // The values of a dependency are its own.
        while let [Key::Name(name), _, ..] = keys.as_slice()
            && let Some(below) = charts.last()?.dependencies.iter().find(|d| d.name() == name)
        {
            charts.push(below);
            keys.remove(0);
        }
        Some(Self { charts, keys })
    }

    /// A path in the values of a chart, which is named from the outermost one's dependency down.
    pub(super) fn in_chart(names: &[String], path: &[String], root: &'a Chart) -> Option<Self> {
        let mut charts = vec![root];
        for name in names {
            charts.push(charts.last()?.dependencies.iter().find(|d| d.name() == name)?);
        }
        let key = |name: &String| match name.parse() {
            Ok(index) => Key::Index(index),
            Err(_) => Key::Name(name.clone()),
        };
        let keys: Vec<Key> = path.iter().map(key).collect();
        if keys.is_empty() && charts.len() == 1 { None } else { Some(Self { charts, keys }) }
    }

    pub(super) fn explain(&self, found: &Found, given: &Given) -> Explained {
        let asked = self.ask(given);
        let wins = winner(&asked);
        // What a parent says in its globals is everybody's.
        let path = shown(&if self.is_global() { self.keys.clone() } else { self.full() });
        let mut explained = Explained { path: path.clone(), ..Explained::default() };
        let changed = found.is_nil()
            && wins.is_some_and(|at| match &asked[at].answer.says {
                Says::Sets(said) => said.what != What::Null,
                Says::Covers { .. } | Says::Nothing { .. } => false,
            });
        for (at, Asked { path: own, answer }) in asked.iter().enumerate() {
            let wins = wins == Some(at) && !changed;
            let (says, spot) = words(answer, own);
            if wins && let Some(spot) = &spot {
                explained.decides = Some((spot.clone(), label(answer, own)));
            }
            let path = path.clone();
            let from = answer.from.clone();
            explained.origins.push(Origin { path, from, says, at: spot, wins });
        }
        if changed {
            explained.hints.push(format!(
                "the values set `{path}`, so a template must have changed it (`set`, `unset`, \
                 `merge`) before it was read"
            ));
        } else if wins.is_none() && found.is_nil() && !asked.is_empty() {
            explained.hints.extend(self.one_level_off(given));
        }
        explained
    }

    /// The keys below the outermost chart's values.
    fn full(&self) -> Vec<Key> {
        below(&self.charts, &self.keys)
    }

    fn is_global(&self) -> bool {
        matches!(self.keys.first(), Some(Key::Name(name)) if name == "global")
    }

    fn ask(&self, given: &Given) -> Vec<Asked> {
        if !self.is_global() {
            return ask_chain(&self.charts, 0, &self.keys, given);
        }
        // What a parent says in its globals wins over its dependencies'.
        let levels = (0..self.charts.len()).flat_map(|level| {
            let of = &self.charts[..=level];
            let mut asked = ask_chain(of, 0, &self.keys, given);
            let own = |a: &Asked| a.path == self.keys;
            asked.retain(|a| level == 0 || own(a) || is_something(&a.answer));
            asked
        });
        levels.collect()
    }

    /// The user's values may have the path, but not below the dependency's name.
    fn one_level_off(&self, given: &Given) -> Option<String> {
        let chart = self.charts.last().filter(|_| self.charts.len() > 1)?;
        let answer = given.ask(&self.keys).into_iter().find(is_something)?;
        let Says::Sets(Said { spot: (source, span), .. }) = &answer.says else { return None };
        let at = source.position(span.start);
        Some(format!(
            "{}:{}:{} sets `{}`, but chart `{}` reads it as `{}`",
            source.name,
            at.line,
            at.column,
            shown(&self.keys),
            chart.name(),
            shown(&self.full())
        ))
    }
}

/// Everybody who may set a path of the last of these charts, from the user down to it.
fn ask_chain(charts: &[&Chart], from: usize, keys: &[Key], given: &Given) -> Vec<Asked> {
    let full = below(&charts[from..], keys);
    let user = given.ask(&full).into_iter().map(|answer| Asked { path: full.clone(), answer });
    let mut asked: Vec<Asked> = user.collect();
    let mut folder = String::new();
    for (level, chart) in charts.iter().enumerate() {
        folder = match level {
            0 => chart.name().to_owned(),
            _ => format!("{folder}/charts/{}", chart.name()),
        };
        let path = below(&charts[level..], keys);
        asked.extend(ask_chart(chart, &folder, &path));
        asked.extend(ask_imports(chart, &folder, &path));
    }
    asked
}

fn ask_chart(chart: &Chart, folder: &str, path: &[Key]) -> Option<Asked> {
    let file = chart.raw_values.as_ref()?;
    let source = Source::new(format!("{folder}/values.yaml"), file.text());
    let from = format!("values.yaml of chart `{}`", chart.name());
    let says = ask_file(&source, path);
    Some(Asked { path: path.to_vec(), answer: Answer { from, says } })
}

/// What a chart imports from its dependencies, where that says something.
fn ask_imports(chart: &Chart, folder: &str, path: &[Key]) -> Vec<Asked> {
    let mut asked = Vec::new();
    for declared in chart.metadata.dependencies.iter().flatten() {
        let found = chart.dependencies.iter().find(|d| d.name() == declared.name);
        let Some(dependency) = found else { continue };
        for import in &declared.import_values {
            let ImportValue::Path { child, parent } = import else { continue };
            let parent = names(parent);
            let Some(rest) = path.strip_prefix(parent.as_slice()) else { continue };
            let own: Vec<Key> = names(child).into_iter().chain(rest.iter().cloned()).collect();
            let folder = format!("{folder}/charts/{}", dependency.name());
            asked.extend(ask_chart(dependency, &folder, &own).map(|mut a| {
                a.answer.from = format!("{}, imported as `{}`", a.answer.from, shown(path));
                a
            }));
        }
    }
    asked.retain(|a| is_something(&a.answer));
    asked
}

fn is_something(answer: &Answer) -> bool {
    match answer.says {
        Says::Sets(_) | Says::Covers { .. } => true,
        Says::Nothing { .. } => false,
    }
}

/// The first answer that counts: what covers a path does not where something above has a table.
fn winner(asked: &[Asked]) -> Option<usize> {
    let mut tables = 0;
    for (at, Asked { answer, .. }) in asked.iter().enumerate() {
        match &answer.says {
            Says::Sets(_) => return Some(at),
            Says::Covers { depth, .. } if *depth > tables => return Some(at),
            Says::Covers { .. } => {}
            Says::Nothing { nearest } => {
                tables = tables.max(nearest.as_ref().map_or(0, |(depth, _)| *depth));
            }
        }
    }
    None
}

/// What an answer says, and where.
fn words(answer: &Answer, path: &[Key]) -> (String, Option<Spot>) {
    match &answer.says {
        Says::Sets(Said { what, spot }) => (format!("sets it to {what}"), Some(spot.clone())),
        Says::Covers { depth, said: Said { what, spot } } => {
            let above = shown(&path[..*depth]);
            let above =
                if above.is_empty() { "everything".to_owned() } else { format!("`{above}`") };
            (format!("sets {above} to {what}, so nothing is below it"), Some(spot.clone()))
        }
        Says::Nothing { nearest: Some((depth, spot)) } => {
            let near = shown(&path[..*depth]);
            (format!("does not set it; it has `{near}`"), Some(spot.clone()))
        }
        Says::Nothing { nearest: None } => ("does not set it".to_owned(), None),
    }
}

/// The words beside the place that counts.
fn label(answer: &Answer, path: &[Key]) -> String {
    match &answer.says {
        Says::Sets(said) => format!("`{}` is set to {} here", shown(path), said.what),
        Says::Covers { depth, said } => {
            format!("`{}` is set to {} here", shown(&path[..*depth]), said.what)
        }
        Says::Nothing { .. } => String::new(),
    }
}

/// The charts from the outermost to the one that a template belongs to.
fn chain<'a>(template: &str, root: &'a Chart) -> Option<Vec<&'a Chart>> {
    let folder = template.split("/templates/").next()?;
    let mut names = folder.split("/charts/");
    let mut charts = vec![root];
    names.next()?;
    for name in names {
        charts.push(charts.last()?.dependencies.iter().find(|d| d.name() == name)?);
    }
    Some(charts)
}

/// A path of the last of these charts, as the first one knows it.
fn below(charts: &[&Chart], keys: &[Key]) -> Vec<Key> {
    let names = charts.iter().skip(1).map(|chart| Key::Name(chart.name().to_owned()));
    names.chain(keys.iter().cloned()).collect()
}

/// The keys of a dotted path; `.` is the root.
fn names(path: &str) -> Vec<Key> {
    path.split('.').filter(|k| !k.is_empty()).map(|k| Key::Name(k.to_owned())).collect()
}

fn key(step: &Step) -> Key {
    match step {
        Step::Key(name) => Key::Name(name.clone()),
        Step::Index(at) => Key::Index(*at),
    }
}

/// A path as `--set` takes it.
pub(super) fn shown(path: &[Key]) -> String {
    let mut text = String::new();
    for key in path {
        match key {
            Key::Name(name) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(&name.replace('.', "\\."));
            }
            Key::Index(at) => {
                let _ = write!(text, "[{at}]");
            }
        }
    }
    text
}
