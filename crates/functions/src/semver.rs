//! `semver` and `semverCompare`. Invariant: a parsed version is an object with the methods of
//! Masterminds/semver; its rules are in `versions`.

use std::any::Any;
use std::cmp::Ordering;
use std::sync::LazyLock;

use template::{CallError, Context, Function, Object, Param, Str, UintKind, Value};
use versions::{Constraints, Version, VersionError, check_metadata, check_prerelease};

use crate::arguments::{Arguments, Outcome, fixed};

const S: Param = Param::String;
const V: Param = Param::Object(TYPE);
const TYPE: &str = "*semver.Version";
/// What methods such as `IncMinor` return: the struct, not a pointer to it.
const VALUE_TYPE: &str = "semver.Version";

pub(crate) const FUNCTIONS: &[Function] = &[
    fixed("semver", &[S], |_, args| Ok(object(read(args, 0)?, TYPE))),
    fixed("semverCompare", &[S, S], compare),
];

/// Methods of the struct, and so of a pointer to it too.
const VALUE_METHODS: &[Function] = &[
    fixed("IncMajor", &[], |_, args| Ok(object(receiver(args)?.next_major(), VALUE_TYPE))),
    fixed("IncMinor", &[], |_, args| Ok(object(receiver(args)?.next_minor(), VALUE_TYPE))),
    fixed("IncPatch", &[], |_, args| Ok(object(receiver(args)?.next_patch(), VALUE_TYPE))),
    fixed("Major", &[], |_, args| Ok(uint64(receiver(args)?.major))),
    fixed("Metadata", &[], |_, args| Ok(Value::str(&receiver(args)?.metadata))),
    fixed("Minor", &[], |_, args| Ok(uint64(receiver(args)?.minor))),
    fixed("Patch", &[], |_, args| Ok(uint64(receiver(args)?.patch))),
    fixed("Prerelease", &[], |_, args| Ok(Value::str(&receiver(args)?.prerelease))),
    fixed("SetMetadata", &[S], |_, args| {
        set(args, check_metadata, |version, text| version.metadata = text)
    }),
    fixed("SetPrerelease", &[S], |_, args| {
        set(args, check_prerelease, |version, text| version.prerelease = text)
    }),
    fixed("String", &[], |_, args| Ok(Value::str(receiver(args)?.to_string()))),
];

/// Methods of a pointer alone.
const POINTER_METHODS: &[Function] = &[
    fixed("Compare", &[V], |_, args| {
        Ok(Value::int(match order(args)? {
            Ordering::Less => -1,
            Ordering::Equal => 0,
            Ordering::Greater => 1,
        }))
    }),
    fixed("Equal", &[V], |_, args| Ok(Value::Bool(order(args)?.is_eq()))),
    fixed("GreaterThan", &[V], |_, args| Ok(Value::Bool(order(args)?.is_gt()))),
    fixed("GreaterThanEqual", &[V], |_, args| Ok(Value::Bool(order(args)?.is_ge()))),
    fixed("LessThan", &[V], |_, args| Ok(Value::Bool(order(args)?.is_lt()))),
    fixed("LessThanEqual", &[V], |_, args| Ok(Value::Bool(order(args)?.is_le()))),
    fixed("Original", &[], |_, args| Ok(Value::str(&receiver(args)?.original))),
];

/// A version as a template holds it.
#[derive(Debug)]
struct VersionObject {
    version: Version,
    type_name: &'static str,
}

impl Object for VersionObject {
    fn type_name(&self) -> &str {
        self.type_name
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn methods(&self) -> &'static [Function] {
        static ALL: LazyLock<Vec<Function>> =
            LazyLock::new(|| [VALUE_METHODS, POINTER_METHODS].concat());
        if self.type_name == TYPE { &ALL } else { VALUE_METHODS }
    }

    fn text(&self) -> Option<Str> {
        Some(self.version.to_string().into())
    }

    /// All of Go's fields are private.
    fn deep_copied(&self) -> Option<Value> {
        let none = String::new;
        let version = Version {
            major: 0,
            minor: 0,
            patch: 0,
            prerelease: none(),
            metadata: none(),
            original: none(),
        };
        Some(Value::object(Self { version, type_name: self.type_name }))
    }

    fn equals(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref::<Self>().is_some_and(|other| {
            let parts = |object: &Self| {
                let Version { major, minor, patch, prerelease, metadata, original } =
                    object.version.clone();
                (object.type_name, major, minor, patch, prerelease, metadata, original)
            };
            parts(self) == parts(other)
        })
    }

    fn marshal(&self) -> Option<Result<Value, String>> {
        Some(Ok(Value::str(self.version.to_string())))
    }

    fn printed_fields(&self) -> Vec<(&'static str, Value)> {
        let Version { major, minor, patch, prerelease, metadata, original } = self.version.clone();
        vec![
            ("major", uint64(major)),
            ("minor", uint64(minor)),
            ("patch", uint64(patch)),
            ("pre", Value::str(prerelease)),
            ("metadata", Value::str(metadata)),
            ("original", Value::str(original)),
        ]
    }
}

fn object(version: Version, type_name: &'static str) -> Value {
    Value::object(VersionObject { version, type_name })
}

fn uint64(value: u64) -> Value {
    Value::Uint(value, UintKind::Uint64)
}

fn read(args: &[Value], at: usize) -> Result<Version, CallError> {
    Version::parse(&args.text(at)).map_err(|error| CallError::new(error.to_string()))
}

fn receiver(args: &[Value]) -> Result<&Version, CallError> {
    version_at(args, 0)
}

fn version_at(args: &[Value], at: usize) -> Result<&Version, CallError> {
    let object = args.any(at).downcast::<VersionObject>();
    object.map(|object| &object.version).ok_or_else(crate::fault::nil_pointer)
}

fn order(args: &[Value]) -> Result<Ordering, CallError> {
    Ok(version_at(args, 0)?.compare(version_at(args, 1)?))
}

/// A copy with another part, once that is checked.
fn set(
    args: &[Value],
    check: fn(&str) -> Result<(), VersionError>,
    change: fn(&mut Version, String),
) -> Outcome {
    let mut version = receiver(args)?.clone();
    let text = args.text(1).into_owned();
    if !text.is_empty() {
        check(&text).map_err(|error| CallError::new(error.to_string()))?;
    }
    change(&mut version, text);
    let v = if version.original.starts_with('v') { "v" } else { "" };
    version.original = format!("{v}{version}");
    Ok(object(version, VALUE_TYPE))
}

fn compare(_: &mut Context<'_>, args: &[Value]) -> Outcome {
    let constraints = Constraints::parse(&args.text(0));
    let constraints = constraints.map_err(|error| CallError::new(error.to_string()))?;
    Ok(Value::Bool(constraints.check(&read(args, 1)?)))
}
