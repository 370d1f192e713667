//! Literals, and the pools of texts that functions find interesting.
//!
//! Everything here is source text of a template: strings come quoted, numbers in every form that
//! Go's lexer knows.

use super::kind::Type;
use crate::choices::Choices;

/// A literal of a type.
pub(crate) fn of(c: &mut Choices, kind: Type) -> String {
    tamed(c, kind, false)
}

/// A literal of a type; a tame one is accepted by the functions that read it.
pub(crate) fn tamed(c: &mut Choices, kind: Type, tame: bool) -> String {
    let pool = |c: &mut Choices, pool: &[&'static str]| {
        let entry = pool[c.below(pool.len())];
        let entry = if tame && REFUSED.contains(&entry) { pool[0] } else { entry };
        quote(c, |_| entry)
    };
    match kind {
        Type::Any => match c.below(8) {
            0 | 1 => int(c),
            2 | 3 => string(c),
            4 => of(c, Type::Bool),
            5 => float(c),
            6 => "nil".to_owned(),
            _ => character(c),
        },
        Type::Str => string(c),
        Type::Int => int(c),
        Type::Small => c.pick(&["1", "0", "2", "3", "5", "-1", "7", "12", "80"]).to_owned(),
        Type::Step => c.pick(&["1", "2", "3", "-1", "-2", "7"]).to_owned(),
        Type::Float => float(c),
        Type::Num => match c.below(6) {
            0..=2 => int(c),
            3 | 4 => float(c),
            _ => pool(c, NUMBERS),
        },
        Type::Bool => c.pick(&["true", "false"]).to_owned(),
        Type::List => {
            let items: Vec<String> = (0..c.below(4)).map(|_| of(c, Type::Any)).collect();
            format!("(list {})", items.join(" ")).replace(" )", ")")
        }
        Type::Strs => {
            let items: Vec<String> = (0..=c.below(3)).map(|_| string(c)).collect();
            format!("(list {} | toStrings)", items.join(" "))
        }
        Type::Ints => format!("(until {})", c.below(5)),
        Type::Map => {
            let entries: Vec<String> = (0..c.below(4))
                .map(|_| format!("{} {}", of(c, Type::Key), of(c, Type::Any)))
                .collect();
            format!("(dict {})", entries.join(" ")).replace(" )", ")")
        }
        Type::Smap => format!("(split \".\" {})", pool(c, VERSIONS)),
        Type::Urlmap => format!("(urlParse {})", pool(c, URLS)),
        Type::Time => {
            format!("(toDate {} {})", "\"2006-01-02T15:04:05.999999999Z07:00\"", pool(c, TIMES))
        }
        Type::When => match c.below(4) {
            0 | 1 => of(c, Type::Time),
            2 => int(c),
            _ => string(c),
        },
        Type::Dur => match c.below(4) {
            0 | 1 => pool(c, DURATIONS),
            2 => int(c),
            _ => float(c),
        },
        Type::Duration => format!("(mustToDuration {})", pool(c, DURATIONS)),
        Type::Semver => format!("(semver {})", pool(c, VERSIONS)),
        Type::SemverText => pool(c, VERSIONS),
        Type::Range => pool(c, RANGES),
        Type::Regex => pool(c, REGEXES),
        Type::Replacement => pool(c, REPLACEMENTS),
        Type::Layout => pool(c, LAYOUTS),
        Type::Zone => pool(c, ZONES),
        Type::Json => pool(c, JSONS),
        Type::Yaml => pool(c, YAMLS),
        Type::Toml => pool(c, TOMLS),
        Type::Url => pool(c, URLS),
        Type::Path => pool(c, PATHS),
        Type::Key => pool(c, KEYS),
        Type::Template => pool(c, &["t0", "t1", "t2", "nope", ""]),
        Type::Source => pool(c, SOURCES),
        Type::B64 => pool(c, ENCODED),
        Type::Pem => pool(c, PEMS),
        Type::Keytype => pool(c, &["ed25519", "ecdsa", "foo", ""]),
        Type::Passtype => pool(c, &["long", "maximum", "medium", "short", "basic", "pin", "other"]),
        Type::Kindname => pool(c, KINDS),
        Type::Typename => pool(c, TYPES),
        Type::Format => format(c),
    }
}

