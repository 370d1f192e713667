//! Flags as Go's pflag and cobra read them, for the commands below `helm`.
//!
//! clap and pflag read the same flags differently: in pflag a flag takes whatever follows it, also
//! `-x`; a flag with a default for its absence of value takes none that follows; `-nfoo` and `-n=foo`
//! are one; flags may stand before the command. [`canonical`] reads a command line by pflag's rules
//! and writes it as clap reads it unambiguously: the command, then `--flag=value`, then `--` and the
//! words. **Invariant**: which flags there are is known from clap's own definitions alone, but for
//! those of Helm's logging library, which are read and left out: they change nothing.

use std::ffi::OsString;
use std::str::FromStr;

use clap::{Arg, Command};

/// What pflag says about a command line, without the `Error: ` before it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Mistake(pub(crate) String);

/// A command line as far as commands are found in it.
struct Located<'a> {
    program: &'a str,
    path: Vec<&'a str>,
    /// The command and those above it.
    known: Vec<&'a Command>,
    /// Everything but the program and the path.
    rest: Vec<&'a str>,
}

impl Located<'_> {
    /// Whether a command that takes others was named without one of them.
    fn is_group(&self) -> bool {
        self.known.last().is_some_and(|command| command.has_subcommands())
    }

    /// Whether the command is not here, whatever its flags are.
    fn is_missing(&self) -> bool {
        self.known.last().is_some_and(|command| command.is_allow_external_subcommands_set())
    }
}

/// Finds the command in `windrose helm …`; none for other command lines.
fn locate<'a>(args: &'a [OsString], root: &'a Command) -> Option<Located<'a>> {
    let words = args.iter().map(|a| a.to_str()).collect::<Option<Vec<&str>>>()?;
    let (program, rest) = words.split_first()?;
    let mut rest = rest.to_vec();
    let at = first_word(&rest, &[root])?;
    let helm = root.find_subcommand("helm").filter(|_| rest[at] == "helm")?;
    rest.remove(at);
    let mut found = Located { program, path: vec!["helm"], known: vec![root, helm], rest };
    let mut command = helm;
    while command.has_subcommands() {
        let possible = [found.known.as_slice(), &with_all_below(command)].concat();
        let at = first_word(&found.rest, &possible);
        let below = at.and_then(|at| Some((at, command.find_subcommand(found.rest[at])?)));
        let Some((at, below)) = below else { break };
        found.rest.remove(at);
        found.path.push(below.get_name());
        found.known.push(below);
        command = below;
    }
    Some(found)
}

/// Rewrites `windrose helm …`; other command lines stay as they are.
pub(crate) fn canonical(args: &[OsString], root: &Command) -> Result<Vec<OsString>, Mistake> {
    let found = locate(args, root).filter(|found| !found.is_group() && !found.is_missing());
    let Some(found) = found else { return Ok(args.to_vec()) };
    let mut line = vec![found.program.to_owned()];
    line.extend(found.path.into_iter().map(str::to_owned));
    line.extend(read(&found.rest, &found.known)?);
    Ok(line.into_iter().map(OsString::from).collect())
}

/// The names of a command that takes others, where none of them was named: Helm shows its help.
/// For `helm` itself only where no word follows.
pub(crate) fn group<'a>(
    args: &'a [OsString],
    root: &'a Command,
) -> Result<Option<Vec<&'a str>>, Mistake> {
    let found = locate(args, root).filter(|found| found.is_group() && !found.is_missing());
    let Some(found) = found else { return Ok(None) };
    let words = read(&found.rest, &found.known)?;
    let is_wrong_command = found.path.len() == 1 && words.iter().any(|word| word == "--");
    Ok((!is_wrong_command).then_some(found.path))
}

/// Go's `strconv.ParseBool`.
pub(crate) fn parse_bool(text: &str) -> Result<bool, String> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        _ => Err(format!("strconv.ParseBool: parsing {}: invalid syntax", quoted(text))),
    }
}

/// A number by Rust's rules, with the words of Go's `strconv` where it is none.
pub(crate) fn parse_number<T: FromStr>(text: &str, function: &str) -> Result<T, String> {
    text.parse()
        .map_err(|_| format!("strconv.{function}: parsing {}: invalid syntax", quoted(text)))
}

