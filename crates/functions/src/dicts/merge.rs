//! Merging maps as dario.cat/mergo 1.0 does. Invariant: nested maps of the target are changed in
//! place, and what the target lacks it shares with the source; objects are never looked into.

use template::{CallError, Context, Map, Value};

use super::{is_slice, is_unset};

/// Which entries of the target give way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Overwrite {
    /// Those that are unset: `merge`.
    Empty,
    /// All that the source has, even by empty values: `mergeOverwrite`.
    All,
}

/// Merges the source into the target.
pub(super) fn merge(
    cx: &mut Context<'_>,
    target: &Map,
    source: &Map,
    overwrite: Overwrite,
    depth: usize,
) -> Result<(), CallError> {
    let Some(depth) = depth.checked_sub(1) else {
        return Err(CallError::new("maps are nested too deeply to be merged"));
    };
    if target.is_nil() || target.ptr_eq(source) {
        return Ok(());
    }
    cx.spend(source.len() as u64)?;
    for (key, new) in source.to_vec() {
        let all = overwrite == Overwrite::All;
        // A nil interface, map or slice of the source.
        if new.is_nil() && source.map_type().holds_any() && matches!(new, Value::Nil) {
            if all {
                cx.set(target, key, new)?;
            }
            continue;
        }
        let old = target.get(&key);
        if let (Some(Value::Map(old)), Value::Map(new)) = (&old, &new) {
            merge(cx, old, new, overwrite, depth)?;
        }
        if is_slice(&new) && all {
            cx.set(target, key, new)?;
            continue;
        }
        match &old {
            Some(old) if !is_unset(old) => {
                let keep =
                    is_slice(&new) || matches!((&new, old), (Value::Map(_), Value::Map(_))) || !all;
                // Go does not overwrite by a pointer; it leaves the old value.
                if keep {
                    continue;
                }
            }
            Some(_) | None => {}
        }
        if !target.map_type().holds_any() && source.map_type().holds_any() {
            return Err(CallError::new(
                "reflect.Value.SetMapIndex: value of type interface {} is not assignable to type string",
            ));
        }
        cx.set(target, key, new)?;
    }
    Ok(())
}
