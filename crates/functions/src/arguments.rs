//! Arguments as functions read them. Invariant: the engine has checked their number and types
//! against the function's parameters, so reading by position cannot miss; if it did, the reader
//! gets an empty value rather than a panic. What `interface {}` holds is told apart here once:
//! items of any slice, Go's text of any value.

use std::borrow::Cow;

use template::{CallError, Context, Function, Map, Param, Str, UintKind, Value, format};
use yaml::json::lossy;

/// What every function gives back.
pub(crate) type Outcome = Result<Value, CallError>;

/// A function with its parameters and no variadic ones.
pub(crate) const fn fixed(
    name: &'static str,
    params: &'static [Param],
    call: template::Call,
) -> Function {
    Function { name, params, variadic: None, call }
}

/// A function with variadic parameters behind the others.
pub(crate) const fn variadic(
    name: &'static str,
    params: &'static [Param],
    rest: Param,
    call: template::Call,
) -> Function {
    Function { name, params, variadic: Some(rest), call }
}

/// A checked argument by position and type.
pub(crate) trait Arguments {
    /// An argument of any type.
    fn any(&self, at: usize) -> &Value;
    /// The arguments from a position on.
    fn from(&self, at: usize) -> &[Value];
    /// A `string`.
    fn bytes(&self, at: usize) -> &[u8];
    /// A `string` as a template value.
    fn string(&self, at: usize) -> Str;
    /// A `string` that a library of ours wants as UTF-8.
    fn text(&self, at: usize) -> Cow<'_, str>;
    /// An integer.
    fn int(&self, at: usize) -> i64;
    /// A `bool`.
    fn bool(&self, at: usize) -> bool;
    /// A `map[string]interface {}`, maybe nil.
    fn map(&self, at: usize) -> Option<&Map>;
}

impl Arguments for [Value] {
    fn any(&self, at: usize) -> &Value {
        self.get(at).unwrap_or(&Value::Nil)
    }

    fn from(&self, at: usize) -> &[Value] {
        self.get(at..).unwrap_or_default()
    }

    fn bytes(&self, at: usize) -> &[u8] {
        match self.any(at) {
            Value::Str(value) => value.as_bytes(),
            Value::Bytes(value) => value.as_bytes(),
            _ => b"",
        }
    }

    fn string(&self, at: usize) -> Str {
        if let Value::Str(value) = self.any(at) { value.clone() } else { Str::empty() }
    }

    fn text(&self, at: usize) -> Cow<'_, str> {
        lossy(self.bytes(at))
    }

    fn int(&self, at: usize) -> i64 {
        match self.any(at) {
            Value::Int(value, _) => *value,
            Value::Uint(value, _) => *value as i64,
            _ => 0,
        }
    }

    fn bool(&self, at: usize) -> bool {
        matches!(self.any(at), Value::Bool(true))
    }

    fn map(&self, at: usize) -> Option<&Map> {
        self.any(at).as_map().filter(|map| !map.is_nil())
    }
}

/// The items of a slice of any type; none for what is no slice.
pub(crate) fn items(value: &Value) -> Option<Cow<'_, [Value]>> {
    match value {
        Value::List(list) => Some(Cow::Borrowed(list.as_slice())),
        Value::Bytes(bytes) => {
            let byte = |&byte: &u8| Value::Uint(u64::from(byte), UintKind::Uint8);
            Some(Cow::Owned(bytes.as_bytes().iter().map(byte).collect()))
        }
        _ => None,
    }
}

/// Sprig's text of a value: strings and bytes as they are, else what `%v` prints.
pub(crate) fn text_of(value: &Value) -> Str {
    match value {
        Value::Str(text) => text.clone(),
        Value::Bytes(bytes) => Str::clone(bytes),
        value => Str::from(format::sprint(std::slice::from_ref(value))),
    }
}

/// Sprig's list of texts: nil items are left out, a scalar is a list of one.
pub(crate) fn texts_of(value: &Value) -> Vec<Str> {
    match items(value) {
        Some(items) => {
            items.iter().filter(|item| !matches!(item, Value::Nil)).map(text_of).collect()
        }
        None if matches!(value, Value::Nil | Value::Missing) => Vec::new(),
        None => vec![text_of(value)],
    }
}

/// Go's `%q` of a text.
pub(crate) fn quoted(text: &[u8]) -> String {
    let quoted = format::sprintf(b"%q", &[Value::Str(Str::from(text))]);
    String::from_utf8_lossy(&quoted).into_owned()
}

/// Pays for a result whose size a template chose.
pub(crate) fn pay(cx: &mut Context<'_>, bytes: usize) -> Result<(), CallError> {
    /// A result above this is refused at once.
    const LIMIT: usize = 1 << 30;
    if bytes > LIMIT {
        return Err(CallError::new("result is too large (max 1 GiB)"));
    }
    // A step of the budget is worth more than a byte.
    cx.spend(bytes as u64 / 64)
}