/// One value of a `stringSlice` flag: a line of CSV.
#[derive(Clone, Debug, Default)]
pub(crate) struct CommaList(Vec<String>);

impl CommaList {
    /// Reads a flag's value.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        parse_list(text).map(Self)
    }

    /// What it lists.
    pub(crate) fn parts(&self) -> &[String] {
        &self.0
    }
}

/// One value of a `stringToString` flag: `a=b,c=d`.
pub(crate) fn parse_pairs(text: &str) -> Result<Vec<(String, String)>, String> {
    let unpaired = |part: &str| format!("{part} must be formatted as key=value");
    let parts = match text.matches('=').count() {
        0 => return Err(unpaired(text)),
        1 => vec![text.trim_matches('"').to_owned()],
        _ => parse_list(text)?,
    };
    let pair = |part: String| match part.split_once('=') {
        Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
        None => Err(unpaired(&part)),
    };
    parts.into_iter().map(pair).collect()
}

fn parse_list(text: &str) -> Result<Vec<String>, String> {
    let mut parts = vec![];
    if text.is_empty() {
        return Ok(parts);
    }
    let line = text.split('\n').next().unwrap_or_default();
    let mut rest = line.trim_end_matches('\r');
    loop {
        let (part, next) = if let Some(inner) = rest.strip_prefix('"') {
            quoted_part(inner, line.len() - inner.len())?
        } else {
            let (part, next) = match rest.split_once(',') {
                Some((part, next)) => (part, Some(next)),
                None => (rest, None),
            };
            if let Some(quote) = part.find('"') {
                let column = line.len() - rest.len() + quote + 1;
                return Err(csv_mistake(column, "bare \" in non-quoted-field"));
            }
            (part.to_owned(), next)
        };
        parts.push(part);
        match next {
            Some(next) => rest = next,
            None => return Ok(parts),
        }
    }
}

/// What stands after an opening quote, and what follows the comma behind it.
fn quoted_part(text: &str, offset: usize) -> Result<(String, Option<&str>), String> {
    let mut part = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('"') {
        part.push_str(before);
        if let Some(more) = after.strip_prefix('"') {
            part.push('"');
            rest = more;
        } else if after.is_empty() {
            return Ok((part, None));
        } else if let Some(next) = after.strip_prefix(',') {
            return Ok((part, Some(next)));
        } else {
            let column = offset + text.len() - after.len();
            return Err(csv_mistake(column, "extraneous or missing \" in quoted-field"));
        }
    }
    Err(csv_mistake(offset + text.len() + 1, "extraneous or missing \" in quoted-field"))
}

fn csv_mistake(column: usize, what: &str) -> String {
    format!("parse error on line 1, column {column}: {what}")
}

/// A command and every command below it.
fn with_all_below(command: &Command) -> Vec<&Command> {
    let below = command.get_subcommands().flat_map(with_all_below);
    std::iter::once(command).chain(below).collect()
}

/// Flags of the logging library in Helm's client, which its help does not show: those that take a
/// value, and those that take none.
const LOGGING: [&[&str]; 2] = [
    &[
        "alsologtostderrthreshold",
        "log-backtrace-at",
        "log-dir",
        "log-file",
        "log-file-max-size",
        "stderrthreshold",
        "v",
        "vmodule",
    ],
    &[
        "add-dir-header",
        "alsologtostderr",
        "legacy-stderr-threshold-behavior",
        "logtostderr",
        "one-output",
        "skip-headers",
        "skip-log-headers",
    ],
];

/// A flag as far as reading it goes.
#[derive(Clone, Copy)]
enum Found<'a> {
    Known(&'a Arg),
    Logging { bare: bool },
}

