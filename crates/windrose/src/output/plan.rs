//! A release's plan for people: object by object, with the fields that change.

use std::fmt::Write;

use diagnostic::Style;
use release::{Action, Change, ChangeKind, Diff, KeepReason, Plan};
use serde_json::Value;

use crate::output::paint::{Ink, paint};

/// How many objects a plan touches, by what happens to them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) created: usize,
    pub(crate) changed: usize,
    pub(crate) replaced: usize,
    pub(crate) deleted: usize,
    pub(crate) refused: usize,
}

impl Tally {
    /// Counts one release's plan.
    pub(crate) fn add(&mut self, plan: &Plan) {
        self.created += plan.crds.iter().filter(|c| c.creates).count();
        self.created += usize::from(plan.creates_namespace);
        for change in &plan.changes {
            match change.kind {
                ChangeKind::Create { .. } => self.created += 1,
                ChangeKind::Update { .. } => self.changed += 1,
                ChangeKind::Replace { .. } => self.replaced += 1,
                ChangeKind::Delete => self.deleted += 1,
                ChangeKind::Refused(_) => self.refused += 1,
                ChangeKind::Unchanged | ChangeKind::Keep { .. } => {}
            }
        }
    }

    /// Whether something is deleted or replaced.
    pub(crate) fn is_destructive(self) -> bool {
        self.replaced + self.deleted > 0
    }

    /// `2 to create, 1 to change`; empty if nothing is touched.
    pub(crate) fn words(self, style: Style) -> String {
        let counts = [
            (self.created, Ink::Good, "to create"),
            (self.changed, Ink::Notice, "to change"),
            (self.replaced, Ink::Bad, "to delete and create again"),
            (self.deleted, Ink::Bad, "to delete"),
            (self.refused, Ink::Bad, "refused"),
        ];
        let words: Vec<String> = counts
            .into_iter()
            .filter(|(n, _, _)| *n > 0)
            .map(|(n, ink, what)| paint(style, ink, &format!("{n} {what}")))
            .collect();
        words.join(", ")
    }
}

/// What a plan does to its release, in a few words.
pub(crate) fn headline(plan: &Plan) -> String {
    match plan.action {
        Action::Nothing => "no changes".to_owned(),
        Action::Install => format!("install, revision {}", plan.revision),
        Action::Upgrade => format!("upgrade to revision {}", plan.revision),
        Action::Rollback { to } => format!("roll back to {to}, as revision {}", plan.revision),
        Action::Uninstall => "uninstall".to_owned(),
    }
}

/// The body below the headline, indented; empty when nothing changes.
pub(crate) fn body(plan: &Plan, style: Style) -> String {
    let mut text = String::new();
    if let Some(repair) = &plan.repair {
        let note = format!("! revision {} was left unfinished: {}", repair.revision, repair.why);
        let _ = writeln!(text, "  {}", paint(style, Ink::Notice, &note));
    }
    for warning in &plan.warnings {
        let _ = writeln!(text, "  {}", paint(style, Ink::Notice, &format!("! {warning}")));
    }
    if plan.creates_namespace {
        let _ = writeln!(
            text,
            "  {}",
            paint(style, Ink::Good, &format!("+ Namespace/{}", plan.namespace))
        );
    }
    for crd in plan.crds.iter().filter(|c| c.creates) {
        let line = format!("+ CustomResourceDefinition/{}", crd.name);
        let _ = writeln!(text, "  {}", paint(style, Ink::Good, &line));
    }
    for change in plan.effective() {
        object(&mut text, change, plan, style);
    }
    for kept in &plan.changes {
        if let ChangeKind::Keep { reason } = &kept.kind {
            let why = match reason {
                KeepReason::ResourcePolicy => "helm.sh/resource-policy: keep",
                KeepReason::NotOwned => "it belongs to somebody else",
            };
            let _ = writeln!(text, "  = {} stays: {why}", kept.object);
        }
    }
    if !plan.is_nothing() {
        for hook in &plan.hooks {
            let line = format!("> {} hook {}", hook.event.as_str(), hook.object);
            let _ = writeln!(text, "  {}", paint(style, Ink::Faint, &line));
        }
    }
    text
}

fn object(text: &mut String, change: &Change, plan: &Plan, style: Style) {
    let name = match &change.object.namespace {
        Some(n) if *n != plan.namespace => format!("{} in {n}", change.object),
        _ => change.object.to_string(),
    };
    let mut line = |ink, words: String| {
        let _ = writeln!(text, "  {}", paint(style, ink, &words));
    };
    match &change.kind {
        ChangeKind::Create { validated_after: Some(first), .. } => {
            line(Ink::Good, format!("+ {name} (checked once {first} is there)"));
        }
        ChangeKind::Create { validated_after: None, .. } => line(Ink::Good, format!("+ {name}")),
        ChangeKind::Update { diff } => {
            line(Ink::Notice, format!("~ {name}"));
            fields(text, diff, style);
        }
        ChangeKind::Replace { diff, fields: immutable } => {
            let which = immutable.join(", ");
            line(Ink::Bad, format!("± {name} is deleted and created again: {which} cannot change"));
            fields(text, diff, style);
        }
        ChangeKind::Delete => line(Ink::Bad, format!("- {name}")),
        ChangeKind::Refused(refusal) => line(Ink::Bad, format!("✘ {refusal}")),
        ChangeKind::Unchanged | ChangeKind::Keep { .. } => {}
    }
}

fn fields(text: &mut String, diff: &Diff, style: Style) {
    for field in &diff.fields {
        let before = field.before.as_ref().map(short);
        let after = field.after.as_ref().map(short);
        let (ink, words) = match (before, after) {
            (Some(b), Some(a)) => (Ink::Notice, format!("{}: {b} → {a}", field.path)),
            (None, Some(a)) => (Ink::Good, format!("{}: {a} (new)", field.path)),
            (Some(b), None) => (Ink::Bad, format!("{}: {b} (removed)", field.path)),
            (None, None) => continue,
        };
        let _ = writeln!(text, "      {}", paint(style, ink, &words));
    }
}

/// Longer values are cut in the middle of a plan; `--output json` has them whole.
const WIDEST: usize = 100;

pub(crate) fn short(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= WIDEST {
        return text;
    }
    text.chars().take(WIDEST).collect::<String>() + "…"
}
