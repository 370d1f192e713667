//! Types and kinds of values, and deep equality. Invariant: names are Go's.

use template::compare::deep_equal;
use template::{Function, Param, Value};

use crate::arguments::{Arguments, fixed};

const A: Param = Param::Any;
const S: Param = Param::String;

pub(crate) const FUNCTIONS: &[Function] = &[
    fixed("deepEqual", &[A, A], |_, args| Ok(Value::Bool(deep_equal(args.any(0), args.any(1))))),
    fixed("kindIs", &[S, A], |_, args| {
        Ok(Value::Bool(args.bytes(0) == args.any(1).kind().name().as_bytes()))
    }),
    fixed("kindOf", &[A], |_, args| Ok(Value::str(args.any(0).kind().name()))),
    fixed("typeIs", &[S, A], |_, args| {
        Ok(Value::Bool(args.bytes(0) == args.any(1).type_name().as_bytes()))
    }),
    fixed("typeIsLike", &[S, A], |_, args| {
        let (wanted, name) = (args.text(0), args.any(1).type_name());
        Ok(Value::Bool(wanted == name || format!("*{wanted}") == name))
    }),
    fixed("typeOf", &[A], |_, args| Ok(Value::str(args.any(0).type_name()))),
];