impl<'a> Found<'a> {
    fn long(known: &[&'a Command], name: &str) -> Option<Self> {
        let logging = || {
            let bare = LOGGING.iter().position(|names| names.contains(&name))?;
            Some(Self::Logging { bare: bare == 1 })
        };
        long(known, name).map(Self::Known).or_else(logging)
    }

    fn short(known: &[&'a Command], letter: char) -> Option<Self> {
        let logging = (letter == 'v').then_some(Self::Logging { bare: false });
        short(known, letter).map(Self::Known).or(logging)
    }

    fn is_bare(self) -> bool {
        match self {
            Self::Known(arg) => is_bare(arg),
            Self::Logging { bare } => bare,
        }
    }
}

/// Where the first word is that is neither a flag nor a flag's value.
fn first_word(args: &[&str], known: &[&Command]) -> Option<usize> {
    let mut at = 0;
    while let Some(arg) = args.get(at) {
        if *arg == "--" {
            return None;
        }
        if *arg == "-" || !arg.starts_with('-') {
            return Some(at);
        }
        at += 1 + usize::from(takes_next(arg, known));
    }
    None
}

fn takes_next(arg: &str, known: &[&Command]) -> bool {
    if arg.contains('=') {
        return false;
    }
    match arg.strip_prefix("--") {
        Some("help") => false,
        Some(name) => Found::long(known, name).is_none_or(|flag| !flag.is_bare()),
        None => {
            let mut letters = arg.chars().skip(1);
            match (letters.next(), letters.next()) {
                (Some('h'), None) => false,
                (Some(letter), None) => {
                    Found::short(known, letter).is_none_or(|flag| !flag.is_bare())
                }
                _ => false,
            }
        }
    }
}

/// Whether a flag without `=` takes no value.
fn is_bare(flag: &Arg) -> bool {
    let optional = flag.get_num_args().is_some_and(|range| range.min_values() == 0);
    optional || !flag.get_action().takes_values()
}

fn long<'c>(known: &[&'c Command], name: &str) -> Option<&'c Arg> {
    let has_alias = |arg: &Arg| arg.get_all_aliases().is_some_and(|all| all.contains(&name));
    let mut flags = known.iter().flat_map(|command| command.get_arguments());
    flags.find(|arg| arg.get_long() == Some(name) || has_alias(arg))
}

fn short<'c>(known: &[&'c Command], letter: char) -> Option<&'c Arg> {
    let mut flags = known.iter().flat_map(|command| command.get_arguments());
    flags.find(|arg| arg.get_short() == Some(letter))
}

/// Flags and words of a command whose flags are known.
fn read(args: &[&str], known: &[&Command]) -> Result<Vec<String>, Mistake> {
    let mut line = vec![];
    let mut words = vec![];
    let mut args = args.iter().copied();
    while let Some(arg) = args.next() {
        if arg == "--" {
            words.extend(args.map(str::to_owned));
            break;
        }
        if let Some(rest) = arg.strip_prefix("--") {
            line.extend(read_long(arg, rest, &mut args, known)?);
        } else if let Some(letters) = arg.strip_prefix('-').filter(|l| !l.is_empty()) {
            read_short(letters, &mut args, known, &mut line)?;
        } else {
            words.push(arg.to_owned());
        }
    }
    if !words.is_empty() {
        line.push("--".to_owned());
        line.append(&mut words);
    }
    Ok(line)
}

fn read_long<'a>(
    arg: &str,
    rest: &str,
    next: &mut impl Iterator<Item = &'a str>,
    known: &[&Command],
) -> Result<Option<String>, Mistake> {
    if rest.starts_with(['-', '=']) {
        return Err(Mistake(format!("bad flag syntax: {arg}")));
    }
    let (name, value) = match rest.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (rest, None),
    };
    if name == "help" {
        let wanted = value.map_or(Ok(true), parse_bool).map_err(|why| {
            let value = quoted(value.unwrap_or_default());
            Mistake(format!("invalid argument {value} for \"-h, --help\" flag: {why}"))
        })?;
        return Ok(wanted.then(|| "--help".to_owned()));
    }
    let unknown = || Mistake(format!("unknown flag: --{name}"));
    let flag = Found::long(known, name).ok_or_else(unknown)?;
    let read = match value {
        Some(value) => format!("--{name}={value}"),
        None if flag.is_bare() => format!("--{name}"),
        None => match next.next() {
            Some(value) => format!("--{name}={value}"),
            None => return Err(Mistake(format!("flag needs an argument: --{name}"))),
        },
    };
    Ok(matches!(flag, Found::Known(_)).then_some(read))
}

