//! The world outside of the chart: host names and objects of the cluster. Invariant: everything
//! comes from the host, which answers with nothing where it is not allowed to look.

use template::{Function, Lookup, Param, Value};

use crate::arguments::{Arguments, fixed};

const S: Param = Param::String;

pub(crate) const FUNCTIONS: &[Function] = &[
    fixed("getHostByName", &[S], |cx, args| Ok(Value::str(cx.host().resolve(&args.text(0))))),
    fixed("lookup", &[S, S, S, S], |cx, args| {
        cx.host().lookup(&Lookup {
            api_version: &args.text(0),
            kind: &args.text(1),
            namespace: &args.text(2),
            name: &args.text(3),
        })
    }),
];
