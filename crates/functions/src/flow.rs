//! Stopping a render: `fail` and `required`. Invariant: the message stands between Helm's
//! markers, by which `render` finds it again; a host that lints is warned instead.

use template::{CallError, Context, Function, Param, Value};

use crate::arguments::{Arguments, Outcome, fixed};

pub(crate) const FUNCTIONS: &[Function] = &[
    fixed("fail", &[Param::String], fail),
    fixed("required", &[Param::String, Param::Any], required),
];

fn fail(cx: &mut Context<'_>, args: &[Value]) -> Outcome {
    if cx.host().lint() {
        cx.host().warn(args.text(0).into_owned());
        return Ok(Value::str(""));
    }
    Err(marked(&args.text(0)))
}

fn required(cx: &mut Context<'_>, args: &[Value]) -> Outcome {
    let value = args.any(1);
    let missing = match value {
        Value::Nil | Value::Missing => true,
        Value::Str(text) => text.is_empty(),
        _ => false,
    };
    if !missing {
        return Ok(value.clone());
    }
    if cx.host().lint() {
        cx.host().warn(format!("missing required value: {}", args.text(0)));
        return Ok(Value::str(""));
    }
    Err(marked(&args.text(0)))
}

fn marked(message: &str) -> CallError {
    CallError::new(format!("HELM_ERR_START{message}HELM_ERR_END"))
}
