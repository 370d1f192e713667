//! `jobs`: programs before and after a release.

use std::collections::BTreeSet;

use yaml::node::{Kind, Node};

use super::fields::Keys;
use super::{Reader, noun};
use crate::model::{JobFailure, JobRuns, JobSpec};
use crate::place::Spanned;

const JOB: Keys = Keys {
    of: "a job",
    known: &[
        "name",
        "run",
        "when",
        "env",
        "workdir",
        "timeout",
        "retries",
        "ignoreFailure",
        "always",
    ],
    later: &["inputs", "outputs", "atPlan", "tags", "shell"],
};

/// More tries than this are a mistake.
const MOST_RETRIES: usize = 100;

/// Which list a job stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    Before,
    After,
}

impl Reader {
    /// A list of jobs.
    pub(super) fn jobs(&mut self, node: &Node, turn: Turn) -> Vec<JobSpec> {
        let (of, prefix) = match turn {
            Turn::Before => ("`before`", "before"),
            Turn::After => ("`after`", "after"),
        };
        let mut jobs: Vec<JobSpec> = vec![];
        let mut names = BTreeSet::new();
        for (at, node) in self.items(node, of).unwrap_or_default().iter().enumerate() {
            let Some(job) = self.job(node, turn, format!("{prefix}-{}", at + 1)) else { continue };
            if !names.insert(job.name.clone()) {
                self.error(node, format!("another job is called `{}` already", job.name));
            }
            jobs.push(job);
        }
        jobs
    }

    fn job(&mut self, node: &Node, turn: Turn, unnamed: String) -> Option<JobSpec> {
        let fields = self.fields(node, &JOB)?;
        let run = if let Some(run) = fields.get("run") {
            self.command(run)
        } else {
            self.error_with_hint(
                node,
                "a job needs something to run",
                "add `run: [program, argument]`",
            );
            None
        };
        let name = match fields.get("name").and_then(|n| self.string(n)) {
            Some(name) => self.check_name(&name, "a job").map_or(unnamed, |()| name.value),
            None => unnamed,
        };
        if let Some((key, _)) = fields.entry("always")
            && turn == Turn::Before
        {
            let place = self.key_place(key);
            self.errors.push(place.error("`always` is for jobs after a release", ""));
        }
        let is_true =
            |r: &mut Self, name: &str| fields.get(name).and_then(|n| r.boolean(n)).unwrap_or(false);
        let on_error =
            if is_true(self, "ignoreFailure") { JobFailure::Ignore } else { JobFailure::Fail };
        let runs = if is_true(self, "always") { JobRuns::Always } else { JobRuns::OnSuccess };
        let retries = fields.get("retries").and_then(|n| {
            let count = self.count(n)?;
            if count > MOST_RETRIES {
                self.error(n, format!("at most {MOST_RETRIES} retries"));
            }
            u32::try_from(count).ok()
        });
        Some(JobSpec {
            name,
            run: run?,
            when: fields.get("when").and_then(|n| self.condition(n)),
            env: fields.get("env").map(|n| self.texts(n, "`env`")).unwrap_or_default(),
            workdir: fields.get("workdir").and_then(|n| self.text(n)),
            timeout: fields.get("timeout").and_then(|n| self.duration(n)),
            retries: retries.unwrap_or(0),
            on_error,
            runs,
        })
    }

    fn command(&mut self, node: &Node) -> Option<Vec<Spanned<crate::expression::Text>>> {
        let Kind::List(items) = &node.kind else {
            let hint = match node.as_str() {
                Some(line) => format!("no shell reads it; if it needs one: [sh, -c, {line:?}]"),
                None => "write `[program, argument]`".to_owned(),
            };
            let message = format!("`run` must be a list of arguments, not {}", noun(node));
            self.error_with_hint(node, message, hint);
            return None;
        };
        if items.is_empty() {
            self.error(node, "`run` is empty");
            return None;
        }
        items.iter().map(|n| self.text(n)).collect()
    }

    /// A map of strings that may hold expressions.
    pub(super) fn texts(
        &mut self,
        node: &Node,
        of: &str,
    ) -> Vec<(String, Spanned<crate::expression::Text>)> {
        let entries = self.entries(node, of).unwrap_or_default();
        entries.iter().filter_map(|(key, n)| Some((key.name.clone(), self.text(n)?))).collect()
    }
}