fn read_short<'a>(
    letters: &str,
    next: &mut impl Iterator<Item = &'a str>,
    known: &[&Command],
    line: &mut Vec<String>,
) -> Result<(), Mistake> {
    let mut rest = letters;
    while let Some(letter) = rest.chars().next() {
        let all = rest;
        rest = &rest[letter.len_utf8()..];
        let Some(flag) = Found::short(known, letter) else {
            if letter == 'h' {
                line.push("-h".to_owned());
                return Ok(());
            }
            return Err(Mistake(format!("unknown shorthand flag: '{letter}' in -{all}")));
        };
        let (value, last) = if let Some(value) = rest.strip_prefix('=').filter(|_| rest.len() > 1) {
            (format!("={value}"), true)
        } else if flag.is_bare() {
            (String::new(), false)
        } else if rest.is_empty() {
            let needs = || Mistake(format!("flag needs an argument: '{letter}' in -{all}"));
            (format!("={}", next.next().ok_or_else(needs)?), true)
        } else {
            (format!("={rest}"), true)
        };
        if let Found::Known(arg) = flag {
            line.push(format!("--{}{value}", arg.get_long().unwrap_or_default()));
        }
        if last {
            return Ok(());
        }
    }
    Ok(())
}

/// Go's `%q`, for the characters that command lines have.
pub(crate) fn quoted(text: &str) -> String {
    yaml::quote::quote(text)
}

#[cfg(test)]
mod tests {
    use super::{canonical, parse_list};
    use std::ffi::OsString;

    fn read(line: &str) -> String {
        let args: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        match canonical(&args, &crate::cli::command(crate::cli::tree::Detail::Whole)) {
            Ok(args) => args.iter().map(|a| a.to_str().unwrap()).collect::<Vec<_>>().join(" "),
            Err(mistake) => mistake.0,
        }
    }

    #[test]
    fn command_lines_are_read_as_pflag_reads_them() {
        for (line, expected) in [
            ("w plan -e x", "w plan -e x"),
            ("w helm -n a template x", "w helm template --namespace=a -- x"),
            ("w --color never helm template x", "w helm template --color=never -- x"),
            ("w helm template x --set -a=1", "w helm template --set=-a=1 -- x"),
            (
                "w helm template x -na -s=b -gf c",
                "w helm template --namespace=a --show-only=b --generate-name --values=c -- x",
            ),
            ("w helm template --no-hooks x false", "w helm template --no-hooks -- x false"),
            ("w helm template -- -x", "w helm template -- -x"),
            ("w helm template -", "w helm template -- -"),
            ("w helm ls -h", "w helm list -h"),
            ("w helm template x --help=false", "w helm template -- x"),
            ("w helm template x --help=true", "w helm template --help -- x"),
            ("w helm template --", "w helm template"),
            ("w helm template --foo=1", "unknown flag: --foo"),
            ("w helm template --=1", "bad flag syntax: --=1"),
            ("w helm template -gz", "unknown shorthand flag: 'z' in -z"),
            ("w helm template -s", "flag needs an argument: 's' in -s"),
            ("w helm template --set", "flag needs an argument: --set"),
            ("w helm nothing -x", "w helm nothing -x"),
            ("w helm -v 3 template x --logtostderr -v=2", "w helm template -- x"),
            ("w helm --logtostderr template x --log-dir a", "w helm template -- x"),
        ] {
            assert_eq!(read(line), expected, "{line}");
        }
    }

    #[test]
    fn lists_are_lines_of_csv() {
        let list = |parts: &[&str]| Ok(parts.iter().map(|p| (*p).to_owned()).collect());
        assert_eq!(parse_list("a,b"), list(&["a", "b"]));
        assert_eq!(parse_list("\"a,b\",\"c\"\"d\","), list(&["a,b", "c\"d", ""]));
        assert_eq!(parse_list(""), list(&[]));
        assert!(parse_list("a\"b").unwrap_err().contains("bare"));
        assert!(parse_list("\"a\"b").unwrap_err().contains("extraneous"));
    }
}
