//! Templates that print nothing: nobody includes them, or nothing in them can be reached.
use diagnostic::Diagnostic;
use template::syntax::{Control, Node, View};

use super::family::File;
use super::shape::Shape;
use super::walk::{Frame, Reached, Walk, declares};
use super::{Code, Finding};

/// Named templates of the chart that nothing includes.
pub(super) fn unused_templates(walk: &Walk<'_, '_>) -> Vec<Finding> {
    if walk.calls_anything {
        return Vec::new();
    }
    let definitions = walk.family.definitions();
    let named_in_text = |name: &str| walk.template_texts.iter().any(|text| text.contains(name));
    let mut found = Vec::new();
    for file in walk.family.files.iter().filter(|file| file.member == 0) {
        for definition in file.tree.definitions() {
            let Some(name) = definition.name else { continue };
            let wins = definitions.get(name).is_some_and(|(_, winner)| winner.path == file.path);
            if !wins || walk.called.contains(name) || named_in_text(name) {
                continue;
            }
            let source = file.tree.source();
            let span = name_span(&source.text, definition.body.span().start, name);
            let diagnostic = Diagnostic::warning(format!("the template `{name}` is never used"))
                .code(Code::UnusedTemplate.as_str())
                .label(source, span, "nothing that runs includes it");
            found.push(Finding { code: Code::UnusedTemplate, diagnostic });
        }
    }
    found
}

/// Where a definition's name stands before its body.
fn name_span(text: &str, body: usize, name: &str) -> std::ops::Range<usize> {
    let before = text.get(..body).unwrap_or(text);
    before.rfind(name).map_or(body..body, |at| at..at + name.len())
}

/// Files of the chart that print nothing: ever, or with these values.
pub(super) fn never_printing(walk: &mut Walk<'_, '_>) -> Vec<Finding> {
    let family = walk.family;
    let mut found = Vec::new();
    for file in family.files.iter().filter(|file| file.member == 0) {
        if crate::scope::is_partial(&file.path) || file.path.ends_with("NOTES.txt") {
            continue;
        }
        found.extend(of_file(walk, file));
    }
    found
}

fn of_file(walk: &mut Walk<'_, '_>, file: &File) -> Option<Finding> {
    let source = file.tree.source();
    let defines = file.tree.definitions().any(|definition| definition.name.is_some());
    let body = file.tree.definitions().last()?.body;
    if source.text.trim().is_empty() {
        return None;
    }
    if !prints(body) {
        // What sets or changes values is there for that.
        if defines || acts(body) {
            return None;
        }
        let first = source.text.find(|c: char| !c.is_whitespace()).unwrap_or_default();
        let end = source.text[first..].find('\n').map_or(source.text.len(), |end| first + end);
        let diagnostic = Diagnostic::warning("this template never prints anything")
            .code(Code::NeverRenders.as_str())
            .label(source, first..end, "whatever the values are")
            .hint("remove the file");
        return Some(Finding { code: Code::NeverRenders, diagnostic });
    }
    let dot = Shape::Scope(file.member);
    let condition = holding_back(walk, body, &mut Frame::new(dot, Reached::Perhaps))?;
    let shown = condition.show();
    let diagnostic = Diagnostic::warning("this template prints nothing with these values")
        .code(Code::RendersNothing.as_str())
        .label(source, condition.span(), "does not hold")
        .hint(format!("it needs `{shown}`"));
    Some(Finding { code: Code::RendersNothing, diagnostic })
}

/// Whether anything in a body can be printed.
fn prints(node: Node<'_>) -> bool {
    match node.view() {
        View::List(items) => items.into_iter().any(prints),
        View::Text(text) => !text.trim().is_empty(),
        View::Action(pipe) => !declares(pipe),
        View::Template { .. } => true,
        View::If(control) => match constant(control.pipe) {
            Some(true) => prints(control.body),
            Some(false) => control.otherwise.is_some_and(prints),
            None => branches_print(control),
        },
        View::Range(control) | View::With(control) => branches_print(control),
        _ => false,
    }
}

/// Whether anything in a body is carried out, though it prints nothing.
fn acts(node: Node<'_>) -> bool {
    match node.view() {
        View::List(items) => items.into_iter().any(acts),
        View::If(control) => match constant(control.pipe) {
            Some(true) => acts(control.body),
            Some(false) => control.otherwise.is_some_and(acts),
            None => true,
        },
        View::Text(_) => false,
        _ => true,
    }
}

fn branches_print(control: Control<'_>) -> bool {
    prints(control.body) || control.otherwise.is_some_and(prints)
}

/// Whether a condition is `true` or `false` as it stands.
fn constant(pipe: Node<'_>) -> Option<bool> {
    let View::Pipe { commands, .. } = pipe.view() else { return None };
    let [command] = commands.as_slice() else { return None };
    let View::Command(words) = command.view() else { return None };
    match words.as_slice() {
        [word] => match word.view() {
            View::Bool(value) => Some(value),
            _ => None,
        },
        _ => None,
    }
}

/// The condition that does not hold, where everything that prints stands behind one.
fn holding_back<'t>(
    walk: &mut Walk<'_, '_>,
    body: Node<'t>,
    frame: &mut Frame,
) -> Option<Node<'t>> {
    let View::List(items) = body.view() else { return None };
    let mut first = None;
    for item in items {
        match item.view() {
            View::Action(pipe) => {
                walk.pipe(pipe, frame);
            }
            View::If(control) if prints(item) => {
                let held = if walk.truth(control.pipe, frame)? {
                    holding_back(walk, control.body, frame)?
                } else {
                    match control.otherwise.filter(|otherwise| prints(*otherwise)) {
                        Some(otherwise) => holding_back(walk, otherwise, frame)?,
                        None => control.pipe,
                    }
                };
                first.get_or_insert(held);
                continue;
            }
            _ => {}
        }
        if prints(item) {
            return None;
        }
    }
    first
}
