//! Loops over lists, maps, bytes and whole numbers.
//!
//! Invariant: a map's entries are taken when its loop begins, so that its body may change it.

use std::rc::Rc;

use yaml::json::lossy;

use super::{Cell, Fault, Machine, Step};
use crate::instructions::Loop;
use crate::{IntKind, List, Str, UintKind, Value, format};

/// A loop that runs.
pub(super) struct LoopState {
    items: Items,
    at: usize,
    /// The dot around the loop, and how many `with`s it was in.
    dot: Cell,
    withs: usize,
}

enum Items {
    List(List),
    Map(std::vec::IntoIter<(Str, Value)>, bool),
    Bytes(Rc<Str>),
    Int(i64, IntKind),
    Uint(u64, UintKind),
}

impl Machine {
    /// Starts a loop over the top, or goes to its `else` if there is nothing.
    pub(super) fn begin_loop(&mut self, a_loop: Loop) -> Step {
        let value = self.pop();
        let items = match value {
            Value::List(list) => Items::List(list),
            Value::Map(map) => {
                let interface = map.map_type().holds_any();
                Items::Map(map.to_vec().into_iter(), interface)
            }
            Value::Bytes(bytes) => Items::Bytes(bytes),
            Value::Int(..) | Value::Uint(..) if a_loop.index.is_some() => {
                let shown = lossy(&format::sprint(&[value])).into_owned();
                let words = format!("can't use {shown} to iterate over more than one variable");
                return Err(Fault::new(words));
            }
            Value::Int(end, kind) => Items::Int(end, kind),
            Value::Uint(end, kind) => Items::Uint(end, kind),
            Value::Missing | Value::Nil => Items::Int(0, IntKind::Int),
            Value::Bool(_) | Value::Float(..) | Value::Str(_) | Value::Object(_) => {
                let shown = shown_behind_pointer(&value);
                return Err(Fault::new(format!("range can't iterate over {shown}")));
            }
        };
        let mut state =
            LoopState { items, at: 0, dot: Cell::default(), withs: self.room.dots.len() };
        let Some(round) = state.next() else {
            self.pc = a_loop.otherwise as usize;
            return Ok(());
        };
        state.dot = self.dot.clone();
        self.room.loops.push(state);
        self.begin_round(a_loop, round);
        Ok(())
    }

    /// Goes to the body once more, or behind the loop.
    pub(super) fn next_round(&mut self, a_loop: Loop) {
        match self.room.loops.last_mut().and_then(LoopState::next) {
            Some(round) => {
                self.begin_round(a_loop, round);
                self.pc = a_loop.body as usize;
            }
            None => self.end_loop(a_loop),
        }
    }

    pub(super) fn end_loop(&mut self, a_loop: Loop) {
        if let Some(state) = self.room.loops.pop() {
            self.dot = state.dot;
            self.room.dots.truncate(state.withs);
        }
        self.pc = a_loop.end as usize;
    }

    fn begin_round(&mut self, a_loop: Loop, (index, element): (Value, Cell)) {
        if let Some(slot) = a_loop.index {
            *self.cell_mut(slot) = Cell::concrete(index);
        }
        if let Some(slot) = a_loop.element {
            *self.cell_mut(slot) = element.clone();
        }
        self.dot = element;
    }
}

/// The value as `%v`; Go has followed the pointer.
fn shown_behind_pointer(value: &Value) -> String {
    let bytes = format::sprint(std::slice::from_ref(value));
    let shown = lossy(&bytes);
    let pointer = matches!(value, Value::Object(object) if object.text().is_none());
    shown.strip_prefix('&').filter(|_| pointer).unwrap_or(&shown).to_owned()
}

impl LoopState {
    /// The number of the round that runs, from 0.
    pub(super) fn round(&self) -> Option<usize> {
        self.at.checked_sub(1)
    }

    /// The next index or key, and the element.
    fn next(&mut self) -> Option<(Value, Cell)> {
        let at = self.at;
        self.at += 1;
        let index = Value::int(at as i64);
        match &mut self.items {
            Items::List(list) => {
                let element = list.get(at)?.clone();
                Some((index, Cell::element(element, list.list_type().holds_any())))
            }
            Items::Map(entries, interface) => {
                let (key, value) = entries.next()?;
                Some((Value::Str(key), Cell::element(value, *interface)))
            }
            Items::Bytes(bytes) => {
                let byte = *bytes.as_bytes().get(at)?;
                Some((index, Cell::concrete(Value::Uint(byte.into(), UintKind::Uint8))))
            }
            Items::Int(end, kind) => {
                let value = i64::try_from(at).ok().filter(|at| at < end)?;
                Some((Value::Missing, Cell::concrete(Value::Int(value, *kind))))
            }
            Items::Uint(end, kind) => {
                let value = Some(at as u64).filter(|at| at < end)?;
                Some((Value::Missing, Cell::concrete(Value::Uint(value, *kind))))
            }
        }
    }
}
