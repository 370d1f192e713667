//! Stopping a render: `fail` and `required`. Invariant: the message stands between Helm's
//! markers, by which `render` finds it again; a host that lints is warned instead.

use template::{CallError, Context, Function, Param, Value};

use crate::arguments::{Arguments, Outcome, fixed, quoted};

pub(crate) const FUNCTIONS: &[Function] = &[
    fixed("fail", &[Param::String], fail),
    fixed("required", &[Param::String, Param::Any], required),
];

fn fail(cx: &mut Context<'_>, args: &[Value]) -> Outcome {
    if cx.host().lint() {
        cx.host().warn(log_line("INFO", "funcMap fail", &args.text(0)));
        return Ok(Value::str(""));
    }
    Err(marked(&args.text(0)))
}

fn required(cx: &mut Context<'_>, args: &[Value]) -> Outcome {
    let value = args.any(1);
    let missing = match value {
        Value::Nil | Value::Missing => Some("missing required value"),
        Value::Str(text) if text.is_empty() => Some("missing required values"),
        _ => None,
    };
    let Some(missing) = missing else { return Ok(value.clone()) };
    if cx.host().lint() {
        cx.host().warn(log_line("WARN", missing, &args.text(0)));
        return Ok(Value::str(""));
    }
    Err(marked(&args.text(0)))
}

/// The line that Helm's log has for it.
fn log_line(level: &str, what: &str, message: &str) -> String {
    let plain = |c: char| {
        let beyond = !c.is_ascii() && !c.is_whitespace() && !c.is_control() && c != '\u{fffd}';
        beyond || c.is_ascii_graphic() && !matches!(c, '"' | '=')
    };
    let bare = !message.is_empty() && message.chars().all(plain);
    let message = if bare { message.to_owned() } else { quoted(message.as_bytes()) };
    format!("level={level} msg=\"{what}\" message={message}")
}

fn marked(message: &str) -> CallError {
    CallError::new(format!("HELM_ERR_START{message}HELM_ERR_END"))
}
