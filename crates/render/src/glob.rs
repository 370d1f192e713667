//! The patterns of `.Files.Glob`: those of `gobwas/glob` with `/` as separator.
//!
//! `*` and `?` stay within a path segment, `**` does not; `[a-z]`, `[!abc]` and `{one,two}` work as
//! in a shell, and a backslash takes the next character as it is. Matching is linear in the product
//! of both lengths at worst: alternatives are tried in one set of positions, never by backtracking.
use std::collections::BTreeSet;

/// A compiled pattern.
pub(crate) struct Glob {
    nodes: Vec<Node>,
}

enum Node {
    Literal(char),
    /// `?`
    One,
    /// `*`
    Segment,
    /// `**`
    Any,
    Class {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
    /// Jump to one of these positions.
    Fork(Vec<usize>),
    /// Jump there.
    Goto(usize),
}

impl Glob {
    /// Compiles a pattern; nothing where it is malformed.
    pub(crate) fn new(pattern: &str) -> Option<Self> {
        let pattern: Vec<char> = pattern.chars().collect();
        let mut parser = Parser { pattern: &pattern, at: 0, nodes: Vec::new() };
        parser.sequence(0)?;
        (parser.at == pattern.len()).then_some(Self { nodes: parser.nodes })
    }

    /// The pattern that matches everything.
    pub(crate) fn everything() -> Self {
        Self { nodes: vec![Node::Any] }
    }

    /// Whether the whole of `text` matches.
    pub(crate) fn matches(&self, text: &str) -> bool {
        let mut positions = BTreeSet::new();
        self.reach(0, &mut positions);
        for c in text.chars() {
            let mut next = BTreeSet::new();
            for &at in &positions {
                let Some(node) = self.nodes.get(at) else { continue };
                match node {
                    Node::Literal(literal) if *literal == c => self.reach(at + 1, &mut next),
                    Node::One if c != '/' => self.reach(at + 1, &mut next),
                    Node::Segment if c != '/' => self.reach(at, &mut next),
                    Node::Any => self.reach(at, &mut next),
                    Node::Class { negated, ranges }
                        if ranges.iter().any(|(l, h)| (*l..=*h).contains(&c)) != *negated =>
                    {
                        self.reach(at + 1, &mut next);
                    }
                    Node::Literal(_) | Node::One | Node::Segment | Node::Class { .. } => {}
                    Node::Fork(_) | Node::Goto(_) => {}
                }
            }
            positions = next;
        }
        positions.contains(&self.nodes.len())
    }

    /// Adds a position and whatever can be reached from it without a character.
    fn reach(&self, at: usize, positions: &mut BTreeSet<usize>) {
        if !positions.insert(at) {
            return;
        }
        match self.nodes.get(at) {
            Some(Node::Segment | Node::Any) => self.reach(at + 1, positions),
            Some(Node::Fork(targets)) => {
                for target in targets {
                    self.reach(*target, positions);
                }
            }
            Some(Node::Goto(target)) => self.reach(*target, positions),
            Some(Node::Literal(_) | Node::One | Node::Class { .. }) | None => {}
        }
    }
}

/// More braces in each other than any pattern has.
const MAX_DEPTH: usize = 64;

struct Parser<'p> {
    pattern: &'p [char],
    at: usize,
    nodes: Vec<Node>,
}

impl Parser<'_> {
    fn sequence(&mut self, depth: usize) -> Option<()> {
        while let Some(&c) = self.pattern.get(self.at) {
            match c {
                '*' if self.pattern.get(self.at + 1) == Some(&'*') => {
                    self.at += 2;
                    self.nodes.push(Node::Any);
                }
                '*' => {
                    self.at += 1;
                    self.nodes.push(Node::Segment);
                }
                '?' => {
                    self.at += 1;
                    self.nodes.push(Node::One);
                }
                '[' => self.class()?,
                '{' => self.alternatives(depth)?,
                ',' | '}' if depth > 0 => return Some(()),
                '\\' => {
                    let literal = *self.pattern.get(self.at + 1)?;
                    self.at += 2;
                    self.nodes.push(Node::Literal(literal));
                }
                literal => {
                    self.at += 1;
                    self.nodes.push(Node::Literal(literal));
                }
            }
        }
        (depth == 0).then_some(())
    }

    fn alternatives(&mut self, depth: usize) -> Option<()> {
        if depth >= MAX_DEPTH {
            return None;
        }
        let fork = self.nodes.len();
        self.nodes.push(Node::Fork(Vec::new()));
        let (mut starts, mut ends) = (Vec::new(), Vec::new());
        loop {
            self.at += 1;
            starts.push(self.nodes.len());
            self.sequence(depth + 1)?;
            ends.push(self.nodes.len());
            self.nodes.push(Node::Goto(0));
            if self.pattern.get(self.at)? == &'}' {
                break;
            }
        }
        self.at += 1;
        let end = self.nodes.len();
        self.nodes[fork] = Node::Fork(starts);
        for at in ends {
            self.nodes[at] = Node::Goto(end);
        }
        Some(())
    }

    fn class(&mut self) -> Option<()> {
        self.at += 1;
        let negated = self.pattern.get(self.at) == Some(&'!');
        self.at += usize::from(negated);
        let mut ranges = Vec::new();
        loop {
            let mut low = *self.pattern.get(self.at)?;
            if low == ']' && !ranges.is_empty() {
                break;
            }
            if low == '\\' {
                self.at += 1;
                low = *self.pattern.get(self.at)?;
            }
            self.at += 1;
            let is_range = self.pattern.get(self.at) == Some(&'-')
                && self.pattern.get(self.at + 1).is_some_and(|c| *c != ']');
            let mut high = low;
            if is_range {
                high = self.pattern[self.at + 1];
                self.at += 2;
            }
            ranges.push((low, high));
        }
        self.at += 1;
        self.nodes.push(Node::Class { negated, ranges });
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::Glob;

    #[test]
    fn patterns_match_as_in_helm() {
        for (pattern, text, expected) in [
            ("*", "a.txt", true),
            ("*", "a/b.txt", false),
            ("**", "a/b.txt", true),
            ("a/*", "a/b.txt", true),
            ("a/*", "a/b/c", false),
            ("a/**", "a/b/c", true),
            ("**.yaml", "x/y.yaml", true),
            ("{a,b/*}.txt", "b/x.txt", true),
            ("{a,b}.txt", "c.txt", false),
            ("?.txt", "/.txt", false),
            ("[a-c]x", "bx", true),
            ("[!a-c]x", "bx", false),
            ("a\\*", "a*", true),
            ("", "", true),
            ("*.*", "a", false),
        ] {
            assert_eq!(Glob::new(pattern).unwrap().matches(text), expected, "{pattern} {text}");
        }
        assert!(Glob::new("{a").is_none());
        assert!(Glob::new("[a").is_none());
    }
}