/// A literal that may be malformed.
pub(crate) fn any(c: &mut Choices, kind: Type) -> String {
    if c.chance(10) { c.pick(MALFORMED).to_owned() } else { of(c, kind) }
}

/// A string in one of Go's notations.
pub(crate) fn quote<'a>(c: &mut Choices, text: impl FnOnce(&mut Choices) -> &'a str) -> String {
    let text = text(c);
    if c.below(4) == 3 { raw(text) } else { quoted(text) }
}

/// In backquotes where that is possible.
pub(crate) fn raw(text: &str) -> String {
    if text.contains(['`', '\r']) { quoted(text) } else { format!("`{text}`") }
}

/// In double quotes.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            control if control.is_control() => {
                out.push_str(&format!("\\u{:04x}", u32::from(control)));
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

fn string(c: &mut Choices) -> String {
    match c.below(12) {
        0..=6 => quote(c, |c| STRINGS[c.below(STRINGS.len())]),
        7 => quote(c, |c| NUMBERS[c.below(NUMBERS.len())]),
        8 => {
            let text: String = (0..c.below(6)).map(|_| LETTERS[c.below(LETTERS.len())]).collect();
            quoted(&text)
        }
        // Bytes that are no UTF-8, and every escape.
        9 => c.pick(ESCAPED).to_owned(),
        10 => {
            let letter = char::from_u32(c.below(0x3_2000) as u32).unwrap_or('a');
            quoted(&format!("a{letter}b"))
        }
        _ => quote(c, |c| LONG[c.below(LONG.len())]),
    }
}

fn int(c: &mut Choices) -> String {
    match c.below(4) {
        0 | 1 => c.below(12).to_string(),
        2 => c.pick(INTS).to_owned(),
        _ => (c.below(2000) as i64 - 1000).to_string(),
    }
}

fn float(c: &mut Choices) -> String {
    match c.below(3) {
        0 => c.pick(FLOATS).to_owned(),
        1 => format!("{}.{}", c.below(100), c.below(1000)),
        _ => format!("{}{}e{}", c.pick(&["", "-"]), c.below(1000), c.below(40) as i64 - 20),
    }
}

fn character(c: &mut Choices) -> String {
    c.pick(&["'a'", "'\\n'", "'\\x41'", "'é'", "'\\''", "'\\u00e9'", "'\\377'", "'😀'"]).to_owned()
}

/// A format: verbs with flags, width, precision and argument indexes.
fn format(c: &mut Choices) -> String {
    let mut text = String::new();
    for _ in 0..=c.below(3) {
        text.push_str(c.pick(&["", "a ", "é", "%%", "\\n"]));
        text.push('%');
        for _ in 0..c.below(3) {
            text.push_str(c.pick(&["#", "+", "-", " ", "0"]));
        }
        text.push_str(c.pick(&["", "", "", "5", "12", "1", "*", "[2]", "[1]*", "[3]", "[x]"]));
        text.push_str(c.pick(&["", "", "", ".2", ".0", ".", ".10", ".*", ".[2]*"]));
        text.push_str(c.pick(&["v", "d", "s", "q", "x", "X", "t", "f", "g", "e"]));
        if c.chance(15) {
            text.pop();
            text.push_str(
                c.pick(&["G", "E", "F", "b", "o", "O", "c", "U", "T", "y", "!", "", "é", "w"]),
            );
        }
    }
    format!("\"{text}\"")
}

