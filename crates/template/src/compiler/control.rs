//! Code of `if`, `with`, `range`, `template` and plain actions.

use super::{Compiler, OpenLoop, Part, Patch};
use crate::ast::{Branch, Literal, NodeId, NodeKind};
use crate::instructions::{Instruction, Loop};

impl Compiler<'_> {
    pub(super) fn action(&mut self, action: NodeId, pipe: NodeId) {
        self.pipeline(pipe);
        if let Some(Instruction::Store(slot)) = self.tables.instructions.last().copied()
            && self.declares(pipe)
        {
            self.tables.instructions.pop();
            self.tables.locations.pop();
            self.emit(Instruction::StoreDrop(slot));
            return;
        }
        self.at = action;
        self.emit(if self.declares(pipe) { Instruction::Drop } else { Instruction::Print });
    }

    pub(super) fn if_else(&mut self, branch: Branch) {
        let mark = self.scope.len();
        self.pipeline(branch.pipe);
        let otherwise = self.jump(Instruction::JumpUnless(0));
        self.scoped_list(branch.list);
        self.else_part(&otherwise, branch.otherwise);
        self.scope.truncate(mark);
    }

    pub(super) fn with(&mut self, branch: Branch) {
        let mark = self.scope.len();
        self.pipeline(branch.pipe);
        let otherwise = self.jump(Instruction::With(0));
        self.nest_with(1);
        self.scoped_list(branch.list);
        self.nest_with(-1);
        self.emit(Instruction::EndWith);
        self.else_part(&otherwise, branch.otherwise);
        self.scope.truncate(mark);
    }

    pub(super) fn range(&mut self, branch: Branch) {
        let mark = self.scope.len();
        self.pipeline(branch.pipe);
        let (index, element) = self.loop_variables(branch.pipe);
        let number = self.tables.loops.len() as u32;
        self.tables.loops.push(Loop::default());
        self.emit(Instruction::Range(number));
        let body = self.here();
        self.loops.push(OpenLoop::new(Part::Body(number)));
        self.scoped_list(branch.list);
        self.land_jumps();
        self.emit(Instruction::Next(number));
        let otherwise = self.here();
        if let Some(list) = branch.otherwise {
            self.loops.push(OpenLoop::new(Part::Otherwise));
            self.scoped_list(list);
            self.land_jumps();
        }
        let end = self.here();
        self.tables.loops[number as usize] = Loop { index, element, body, otherwise, end };
        self.scope.truncate(mark);
    }

    /// `{{break}}`: ends the innermost loop, even in what runs instead of its body.
    pub(super) fn leave_loop(&mut self) {
        let Some(open) = self.loops.last() else { return };
        let (part, withs) = (open.part, open.withs);
        self.unwind(withs);
        match part {
            Part::Body(number) => self.emit(Instruction::Break(number)),
            Part::Otherwise => self.jump_from(self.loops.len() - 1),
        }
    }

    /// `{{continue}}`: the next round of the innermost loop that has rounds.
    pub(super) fn continue_loop(&mut self) {
        let body = self.loops.iter().rposition(|open| matches!(open.part, Part::Body(_)));
        let Some(at) = body else { return };
        self.unwind(self.loops[at..].iter().map(|open| open.withs).sum());
        self.jump_from(at);
    }

    /// A jump to where a part of an open loop ends.
    fn jump_from(&mut self, at: usize) {
        let Patch(jump) = self.jump(Instruction::Jump(0));
        if let Some(open) = self.loops.get_mut(at) {
            open.jumps.push(jump);
        }
    }

    /// Ends the innermost part of a loop: jumps out of it lead here.
    fn land_jumps(&mut self) {
        let jumps = self.loops.pop().map(|open| open.jumps).unwrap_or_default();
        for jump in jumps {
            self.land(&Patch(jump));
        }
    }

    pub(super) fn template(&mut self, node: NodeId, name: Literal, pipe: Option<NodeId>) {
        let name = String::from_utf8_lossy(self.ast.string(name, self.text));
        let number = self.tables.templates.len() as u32;
        self.tables.templates.push(name.into());
        // Go looks the template up before it evaluates the pipeline.
        self.emit(Instruction::CheckTemplate(number));
        match pipe {
            Some(pipe) => self.pipeline(pipe),
            None => self.emit(Instruction::Missing),
        }
        self.emit_at(Instruction::Template(number), node);
    }

    /// Ends as many `with`s.
    fn unwind(&mut self, withs: u32) {
        if withs > 0 {
            self.emit(Instruction::Unwind(withs));
        }
    }

    fn nest_with(&mut self, by: i32) {
        if let Some(open) = self.loops.last_mut() {
            open.withs = open.withs.saturating_add_signed(by);
        }
    }

    fn else_part(&mut self, otherwise: &Patch, list: Option<NodeId>) {
        let Some(list) = list else { return self.land(otherwise) };
        let end = self.jump(Instruction::Jump(0));
        self.land(otherwise);
        self.scoped_list(list);
        self.land(&end);
    }

    /// Variables declared in a list are forgotten at its end.
    fn scoped_list(&mut self, list: NodeId) {
        let mark = self.scope.len();
        self.inner_list(list);
        self.scope.truncate(mark);
    }

    /// The slots that a loop sets: of two the first takes the index, one takes the element.
    fn loop_variables(&self, pipe: NodeId) -> (Option<u32>, Option<u32>) {
        let NodeKind::Pipe { declared, .. } = self.ast.kind(pipe) else { return (None, None) };
        match *self.ast.children(declared) {
            [index, element] => (self.slot_of(index), self.slot_of(element)),
            [element] => (None, self.slot_of(element)),
            _ => (None, None),
        }
    }
}
