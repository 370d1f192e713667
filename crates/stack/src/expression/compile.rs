//! From a string of a file to compiled expressions, and the checks that need no values.
//!
//! Limits stand here: an expression that passes can be evaluated in bounded time for the sizes a stack has.

use std::ops::Range;
use std::sync::{Arc, LazyLock};

use cel::common::ast::{EntryExpr, Expr, IdedExpr, SourceInfo};
use diagnostic::Diagnostic;

use super::{Expression, Part, Path, Text, Variables};
use crate::place::Place;

/// Longest expression, in bytes.
const LONGEST: usize = 2000;
/// Deepest nesting of brackets and operators.
const DEEPEST: usize = 48;
/// Deepest nesting of `map`, `filter`, `all` and `exists`.
const LOOPS: usize = 3;
/// How often functions that can multiply a string's length may be called.
const GROWING: usize = 8;

pub(super) static ENVIRONMENT: LazyLock<Arc<cel::Env>> = LazyLock::new(|| {
    let mut env = cel::Env::stdlib();
    env.add_extension(cel::extensions::strings).expect("the extension's names are its own");
    Arc::new(env)
});

impl Text {
    /// Compiles a string; all errors are gathered. `place` is the whole scalar in its file, quotes included.
    pub fn parse(value: &str, place: &Place) -> Result<Self, Vec<Diagnostic>> {
        let raw = place.source.text.get(place.span.clone()).unwrap_or_default();
        let mut marks = raw.match_indices("${{").map(|(at, _)| at);
        let mut parts = vec![];
        let mut errors = vec![];
        let mut literal = String::new();
        let mut rest = value;
        while let Some(at) = rest.find("${{") {
            let mark = marks.next();
            if rest[..at].ends_with('$') {
                literal.push_str(&rest[..at - 1]);
                literal.push_str("${{");
                rest = &rest[at + 3..];
                continue;
            }
            literal.push_str(&rest[..at]);
            let body = &rest[at + 3..];
            let Some(length) = length(body) else {
                let start = place.span.start + mark.unwrap_or(0);
                let open = Place::new(&place.source, start..place.span.end);
                errors.push(
                    open.error("an expression is not closed", "opened here")
                        .hint("close it with `}}`"),
                );
                break;
            };
            match Expression::parse(&body[..length], place, mark) {
                Ok(expression) => {
                    if !literal.is_empty() {
                        parts.push(Part::Literal(std::mem::take(&mut literal)));
                    }
                    parts.push(Part::Expression(Arc::new(expression)));
                }
                Err(more) => errors.extend(more),
            }
            rest = &body[length + 2..];
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            parts.push(Part::Literal(literal));
        }
        if errors.is_empty() { Ok(Self { place: place.clone(), parts }) } else { Err(errors) }
    }

    /// Finds names that no environment could give.
    pub fn check(&self, known: &Variables) -> Vec<Diagnostic> {
        self.expressions()
            .flat_map(|e| e.reads.iter().filter_map(|path| check_path(e, path, known)))
            .collect()
    }
}

impl Expression {
    fn parse(body: &str, whole: &Place, mark: Option<usize>) -> Result<Self, Vec<Diagnostic>> {
        let source = body.trim().to_owned();
        let place = place_of(body, &source, whole, mark);
        let fail = |message: String| Err(vec![place.error(message, "")]);
        if source.is_empty() {
            return fail("an expression is empty".to_owned());
        }
        if source.len() > LONGEST {
            return fail(format!("an expression is longer than {LONGEST} bytes"));
        }
        if nesting(&source) > DEEPEST {
            return fail(format!("an expression is nested deeper than {DEEPEST} levels"));
        }
        let program = match ENVIRONMENT.compile(&source) {
            Ok(program) => program,
            Err(errors) => return Err(parse_errors(&errors, &source, &place)),
        };
        let mut walk = Walk { info: program.source_info(), ..Walk::default_of(&program) };
        walk.expression(program.expression(), 0);
        let (reads, deepest, growing) = (walk.reads, walk.deepest, walk.growing);
        if deepest > LOOPS {
            return fail(format!("loops are nested deeper than {LOOPS} levels"));
        }
        if growing > GROWING {
            return fail(format!(
                "`replace`, `join` and `format` are called more than {GROWING} times"
            ));
        }
        Ok(Self { source, place, program, reads })
    }
}

