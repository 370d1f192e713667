//! Go's `fmt` over template values: `Sprintf`, `Sprint`, `Sprintln` and every verb.
//!
//! Invariant: prints what Go prints, mistakes in a format included (`%!d(string=x)`). A value that
//! holds itself, at which Go dies, ends after [`MAX_DEPTH`] levels or [`MAX_LEN`] bytes.

mod field;
mod float;
mod printf;
mod value;

use std::cell::Cell;

use crate::{Kind, Value};
use field::Flags;

/// How deep a value is printed.
const MAX_DEPTH: usize = 1000;
/// How much is printed at most; more than any budget of a session allows.
const MAX_LEN: usize = 1 << 30;

thread_local! {
    static ADDRESS: Cell<u64> = const { Cell::new(0xc0_0000_0000) };
}

/// Runs something in which pointers print as this address. Go's differ from run to run, ours are
/// one and the same: what changes with it cannot be compared with Go.
pub fn with_address<T>(address: u64, run: impl FnOnce() -> T) -> T {
    let before = ADDRESS.replace(address);
    let result = run();
    ADDRESS.set(before);
    result
}

/// Go's `fmt.Sprintf`.
pub fn sprintf(format: &[u8], args: &[Value]) -> Vec<u8> {
    let mut printer = Printer::default();
    printer.printf(format, args);
    printer.out
}

/// Go's `fmt.Sprint`: a space between two operands when neither is a string.
pub fn sprint(args: &[Value]) -> Vec<u8> {
    let mut printer = Printer::default();
    let mut after_string = true;
    for (at, arg) in args.iter().enumerate() {
        let string = arg.kind() == Kind::String;
        if at > 0 && !string && !after_string {
            printer.out.push(b' ');
        }
        printer.arg(arg, 'v');
        after_string = string;
    }
    printer.out
}

/// Go's `fmt.Sprintln`: spaces between all operands, and a line break.
pub fn sprintln(args: &[Value]) -> Vec<u8> {
    let mut printer = Printer::default();
    for (at, arg) in args.iter().enumerate() {
        if at > 0 {
            printer.out.push(b' ');
        }
        printer.arg(arg, 'v');
    }
    printer.out.push(b'\n');
    printer.out
}

/// What an action prints for a value.
pub(crate) fn print(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Str(text) => out.extend_from_slice(text.as_bytes()),
        Value::Missing | Value::Nil => out.extend_from_slice(b"<no value>"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Int(..)
        | Value::Uint(..)
        | Value::Float(..)
        | Value::Bytes(_)
        | Value::List(_)
        | Value::Map(_)
        | Value::Object(_) => {
            if let Value::Object(object) = value
                && let Some(text) = object.text_in_place()
            {
                return out.extend_from_slice(text.as_bytes());
            }
            let mut printer = Printer { out: std::mem::take(out), ..Printer::default() };
            printer.arg(value, 'v');
            *out = printer.out;
        }
    }
}

/// The text so far, and the flags of the verb that is being printed.
#[derive(Default)]
struct Printer {
    out: Vec<u8>,
    flags: Flags,
    /// Inside `%!d(…)`, where `String` methods are not called.
    erroring: bool,
}
