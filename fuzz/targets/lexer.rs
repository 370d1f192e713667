//! Any text: the lexer ends, and its tokens lie inside the text, one after the other.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| template::fuzzing::lex(text));
