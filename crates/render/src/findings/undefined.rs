//! Values that the chart's own templates read where neither its values nor the user's define them.
use diagnostic::Diagnostic;

use super::family::{GLOBAL, Place};
use super::walk::{Undefined, Walk};
use super::{Code, Finding};

pub(super) fn find(walk: &Walk<'_, '_>) -> Vec<Finding> {
    let root = &walk.family.members[0];
    let own = |undefined: &&Undefined| {
        let name = undefined.source.name.as_str();
        let below = name.strip_prefix(&root.path).unwrap_or_default();
        below.starts_with("/templates/") && matches!(undefined.place.member, 0 | GLOBAL)
    };
    let mut told = std::collections::BTreeSet::new();
    let candidates = walk.undefined.iter().filter(|(key, _)| !walk.defined.contains(*key));
    let candidates = candidates.map(|(_, undefined)| undefined).filter(own);
    let candidates = candidates.filter(|undefined| !made_by_templates(walk, &undefined.place));
    // Once is enough for a place.
    candidates.filter(|u| told.insert(&u.place)).map(|u| finding(walk, u)).collect()
}

/// Whether templates put something there themselves.
fn made_by_templates(walk: &Walk<'_, '_>, place: &Place) -> bool {
    place.keys.iter().any(|key| walk.set_keys.contains(key))
        || walk
            .changed
            .iter()
            .any(|table| table.member == place.member && place.keys.starts_with(&table.keys))
}

fn finding(walk: &Walk<'_, '_>, undefined: &Undefined) -> Finding {
    let Undefined { source, span, place, depth } = undefined;
    let shown =
        |keys: &[String]| walk.family.shown(&Place { member: place.member, keys: keys.to_vec() });
    let missing = shown(&place.keys[..=*depth.min(&(place.keys.len() - 1))]);
    let fails = depth + 1 < place.keys.len();
    let whole = shown(&place.keys);
    let (message, label) = if fails {
        let label = format!("fails: `{missing}` is not there");
        (format!("`{whole}` is read, but there is no `{missing}`"), label)
    } else {
        (format!("`{whole}` is read, but nothing defines it"), "prints nothing".to_owned())
    };
    let mut diagnostic = Diagnostic::warning(message).code(Code::UndefinedValue.as_str()).label(
        source,
        span.clone(),
        label,
    );
    match walk.known.nearest(walk.family, place, *depth) {
        Some(near) => {
            diagnostic = diagnostic.hint(format!("did you mean `{}`?", walk.family.shown(&near)));
        }
        None => {
            diagnostic = diagnostic.hint("give it a default in values.yaml, or with `default`");
        }
    }
    Finding { code: Code::UndefinedValue, diagnostic }
}
