//! Documents that are read, changed and printed again in the style they were written in, as
//! kyaml does it (on go-yaml 3): quotes, block scalars, flow collections, anchors and comments stay;
//! indentation becomes two columns, lists stand at the column of their key.
//!
//! Invariant: what is printed means what was read, but for lines of a folded scalar (`>`) that are
//! indented more than others: go-yaml 3 gives them an empty line more, and so do we. Blank lines go,
//! but for those between comments and one after a comment that belongs to what stands before it.
//! Not here: what Kubernetes' tools do with such documents (see `render`).

use std::borrow::Cow;

use crate::composer::{Composer, Item, ItemKind, Tree};
use crate::emit;
use crate::node::Style;
use crate::scanner::Scanner;
use crate::source::Source;
use crate::token::{Token, TokenKind};
use crate::{Error, Problem};

mod attach;
mod comments;

/// A document: its value, and the comments that belong to no part of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Comments at its beginning, set off by an empty line.
    pub head: String,
    /// The value.
    pub root: Node,
    /// Comments at its end.
    pub foot: String,
}

/// A value in its style.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// The short form of its tag (`!!str`), if one was written.
    pub tag: Option<String>,
    /// The anchor's name.
    pub anchor: Option<String>,
    /// Comments before it: lines with their `#`, and empty ones between.
    pub head: String,
    /// The comment behind it.
    pub line: String,
    /// Comments below it that do not belong to what follows.
    pub foot: String,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Anything but a collection.
    Scalar {
        /// The text after escapes and folding.
        text: String,
        /// How it was written.
        style: Style,
    },
    /// A list.
    List {
        /// `[…]` or lines with dashes.
        layout: Layout,
        /// The items.
        items: Vec<Node>,
    },
    /// A map.
    Map {
        /// `{…}` or lines.
        layout: Layout,
        /// Keys and values.
        entries: Vec<(Node, Node)>,
    },
    /// `*name`
    Alias(String),
}

/// How a collection is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// In lines.
    Block,
    /// In brackets.
    Flow,
}

/// The first document of a text; nothing for an empty text or one of comments.
pub fn parse(text: &str) -> Result<Option<Document>, Error> {
    let source = Source::from_str(text);
    let mut composer = Composer::new(&source);
    let tree = composer.next().map_err(|problem| {
        let line = composer.line_around();
        Error::Parse(ahead(&source, &problem).unwrap_or_else(|| in_version_3(problem, line)))
    })?;
    let Some(tree) = tree.filter(|tree| !tree.items.is_empty()) else { return Ok(None) };
    let mut document = Document::from(build(&source.text, &tree, 0));
    if source.text.contains('#') {
        let tokens = tokens(&source);
        let scanned = comments::scan(&source, &tokens);
        attach::attach(&tokens, scanned, &mut document);
    }
    Ok(Some(document))
}

/// Documents one after another, cut by `---`.
pub fn print(documents: &[Document]) -> String {
    emit::restyled(documents)
}

impl From<Node> for Document {
    fn from(root: Node) -> Self {
        Self { head: String::new(), root, foot: String::new() }
    }
}

impl Node {
    /// A string in a style.
    pub fn string(text: &str, style: Style) -> Self {
        Self::of(Kind::Scalar { text: text.to_owned(), style })
    }

    /// An empty map.
    pub fn map() -> Self {
        Self::of(Kind::Map { layout: Layout::Block, entries: Vec::new() })
    }

    /// Whether nothing or `null` was written.
    pub fn is_null(&self) -> bool {
        let null = |text: &str| matches!(text, "" | "~" | "null" | "Null" | "NULL");
        match (&self.kind, self.tag.as_deref()) {
            (Kind::Alias(_), _) => false,
            (_, Some(tag)) => tag == "!!null",
            (Kind::Scalar { text, style: Style::Plain }, None) => null(text),
            (_, None) => false,
        }
    }

    /// The text of a scalar.
    pub fn text(&self) -> Option<&str> {
        if let Kind::Scalar { text, .. } = &self.kind { Some(text) } else { None }
    }

    /// The entries of a map.
    pub fn entries(&self) -> Option<&Vec<(Node, Node)>> {
        if let Kind::Map { entries, .. } = &self.kind { Some(entries) } else { None }
    }

    /// The entries of a map, to be changed.
    pub fn entries_mut(&mut self) -> Option<&mut Vec<(Node, Node)>> {
        if let Kind::Map { entries, .. } = &mut self.kind { Some(entries) } else { None }
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries()?.iter().find(|(k, _)| k.text() == Some(key)).map(|(_, value)| value)
    }

    fn of(kind: Kind) -> Self {
        let none = String::new;
        Self { kind, tag: None, anchor: None, head: none(), line: none(), foot: none() }
    }
}

