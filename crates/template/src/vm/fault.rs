//! A failure inside the machine, and where Go would say it happened.

use crate::ast::NodeId;
use crate::error::Frame;
use crate::instructions::NOTED;
use crate::set::Template;
use crate::{CallError, Context, ErrorKind, ExecError};

use super::Machine;

/// How many callers an error remembers.
const MAX_CALLERS: usize = 16;

/// A failure that does not know its place yet.
#[derive(Debug)]
pub(crate) struct Fault {
    message: String,
    cause: Option<CallError>,
    place: Option<NodeId>,
    kind: ErrorKind,
}

impl Fault {
    pub(crate) fn new(message: impl Into<String>) -> Box<Self> {
        let kind = ErrorKind::Other;
        Box::new(Self { message: message.into(), cause: None, place: None, kind })
    }

    /// A budget that is spent.
    pub(crate) fn limit(message: impl Into<String>) -> Box<Self> {
        Self::new(message).of_kind(ErrorKind::Limit)
    }

    pub(super) fn of_kind(mut self: Box<Self>, kind: ErrorKind) -> Box<Self> {
        self.kind = kind;
        self
    }

    /// A function or method that failed.
    pub(crate) fn calling(name: &str, cause: CallError) -> Box<Self> {
        let is_limit = matches!(cause, CallError::Limit(_));
        let kind = if is_limit { ErrorKind::Limit } else { ErrorKind::Other };
        let message = format!("error calling {name}");
        Box::new(Self { message, cause: Some(cause), place: None, kind })
    }

    /// Says where it happened, if that is another place than the instruction's.
    pub(super) fn at(mut self: Box<Self>, place: Option<NodeId>) -> Box<Self> {
        self.place = self.place.or(place);
        self
    }

    /// Whether a function or method failed, rather than the machine.
    pub(super) fn is_call(&self) -> bool {
        self.cause.is_some()
    }

    /// The failure of a template that the failed function executed.
    pub(super) fn inner(&mut self) -> Option<&mut ExecError> {
        self.cause.as_mut()?.exec_mut().map(ExecError::innermost_mut)
    }

    pub(crate) fn into_call_error(self) -> CallError {
        match self.cause {
            Some(cause) => cause.wrap(self.message),
            None if self.kind == ErrorKind::Limit => CallError::Limit(self.message),
            None => CallError::Message(self.message),
        }
    }
}

impl Machine {
    /// The node of the instruction that runs.
    pub(super) fn location(&self) -> NodeId {
        self.location_in(&self.template, self.pc)
    }

    pub(super) fn locate(&self, cx: &Context<'_>, mut fault: Fault) -> ExecError {
        let place = fault.place.filter(|&place| place != NOTED);
        let node = place.unwrap_or_else(|| self.location());
        let subjects = self.subjects(cx, &mut fault, node);
        let frame = frame(&self.template, node);
        let callers = self.room.frames.iter().rev().take(MAX_CALLERS);
        let callers = callers.map(|caller| frame_of_call(caller, self)).collect();
        ExecError::at(frame, callers, fault.message, fault.cause)
            .about(subjects)
            .of_kind(fault.kind)
    }

    pub(super) fn location_in(&self, template: &Template, pc: usize) -> NodeId {
        let location = template.code().locations[pc.saturating_sub(1)];
        if location == NOTED { self.noted } else { location }
    }
}

fn frame_of_call(caller: &super::CallFrame, machine: &Machine) -> Frame {
    frame(&caller.template, machine.location_in(&caller.template, caller.pc))
}

pub(crate) fn frame(template: &Template, node: NodeId) -> Frame {
    let program = template.program();
    let node = if node == NOTED { template.body() } else { node };
    let at = program.ast().node(node);
    let before = &program.text[..at.pos as usize];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    Frame {
        template: template.name().to_owned(),
        parse_name: template.parse_name().to_owned(),
        line: 1 + before.bytes().filter(|&byte| byte == b'\n').count(),
        column: before.len() - line_start,
        context: program.ast().show(node, &program.text),
        source_text: template.source(),
        span: at.span.range(),
    }
}