/// Length of an expression's body: up to the `}}` outside of strings and of its own braces.
fn length(body: &str) -> Option<usize> {
    let bytes = body.as_bytes();
    let (mut at, mut depth, mut quote) = (0, 0usize, None);
    while at < bytes.len() {
        match (quote, bytes[at]) {
            (Some(_), b'\\') => at += 1,
            (Some(q), b) if b == q => quote = None,
            (Some(_), _) => {}
            (None, b @ (b'"' | b'\'')) => quote = Some(b),
            (None, b'{') => depth += 1,
            (None, b'}') if depth > 0 => depth -= 1,
            (None, b'}') if bytes.get(at + 1) == Some(&b'}') => return Some(at),
            (None, _) => {}
        }
        at += 1;
    }
    None
}

/// Where the expression stands: exactly, if the file has it letter by letter, else the mark that opens it.
fn place_of(body: &str, source: &str, whole: &Place, mark: Option<usize>) -> Place {
    let Some(mark) = mark else { return whole.clone() };
    let start = whole.span.start + mark + 3;
    let skipped = body.len() - body.trim_start().len();
    let exact = start + skipped..start + skipped + source.len();
    if whole.source.text.get(exact.clone()) == Some(source) {
        Place::new(&whole.source, exact)
    } else {
        Place::new(&whole.source, whole.span.start + mark..whole.span.end)
    }
}

/// A bound of the parser's recursion: open brackets and chains of prefix and ternary operators.
fn nesting(source: &str) -> usize {
    let (mut depth, mut deepest, mut chained) = (0usize, 0, 0usize);
    for byte in source.bytes() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b'?' | b'!' | b'-' => chained += 1,
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest.max(chained)
}

fn parse_errors(errors: &cel::ParseErrors, source: &str, place: &Place) -> Vec<Diagnostic> {
    let Some(first) = errors.errors.first() else {
        return vec![place.error("an expression cannot be read", "")];
    };
    let line = usize::try_from(first.pos.0).unwrap_or(1).max(1);
    let column = usize::try_from(first.pos.1).unwrap_or(0);
    let start: usize = source.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let at = source[start..].char_indices().nth(column).map_or(source.len(), |(at, _)| start + at);
    let span = within(place, at..at + 1, source);
    let message = in_words(&first.msg);
    vec![Place::new(&place.source, span).error("an expression cannot be read", message)]
}

/// The parser's message without its lists of tokens.
fn in_words(message: &str) -> String {
    let message = message.strip_prefix("Syntax error: ").unwrap_or(message);
    let input = ["mismatched input '", "extraneous input '", "no viable alternative at input '"]
        .iter()
        .find_map(|head| message.strip_prefix(head));
    match input.and_then(|rest| rest.split("' expecting").next()) {
        Some(input) if input.starts_with("<EOF>") => "it ends too early".to_owned(),
        Some(input) => format!("`{}` is not expected here", input.trim_end_matches('\'')),
        None => message.to_owned(),
    }
}

/// A range of the expression as a range of the file.
fn within(place: &Place, span: Range<usize>, source: &str) -> Range<usize> {
    if place.span.len() == source.len() {
        let start = place.span.start + span.start.min(source.len());
        start..(place.span.start + span.end).min(place.span.end.max(start))
    } else {
        place.span.clone()
    }
}

fn check_path(expression: &Expression, path: &Path, known: &Variables) -> Option<Diagnostic> {
    let span = within(&expression.place, path.span.clone(), &expression.source);
    let place = Place::new(&expression.place.source, span);
    let Some(fields) = known.names.get(&path.root) else {
        let error = place
            .error(format!("`{}` is not known here", path.root), "")
            .suggest(&path.root, known.names.keys().map(String::as_str));
        let names: Vec<String> = known.names.keys().map(|n| format!("`{n}`")).collect();
        return Some(error.note(format!("known here: {}", names.join(", "))));
    };
    let (fields, field) = (fields.as_ref()?, path.field.as_ref()?);
    if path.tested || fields.contains(field) {
        return None;
    }
    let what = if path.root == "inputs" { "is not a declared input" } else { "does not exist" };
    let error = place.error(format!("`{}.{field}` {what}", path.root), "");
    Some(error.suggest(field, fields.iter().map(String::as_str)))
}

