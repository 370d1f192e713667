//! Private keys and certificates in PEM, whole and damaged: an element replaced, left out or doubled,
//! so that lengths still fit; or bytes changed; or the PEM around them.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::name::PEMS;
use crate::choices::Choices;

/// Labels with DER, which Go made once.
const SAMPLES: &str = include_str!("keys.txt");

/// What a text is to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    Key,
    Certificate,
}

/// A PEM text; a tame one is whole.
pub(super) fn pem(c: &mut Choices, holds: Holds, tame: bool) -> String {
    static ALL: LazyLock<Vec<(&str, Vec<u8>)>> = LazyLock::new(|| {
        let split = |line: &'static str| line.split_once(' ');
        let read = |(label, text): (&'static str, &str)| {
            (label, STANDARD.decode(text).expect("a sample is base 64"))
        };
        SAMPLES.lines().filter_map(split).map(read).collect()
    });
    if !tame && c.chance(10) {
        return c.pick(PEMS).to_owned();
    }
    let fits = |label: &str| (label == "CERTIFICATE") == (holds == Holds::Certificate);
    let wanted = |label: &str| fits(label) && !(tame && matches!(label, "DSA"));
    let fitting: Vec<_> = ALL.iter().filter(|(label, _)| wanted(label)).collect();
    let (label, der) = fitting[c.below(fitting.len())];
    if tame {
        return around(&title(label), der);
    }
    let mut der = der.clone();
    for _ in 0..[0, 1, 1, 2][c.below(4)] {
        der = replace(c, &der);
    }
    if c.chance(25) {
        for _ in 0..=c.below(2) {
            damage(c, &mut der);
        }
    }
    let label = if c.chance(10) { c.pick(&["RSA", "EC", "PKCS8", "DSA", "FOO"]) } else { label };
    let mut text = around(&title(label), &der);
    if c.chance(10) {
        odd(c, &mut text);
    }
    text
}

/// The same in base 64.
pub(super) fn code(c: &mut Choices, holds: Holds, tame: bool) -> String {
    STANDARD.encode(pem(c, holds, tame))
}

fn title(label: &str) -> String {
    match label {
        "CERTIFICATE" => label.to_owned(),
        "PKCS8" => "PRIVATE KEY".to_owned(),
        other => format!("{other} PRIVATE KEY"),
    }
}

fn around(title: &str, der: &[u8]) -> String {
    format!("-----BEGIN {title}-----\n{}\n-----END {title}-----\n", STANDARD.encode(der))
}

/// What stands around a block, in it, or instead of a part of it.
fn odd(c: &mut Choices, text: &mut String) {
    let piece = c.pick(&[
        "\n",
        "x\n",
        "-----BEGIN A-----\n",
        "-----END A-----\n",
        "Key: value\n",
        " ",
        "-----",
        "\r\n",
        "=",
        ":",
        "-----BEGIN A-----\nAAAA\n-----END A-----\n",
        "\t",
        "-----BEGIN ",
        "\n-----END ",
        "\n\n",
    ]);
    let places: Vec<usize> = std::iter::once(0)
        .chain(text.match_indices('\n').flat_map(|(at, _)| [at, at + 1]))
        .collect();
    let at = places[c.below(places.len())];
    text.insert_str(at, piece);
}

/// Changes, adds or takes away bytes.
fn damage(c: &mut Choices, der: &mut Vec<u8>) {
    let at = c.below(der.len().max(1));
    match c.below(5) {
        0 => der.truncate(at),
        1 => der.insert(at.min(der.len()), c.below(256) as u8),
        _ => {
            if let Some(byte) = der.get_mut(at) {
                *byte = match c.below(4) {
                    0 => 0,
                    1 => *byte ^ 0x80,
                    2 => byte.wrapping_add(1),
                    _ => c.below(256) as u8,
                };
            }
        }
    }
}

/// An element, and those in it where its content is elements.
#[derive(Clone)]
struct Node {
    tag: u8,
    /// What stands in front of the elements in it: the padding of a bit string.
    prefix: Vec<u8>,
    inner: Inner,
}

#[derive(Clone)]
enum Inner {
    Bytes(Vec<u8>),
    Nodes(Vec<Node>),
}

/// Replaces, removes or doubles one element and makes all lengths fit.
fn replace(c: &mut Choices, der: &[u8]) -> Vec<u8> {
    let Some(mut nodes) = read(der).filter(|nodes| !nodes.is_empty()) else { return der.to_vec() };
    let count = nodes.iter().map(size).sum();
    let mut at = c.below(count);
    change(c, &mut nodes, &mut at);
    let mut out = Vec::new();
    for node in &nodes {
        write(node, &mut out);
    }
    out
}

fn size(node: &Node) -> usize {
    match &node.inner {
        Inner::Bytes(_) => 1,
        Inner::Nodes(nodes) => 1 + nodes.iter().map(size).sum::<usize>(),
    }
}

