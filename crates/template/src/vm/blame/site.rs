//! What is known about a place from the text alone: variables, dots and conditions around it.
//!
//! Invariant: variables are numbered as the compiler numbers them.

use crate::ast::{Ast, Branch, NodeId, NodeKind};

/// The surroundings of a node in the body that it stands in.
#[derive(Clone, Debug, Default)]
pub(super) struct Site {
    /// By slot.
    pub(super) variables: Vec<Variable>,
    /// The `with`s and `range`s around, outermost first.
    pub(super) dots: Vec<Dot>,
    /// The conditions around, outermost first.
    pub(super) conditions: Vec<NodeId>,
    /// The pipeline that it stands in directly, and the number of its command there.
    pub(super) stage: Option<(NodeId, usize)>,
}

#[derive(Clone, Debug)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) binding: Binding,
    /// How many dots were around its declaration.
    pub(super) dots: usize,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Binding {
    /// `$`
    Root,
    /// The value of a pipeline.
    Pipe(NodeId),
    /// The key or index of a loop.
    Index,
    /// The element of the loop that is the dot of this number.
    Element(usize),
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Dot {
    With(NodeId),
    Range(NodeId),
}

/// Finds a node in a body.
pub(super) fn find(ast: &Ast, text: &str, body: NodeId, wanted: NodeId) -> Option<Site> {
    let root = Variable { name: "$".to_owned(), binding: Binding::Root, dots: 0 };
    let site = Site { variables: vec![root], ..Site::default() };
    let mut walk = Walk { ast, text, wanted, site };
    walk.visit(body).then_some(walk.site)
}

struct Walk<'a> {
    ast: &'a Ast,
    text: &'a str,
    wanted: NodeId,
    site: Site,
}

impl Walk<'_> {
    /// Whether the node was found here; then the site stays as it is.
    fn visit(&mut self, node: NodeId) -> bool {
        if node == self.wanted {
            return true;
        }
        crate::stack::grow(|| match self.ast.kind(node) {
            NodeKind::List(items) => self.ast.children(items).iter().any(|&item| self.visit(item)),
            NodeKind::Action { pipe } => self.pipe(pipe),
            NodeKind::If(branch) => self.branch(node, branch, None),
            NodeKind::With(branch) => self.branch(node, branch, Some(Dot::With(branch.pipe))),
            NodeKind::Range(branch) => self.branch(node, branch, Some(Dot::Range(branch.pipe))),
            NodeKind::Template { pipe, .. } => pipe.is_some_and(|pipe| self.pipe(pipe)),
            NodeKind::Pipe { .. } => self.pipe(node),
            NodeKind::Command { args } => {
                self.ast.children(args).iter().any(|&arg| self.visit(arg))
            }
            NodeKind::Chain { term, .. } => self.visit(term),
            NodeKind::Bool(_)
            | NodeKind::Break
            | NodeKind::Continue
            | NodeKind::Dot
            | NodeKind::Field(_)
            | NodeKind::Identifier { .. }
            | NodeKind::Nil
            | NodeKind::Number(_)
            | NodeKind::String(_)
            | NodeKind::Text
            | NodeKind::Variable(_) => false,
        })
    }

    fn branch(&mut self, node: NodeId, branch: Branch, dot: Option<Dot>) -> bool {
        let mark = self.site.variables.len();
        let inside = match dot {
            Some(Dot::Range(_)) => self.loop_pipe(branch.pipe),
            Some(Dot::With(_)) | None => self.pipe(branch.pipe),
        };
        if inside {
            return true;
        }
        let ranges = matches!(self.ast.kind(node), NodeKind::Range(_));
        if !ranges {
            self.site.conditions.push(branch.pipe);
        }
        self.site.dots.extend(dot);
        if self.scoped(branch.list) {
            return true;
        }
        if dot.is_some() {
            self.site.dots.pop();
        }
        if branch.otherwise.is_some_and(|list| self.scoped(list)) {
            return true;
        }
        if !ranges {
            self.site.conditions.pop();
        }
        self.site.variables.truncate(mark);
        false
    }

    fn scoped(&mut self, list: NodeId) -> bool {
        let mark = self.site.variables.len();
        let found = self.visit(list);
        if !found {
            self.site.variables.truncate(mark);
        }
        found
    }

    fn pipe(&mut self, pipe: NodeId) -> bool {
        self.pipe_binding(pipe, |_, _| Binding::Pipe(pipe))
    }

    fn loop_pipe(&mut self, pipe: NodeId) -> bool {
        let dot = self.site.dots.len();
        self.pipe_binding(pipe, |at, of| {
            if of == 2 && at == 0 { Binding::Index } else { Binding::Element(dot) }
        })
    }

    fn pipe_binding(&mut self, pipe: NodeId, binding: impl Fn(usize, usize) -> Binding) -> bool {
        if pipe == self.wanted {
            return true;
        }
        let NodeKind::Pipe { declared, assigns, commands } = self.ast.kind(pipe) else {
            return false;
        };
        for (stage, &command) in self.ast.children(commands).iter().enumerate() {
            let outer = self.site.stage.replace((pipe, stage));
            if self.visit(command) {
                return true;
            }
            self.site.stage = outer;
        }
        let names = self.ast.children(declared);
        for (at, &name) in names.iter().enumerate().filter(|_| !assigns) {
            let NodeKind::Variable(name) = self.ast.kind(name) else { continue };
            self.site.variables.push(Variable {
                name: name.span.of(self.text).to_owned(),
                binding: binding(at, names.len()),
                dots: self.site.dots.len(),
            });
        }
        false
    }
}
