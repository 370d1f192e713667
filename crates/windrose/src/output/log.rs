//! Warnings: in our words, or as Helm's log has them.

use chart::{Level, Warning};

use crate::context::Context;
use crate::failure::{ErrorForm, Outcome};

/// Tells of something odd on standard error.
pub(crate) fn say(context: &Context, warning: &Warning) -> Outcome {
    Ok(context.say(&line(context.errors, warning))?)
}

/// The same, for what Helm logs before it fails and we only fail with.
pub(crate) fn say_as_helm(context: &Context, error: &Warning) -> Outcome {
    match (context.errors, error.level) {
        (ErrorForm::Helm, _) | (_, Level::Info | Level::Warn) => say(context, error),
        (ErrorForm::Caret | ErrorForm::Json, Level::Error) => Ok(()),
    }
}

/// The same from another thread.
pub(crate) fn say_late(form: ErrorForm, error: &Warning) {
    if form == ErrorForm::Helm {
        let _ = crate::context::say(&line(form, error));
    }
}

fn line(form: ErrorForm, warning: &Warning) -> String {
    match form {
        ErrorForm::Helm => warning.helm_line() + "\n",
        ErrorForm::Caret | ErrorForm::Json => format!("warning: {warning}\n"),
    }
}
