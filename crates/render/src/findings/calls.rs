//! What functions do with what they are given: hand it on, look into it, or use it up.
use std::collections::{BTreeMap, BTreeSet};

use template::syntax::{Node, View};
use yaml::Value;

use super::known::Found;
use super::shape::{Piece, Shape};
use super::walk::{Frame, Reached, Walk};

/// Their result is one of their arguments, or is made of what is in them.
const HAND_ON: &[&str] = &[
    "and",
    "append",
    "coalesce",
    "compact",
    "concat",
    "deepCopy",
    "default",
    "first",
    "initial",
    "last",
    "list",
    "merge",
    "mergeOverwrite",
    "mustAppend",
    "mustCompact",
    "mustDeepCopy",
    "mustFirst",
    "mustInitial",
    "mustLast",
    "mustMerge",
    "mustMergeOverwrite",
    "mustPrepend",
    "mustPush",
    "mustRest",
    "mustReverse",
    "mustUniq",
    "or",
    "prepend",
    "push",
    "required",
    "rest",
    "reverse",
    "ternary",
    "tuple",
    "uniq",
    "unset",
];
/// They change their first argument.
const CHANGE: &[&str] =
    &["merge", "mergeOverwrite", "mustMerge", "mustMergeOverwrite", "set", "unset"];
/// They only ask what there is.
const ASK: &[&str] = &[
    "empty",
    "eq",
    "ge",
    "gt",
    "kindIs",
    "kindOf",
    "le",
    "lt",
    "ne",
    "not",
    "typeIs",
    "typeIsLike",
    "typeOf",
];
/// They make text of a value, for which nothing is no good value.
const PRINT: &[&str] =
    &["b64enc", "lower", "print", "printf", "quote", "squote", "trim", "trunc", "upper"];

/// The arguments as they are written and as they come.
struct Arguments<'t> {
    nodes: Vec<Node<'t>>,
    shapes: Vec<Shape>,
}