/// Collects what an expression reads and how far it loops.
struct Walk<'a> {
    info: &'a SourceInfo,
    bound: Vec<String>,
    reads: Vec<Path>,
    deepest: usize,
    growing: usize,
}

impl<'a> Walk<'a> {
    fn default_of(program: &'a cel::Program) -> Self {
        Self { info: program.source_info(), bound: vec![], reads: vec![], deepest: 0, growing: 0 }
    }

    fn expression(&mut self, expression: &IdedExpr, loops: usize) {
        self.deepest = self.deepest.max(loops);
        match &expression.expr {
            Expr::Unspecified | Expr::Literal(_) => {}
            Expr::Ident(name) => self.read(expression, name, None),
            Expr::Select(select) => match &select.operand.expr {
                Expr::Ident(name) => {
                    self.read(expression, name, Some((&select.field, select.test)));
                }
                _ => self.expression(&select.operand, loops),
            },
            Expr::Call(call) => {
                let growing = ["replace", "join", "format"].contains(&call.func_name.as_str());
                self.growing += usize::from(growing);
                let target = call.target.iter().map(|t| &**t);
                for part in target.chain(&call.args) {
                    self.expression(part, loops);
                }
            }
            Expr::Comprehension(fold) => {
                self.expression(&fold.iter_range, loops);
                self.expression(&fold.accu_init, loops);
                let before = self.bound.len();
                self.bound.push(fold.iter_var.clone());
                self.bound.extend(fold.iter_var2.clone());
                self.bound.push(fold.accu_var.clone());
                for part in [&fold.loop_cond, &fold.loop_step, &fold.result] {
                    self.expression(part, loops + 1);
                }
                self.bound.truncate(before);
            }
            Expr::List(list) => list.elements.iter().for_each(|e| self.expression(e, loops)),
            Expr::Map(map) => map.entries.iter().for_each(|e| self.entry(&e.expr, loops)),
            Expr::Struct(s) => s.entries.iter().for_each(|e| self.entry(&e.expr, loops)),
        }
    }

    fn entry(&mut self, entry: &EntryExpr, loops: usize) {
        match entry {
            EntryExpr::StructField(field) => self.expression(&field.value, loops),
            EntryExpr::MapEntry(entry) => {
                self.expression(&entry.key, loops);
                self.expression(&entry.value, loops);
            }
        }
    }

    fn read(&mut self, at: &IdedExpr, root: &str, field: Option<(&String, bool)>) {
        let types = ["int", "uint", "double", "string", "bool", "bytes", "list", "map", "type"];
        if root.starts_with('@') || self.bound.iter().any(|b| b == root) || types.contains(&root) {
            return;
        }
        let (start, end) = self.info.offset_for(at.id).unwrap_or_default();
        let span = self.whole_path(start as usize, end as usize, root, field.map(|f| f.0));
        self.reads.push(Path {
            root: root.to_owned(),
            field: field.map(|(field, _)| field.clone()),
            tested: field.is_some_and(|(_, tested)| tested),
            span,
        });
    }

    /// The parser marks a selection at its dot or at its start; people want to see `inputs.x` underlined.
    fn whole_path(
        &self,
        from: usize,
        to: usize,
        root: &str,
        field: Option<&String>,
    ) -> Range<usize> {
        let written = field.map_or_else(|| root.to_owned(), |f| format!("{root}.{f}"));
        let source = &self.info.source;
        let near = source
            .match_indices(&written)
            .map(|(at, _)| at)
            .min_by_key(|at| at.abs_diff(from).min((at + written.len()).abs_diff(to)));
        near.map_or(from..to.max(from), |at| at..at + written.len())
    }
}
