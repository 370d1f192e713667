//! `complex128`: only a constant such as `1+2i` gives one. It can be printed, compared and tested;
//! no function calculates with it.

use std::any::Any;

use super::{Kind, Object};

/// A `complex128`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Complex {
    /// The real part.
    pub real: f64,
    /// The imaginary part.
    pub imaginary: f64,
}

impl Object for Complex {
    fn type_name(&self) -> &'static str {
        "complex128"
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn kind(&self) -> Kind {
        Kind::Complex128
    }

    fn truth(&self) -> bool {
        *self != Self::default()
    }

    fn equals(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref() == Some(self)
    }

    fn marshal(&self) -> Option<Result<super::Value, String>> {
        Some(Err("json: unsupported type: complex128".to_owned()))
    }
}