fn change(c: &mut Choices, nodes: &mut Vec<Node>, at: &mut usize) -> bool {
    for index in 0..nodes.len() {
        if *at == 0 {
            alter(c, nodes, index);
            return true;
        }
        *at -= 1;
        if let Inner::Nodes(inner) = &mut nodes[index].inner
            && change(c, inner, at)
        {
            return true;
        }
    }
    false
}

fn alter(c: &mut Choices, nodes: &mut Vec<Node>, index: usize) {
    let node = &mut nodes[index];
    match c.below(8) {
        0 => drop(nodes.remove(index)),
        1 => {
            let copy = node.clone();
            nodes.insert(index, copy);
        }
        2 => {
            node.tag = [0x30, 0x31, 2, 3, 4, 5, 6, 0x0c, 0x13, 0x16, 0x17, 0x18, 0x1e][c.below(13)];
        }
        3 => {
            node.tag = [0x80, 0x81, 0x82, 0x86, 0x87, 0xa0, 0xa1, 0xa3, 0x1f, 0x3f, 1][c.below(11)];
        }
        4 => node.inner = Inner::Nodes(Vec::new()),
        _ => {
            node.inner = Inner::Bytes(CONTENTS[c.below(CONTENTS.len())].to_vec());
            if c.below(2) == 1 {
                node.prefix.clear();
            }
        }
    }
}

const CONTENTS: &[&[u8]] = &[
    &[0],
    &[1],
    &[2],
    &[0xff],
    &[0x80],
    &[0, 1],
    &[0, 0x80],
    &[0xff, 0xff],
    &[0x7f, 0xff, 0xff, 0xff],
    &[0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    &[1, 0, 0, 0, 0, 0, 0, 0, 0],
    &[3, 1],
    &[0x2a, 3],
    &[0x2a, 0x80, 3],
    &[0x2a, 0x83],
    &[0x2a, 0x88, 0x80, 0x80, 0x80, 0],
    &[0x2b, 0x81, 4, 0, 0x21],
    &[0x2b, 0x81, 4, 0, 0x22],
    &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7],
    &[0x2b, 0x65, 0x70],
    &[0x2b, 0x65, 0x6e],
    &[0x55, 0x1d, 0x0f],
    &[0x55, 0x1d, 0x11],
    &[0x55, 0x1d, 0x0e],
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1],
    &[5, 0],
    &[0x30, 0],
    b"a",
    b"a..b",
    b".a",
    b"a.",
    b"a@b",
    b"@",
    b"\"a\\\"@b",
    b"a@b..c",
    b"\xe9",
    "é".as_bytes(),
    b"*",
    b"_",
    b"1.2.3.4",
    b"http://a.b",
    b"http://a.",
    b"http://[::1",
    b"%zz",
    b"700101000000Z",
    b"7001010000Z",
    b"700101000000+0100",
    b"20500101000000Z",
    b"701301000000Z",
    b"99990101000000.5Z",
    &[10, 0, 0, 0, 0xff, 0, 0, 0],
    &[10, 0, 0, 0, 0xff, 0xf1, 0, 0],
    &[10, 0, 0, 0, 0xfe, 0, 1, 0],
    &[0, 0xd8, 0, 1],
    &[0, 0x61, 0, 0],
    &[1, 2, 3, 4],
];

fn read(mut bytes: &[u8]) -> Option<Vec<Node>> {
    let mut nodes = Vec::new();
    while let [tag, short, ..] = *bytes {
        let (length, header) = match short {
            0..=0x7f => (usize::from(short), 2),
            0x81 => (usize::from(*bytes.get(2)?), 3),
            0x82 => (usize::from(*bytes.get(2)?) << 8 | usize::from(*bytes.get(3)?), 4),
            _ => return None,
        };
        let content = bytes.get(header..header + length)?;
        bytes = &bytes[header + length..];
        let padding = usize::from(tag == 3 && content.first() == Some(&0));
        let (prefix, content) = content.split_at(padding);
        let holds_elements = tag & 0x20 != 0 || matches!(tag, 3 | 4) && content.len() > 1;
        let inner = match read(content).filter(|_| holds_elements) {
            Some(nodes) => Inner::Nodes(nodes),
            None => Inner::Bytes(content.to_vec()),
        };
        nodes.push(Node { tag, prefix: prefix.to_vec(), inner });
    }
    bytes.is_empty().then_some(nodes)
}

fn write(node: &Node, out: &mut Vec<u8>) {
    let mut content = node.prefix.clone();
    match &node.inner {
        Inner::Bytes(bytes) => content.extend(bytes),
        Inner::Nodes(nodes) => nodes.iter().for_each(|node| write(node, &mut content)),
    }
    out.push(node.tag);
    match content.len() {
        short @ 0..0x80 => out.push(short as u8),
        long @ 0x80..0x100 => out.extend([0x81, long as u8]),
        long => out.extend([0x82, (long >> 8) as u8, long as u8]),
    }
    out.extend(content);
}
