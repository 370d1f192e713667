//! Go's `reflect.DeepEqual` over template values.

use crate::Value;

/// Go's `reflect.DeepEqual`: types must be the same, all the way down.
pub fn deep_equal(a: &Value, b: &Value) -> bool {
    let _ = (a, b);
    false
}
