//! Regular expressions. Invariant: syntax, matches and error texts are those of Go's `regexp`;
//! a pattern that does not compile is an error, except that `regexMatch` takes it for no match.

mod engine;

use std::rc::Rc;

use template::{CallError, Context, Function, List, ListType, Param, Value};

use crate::arguments::{Arguments, Outcome, fixed};
use engine::{Pattern, PatternError};

const S: Param = Param::String;
const I: Param = Param::Int;

pub(crate) const FUNCTIONS: &[Function] = &[
    fixed("mustRegexFind", &[S, S], |_, args| find(args, Failure::Returned)),
    fixed("mustRegexFindAll", &[S, S, I], |_, args| find_all(args, Failure::Returned)),
    fixed("mustRegexMatch", &[S, S], must_match),
    fixed("mustRegexReplaceAll", &[S, S, S], |_, args| replace(args, Failure::Returned)),
    fixed("mustRegexReplaceAllLiteral", &[S, S, S], |_, args| literal(args, Failure::Returned)),
    fixed("mustRegexSplit", &[S, S, I], |_, args| split(args, Failure::Returned)),
    fixed("regexFind", &[S, S], |_, args| find(args, Failure::Panicked)),
    fixed("regexFindAll", &[S, S, I], |_, args| find_all(args, Failure::Panicked)),
    fixed("regexMatch", &[S, S], |_, args| {
        let pattern = Pattern::new(args.bytes(0));
        Ok(Value::Bool(pattern.is_ok_and(|pattern| pattern.is_match(args.bytes(1)))))
    }),
    fixed("regexQuoteMeta", &[S], |_, args| Ok(Value::str(engine::quote_meta(args.bytes(0))))),
    fixed("regexReplaceAll", &[S, S, S], |_, args| replace(args, Failure::Panicked)),
    fixed("regexReplaceAllLiteral", &[S, S, S], |_, args| literal(args, Failure::Panicked)),
    fixed("regexSplit", &[S, S, I], |_, args| split(args, Failure::Panicked)),
];

/// How Go tells of a pattern that does not compile: that decides the words.
#[derive(Clone, Copy)]
enum Failure {
    /// `regexp.Compile`.
    Returned,
    /// `regexp.MustCompile`.
    Panicked,
}

fn pattern(args: &[Value], failure: Failure) -> Result<Rc<Pattern>, CallError> {
    let source = args.bytes(0);
    Pattern::new(source).map_err(|error: PatternError| match failure {
        Failure::Returned => CallError::new(error.to_string()),
        Failure::Panicked => {
            let source = engine::quoted_pattern(source);
            CallError::new(format!("regexp: Compile({source}): {error}"))
        }
    })
}

fn must_match(_: &mut Context<'_>, args: &[Value]) -> Outcome {
    Ok(Value::Bool(pattern(args, Failure::Returned)?.is_match(args.bytes(1))))
}

fn find(args: &[Value], failure: Failure) -> Outcome {
    Ok(Value::str(pattern(args, failure)?.find(args.bytes(1))))
}

fn find_all(args: &[Value], failure: Failure) -> Outcome {
    let found = pattern(args, failure)?.find_all(args.bytes(1), args.int(2));
    if found.is_empty() {
        return Ok(Value::List(List::nil(ListType::String)));
    }
    Ok(Value::List(List::strings(found)))
}

fn replace(args: &[Value], failure: Failure) -> Outcome {
    Ok(Value::str(pattern(args, failure)?.replace_all(args.bytes(1), args.bytes(2))))
}

fn literal(args: &[Value], failure: Failure) -> Outcome {
    Ok(Value::str(pattern(args, failure)?.replace_all_literal(args.bytes(1), args.bytes(2))))
}

fn split(args: &[Value], failure: Failure) -> Outcome {
    Ok(Value::List(match pattern(args, failure)?.split(args.bytes(1), args.int(2)) {
        Some(parts) => List::strings(parts),
        None => List::nil(ListType::String),
    }))
}
