//! A schema in the form that is evaluated: its keywords in the order in which they are looked at.
use std::collections::BTreeSet;

use yaml::Value;

use super::decimal::Decimal;
use super::draft::Draft;
use super::pattern::Pattern;

/// A schema with all that its references lead to; the first node is the whole.
#[derive(Debug)]
pub(super) struct Schema<'s> {
    pub(super) nodes: Vec<Node<'s>>,
    pub(super) documents: Vec<Document<'s>>,
    /// What nobody can look up, and is taken to fit everything.
    pub(super) urns: BTreeSet<String>,
}

/// A place in [`Schema::nodes`].
pub(super) type NodeId = usize;

/// A text of schemas and its address.
#[derive(Debug, Clone)]
pub(super) struct Document<'s> {
    pub(super) url: String,
    pub(super) root: &'s Value,
}

/// One schema.
#[derive(Debug)]
pub(super) struct Node<'s> {
    pub(super) draft: Draft,
    pub(super) source: &'s Value,
    pub(super) document: usize,
    /// The schema that gave the address which references here start from.
    pub(super) resource: NodeId,
    pub(super) body: Body<'s>,
    pub(super) recursive_anchor: bool,
    pub(super) dynamic_anchor: Option<&'s str>,
    /// Of a resource: its dynamic anchors by name.
    pub(super) dynamic_anchors: Vec<(&'s str, NodeId)>,
    pub(super) covers: Covers,
}

/// What a schema asks for.
#[derive(Debug)]
pub(super) enum Body<'s> {
    Anything,
    Nothing,
    /// Only a reference.
    Alias {
        to: NodeId,
        after: After,
    },
    Keywords {
        /// Of these the first that fails ends the check.
        checks: Vec<Keyword<'s>>,
        others: Vec<Keyword<'s>>,
        /// The values that the others have something to say of.
        kinds: Kinds,
        /// Where the others are of certain properties only: their names, as bits.
        names: Option<u64>,
    },
}

/// A set of kinds of values.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Kinds(u8);

impl Kinds {
    const MAP: u8 = 1;
    const LIST: u8 = 2;
    const TEXT: u8 = 4;
    const NUMBER: u8 = 8;
    const ALL: u8 = u8::MAX;

    pub(super) fn has(self, value: &Value) -> bool {
        let kind = match value {
            Value::Map(_) => Self::MAP,
            Value::List(_) => Self::LIST,
            Value::String(_) => Self::TEXT,
            Value::Int(_) | Value::Uint(_) | Value::Float(_) => Self::NUMBER,
            Value::Null | Value::Bool(_) => 16,
        };
        self.0 & kind != 0
    }

    fn of(keyword: &Keyword<'_>) -> u8 {
        match keyword.subject() {
            Subject::Map => Self::MAP,
            Subject::List => Self::LIST,
            Subject::Text => Self::TEXT,
            Subject::Number => Self::NUMBER,
            Subject::Any => Self::ALL,
        }
    }
}

impl<'s> Body<'s> {
    /// The form for keywords in their order.
    pub(super) fn new(mut keywords: Vec<Keyword<'s>>) -> Self {
        if let [Keyword::Ref { to, after }] = keywords.as_slice() {
            return Self::Alias { to: *to, after: *after };
        }
        let ends_check = |keyword: &Keyword<'_>| {
            matches!(
                keyword,
                Keyword::Type(_) | Keyword::Const(_) | Keyword::Enum(_) | Keyword::Format(_)
            )
        };
        let others = keywords.split_off(keywords.partition_point(ends_check));
        let kinds = Kinds(others.iter().map(Kinds::of).fold(0, |all, kinds| all | kinds));
        let names = match others.as_slice() {
            [Keyword::Properties(all)] if all.patterns.is_empty() && all.additional.is_none() => {
                Some(all.names)
            }
            _ => None,
        };
        Self::Keywords { checks: keywords, others, kinds, names }
    }
}

/// What a schema leaves to `unevaluatedProperties` and `unevaluatedItems`.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Covers {
    pub(super) all_keys: bool,
    pub(super) all_items: bool,
    pub(super) first_items: usize,
    /// Whether the schema itself asks for what is left.
    pub(super) asks_keys: bool,
    pub(super) asks_items: bool,
}

