//! Defaults and choices. Invariant: "empty" is Sprig's: zero, "", false, nil, no items; a struct
//! never is.

use template::{Context, Function, Param, Value};

use crate::arguments::{Arguments, Outcome, fixed, variadic};

const A: Param = Param::Any;

pub(crate) const FUNCTIONS: &[Function] = &[
    variadic("all", &[], A, |_, args| Ok(Value::Bool(!args.iter().any(is_empty)))),
    variadic("any", &[], A, |_, args| Ok(Value::Bool(!args.iter().all(is_empty)))),
    variadic("coalesce", &[], A, |_, args| {
        Ok(args.iter().find(|value| !is_empty(value)).cloned().unwrap_or_default())
    }),
    variadic("default", &[A], A, default),
    fixed("empty", &[A], |_, args| Ok(Value::Bool(is_empty(args.any(0))))),
    fixed("ternary", &[A, A, Param::Bool], |_, args| {
        Ok(args.any(usize::from(!args.bool(2))).clone())
    }),
];

fn is_empty(value: &Value) -> bool {
    !value.truth()
}

fn default(_: &mut Context<'_>, args: &[Value]) -> Outcome {
    let given = args.get(1).filter(|value| !is_empty(value));
    Ok(given.unwrap_or(args.any(0)).clone())
}
