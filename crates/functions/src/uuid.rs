//! Random identifiers. Invariant: random bytes come from the host.

use template::{Context, Function, Value};

use crate::arguments::{Outcome, fixed};
use crate::encoding::hexadecimal;

pub(crate) const FUNCTIONS: &[Function] = &[fixed("uuidv4", &[], uuidv4)];

fn uuidv4(cx: &mut Context<'_>, _: &[Value]) -> Outcome {
    let mut bytes = [0; 16];
    cx.host().random(&mut bytes)?;
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let mut text = hexadecimal(&bytes);
    for dash in [20, 16, 12, 8] {
        text.insert(dash, '-');
    }
    Ok(Value::str(text))
}
