//! Paths with slashes, as Go's `path` (and `path/filepath` on Linux) cuts them. Invariant: purely
//! on the text; nothing is looked up.

use template::{Function, Param, Str, Value};

use crate::arguments::{Arguments, Outcome, fixed};

const S: &[Param] = &[Param::String];

pub(crate) const FUNCTIONS: &[Function] = &[
    fixed("base", S, |_, args| text(base(args.bytes(0)))),
    fixed("clean", S, |_, args| text(clean(args.bytes(0)))),
    fixed("dir", S, |_, args| text(dir(args.bytes(0)))),
    fixed("ext", S, |_, args| text(extension(args.bytes(0)))),
    fixed("isAbs", S, |_, args| Ok(Value::Bool(args.bytes(0).starts_with(b"/")))),
    fixed("osBase", S, |_, args| text(base(args.bytes(0)))),
    fixed("osClean", S, |_, args| text(clean(args.bytes(0)))),
    fixed("osDir", S, |_, args| text(dir(args.bytes(0)))),
    fixed("osExt", S, |_, args| text(extension(args.bytes(0)))),
    fixed("osIsAbs", S, |_, args| Ok(Value::Bool(args.bytes(0).starts_with(b"/")))),
];

fn text(text: impl Into<Str>) -> Outcome {
    Ok(Value::Str(text.into()))
}

fn base(path: &[u8]) -> &[u8] {
    if path.is_empty() {
        return b".";
    }
    let end = path.iter().rposition(|&b| b != b'/').map_or(0, |last| last + 1);
    let name = path[..end].rsplit(|&b| b == b'/').next().unwrap_or_default();
    if name.is_empty() { b"/" } else { name }
}

fn dir(path: &[u8]) -> Vec<u8> {
    let end = path.iter().rposition(|&b| b == b'/').map_or(0, |last| last + 1);
    clean(&path[..end])
}

fn extension(path: &[u8]) -> &[u8] {
    let start = path.iter().rposition(|&b| b == b'/').map_or(0, |last| last + 1);
    let name = &path[start..];
    name.iter().rposition(|&b| b == b'.').map_or(b"", |dot| &name[dot..])
}

fn clean(path: &[u8]) -> Vec<u8> {
    let rooted = path.starts_with(b"/");
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in path.split(|&b| b == b'/') {
        match part {
            b"" | b"." => {}
            b".." => match parts.last() {
                Some(last) if *last != b".." => drop(parts.pop()),
                _ if rooted => {}
                _ => parts.push(part),
            },
            part => parts.push(part),
        }
    }
    let joined = parts.join(b"/".as_slice());
    match (rooted, joined.is_empty()) {
        (true, _) => [b"/".as_slice(), &joined].concat(),
        (false, true) => b".".to_vec(),
        (false, false) => joined,
    }
}
