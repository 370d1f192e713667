//! Go types that are neither basic nor plain containers: structs and pointers with fields and
//! methods.

use std::any::Any;
use std::fmt::Debug;

use super::{Kind, Str, Value};
use crate::Function;

/// A struct or pointer: `time.Time`, `*semver.Version`, a certificate.
pub trait Object: Any + Debug {
    /// Go's name of the type, such as `*semver.Version`.
    fn type_name(&self) -> &str;

    /// The object as its Rust type, for [`Value::downcast`].
    fn as_any(&self) -> &dyn Any;

    /// `Struct` unless it is a pointer or a function.
    fn kind(&self) -> Kind {
        if self.type_name().starts_with('*') { Kind::Ptr } else { Kind::Struct }
    }

    /// Exported fields in Go's order; read by `.Name`, and printed where there is no
    /// [`text`](Self::text).
    fn fields(&self) -> Vec<(&'static str, Value)> {
        Vec::new()
    }

    /// All fields as `fmt` prints them, the ones that templates cannot read too.
    fn printed_fields(&self) -> Vec<(&'static str, Value)> {
        self.fields()
    }

    /// What its `GoString` method gives for `%#v`, if it has one.
    fn go_syntax(&self) -> Option<Str> {
        None
    }

    /// Its methods; the receiver is their first argument.
    fn methods(&self) -> &'static [Function] {
        &[]
    }

    /// What its `String` or `Error` method gives, if it has one.
    fn text(&self) -> Option<Str> {
        None
    }

    /// What its `String` method gives where that belongs to a pointer to it: an action prints it so
    /// where it lies in a struct that a pointer leads to.
    fn text_in_place(&self) -> Option<Str> {
        None
    }

    /// What a function gives that was given this, where that is another thing.
    fn copied(&self) -> Option<Value> {
        None
    }

    /// What a deep copy of it is, where that is not itself: copying keeps no field without a capital.
    fn deep_copied(&self) -> Option<Value> {
        None
    }

    /// Structs and pointers that are not nil are true.
    fn truth(&self) -> bool {
        true
    }

    /// Go's `==` on two values of this type (and `reflect.DeepEqual`).
    fn equals(&self, other: &dyn Object) -> bool;

    /// What YAML and JSON print in its place, if its type says so itself (`MarshalJSON`); the error
    /// is in the words of `encoding/json`.
    fn marshal(&self) -> Option<Result<Value, String>> {
        None
    }

    /// The scalar without quotes that go-yaml 3 prints in its place, if it knows the type.
    fn plain_scalar(&self) -> Option<Str> {
        None
    }

    /// What JSON prints of a struct: its fields by their tags, in Go's order.
    fn json_fields(&self) -> Vec<(&'static str, Value)> {
        self.fields()
    }

    /// The function that `call` calls, if this is a function value.
    fn callable(&self) -> Option<&'static Function> {
        None
    }
}

/// A nil pointer of a type, such as `*time.Location`.
#[derive(Debug)]
pub struct NilPointer(pub &'static str);

impl Object for NilPointer {
    fn type_name(&self) -> &str {
        self.0
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn kind(&self) -> Kind {
        Kind::Ptr
    }

    fn truth(&self) -> bool {
        false
    }

    fn equals(&self, other: &dyn Object) -> bool {
        other.as_any().is::<Self>()
    }
}
