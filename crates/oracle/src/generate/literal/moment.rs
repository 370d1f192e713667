//! Times, layouts, zones and durations.

use crate::choices::Choices;

pub(super) const TIMES: &[&str] = &[
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
pub(super) const LAYOUTS: &[&str] = &[
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
pub(super) const ZONES: &[&str] = &[
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
    "America/Sao_Paulo",
    "Asia/Kathmandu",
    "Africa/Casablanca",
    "Pacific/Apia",
    "Antarctica/Troll",
    "Etc/GMT+5",
    "MST7MDT",
    "CET",
    "europe/berlin",
    "UTC+1",
    "Asia/Pyongyang",
    "Europe/Dublin",
    "Africa/Monrovia",
    "GMT",
    "America/St_Johns",
    "Pacific/Chatham",
];
pub(super) const DURATIONS: &[&str] = &[
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

/// A time in RFC 3339, or nearly.
pub(super) fn time(c: &mut Choices) -> String {
    let mut number = |from: &[&'static str], bound: usize| {
        if c.chance(8) { c.pick(from).to_owned() } else { format!("{:02}", c.below(bound)) }
    };
    let odd = ["0", "7", "99", "60", "24", "13", "-1", "x"];
    let (month, day) = (number(&odd, 13), number(&odd, 32));
    let (hour, minute, second) = (number(&odd, 24), number(&odd, 60), number(&odd, 60));
    let year = match c.below(4) {
        0 => format!("{:04}", c.below(10000)),
        1 => c
            .pick(&["0000", "0001", "1582", "1883", "1900", "1969", "1970", "2038", "10000", "99"])
            .to_owned(),
        _ => format!("{}", 1990 + c.below(50)),
    };
    let fraction =
        c.pick(&["", "", "", ".5", ".123", ".000001", ".999999999", ",25", ".1234567891", "."]);
    let zone = c.pick(&[
        "Z", "Z", "+00:00", "+02:00", "-07:00", "+05:45", "-00:00", "+23:59", "+24:00", "+14:00",
        "z", "", "UTC",
    ]);
    format!("{year}-{month}-{day}T{hour}:{minute}:{second}{fraction}{zone}")
}

/// A layout of any elements in any order.
pub(super) fn layout(c: &mut Choices) -> String {
    let mut out = String::new();
    for _ in 0..=c.below(5) {
        let (element, _) = ELEMENTS[c.below(ELEMENTS.len())];
        out.push_str(element);
        out.push_str(c.pick(&["", " ", "-", ":", "/", "T", ".", ", ", "x", "_", "1", "  ", "é"]));
    }
    out
}

/// A layout and a text of the same elements, now and then of others.
pub(super) fn dated(c: &mut Choices) -> String {
    let (mut layout, mut text) = (String::new(), String::new());
    for _ in 0..=c.below(5) {
        let (element, samples) = ELEMENTS[c.below(ELEMENTS.len())];
        layout.push_str(element);
        text.push_str(c.pick(samples));
        if c.chance(5) {
            text.push_str(c.pick(&["x", "0", " ", "-"]));
        }
        let between = c.pick(&[" ", "", "-", ":", "/", "T", ", "]);
        layout.push_str(between);
        text.push_str(between);
    }
    format!("{} {}", super::quoted(&layout), super::quoted(&text))
}

/// A duration in any mixture of units.
pub(super) fn duration(c: &mut Choices) -> String {
    let mut out = c.pick(&["", "", "", "-", "+", "--"]).to_owned();
    for _ in 0..=c.below(3) {
        out.push_str(c.pick(&[
            "1",
            "0",
            "5",
            "90",
            "1.5",
            ".25",
            "0.000001",
            "100000",
            "2562047",
            "9223372036854775807",
            "1.",
            "3.999999999999",
        ]));
        out.push_str(c.pick(&["s", "m", "h", "ms", "us", "µs", "μs", "ns", "d", "", "H"]));
    }
    out
}

/// Elements of a layout, and what may stand for each in a text.
const ELEMENTS: &[(&str, &[&str])] = &[
    ("2006", &["2024", "0000", "1999", "99", "20245", "-001"]),
    ("06", &["24", "69", "68", "00", "1"]),
    ("01", &["02", "12", "13", "00", "2"]),
    ("1", &["2", "12", "02", "13"]),
    ("Jan", &["Feb", "dec", "MAR", "Foo", "February"]),
    ("January", &["February", "may", "Sept", "December"]),
    ("02", &["29", "31", "30", "00", "7"]),
    ("2", &["1", "31", "07", " 7"]),
    ("_2", &[" 1", "31", "1", "  1"]),
    ("002", &["060", "366", "000", "367", "59"]),
    ("__2", &[" 60", "  1", "365", "060"]),
    ("15", &["23", "00", "24", "7"]),
    ("03", &["11", "12", "00", "13"]),
    ("3", &["9", "12", "03"]),
    ("04", &["59", "00", "60", "5"]),
    ("4", &["5", "59", "05"]),
    ("05", &["59", "07.5", "60", "01,25", "9"]),
    ("5", &["9", "59", "1.5"]),
    ("05.000", &["07.123", "07.1", "07", "07,123"]),
    ("05.999", &["07.12", "07", "07.123456"]),
    (".000000", &[".123456", ".1"]),
    ("PM", &["AM", "PM", "pm", "XM"]),
    ("pm", &["am", "pm", "PM"]),
    (
        "MST",
        &[
            "UTC", "CET", "GMT+3", "GMT-23", "ChST", "MeST", "WITA", "+03", "-0530", "x", "ABCDE",
            "AMST",
        ],
    ),
    ("-0700", &["+0200", "-0730", "Z", "+2500", "+02"]),
    ("-07:00", &["+02:00", "-07:30", "Z", "+0200"]),
    ("Z0700", &["Z", "+0200", "-07"]),
    ("Z07:00", &["Z", "+02:00", "-00:00", "z"]),
    ("-07", &["+02", "-12", "Z"]),
    ("Z07", &["Z", "+02"]),
    ("-070000", &["+020030", "-073015"]),
    ("-07:00:00", &["+02:00:30", "-07:30:15"]),
    ("Mon", &["Tue", "sun", "Foo"]),
    ("Monday", &["Tuesday", "sunday", "Tue"]),
];
