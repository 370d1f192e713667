//! `--output-dir`: one file a template, documents after one another, each told with `wrote …`.
//!
//! Helm's own order and paths: CRDs do not lie below the release's name, and hooks go behind what
//! the file has, even where it is from an earlier run. **Invariant**: nothing is written outside of
//! the folder.

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::{self, ErrorKind, Write};
use std::path::{Component, Path};

use render::{Hook, Rendered};

use crate::commands::helm::go_files::{clean, words};
use crate::context::Context;
use crate::failure::{Failure, Outcome};

/// Where the files go.
pub(super) struct Place<'a> {
    /// As the user gave it.
    pub(super) folder: &'a str,
    /// The release's name, where it is part of the path.
    pub(super) release: Option<&'a str>,
}

/// What becomes of what a file has already.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Kept,
    Replaced,
}

impl Place<'_> {
    /// CRDs where they were asked for, then the manifests.
    pub(super) fn write_manifests(&self, context: &Context, rendered: &Rendered) -> Outcome {
        let mut written = BTreeSet::new();
        let mut before = |name: &str| {
            if written.insert(name.to_owned()) { Before::Replaced } else { Before::Kept }
        };
        for crd in rendered.shown_crds() {
            let text = String::from_utf8_lossy(&crd.data);
            write(context, self.folder, (&crd.filename, &text), before(&crd.filename))?;
        }
        let folder = self.of_release();
        for manifest in &rendered.manifests {
            write(context, &folder, (&manifest.source, &manifest.text), before(&manifest.source))?;
        }
        Ok(())
    }

    /// The hooks, behind what is there.
    pub(super) fn write_hooks<'h>(
        &self,
        context: &Context,
        hooks: impl Iterator<Item = &'h Hook>,
    ) -> Outcome {
        let folder = self.of_release();
        for hook in hooks {
            let there = context.path(Path::new(&folder)).join(&hook.path).exists();
            let before = if there { Before::Kept } else { Before::Replaced };
            write(context, &folder, (&hook.path, &hook.manifest), before)?;
        }
        Ok(())
    }

    fn of_release(&self) -> String {
        match self.release {
            None => self.folder.to_owned(),
            Some(release) => clean(&format!("{}/{release}", self.folder)),
        }
    }
}

fn write(context: &Context, folder: &str, (name, text): (&str, &str), before: Before) -> Outcome {
    if !Path::new(name).components().all(|c| matches!(c, Component::Normal(_))) {
        return Err(Failure::message(format!(
            "the template path {name:?} leaves the output folder"
        )));
    }
    let shown = format!("{folder}/{name}");
    let path = context.path(Path::new(&shown));
    let parent = shown.rsplit_once('/').map_or(".", |(parent, _)| parent);
    if let Err((at, error)) = make_folders(context, &clean(parent)) {
        let operation = if error.kind() == ErrorKind::NotADirectory { "stat" } else { "mkdir" };
        return Err(while_rendering(go_error(operation, &at, &error)));
    }
    let mut options = OpenOptions::new();
    match before {
        Before::Kept => options.append(true),
        Before::Replaced => options.write(true).create(true).truncate(true),
    };
    let failed = |error: io::Error| Failure::message(go_error("open", &shown, &error));
    let mut file = options.open(&path).map_err(failed)?;
    file.write_all(render::document_parts(name, text).concat().as_bytes()).map_err(failed)?;
    Ok(context.out(&format!("wrote {shown}\n"))?)
}

/// Helm writes manifests while it renders, and tells how to see more of a rendering that fails.
fn while_rendering(text: String) -> Failure {
    let helm = format!("{text}\n\nUse --debug flag to render out invalid YAML");
    Failure::message(text).in_helms_words(helm)
}

/// Makes a folder and those above it; an error names the one that could not be made.
fn make_folders(context: &Context, folder: &str) -> Result<(), (String, io::Error)> {
    let path = context.path(Path::new(folder));
    match std::fs::metadata(&path) {
        Ok(_) => return Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err((folder.to_owned(), error)),
    }
    if let Some((above, _)) = folder.rsplit_once('/').filter(|(above, _)| !above.is_empty()) {
        make_folders(context, above)?;
    }
    std::fs::create_dir(&path).map_err(|error| (folder.to_owned(), error))
}

fn go_error(operation: &str, path: &str, error: &io::Error) -> String {
    format!("{operation} {path}: {}", words(error))
}