impl Walk<'_, '_> {
    /// The result of a call; `last` is what is piped into it.
    pub(super) fn function<'t>(
        &mut self,
        name: &str,
        arguments: &[Node<'t>],
        frame: &mut Frame,
        last: Option<(Node<'t>, Shape)>,
    ) -> Shape {
        let given = self.arguments(name, arguments, frame, last);
        let names_key =
            name == "set" && given.shapes.get(1).is_some_and(|k| k.known_text().is_some());
        if CHANGE.contains(&name) && !names_key {
            self.changes(&given);
        }
        match name {
            _ if HAND_ON.contains(&name) => {
                // What stands for a value that is missing is not missing.
                Shape::union(given.shapes.into_iter().chain([Shape::Opaque]))
            }
            _ if ASK.contains(&name) => Shape::Opaque,
            "include" => {
                let dot = given.shapes.get(1).cloned().unwrap_or(Shape::Opaque);
                match given.shapes.first() {
                    Some(Shape::Text(pieces)) => self.call_template(pieces, &dot, frame.reached),
                    _ => self.call_template(&[Piece::Gap], &dot, frame.reached),
                }
                Shape::Opaque
            }
            "tpl" => self.tpl(&given, frame),
            "index" => self.index(&given),
            "get" => match given.shapes.get(1).and_then(Shape::known_text) {
                Some(key) => self.look(&given.shapes[0], &[&key]),
                None => self.use_up(&given),
            },
            "hasKey" => {
                if let (Some(shape), Some(key)) =
                    (given.shapes.first(), given.shapes.get(1).and_then(Shape::known_text))
                {
                    self.look(shape, &[&key]);
                    return Shape::Opaque;
                }
                self.use_up(&given)
            }
            "dig" => self.dig(&given),
            "dict" => self.dict(&given),
            "set" => self.set(&given),
            "print" | "printf" => {
                let text = pieces(name, &given.shapes);
                self.print(&given, frame);
                Shape::Text(text)
            }
            _ if PRINT.contains(&name) => self.print(&given, frame),
            _ => self.use_up(&given),
        }
    }

    fn arguments<'t>(
        &mut self,
        name: &str,
        arguments: &[Node<'t>],
        frame: &mut Frame,
        last: Option<(Node<'t>, Shape)>,
    ) -> Arguments<'t> {
        let before = frame.reached;
        let mut given = Arguments { nodes: Vec::new(), shapes: Vec::new() };
        for argument in arguments {
            given.shapes.push(self.term(*argument, frame));
            given.nodes.push(*argument);
            // `and` and `or` stop where they know.
            let goes_on = match name {
                "and" => Some(true),
                "or" => Some(false),
                _ => continue,
            };
            if self.truth(*argument, frame) != goes_on {
                frame.reached = Reached::Perhaps;
            }
        }
        frame.reached = before;
        if let Some((node, last)) = last {
            given.shapes.push(last);
            given.nodes.push(node);
        }
        given
    }

    fn use_up(&mut self, given: &Arguments<'_>) -> Shape {
        given.shapes.iter().for_each(|shape| self.consume(shape));
        Shape::Opaque
    }

    fn print(&mut self, given: &Arguments<'_>, frame: &Frame) -> Shape {
        for (shape, node) in given.shapes.iter().zip(&given.nodes) {
            self.printed(shape, *node, frame.reached);
        }
        Shape::Opaque
    }

    fn look(&mut self, shape: &Shape, path: &[&str]) -> Shape {
        let found = self.fields(shape, path);
        self.touch(&found);
        // What is asked for so may be missing.
        Shape::union([found, Shape::Opaque])
    }

    fn tpl(&mut self, given: &Arguments<'_>, frame: &Frame) -> Shape {
        let dot = given.shapes.get(1).cloned().unwrap_or(Shape::Opaque);
        let Some(text) = given.shapes.first() else { return Shape::Opaque };
        if let Some(text) = text.known_text() {
            self.constant(&text, &dot, frame.reached);
            return Shape::Opaque;
        }
        self.runs_texts = true;
        self.consume(text);
        Shape::Opaque
    }

    fn index(&mut self, given: &Arguments<'_>) -> Shape {
        let Some((base, keys)) = given.shapes.split_first() else { return Shape::Opaque };
        let keys: Option<Vec<String>> = keys.iter().map(Shape::known_text).collect();
        match keys {
            Some(keys) => {
                let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
                self.look(base, &keys)
            }
            None => self.use_up(given),
        }
    }

    fn dig(&mut self, given: &Arguments<'_>) -> Shape {
        if let [keys @ .., default, base] = given.shapes.as_slice()
            && let Some(keys) = keys.iter().map(Shape::known_text).collect::<Option<Vec<_>>>()
        {
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            let found = self.look(base, &keys);
            return Shape::union([found, default.clone()]);
        }
        self.use_up(given)
    }

    fn dict(&mut self, given: &Arguments<'_>) -> Shape {
        let mut entries = BTreeMap::new();
        for pair in given.shapes.chunks(2) {
            let (Some(key), Some(value)) = (pair[0].known_text(), pair.get(1)) else {
                return self.use_up(given);
            };
            entries.insert(key, value.clone());
        }
        Shape::Dict(entries)
    }

    fn set(&mut self, given: &Arguments<'_>) -> Shape {
        let [base, key, value] = given.shapes.as_slice() else { return Shape::Opaque };
        // Other names of the same map see it, too.
        self.consume(value);
        match key.known_text() {
            Some(key) => {
                self.set_keys.insert(key.clone());
                let entry = BTreeMap::from([(key, value.clone())]);
                Shape::Union(BTreeSet::from([base.clone(), Shape::Dict(entry)]))
            }
            None => Shape::union([base.clone(), Shape::Opaque]),
        }
    }

    fn changes(&mut self, given: &Arguments<'_>) {
        let mut all = Vec::from_iter(given.shapes.first());
        while let Some(shape) = all.pop() {
            match shape {
                Shape::Values(place) => self.changed.push(place.clone()),
                Shape::Union(inner) => all.extend(inner),
                _ => {}
            }
        }
    }

    /// Whether a condition holds with these values, as far as that is plain.
    pub(super) fn truth(&mut self, node: Node<'_>, frame: &mut Frame) -> Option<bool> {
        match node.view() {
            View::Pipe { commands, .. } => match commands.as_slice() {
                [command] => self.truth(*command, frame),
                _ => None,
            },
            View::Command(words) => match words.split_first() {
                Some((word, [])) => self.truth(*word, frame),
                Some((word, arguments)) => {
                    let View::Identifier(name) = word.view() else { return None };
                    self.truth_of_call(name, arguments, frame)
                }
                None => None,
            },
            View::Bool(value) => Some(value),
            View::Dot | View::Field(_) | View::Variable { .. } | View::Chain { .. } => {
                let Shape::Values(place) = self.term(node, frame) else { return None };
                match self.known.find(&place) {
                    Found::Value(value) => Some(is_true(value)),
                    Found::Missing(_) => Some(false),
                    Found::Unknown => None,
                }
            }
            _ => None,
        }
    }

    fn truth_of_call(
        &mut self,
        name: &str,
        arguments: &[Node<'_>],
        frame: &mut Frame,
    ) -> Option<bool> {
        match (name, arguments) {
            ("not" | "empty", [argument]) => self.truth(*argument, frame).map(|truth| !truth),
            ("and" | "or", all) => {
                let decides = name == "or";
                let mut known = true;
                for argument in all {
                    match self.truth(*argument, frame) {
                        Some(truth) if truth == decides => {
                            return known.then_some(decides);
                        }
                        Some(_) => {}
                        None => known = false,
                    }
                }
                known.then_some(!decides)
            }
            ("eq" | "ne", [left, right]) => {
                let (left, right) = (self.term(*left, frame), self.term(*right, frame));
                let (Shape::Values(place), Some(text)) = (left, right.known_text()) else {
                    return None;
                };
                match self.known.find(&place) {
                    Found::Value(Value::String(value)) => Some((*value == text) == (name == "eq")),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

/// Go's idea of truth.
fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Int(n) => *n != 0,
        Value::Uint(n) => *n != 0,
        Value::Float(n) => *n != 0.0,
        Value::String(text) => !text.is_empty(),
        Value::List(items) => !items.is_empty(),
        Value::Map(map) => !map.is_empty(),
    }
}

/// The text that `print` and `printf` make, as far as it is known.
fn pieces(name: &str, shapes: &[Shape]) -> Vec<Piece> {
    let piece_of = |shape: &Shape| match shape {
        Shape::Text(pieces) => pieces.clone(),
        _ => vec![Piece::Gap],
    };
    if name == "print" {
        return shapes.iter().flat_map(piece_of).collect();
    }
    let Some(format) = shapes.first().and_then(Shape::known_text) else { return vec![Piece::Gap] };
    let mut pieces = Vec::new();
    let mut rest = shapes[1..].iter();
    let mut parts = format.split('%');
    pieces.extend(parts.next().filter(|p| !p.is_empty()).map(|p| Piece::Known(p.to_owned())));
    for part in parts {
        let Some(end) = part.find(|c: char| c.is_ascii_alphabetic()) else {
            return vec![Piece::Gap];
        };
        match (&part[..=end], rest.next()) {
            ("s" | "v", Some(shape)) => pieces.extend(piece_of(shape)),
            _ => pieces.push(Piece::Gap),
        }
        if end + 1 < part.len() {
            pieces.push(Piece::Known(part[end + 1..].to_owned()));
        }
    }
    pieces
}
