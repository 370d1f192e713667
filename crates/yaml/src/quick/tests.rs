//! The quick reader against the full one.

use proptest::prelude::*;

use super::read;
use crate::decoder::{Duplicates, Wanted};
use crate::document::read_fully;
use crate::source::Source;
use crate::{Numbers, Value};

const HEAD: Wanted<'_> = Wanted::Entries(&[
    ("a", Wanted::All),
    ("key", Wanted::Entries(&[("b", Wanted::All), ("c", Wanted::Nothing)])),
]);

/// What both make of a text, if the quick reader reads it; they must agree.
fn agreed(text: &str) -> Option<Value> {
    let source = Source::from_str(text);
    let mut all = None;
    for wanted in [Wanted::All, HEAD] {
        for duplicates in [Duplicates::LastWins, Duplicates::Refused] {
            let Some(quick) = read(&source, Numbers::Exact, duplicates, wanted) else { continue };
            let full = read_fully(&source, Numbers::Exact, duplicates, wanted);
            assert_eq!(Ok(&quick), full.as_ref(), "{wanted:?} of {text:?}");
            if wanted == Wanted::All {
                all = Some(quick);
            }
        }
    }
    all
}

#[test]
fn what_files_are_made_of_is_read() {
    for text in [
        "",
        "# only a comment",
        "---\n---\na: 1\n",
        "# c\n--- # d\na: 1\nb:\n  c: x # y\n  # z\n\n  'd': [1, \"2\", {e: f}]\ng:\n",
        "a:\n- b\n-\n- c: 1\n  d: 2\n- - x\n  - y\n-\n  z: 1\nb: {}\n...\n",
        "  a: |\n    x\n\n      y\n    z\n  b: >-\n\n    x\n    y\n\n    z\n     w\n    v\n  c: |+\n\n\n",
        "a: one\n  two\n\n\n  three\nb: 'it''s\n\n  two'\nc: \"x\\ty\\\n  z\"\n",
        "a: {\n  \"b\":1, c: , 'd' : [ ],\n  # e\n  f: x y\n }\ng: [a,\n\nb, ]\n",
        "1: a\ntrue: b\n0x10: c\né: ü # ö\nurl: http://x:80/#y\nt: a#b\nd: 2001-01-01\n",
        "- \"a\": b\n  c: d\n- -1\n- :x\n- ?y\n- - - z\n",
        "[1, 2]\n",
        "a: |2-\n    x\n  y\nb:\n  - >+1\n    z\n\nc: |2\n\nd: 1\n",
        "a: |\n  x",
        "a: >\n  x\n  ",
    ] {
        assert!(agreed(text).is_some(), "{text:?}");
    }
}

#[test]
fn what_is_unusual_or_wrong_is_left_to_the_full_reader() {
    for text in [
        "a: &x 1\n",
        "a: !!str 1\n",
        "<<: {a: 1}\n",
        "? a\n: b\n",
        "a:\tb\n",
        "a: b: c\n",
        "a: b\n c: d\n",
        "a: 1\n  # c\n  b\n",
        "a:\n    b: 1\n  c: 1\n",
        "a: .nan\n",
        "~: a\n",
        "a: [b: c]\n",
        "a: {b}\n",
        "a\n",
        "%YAML 1.1\n---\na: 1\n",
        "\u{feff}a: 1\n",
        "a: 1\r\nb: 2\r\n",
        "- a\nb: c\n",
    ] {
        let source = Source::from_str(text);
        assert_eq!(
            read(&source, Numbers::Exact, Duplicates::LastWins, Wanted::All),
            None,
            "{text:?}"
        );
    }
    let twice = Source::from_str("a: 1\na: 2\n");
    assert_eq!(read(&twice, Numbers::Exact, Duplicates::Refused, Wanted::All), None);
}

#[test]
fn a_small_stack_is_enough() {
    let read = || {
        let lines: String = (0..60).map(|n| " ".repeat(n) + "a:\n").collect();
        assert!(agreed(&lines).is_some());
        assert!(agreed(&("[{a: ".repeat(30) + &"}]".repeat(30))).is_some());
        assert_eq!(agreed(&"[".repeat(100)), None);
    };
    let thread = std::thread::Builder::new().stack_size(96 << 10).spawn(read);
    assert!(thread.is_ok_and(|thread| thread.join().is_ok()));
}

/// Pieces of lines, so that many texts are documents of the simple shape and many nearly are.
const PIECES: &[&str] = &[
    "a",
    "b",
    "key",
    "key: ",
    "a: ",
    "b:\n",
    "c:",
    ": ",
    ":",
    "- ",
    "-",
    "- a: ",
    "? ",
    "\n",
    "\n",
    "\n  ",
    "\n  ",
    "\n    ",
    "\n   ",
    " ",
    "  ",
    "\t",
    "|\n",
    "|-\n",
    ">\n",
    ">+\n",
    "|2\n",
    "# c",
    " # c\n",
    "[",
    "]",
    "{",
    "}",
    ", ",
    ",",
    "---\n",
    "\n---\n",
    "...",
    "\"",
    "'",
    "''",
    "'x'",
    "\"y\"",
    "\"\\n\"",
    "\\",
    "1",
    "-1",
    "0x1F",
    ".inf",
    "1.5",
    "2001-01-01",
    "yes",
    "~",
    "é",
    "x y",
    "word\n  word",
    "&a ",
    "*a",
    "!x ",
    "<<: ",
    "@",
    "%",
    "null",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_readers_agree(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..24)) {
        agreed(&pieces.concat());
    }

    #[test]
    fn both_readers_agree_on_lines(lines in prop::collection::vec((0..4usize, prop::sample::select(LINES)), 0..10)) {
        let text: String = lines.iter().map(|(depth, line)| "  ".repeat(*depth) + line + "\n").collect();
        agreed(&text);
    }
}

const LINES: &[&str] = &[
    "",
    "# c",
    "a: 1",
    "b:",
    "c: x y",
    "- a",
    "-",
    "- a: 1",
    "- b:",
    "- - c",
    "a: |",
    "b: >-",
    "c: >",
    "d: |+",
    "- |",
    "text",
    "text: more",
    "\"q\": 'r'",
    "- 'q'",
    "'q",
    "x'",
    "k: [a,",
    "b]",
    "k: {a: b}",
    "k: {",
    "a: b,",
    "}",
    "{}",
    "- []",
    "~: 1",
    "1: a",
    "---",
    "x # c",
    " odd",
];
