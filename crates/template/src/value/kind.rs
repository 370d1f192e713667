//! Kinds and names of Go's basic types.
//!
//! Invariant: the closed set of types that a template can meet; named integer types are here, not
//! objects, because arithmetic and comparison look through the name.

/// A signed integer type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IntKind {
    /// `int`.
    Int,
    /// `int8`.
    Int8,
    /// `int16`.
    Int16,
    /// `int32`.
    Int32,
    /// `int64`.
    Int64,
    /// `time.Duration`, an `int64` that prints as `1m30s`.
    Duration,
    /// `time.Month`, an `int` that prints as `January`.
    Month,
    /// `time.Weekday`, an `int` that prints as `Sunday`.
    Weekday,
}

/// An unsigned integer type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UintKind {
    /// `uint`.
    Uint,
    /// `uint8`.
    Uint8,
    /// `uint16`.
    Uint16,
    /// `uint32`.
    Uint32,
    /// `uint64`.
    Uint64,
}

/// Go's `reflect.Kind`, as `kindOf` prints it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the variants are Go's own names")]
pub enum Kind {
    Invalid,
    Bool,
    Int,
    Int8,
    Int16,
    Int32,
    Int64,
    Uint,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
    Float32,
    Float64,
    Complex128,
    Func,
    Map,
    Ptr,
    Slice,
    String,
    Struct,
}

impl IntKind {
    /// Go's name of the type.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Int => "int",
            Self::Int8 => "int8",
            Self::Int16 => "int16",
            Self::Int32 => "int32",
            Self::Int64 => "int64",
            Self::Duration => "time.Duration",
            Self::Month => "time.Month",
            Self::Weekday => "time.Weekday",
        }
    }

    /// Its kind.
    pub const fn kind(self) -> Kind {
        match self {
            Self::Int | Self::Month | Self::Weekday => Kind::Int,
            Self::Int8 => Kind::Int8,
            Self::Int16 => Kind::Int16,
            Self::Int32 => Kind::Int32,
            Self::Int64 | Self::Duration => Kind::Int64,
        }
    }

    /// The number as this type holds it, high bits cut off.
    pub const fn wrap(self, value: i64) -> i64 {
        match self {
            Self::Int | Self::Int64 | Self::Duration | Self::Month | Self::Weekday => value,
            Self::Int8 => value as i8 as i64,
            Self::Int16 => value as i16 as i64,
            Self::Int32 => value as i32 as i64,
        }
    }
}

impl UintKind {
    /// Go's name of the type.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Uint => "uint",
            Self::Uint8 => "uint8",
            Self::Uint16 => "uint16",
            Self::Uint32 => "uint32",
            Self::Uint64 => "uint64",
        }
    }

    /// Its kind.
    pub const fn kind(self) -> Kind {
        match self {
            Self::Uint => Kind::Uint,
            Self::Uint8 => Kind::Uint8,
            Self::Uint16 => Kind::Uint16,
            Self::Uint32 => Kind::Uint32,
            Self::Uint64 => Kind::Uint64,
        }
    }

    /// The number as this type holds it, high bits cut off.
    pub const fn wrap(self, value: u64) -> u64 {
        match self {
            Self::Uint | Self::Uint64 => value,
            Self::Uint8 => value as u8 as u64,
            Self::Uint16 => value as u16 as u64,
            Self::Uint32 => value as u32 as u64,
        }
    }
}

impl Kind {
    /// Go's name of the kind.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Int8 => "int8",
            Self::Int16 => "int16",
            Self::Int32 => "int32",
            Self::Int64 => "int64",
            Self::Uint => "uint",
            Self::Uint8 => "uint8",
            Self::Uint16 => "uint16",
            Self::Uint32 => "uint32",
            Self::Uint64 => "uint64",
            Self::Float32 => "float32",
            Self::Float64 => "float64",
            Self::Complex128 => "complex128",
            Self::Func => "func",
            Self::Map => "map",
            Self::Ptr => "ptr",
            Self::Slice => "slice",
            Self::String => "string",
            Self::Struct => "struct",
        }
    }
}