const STRINGS: &[&str] = &[
    "a",
    "",
    "foo",
    "Hello World",
    "  trim me ",
    "a,b,c",
    "foo-bar_baz qux",
    "true",
    "null",
    "abc abc",
    "line1\nline2",
    "line1\r\nline2\r\n",
    "\n",
    "tab\there",
    "<b>&\"'</b>",
    "<no value>",
    "$1",
    "%d",
    "{{ . }}",
    "ÄÖÜ",
    "straße",
    "日本語",
    "😀 x",
    "İı",
    "ǆ",
    "Ꞌ",
    "é",
    "e\u{301}",
    "a\u{200b}b",
    "\u{feff}x",
    "\u{2028}",
    "key: value",
    "- a",
    "a: b: c",
    "#c",
    "~",
    "yes",
    "0x10",
    "0o7",
    "1_000",
    "1e3",
    ".5",
    "-.inf",
    "@x",
    "`tick`",
    "FooBarBAZ",
    "HTTPServer",
    "fooBAR1x",
    "snake_case_word",
    "a.b.c",
    "x=y",
    "/a/b",
    "C:\\x",
    "don't",
    "a  b",
    "Aa1!",
    "one two  three",
    "$foo",
    "ſ",
    "ΑΣ ΑΣΑ",
    "ŉ",
    "\u{1f1e9}\u{1f1ea}",
    "\u{378}",
    "\u{1c8a}",
    "\u{a7cb}",
    "\u{1fae9}",
    "\u{10d40}x",
    "\u{323b0}",
    "\u{16ea0}",
    "\u{7f}",
    "\u{0}",
    "\u{85}",
];
const LONG: &[&str] = &[
    "The quick brown fox jumps over the lazy dog, and then some more words follow so that lines are folded somewhere",
    "averyveryveryveryverylongwordwithoutanyspaceinitthatcannotbefoldedanywhereatallbecauseithasnospaceatall-x",
    "first line\n\nthird line  \n  indented\n",
    " leading and trailing \n",
    "word word word word word word word word word word word word word word word word word word: word #word",
];
const LETTERS: &[char] = &[
    'a', 'B', ' ', '0', '-', '_', '.', ',', ':', '\n', '"', '\'', '\\', '/', 'é', 'ß', '日', '😀',
    '\t', '{', '}', '%', '#', '&', '*', '!', '|', '>', '<', '=', '+', '~', '@', '$', '(', ')', '[',
    ']', '?', '^', '\u{301}', '\u{a0}',
];
const ESCAPED: &[&str] = &[
    r#""\xff""#,
    r#""a\xffb""#,
    r#""\xe9""#,
    r#""\a\b\f\n\r\t\v\\\"""#,
    r#""\101\u00e9\U0001F600""#,
    r#""\x00""#,
    r#""\xed\xa0\x80""#,
    r#""\xf0\x9f""#,
    r#""x\xc3\x28y""#,
    r#""\ufffd""#,
];
const INTS: &[&str] = &[
    "0",
    "-0",
    "+5",
    "1_000",
    "0x1F",
    "0X_ff",
    "0b101",
    "0o17",
    "017",
    "9223372036854775807",
    "-9223372036854775808",
    "4294967296",
    "-1",
    "1000000",
    "123456789012",
    "100",
    "1e3",
    "0x1p4",
];
const MALFORMED: &[&str] = &[
    "9223372036854775808",
    "18446744073709551615",
    "08",
    "99999999999999999999",
    "1e400",
    "1_",
    "0x",
    "''",
    "'ab'",
];
const FLOATS: &[&str] = &[
    "1.5",
    "0.0",
    "-0.0",
    "3.14159",
    "1e100",
    "1e-7",
    "1e21",
    "1e20",
    "123456789.125",
    ".5",
    "5.",
    "1_0.5",
    "0x1.8p3",
    "2.5",
    "-2.5",
    "1e6",
    "0.1",
    "100000.0",
    "1.7976931348623157e308",
    "4.9e-324",
    "1e22",
    "1.0",
];
const NUMBERS: &[&str] = &[
    "1",
    "0",
    "12",
    "-5",
    "3.7",
    "abc",
    "",
    "0x1F",
    "010",
    "1e3",
    "1_000",
    "5.00",
    " 7",
    "+3",
    "9223372036854775808",
    "Inf",
    "NaN",
    "0b11",
    "0o17",
    "true",
    "1.",
    ".5",
    "-0",
    "1e400",
    "1,5",
    "٣",
];
/// What the functions that read a text refuse, or some of them.
const REFUSED: &[&str] = &[
    "x",
    "",
    "://x",
    "http://x/%zz",
    "http://x:port/",
    "http://%41/",
    "http://a b",
    "http://x\u{7f}/",
    "(",
    "a**",
    "[z-a]",
    "\\8",
    "a{1001}",
    "[[:foo:]]",
    "\\C",
    "(?z)",
    "[a-\\d]",
    "\\",
    "1.2.3.4",
    "1.2.3-01",
    "1.2.3+",
    "99999999999999999999.0.0",
    "1.2.3-alpha..1",
    " 1.2.3",
    "1.2.3-é",
    "^x",
    ">99999999999999999999",
    "1h 2m",
    "1d",
    "1e3",
    "9999999999",
    "95",
    "100000h",
    "2540400h10m10s",
    "2024-13-01T00:00:00Z",
    "2023-02-30T00:00:00Z",
    "{",
    "[1,]",
    "nul",
    "[1] x",
    "'a'",
    "{\"a\" 1}",
    "[01]",
    "{\"a\": \"\t\"}",
    "{\"a\": 1e400}",
    "01.2.3",
    "{{ fail \"no\" }}",
    "{{ .x.y }}",
    "{{",
    "{{ nope }}",
    "{{ template \"t1\" . }}",
    "{{ .Values.s0 }}",
    "{{ required \"r\" .nope }}",
    "{{ range . }}{{ . }},{{ end }}",
    "{{ $x }}",
    "a\n{{ index . 5 }}",
    "{{ end }}",
    "{{ if }}",
    "{{ include \"t0\" . }}",
    "{{ .a }}",
    "nope",
    "LS0t",
    "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
    "-----BEGIN FOO-----\nAAAA\n-----END FOO-----\n",
    "foo",
    "[a-z",
    "0",
];
const KEYS: &[&str] = &["a", "b", "c", "", "x-y", "a.b", "_0", "é", "true", "1"];
const TIMES: &[&str] = &[
    "2024-02-29T12:34:56Z",
    "2006-01-02T15:04:05.123456789-07:00",
    "1999-12-31T23:59:59+05:30",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999Z",
    "2024-13-01T00:00:00Z",
    "2023-02-30T00:00:00Z",
    "x",
    "2024-03-31T01:59:59+01:00",
    "",
    "2024-10-27T02:30:00+02:00",
];
const LAYOUTS: &[&str] = &[
    "2006-01-02",
    "2006-01-02T15:04:05Z07:00",
    "Mon Jan _2 15:04:05 2006",
    "02 Jan 06 15:04 MST",
    "Monday, January 2 2006",
    "3:04PM",
    "15.04.05.000",
    "05.999999",
    ".00,000",
    "002 __2 06 pm",
    "-0700 -07:00 Z0700 -07 Z07:00:00",
    "",
    "abc",
    "20060102150405",
    "January Jan 1 01 Monday Mon 2 _2 02",
    "Jan _2 15:04:05.000000",
];
const ZONES: &[&str] = &[
    "UTC",
    "",
    "Local",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Nowhere/City",
    "Australia/Lord_Howe",
    "../x",
    "EST",
];
const DURATIONS: &[&str] = &[
    "1h30m",
    "95",
    "-1.5h",
    "1ms",
    "0",
    "2540400h10m10s",
    "x",
    "",
    "1h 2m",
    "3us",
    "3µs",
    "9223372036854775807ns",
    "1d",
    "24h",
    ".5s",
    "1e3",
    "-0",
    "100000h",
    "1m0.5s",
    "9999999999",
];
const VERSIONS: &[&str] = &[
    "1.2.3",
    "v1.2.3",
    "1.2",
    "1",
    "1.2.3-alpha.1+build.5",
    "1.2.3-0",
    "0.0.0",
    "01.2.3",
    "1.2.3.4",
    "x",
    "",
    "v2",
    "1.2.3-01",
    "1.33.0-gke.100",
    "1.2.3+",
    "1.2.3-beta",
    "99999999999999999999.0.0",
    "1.2.3-alpha..1",
    " 1.2.3",
    "1.2.3-é",
];
const RANGES: &[&str] = &[
    "^1.2.0",
    "~1.2",
    ">=1.2.3",
    ">=1.0 <2.0",
    "1.x",
    "*",
    "1.2 - 1.4.5",
    "^0.0.3",
    "~>1",
    "!=1.2.3",
    "=1.2.3-0",
    ">1 || <0.5",
    "x",
    "",
    "^1.2.3-0",
    ">= 1.2.3-0, < 2",
    "1.2.*",
    "~1.2.3-beta",
    "=>1",
    "=<1.5",
    "<1.2.x",
    ">1.2",
    "^0.2",
    "^x",
    "1.2.3 || ",
    ">=1.2.3-alpha",
    "~0",
    ">99999999999999999999",
];
const REGEXES: &[&str] = &[
    "a+",
    "",
    "^[a-z]+$",
    "(a)(b)?",
    "(?i)HELLO",
    "[[:alpha:]]+",
    "\\d+",
    "\\bfoo\\b",
    "(?P<x>o+)",
    "a{2,3}",
    "a|b|",
    "x*",
    "[^a-c]",
    "(?s).+",
    "(?m)^l.*$",
    "\\pL+",
    "\\p{Greek}",
    "[\\w-]+",
    "(",
    "a**",
    "[z-a]",
    "\\8",
    "(?:ab)*?",
    ".{1,3}",
    "\\xFF",
    "$",
    "\\s",
    "(?U)a+",
    "a{1001}",
    "(?<n>.)",
    "[[:foo:]]",
    "\\Qa.b\\E",
    "\\A.\\z",
    "é",
    "[é-ü]",
    "\\C",
    "(?i)ſ",
    "(?i)k",
    "\\x{1F600}",
    "a{,2}",
    "(|a)+",
    "(a*)*",
    "(a*)+",
    "^",
    "\\B",
    "[a-\\d]",
    "\\pN",
    "(?z)",
    "\\p{Lu}+",
    "\\PL",
    "[^\\pL]",
    "[\\p{Nd}a]",
    "\\pC",
    "\\p{Cn}",
    "\\p{Letter}",
    "\\p{Any}",
    "\\p{^Greek}",
    "\\p{greek}",
    "a??",
    "\\",
];
const REPLACEMENTS: &[&str] =
    &["x", "$1", "${1}x", "$1x", "$x", "${x}", "$$", "", "$0-$2", "${", "$", "é", "\\1"];
