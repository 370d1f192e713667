//! Go's panics as errors: where Sprig would panic, `text/template` reports the panic's text as
//! the function's error, and so do we. Invariant: the texts are the runtime's.

use template::{CallError, Value};

/// `x / 0`.
pub(crate) fn divide_by_zero() -> CallError {
    CallError::new("runtime error: integer divide by zero")
}

/// A method or a field of nil, such as `reflect.TypeOf(nil).Kind()`.
pub(crate) fn nil_pointer() -> CallError {
    CallError::new("runtime error: invalid memory address or nil pointer dereference")
}

/// `value.(wanted)` of another type.
pub(crate) fn assertion(value: &Value, wanted: &str) -> CallError {
    let found = match value {
        Value::Nil | Value::Missing => "nil".into(),
        value => value.type_name(),
    };
    CallError::new(format!("interface conversion: interface {{}} is {found}, not {wanted}"))
}

/// `make` with an impossible length.
pub(crate) fn make_slice() -> CallError {
    CallError::new("runtime error: makeslice: len out of range")
}

/// `text[start:end]` of a string; the bounds are the ones Go checks first.
pub(crate) fn slice(text: &[u8], start: Option<i64>, end: Option<i64>) -> Result<&[u8], CallError> {
    let length = text.len() as i64;
    let fail = |what: String| {
        Err(CallError::new(format!("runtime error: slice bounds out of range {what}")))
    };
    let stop = end.unwrap_or(length);
    if stop < 0 {
        return fail(format!("[:{stop}]"));
    }
    if stop > length {
        return fail(format!("[:{stop}] with length {length}"));
    }
    let begin = start.unwrap_or(0);
    if begin < 0 {
        return fail(format!("[{begin}:]"));
    }
    if begin > stop {
        return fail(format!("[{begin}:{stop}]"));
    }
    Ok(&text[begin as usize..stop as usize])
}

/// A count for `strings.Repeat`.
pub(crate) fn repeat_count(count: i64, width: usize) -> Result<usize, CallError> {
    let Ok(count) = usize::try_from(count) else {
        return Err(CallError::new("strings: negative Repeat count"));
    };
    match count.checked_mul(width) {
        Some(total) if i64::try_from(total).is_ok() => Ok(count),
        Some(_) | None => Err(CallError::new("strings: Repeat output length overflow")),
    }
}
