//! Templates in templates: `include` and `tpl`. Invariant: a name may be nested in itself 1000
//! times, as in Helm. The execution itself is the `template` room's.

use template::{CallError, Context, Function, OverlayError, Param, Str, Value};

use crate::arguments::{Arguments, Outcome, fixed, quoted};

const MAX_NESTING: u32 = 1000;

pub(crate) const FUNCTIONS: &[Function] = &[
    fixed("include", &[Param::String, Param::Any], include),
    fixed("tpl", &[Param::String, Param::Any], tpl),
];

fn include(cx: &mut Context<'_>, args: &[Value]) -> Outcome {
    let name = args.string(0);
    let depth = cx.nesting(&name);
    if *depth > MAX_NESTING {
        let words = format!("rendering template has a nested reference name: {name}");
        return Err(CallError::new("unable to execute template").wrap(words));
    }
    *depth += 1;
    let result = cx.execute_template(&name, args.any(1));
    *cx.nesting(&name) -= 1;
    Ok(Value::Str(result?))
}

fn tpl(cx: &mut Context<'_>, args: &[Value]) -> Outcome {
    let text = args.string(0);
    let result = cx.compile_and_execute(&text, args.any(1)).map_err(|error| {
        let words = match &error {
            OverlayError::Parse(_) => "cannot parse template",
            OverlayError::Exec(_) => "error during tpl function execution for",
        };
        CallError::from(error).wrap(format!("{words} {}", quoted(text.as_bytes())))
    })?;
    Ok(Value::Str(without_no_value(result)))
}

/// Go prints `<no value>` even where missing keys are to be zero; Helm takes it out.
fn without_no_value(text: Str) -> Str {
    const NO_VALUE: &[u8] = b"<no value>";
    let bytes = text.as_bytes();
    if memchr::memmem::find(bytes, NO_VALUE).is_none() {
        return text;
    }
    let mut out = Vec::with_capacity(bytes.len());
    let mut from = 0;
    for at in memchr::memmem::find_iter(bytes, NO_VALUE) {
        out.extend_from_slice(&bytes[from..at]);
        from = at + NO_VALUE.len();
    }
    out.extend_from_slice(&bytes[from..]);
    out.into()
}
