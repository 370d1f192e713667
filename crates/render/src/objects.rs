//! `.Capabilities` as Go values: structs with fields and methods.
#![expect(clippy::unnecessary_wraps, reason = "the shape that template's functions have")]
use std::any::Any;

use template::{
    CallError, Context, Function, List, ListType, NamedList, Object, Param, Str, Value,
};

use crate::{Capabilities, KubeVersion};

/// `.Capabilities`.
pub(crate) fn capabilities(of: &Capabilities) -> Value {
    let api_versions = of.api_versions.iter().map(|v| Value::from(v.as_str())).collect();
    Value::object(Struct {
        name: "*common.Capabilities",
        fields: vec![
            (
                "KubeVersion",
                Value::object(Version { version: of.kube_version.clone(), place: Place::Field }),
            ),
            ("APIVersions", Value::List(List::new(ListType::Named(&VERSION_SET), api_versions))),
            ("HelmVersion", Value::object(build_info(&of.helm_version))),
        ],
        json: &[],
    })
}

fn build_info(version: &str) -> Struct {
    Struct {
        name: "version.BuildInfo",
        fields: vec![
            ("Version", Value::from(version)),
            ("GitCommit", Value::from("")),
            ("GitTreeState", Value::from("clean")),
            ("GoVersion", Value::from("go1.26.8")),
            ("KubeClientVersion", Value::from("v1.37")),
        ],
        json: &["version", "", "git_tree_state", "go_version", "kube_client_version"],
    }
}

static VERSION_SET: NamedList = NamedList {
    name: "common.VersionSet",
    underlying: ListType::String,
    methods: &[Function { name: "Has", params: &[Param::String], variadic: None, call: has }],
};

fn has(_: &mut Context<'_>, arguments: &[Value]) -> Result<Value, CallError> {
    let [Value::List(set), Value::Str(version)] = arguments else { return Ok(Value::Bool(false)) };
    let same = |v: &Value| matches!(v, Value::Str(s) if s.as_bytes() == version.as_bytes());
    Ok(Value::Bool(set.iter().any(same)))
}

/// A Go struct that only has fields.
#[derive(Debug)]
struct Struct {
    name: &'static str,
    fields: Vec<(&'static str, Value)>,
    /// The names in JSON, where they are not the fields' own; an empty one is left out.
    json: &'static [&'static str],
}

impl Object for Struct {
    fn type_name(&self) -> &str {
        self.name
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        self.fields.clone()
    }

    fn equals(&self, other: &dyn Object) -> bool {
        std::ptr::addr_eq(self, other)
    }

    fn json_fields(&self) -> Vec<(&'static str, Value)> {
        if self.json.is_empty() {
            return self.fields.clone();
        }
        let named = self.json.iter().zip(&self.fields).filter(|(name, _)| !name.is_empty());
        named.map(|(name, (_, value))| (*name, value.clone())).collect()
    }
}

/// `common.KubeVersion`. Its methods belong to a pointer to it: only where it lies in
/// `.Capabilities` has it any.
#[derive(Debug)]
struct Version {
    version: KubeVersion,
    place: Place,
}

/// Where a struct is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// In the struct that a pointer leads to.
    Field,
    /// A copy, as functions get and give it.
    Copy,
    /// A deep copy, which has no private fields.
    DeepCopy,
}

impl Object for Version {
    fn type_name(&self) -> &'static str {
        "common.KubeVersion"
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        let KubeVersion { version, major, minor, .. } = &self.version;
        [("Version", version), ("Major", major), ("Minor", minor)]
            .map(|(name, text)| (name, Value::from(text.as_str())))
            .into()
    }

    fn printed_fields(&self) -> Vec<(&'static str, Value)> {
        let mut fields = self.fields();
        let normalized = match self.place {
            Place::Field | Place::Copy => self.version.normalized(),
            Place::DeepCopy => "",
        };
        fields.insert(1, ("normalizedVersion", Value::from(normalized)));
        fields
    }

    fn methods(&self) -> &'static [Function] {
        const METHODS: &[Function] = &[
            Function { name: "String", params: &[], variadic: None, call: constrained },
            Function { name: "GitVersion", params: &[], variadic: None, call: git_version },
        ];
        match self.place {
            Place::Field => METHODS,
            Place::Copy | Place::DeepCopy => &[],
        }
    }

    fn text_in_place(&self) -> Option<Str> {
        (self.place == Place::Field).then(|| Str::from(self.version.constrained()))
    }

    fn copied(&self) -> Option<Value> {
        let place = if self.place == Place::Field { Place::Copy } else { self.place };
        Some(Value::object(Self { version: self.version.clone(), place }))
    }

    fn deep_copied(&self) -> Option<Value> {
        Some(Value::object(Self { version: self.version.clone(), place: Place::DeepCopy }))
    }

    fn equals(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref::<Self>().is_some_and(|o| o.version == self.version)
    }
}

fn constrained(_: &mut Context<'_>, arguments: &[Value]) -> Result<Value, CallError> {
    Ok(version(arguments, KubeVersion::constrained))
}

fn git_version(_: &mut Context<'_>, arguments: &[Value]) -> Result<Value, CallError> {
    Ok(version(arguments, |v| &v.version))
}

fn version(arguments: &[Value], part: fn(&KubeVersion) -> &str) -> Value {
    let of = arguments.first().and_then(Value::downcast::<Version>);
    Value::from(of.map_or("", |v| part(&v.version)))
}