/// A keyword, or several that work together.
#[derive(Debug)]
pub(super) enum Keyword<'s> {
    // The first of these that fails ends the check.
    Type(Types),
    Const(&'s Value),
    Enum(&'s [Value]),
    Format(&'s str),
    // Of any value.
    Ref { to: NodeId, after: After },
    // Of objects.
    MinProperties(u64),
    MaxProperties(u64),
    Required(&'s [Value]),
    Dependencies(Vec<(&'s str, Dependency<'s>)>),
    Properties(Box<Properties<'s>>),
    PropertyNames(NodeId),
    // Of lists.
    MinItems(u64),
    MaxItems(u64),
    UniqueItems,
    Items(Items),
    Contains { schema: NodeId, min: Option<u64>, max: Option<u64> },
    // Of texts.
    MinLength(u64),
    MaxLength(u64),
    Pattern(Pattern<'s>),
    // Of numbers.
    Limit(Limit, Number),
    MultipleOf(Number),
    // Of any value.
    RecursiveRef(NodeId),
    DynamicRef { to: NodeId, anchor: Option<&'s str> },
    Not(NodeId),
    AllOf(Vec<NodeId>),
    AnyOf(Vec<NodeId>),
    OneOf(Vec<NodeId>),
    Condition { condition: NodeId, then: Option<NodeId>, otherwise: Option<NodeId> },
    UnevaluatedProperties(NodeId),
    UnevaluatedItems(NodeId),
}

/// The kind of values that a keyword has something to say of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject {
    Map,
    List,
    Text,
    Number,
    Any,
}

impl Keyword<'_> {
    pub(super) fn subject(&self) -> Subject {
        match self {
            Self::MinProperties(_)
            | Self::MaxProperties(_)
            | Self::Required(_)
            | Self::Dependencies(_)
            | Self::Properties(_)
            | Self::PropertyNames(_)
            | Self::UnevaluatedProperties(_) => Subject::Map,
            Self::MinItems(_)
            | Self::MaxItems(_)
            | Self::UniqueItems
            | Self::Items(_)
            | Self::Contains { .. }
            | Self::UnevaluatedItems(_) => Subject::List,
            Self::MinLength(_) | Self::MaxLength(_) | Self::Pattern(_) => Subject::Text,
            Self::Limit(..) | Self::MultipleOf(_) => Subject::Number,
            Self::Type(_)
            | Self::Const(_)
            | Self::Enum(_)
            | Self::Format(_)
            | Self::Ref { .. }
            | Self::RecursiveRef(_)
            | Self::DynamicRef { .. }
            | Self::Not(_)
            | Self::AllOf(_)
            | Self::AnyOf(_)
            | Self::OneOf(_)
            | Self::Condition { .. } => Subject::Any,
        }
    }
}

/// Whether what stands beside a reference counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum After {
    Continue,
    Stop,
}

/// What the presence of a key asks for.
#[derive(Debug)]
pub(super) enum Dependency<'s> {
    Keys(&'s [Value]),
    Schema(NodeId),
}

/// `properties`, `patternProperties` and `additionalProperties`.
#[derive(Debug, Default)]
pub(super) struct Properties<'s> {
    /// Sorted by name.
    pub(super) named: Vec<(&'s str, NodeId)>,
    /// Their names, as `keywords::bits`.
    pub(super) names: u64,
    pub(super) patterns: Vec<(Pattern<'s>, NodeId)>,
    pub(super) additional: Option<Rest>,
}

/// What is said of everything else.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rest {
    Allowed,
    Refused,
    Schema(NodeId),
}

/// Schemas for the first items, and for all that follow.
#[derive(Debug, Default)]
pub(super) struct Items {
    pub(super) first: Vec<NodeId>,
    pub(super) rest: Option<Rest>,
}

/// A bound of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Limit {
    Minimum,
    Maximum,
    ExclusiveMinimum,
    ExclusiveMaximum,
}

/// A number of a schema.
#[derive(Debug, Clone, Copy)]
pub(super) struct Number {
    /// Nothing where it has too many digits.
    pub(super) exact: Option<Decimal>,
    pub(super) float: f64,
}

/// A set of JSON's types.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Types(u8);

impl Types {
    pub(super) const INTEGER: &'static str = "integer";
    /// In the order in which messages name them.
    const NAMES: [&'static str; 7] =
        ["null", "boolean", "number", Self::INTEGER, "string", "array", "object"];

    /// Reads one name or a list of them; unknown ones do not count.
    pub(super) fn read(value: &Value) -> Self {
        let one = |name: &str| {
            Self::NAMES.iter().position(|known| *known == name).map_or(0, |at| 1 << at)
        };
        match value {
            Value::String(name) => Self(one(name)),
            Value::List(names) => {
                Self(names.iter().filter_map(Value::as_str).fold(0, |all, name| all | one(name)))
            }
            _ => Self::default(),
        }
    }

    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) fn has(self, name: &str) -> bool {
        self.names().any(|known| known == name)
    }

    pub(super) fn names(self) -> impl Iterator<Item = &'static str> {
        Self::NAMES
            .into_iter()
            .enumerate()
            .filter(move |(at, _)| self.0 & (1 << at) != 0)
            .map(|(_, name)| name)
    }
}

impl Limit {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Minimum => "minimum",
            Self::Maximum => "maximum",
            Self::ExclusiveMinimum => "exclusiveMinimum",
            Self::ExclusiveMaximum => "exclusiveMaximum",
        }
    }
}

impl Default for Schema<'_> {
    /// The schema that everything satisfies.
    fn default() -> Self {
        let node = Node {
            draft: Draft::LATEST,
            source: &Value::Bool(true),
            document: 0,
            resource: 0,
            body: Body::Anything,
            recursive_anchor: false,
            dynamic_anchor: None,
            dynamic_anchors: Vec::new(),
            covers: Covers::default(),
        };
        Self { nodes: vec![node], documents: Vec::new(), urns: BTreeSet::new() }
    }
}
