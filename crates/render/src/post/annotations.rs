//! Annotations of documents in their style, set and taken out as kyaml does it.
//!
//! Invariant: a value that is replaced keeps the style it had; what is new comes last. Annotations and
//! metadata that hold nothing go, whatever they are; of a kind that cannot hold anything, they are an
//! error in kyaml's words.
//! Not here: which annotation means what to Helm (see `post`).

use yaml::node::Style;
use yaml::styled::{self, Document, Kind, Node};

const METADATA: &str = "metadata";
const ANNOTATIONS: &str = "annotations";

/// Where kyaml notes the place of a document in its stream; gone in what it writes.
const INDEXES: [&str; 2] = ["config.kubernetes.io/index", "internal.config.kubernetes.io/index"];
const SEQUENCE_INDENT: &str = "internal.config.kubernetes.io/seqindent";

/// Annotations that kyaml knows by two names: the old one and the new one.
const RENAMED: [[&str; 2]; 2] = [
    ["config.kubernetes.io/path", "internal.config.kubernetes.io/path"],
    ["config.k8s.io/id", "internal.config.kubernetes.io/id"],
];

/// What kyaml does to a document that it reads: old names of its own annotations get their new ones.
pub(super) fn migrate(node: &mut Node) -> Result<(), String> {
    for [old, new] in RENAMED {
        match (value(node, old), value(node, new)) {
            (None, Some(value)) => annotate(node, old, &value)?,
            (Some(value), None) => annotate(node, new, &value)?,
            (None, None) | (Some(_), Some(_)) => {}
        }
    }
    clear_empty(node)?;
    // It annotates every document with its place, which must be possible.
    if let Some(metadata) = map_at(node, METADATA)? {
        map_at(metadata, ANNOTATIONS)?;
    }
    Ok(())
}

/// What kyaml does to a document that it writes.
pub(super) fn clean(node: &mut Node) -> Result<(), String> {
    for key in INDEXES.into_iter().chain([SEQUENCE_INDENT]) {
        clear(node, key)?;
    }
    clear_empty(node)
}

/// Sets an annotation, in single quotes where it is new.
pub(super) fn annotate(node: &mut Node, key: &str, value: &str) -> Result<(), String> {
    clear_empty(node)?;
    let annotations = made(made(node, METADATA)?, ANNOTATIONS)?;
    let style =
        |node: &Node| if let Kind::Scalar { style, .. } = node.kind { style } else { Style::Plain };
    let entries = map(annotations)?;
    if let Some((_, old)) = entries.iter_mut().find(|(name, _)| name.text() == Some(key)) {
        *old = Node::string(value, style(old));
    } else {
        let value = Node::string(value, Style::SingleQuoted);
        entries.push((Node::string(key, Style::Plain), value));
    }
    Ok(())
}

/// Takes an annotation out, and gives its value if that is not empty.
pub(super) fn clear(node: &mut Node, key: &str) -> Result<Option<String>, String> {
    let Some(metadata) = map_at(node, METADATA)? else { return Ok(None) };
    let Some(annotations) = map_at(metadata, ANNOTATIONS)? else { return Ok(None) };
    let entries = map(annotations)?;
    let at = entries.iter().position(|(name, _)| name.text() == Some(key));
    let value = at.map(|at| entries.remove(at).1);
    Ok(value.and_then(|value| value.text().map(str::to_owned)).filter(|value| !value.is_empty()))
}

/// The text of an annotation, if it has one.
fn value(node: &Node, key: &str) -> Option<String> {
    let value = node.get(METADATA)?.get(ANNOTATIONS)?.get(key)?;
    value.text().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Annotations and metadata without content go.
fn clear_empty(node: &mut Node) -> Result<(), String> {
    if node.is_null() {
        return Ok(());
    }
    if let Some(metadata) = map(node)?.iter_mut().find(|(key, _)| key.text() == Some(METADATA)) {
        let metadata = &mut metadata.1;
        if !metadata.is_null() {
            remove_empty(map(metadata)?, ANNOTATIONS);
        }
    }
    remove_empty(map(node)?, METADATA);
    Ok(())
}

fn remove_empty(entries: &mut Vec<(Node, Node)>, name: &str) {
    let empty = |value: &Node| match &value.kind {
        Kind::List { items, .. } => items.is_empty(),
        Kind::Map { entries, .. } => entries.is_empty(),
        Kind::Scalar { .. } | Kind::Alias(_) => true,
    };
    let found = entries.iter().position(|(key, value)| key.text() == Some(name) && empty(value));
    if let Some(at) = found {
        entries.remove(at);
    }
}

/// The map at a key; nothing where it is missing or null.
fn map_at<'n>(node: &'n mut Node, key: &str) -> Result<Option<&'n mut Node>, String> {
    if node.is_null() {
        return Ok(None);
    }
    let found = map(node)?.iter_mut().find(|(name, _)| name.text() == Some(key));
    let Some((_, found)) = found.filter(|(_, found)| !found.is_null()) else { return Ok(None) };
    map(found)?;
    Ok(Some(found))
}

/// The map at a key, made where it is missing.
fn made<'n>(node: &'n mut Node, key: &str) -> Result<&'n mut Node, String> {
    let entries = map(node)?;
    let at = entries.iter().position(|(name, _)| name.text() == Some(key));
    let at = at.unwrap_or_else(|| {
        entries.push((Node::string(key, Style::Plain), Node::map()));
        entries.len() - 1
    });
    Ok(&mut entries[at].1)
}

/// The entries of a map; what is no map is printed in the error.
fn map(node: &mut Node) -> Result<&mut Vec<(Node, Node)>, String> {
    let kind = match &node.kind {
        Kind::Map { .. } => "MappingNode",
        Kind::Scalar { .. } => "ScalarNode",
        Kind::List { .. } => "SequenceNode",
        Kind::Alias(_) => "AliasNode",
    };
    if kind == "MappingNode" {
        return node.entries_mut().ok_or_else(String::new);
    }
    let content = styled::print(&[Document::from(node.clone())]);
    Err(format!("wrong node kind: expected MappingNode but got {kind}: node contents:\n{content}"))
}
