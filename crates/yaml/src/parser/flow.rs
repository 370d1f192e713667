//! Flow collections: `[…]`, `{…}` and the single pairs inside lists.

use super::{Context, Event, EventKind, Parser, Properties, State, Step, event};
use crate::token::TokenKind;

impl<'t> Parser<'t> {
    pub(super) fn flow_sequence_first(&mut self) -> Step<'t> {
        self.open()?;
        match self.scanner.peek()?.kind {
            TokenKind::FlowSequenceEnd => self.close(EventKind::SequenceEnd),
            _ => self.flow_sequence_item(),
        }
    }

    pub(super) fn flow_sequence_entry(&mut self) -> Step<'t> {
        let token = self.scanner.peek()?;
        let start = token.start;
        match token.kind {
            TokenKind::FlowSequenceEnd => self.close(EventKind::SequenceEnd),
            TokenKind::FlowEntry => {
                self.scanner.take()?;
                self.flow_sequence_item()
            }
            _ => {
                let context = self.marks.pop();
                Err(self.problem("did not find expected ',' or ']'", start, context))
            }
        }
    }

    fn flow_sequence_item(&mut self) -> Step<'t> {
        let token = self.scanner.peek()?;
        let (start, end) = (token.start, token.end);
        match token.kind {
            TokenKind::Key => {
                self.scanner.take()?;
                self.state = State::FlowPairKey;
                let kind = EventKind::MappingStart(Properties::default());
                Ok(Event { kind, start, content: start, end })
            }
            TokenKind::FlowSequenceEnd => self.close(EventKind::SequenceEnd),
            _ => self.node_then(State::FlowSequenceEntry, Context::Flow),
        }
    }

    pub(super) fn flow_pair_key(&mut self) -> Step<'t> {
        let token = self.scanner.peek()?;
        let end = token.end;
        match token.kind {
            TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowSequenceEnd => {
                self.scanner.take()?;
                self.empty(State::FlowPairValue, end)
            }
            _ => self.node_then(State::FlowPairValue, Context::Flow),
        }
    }

    pub(super) fn flow_pair_value(&mut self) -> Step<'t> {
        let token = self.scanner.peek()?;
        let start = token.start;
        if matches!(token.kind, TokenKind::Value) {
            self.scanner.take()?;
            let next = &self.scanner.peek()?.kind;
            if !matches!(next, TokenKind::FlowEntry | TokenKind::FlowSequenceEnd) {
                return self.node_then(State::FlowPairEnd, Context::Flow);
            }
        }
        self.empty(State::FlowPairEnd, start)
    }

    pub(super) fn flow_pair_end(&mut self) -> Step<'t> {
        let start = self.scanner.peek()?.start;
        self.state = State::FlowSequenceEntry;
        Ok(event(EventKind::MappingEnd, start, start))
    }

    pub(super) fn flow_mapping_first(&mut self) -> Step<'t> {
        self.open()?;
        match self.scanner.peek()?.kind {
            TokenKind::FlowMappingEnd => self.close(EventKind::MappingEnd),
            _ => self.flow_mapping_item(),
        }
    }

    pub(super) fn flow_mapping_key(&mut self) -> Step<'t> {
        let token = self.scanner.peek()?;
        let start = token.start;
        match token.kind {
            TokenKind::FlowMappingEnd => self.close(EventKind::MappingEnd),
            TokenKind::FlowEntry => {
                self.scanner.take()?;
                self.flow_mapping_item()
            }
            _ => {
                let context = self.marks.pop();
                Err(self.problem("did not find expected ',' or '}'", start, context))
            }
        }
    }

    fn flow_mapping_item(&mut self) -> Step<'t> {
        match self.scanner.peek()?.kind {
            TokenKind::Key => {
                self.scanner.take()?;
                let token = self.scanner.peek()?;
                let start = token.start;
                match token.kind {
                    TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowMappingEnd => {
                        self.empty(State::FlowMappingValue, start)
                    }
                    _ => self.node_then(State::FlowMappingValue, Context::Flow),
                }
            }
            TokenKind::FlowMappingEnd => self.close(EventKind::MappingEnd),
            _ => self.node_then(State::FlowMappingEmptyValue, Context::Flow),
        }
    }

    pub(super) fn flow_mapping_value(&mut self) -> Step<'t> {
        let token = self.scanner.peek()?;
        let start = token.start;
        if !matches!(token.kind, TokenKind::Value) {
            return self.empty(State::FlowMappingKey, start);
        }
        self.scanner.take()?;
        let token = self.scanner.peek()?;
        let start = token.start;
        match token.kind {
            TokenKind::FlowEntry | TokenKind::FlowMappingEnd => {
                self.empty(State::FlowMappingKey, start)
            }
            _ => self.node_then(State::FlowMappingKey, Context::Flow),
        }
    }

    pub(super) fn flow_mapping_empty_value(&mut self) -> Step<'t> {
        let start = self.scanner.peek()?.start;
        self.empty(State::FlowMappingKey, start)
    }
}
