//! Keywords of texts and numbers.
use std::cmp::Ordering::{Equal, Greater, Less};

use yaml::Value;

use super::super::decimal::Decimal;
use super::super::failure::{count, float, quote};
use super::super::node::{Keyword, Limit, Number};
use super::super::number;
use super::{Evaluator, State};

impl<'d, 'v> Evaluator<'d, 'v> {
    pub(super) fn of_text(&self, keyword: &'d Keyword<'d>, text: &str, state: &mut State<'d, 'v>) {
        let length = || text.chars().count() as u64;
        match keyword {
            Keyword::MinLength(wanted) if length() < *wanted => self.fail(state, || {
                format!("minLength: got {}, want {}", count(length()), count(*wanted))
            }),
            Keyword::MaxLength(wanted) if length() > *wanted => self.fail(state, || {
                format!("maxLength: got {}, want {}", count(length()), count(*wanted))
            }),
            Keyword::Pattern(pattern) if !pattern.matches(text) => self.fail(state, || {
                format!("{} does not match pattern {}", quote(text), quote(pattern.source))
            }),
            _ => {}
        }
    }

    pub(super) fn of_number(&self, keyword: &'d Keyword<'d>, state: &mut State<'d, 'v>) {
        let value = state.value;
        match keyword {
            Keyword::Limit(limit, wanted) => {
                let order = number::compare(value, *wanted);
                let broken = match limit {
                    Limit::Minimum => order == Some(Less),
                    Limit::Maximum => order == Some(Greater),
                    Limit::ExclusiveMinimum => matches!(order, Some(Less | Equal)),
                    Limit::ExclusiveMaximum => matches!(order, Some(Greater | Equal)),
                };
                if broken {
                    self.fail(state, || words(limit.name(), value, *wanted));
                }
            }
            Keyword::MultipleOf(unit) => {
                let exact = Decimal::of(value).zip(unit.exact);
                if exact.and_then(|(value, unit)| value.is_multiple_of(unit)) == Some(false) {
                    self.fail(state, || words("multipleOf", value, *unit));
                }
            }
            _ => {}
        }
    }
}

fn words(keyword: &str, value: &Value, wanted: Number) -> String {
    let got = float(value.as_f64().unwrap_or_default());
    format!("{keyword}: got {got}, want {}", float(wanted.float))
}