/// Children come after their parent and nesting is bounded, so this ends and may recurse.
fn build(text: &str, tree: &Tree<'_>, id: usize) -> Node {
    let item: &Item<'_> = &tree.items[id];
    let layout = match text.as_bytes().get(item.start.pos) {
        Some(b'[' | b'{') => Layout::Flow,
        _ => Layout::Block,
    };
    let kind = match &item.kind {
        ItemKind::Scalar { value, style } => {
            let text = Cow::clone(value).into_owned();
            // A plain scalar of several paragraphs is printed as a block.
            let paragraphs = *style == Style::Plain && text.contains('\n');
            Kind::Scalar { text, style: if paragraphs { Style::Literal } else { *style } }
        }
        ItemKind::List(items) => Kind::List {
            layout,
            items: tree.children(id, *items).map(|id| build(text, tree, id)).collect(),
        },
        ItemKind::Map(children) => Kind::Map {
            layout,
            entries: tree
                .entries(id, *children)
                .map(|(key, value)| (build(text, tree, key), build(text, tree, value)))
                .collect(),
        },
        ItemKind::Alias { name, .. } => Kind::Alias((*name).to_owned()),
    };
    let tag = item.tag.as_deref().filter(|tag| *tag != "!").map(short);
    let anchor = tree.anchors.binary_search_by_key(&id, |(id, _)| *id).ok();
    let anchor = anchor.map(|at| tree.anchors[at].1.to_owned());
    Node { tag, anchor, ..Node::of(kind) }
}

/// What go-yaml 3 comes upon first: it has scanned two tokens more than the one that does not fit.
fn ahead(source: &Source<'_>, problem: &Problem) -> Option<Problem> {
    let at = problem.span.as_ref()?.start;
    let mut scanner = Scanner::new(source);
    let mut seen = 0;
    while seen < 3 {
        match scanner.take() {
            Ok(token) if matches!(token.kind, TokenKind::StreamEnd) => return None,
            Ok(token) => seen += usize::from(token.start.pos >= at),
            Err(problem) => return Some(in_version_3(problem, scanner.line_around())),
        }
    }
    None
}

/// A problem in go-yaml 3's words, which may name another line.
fn in_version_3(mut problem: Problem, line: Option<u32>) -> Problem {
    if let Some(line) = line {
        let numbered = problem.message.strip_prefix("line ").and_then(|m| m.split_once(": "));
        let words = numbered.map_or(problem.message.as_str(), |(_, words)| words);
        problem.message = format!("line {line}: {words}");
    }
    problem
}

/// The tokens of a text, as far as it can be read.
fn tokens<'t>(source: &'t Source<'_>) -> Vec<Token<'t>> {
    let mut scanner = Scanner::new(source);
    let mut tokens = Vec::new();
    while let Ok(token) = scanner.take() {
        let ended = matches!(token.kind, TokenKind::StreamEnd);
        tokens.push(token);
        if ended {
            break;
        }
    }
    tokens
}

fn short(tag: &str) -> String {
    match tag.strip_prefix("tag:yaml.org,2002:") {
        Some(rest) => format!("!!{rest}"),
        None => tag.to_owned(),
    }
}

/// The documents of a text as kyaml cuts it: at lines that begin with `---`, on which nothing but a
/// comment may follow.
pub fn split(text: &str) -> Result<Vec<String>, Error> {
    let text = text.replace("\r\n", "\n");
    let mut documents = Vec::new();
    let mut rest = text.as_str();
    let mut from = 0;
    while let Some(found) = rest.get(from..).and_then(|rest| rest.find("\n---")) {
        let at = from + found;
        let Some(end) = rest[at + 1..].find('\n').map(|end| at + 1 + end) else { break };
        let after = rest[at + 4..end].trim();
        if !after.is_empty() && !after.starts_with('#') {
            let line = rest[at + 1..end].trim();
            return Err(Error::Separator(Problem::new(format!(
                "invalid document separator: {line}"
            ))));
        }
        documents.push(format!("{}\n", &rest[..at]));
        rest = &rest[end + 1..];
        from = 0;
    }
    documents.push(rest.to_owned());
    Ok(documents)
}

#[cfg(test)]
mod tests {
    use super::{parse, print, split};

    /// What kyaml prints of documents.
    #[test]
    fn documents_keep_their_style() {
        for (text, expected) in [
            (
                "a: 1\n# foot\n\nb:   2 # line\n\n# head\nc:\n    - x\n    - {y:   1, \"z\": [1,2]}\nd: \"\"\ne: |\n   lit\nf: null\ng:\n",
                "a: 1\n# foot\n\nb: 2 # line\n# head\nc:\n- x\n- {y: 1, \"z\": [1, 2]}\nd: \"\"\ne: |\n  lit\nf: null\ng:\n",
            ),
            (
                "# Source: x\na: 'it''s'\nb: &x !!str 1\nc: *x\n",
                "# Source: x\na: 'it''s'\nb: &x !!str 1\nc: *x\n",
            ),
            ("- - a\n  - b\n-\n  c: 1\n  d: 2\n", "- - a\n  - b\n- c: 1\n  d: 2\n"),
            ("a: >\n  b\n   c\n  d\ne: 1\n", "a: >\n  b\n\n   c\n  d\n\ne: 1\n"),
            ("a: 'it''s\n\n  b'\n", "a: 'it''s\n\n  b'\n"),
            ("{}", "{}\n"),
        ] {
            let document = parse(text).unwrap().unwrap();
            assert_eq!(print(&[document]), expected);
        }
        assert_eq!(parse("# nothing\n").unwrap(), None);
    }

    #[test]
    fn documents_are_cut_at_dashes() {
        assert_eq!(split("a\n--- # b\nc\n---\n").unwrap(), ["a\n", "c\n", ""]);
        assert!(split("a\n--- b\nc\n").is_err());
    }
}