const JSONS: &[&str] = &[
    "{\"a\": 1}",
    "[1, \"b\", null]",
    "{\"a\": {\"b\": [1.5, true]}}",
    "1",
    "\"x\"",
    "",
    "{",
    "{\"a\": 1e400}",
    "[1,]",
    "nul",
    "{\"a\":1,\"a\":2}",
    "{\"a\": \"\\u00e9\\ud83d\\ude00\\ud800\"}",
    "[[]]",
    " [1] ",
    "[1] x",
    "{\"n\": 12345678901234567890}",
    "{\"A\": -0}",
    "'a'",
    "{\"a\" 1}",
    "[01]",
    "{}",
    "{\"a\": \"\t\"}",
    "[1e5, 1E+2, 0.10]",
    "[\"<\\/b>&\"]",
];
const YAMLS: &[&str] = &[
    "a: 1",
    "a: {b: [1, x]}\nc: yes",
    "- 1\n- a",
    "a: &x 1\nb: *x",
    "x",
    "",
    "a: 010\nb: 0x1f\nc: 1_000\nd: 1:30\ne: ~",
    "a: b: c",
    "\ta: 1",
    "a: |\n  x\n  y\nb: >-\n  x\n  y",
    "1: a\ntrue: b\nnull: c",
    "a: 1\na: 2",
    "a: !!str 1\nb: !!int \"3\"",
    "{a",
    "a: 2001-01-01\nb: 2001-12-14t21:59:43.10-05:00",
    "<<: {a: 1}\nb: 2",
    "- .inf\n- -.INF\n- .nan",
    "---\na: 1\n---\nb: 2",
    "a: 'it''s'\nb: \"\\x41\"",
    "a: 12345678901234567890",
    "? a\n: b",
    "!!binary aGk=",
    "a: 1e3\nb: 1.0\nc: 0o17",
    "*x",
    "- - 1\n  - 2\n-",
    "a: @b",
    "a: \"b",
    "# c only",
    "a: !!set {x, y}",
    "a: !foo 1",
    "a: .5\nb: +1\nc: -0",
    "[a: 1, b]",
];
const TOMLS: &[&str] = &[
    "a = 1",
    "[a]\nb = \"x\"",
    "a = [1, 2]\nb = { c = true }",
    "[[a]]\nb = 1\n[[a]]\nb = 2",
    "a = 1979-05-27T07:32:00Z",
    "a = 1.5e3\nb = inf\nc = nan",
    "",
    "a = ",
    "a",
    "a = 1\na = 2",
    "= 1",
    "a.b.c = 1",
    "a = '''x\ny'''",
    "a = \"\\u00e9\\t\"",
    "a = 0x1F\nb = 0o7\nc = 0b1\nd = 1_000",
    "[a\nb = 1",
    "a = 'x",
    "a = 01",
    "a = 1979-05-27\nb = 07:32:00",
    "a = 9223372036854775808",
    "[a]\n[a]",
    "a = tru",
    "a = [1, 'x']",
    "a = \"\\q\"",
    "# c",
    "a = {b = 1, c}",
    "a = 1 b = 2",
    "\"a b\" = 1",
    "a = \"\"\"\nx\"\"\"",
    "a = 1__0",
    "a = +1\nb = -0.0",
    "a = 1979-05-27 07:32:00",
];
const URLS: &[&str] = &[
    "https://user:pw@example.com:8080/a/b?q=1&r=x#f",
    "http://example.com",
    "/a/b",
    "",
    "mailto:a@b.c",
    "http://[::1]:80/",
    "http://a b",
    "://x",
    "http://x/%zz",
    "HTTP://EXAMPLE.com/é?é#é",
    "http://x:port/",
    "//host/path",
    "a:b",
    "http://x/%41%2f",
    "?q",
    "#f",
    "http://user@/",
    "http://x/a b",
    "http://[fe80::1%25en0]/",
    "http://x\u{7f}/",
    "*",
    "http://x?",
    "http://%41/",
];
const PATHS: &[&str] = &[
    "a/b.txt", "/a/../b/", "", "/", ".", "..", "a//b", "../a", "a/b/.c.d", "./a", "a/", "//",
    "x.tar.gz",
];
const SOURCES: &[&str] = &[
    "x",
    "{{ . }}",
    "{{ .a }}",
    "{{ include \"t0\" . }}",
    "{{ define \"t0\" }}new{{ end }}{{ include \"t0\" . }}",
    "{{ fail \"no\" }}",
    "{{ .x.y }}",
    "{{",
    "{{ nope }}",
    "{{ $ }}",
    "{{ tpl \"{{ . }}\" . }}",
    "{{- /* c */ -}}",
    "",
    "{{ template \"t1\" . }}",
    "{{ .Values.s0 }}",
    "{{ required \"r\" .nope }}",
    "{{ range . }}{{ . }},{{ end }}",
    "{{ $x }}",
    "a\n{{ index . 5 }}",
    "{{ toYaml . }}",
    "{{ end }}",
    "{{ if }}",
];
const ENCODED: &[&str] = &[
    "aGVsbG8=",
    "aGVsbG8",
    "NBSWY3DP",
    "",
    "!!!!",
    "aGk=\n",
    "/w==",
    "-_",
    "YQ==YQ==",
    "MFRGG===",
    "30tEfhuJSVRhpG97XCuWgz2okj7L8vQ1s6V9zVUPeDQ=",
];
const KINDS: &[&str] =
    &["string", "int", "int64", "float64", "map", "slice", "bool", "invalid", "struct", "ptr"];
const TYPES: &[&str] = &[
    "string",
    "int",
    "int64",
    "float64",
    "map[string]interface {}",
    "[]interface {}",
    "bool",
    "<nil>",
    "time.Time",
    "*semver.Version",
    "[]string",
    "common.Values",
];
const PEMS: &[&str] = &[
    "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n-----END PRIVATE KEY-----\n",
    "x",
    "LS0t",
    "",
    "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
    "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCkFBQUEKLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo=",
    "-----BEGIN FOO-----\nAAAA\n-----END FOO-----\n",
];
