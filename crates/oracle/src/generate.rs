//! Cases from choices: one generator for each thing that is compared.

mod chart;
mod expression;
mod forms;
mod kind;
mod literal;
mod set;
mod statement;
mod values;
mod yaml;

pub use chart::Chart;

use std::collections::BTreeMap;

use crate::case::Case;
use crate::choices::Choices;
use expression::Expressions;
use statement::Statements;

/// What a case is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Generator {
    /// One call of one function after the other, with arguments of every kind.
    Functions,
    /// Whole templates: actions, definitions, variables.
    Templates,
    /// YAML texts, read and written.
    Yaml,
    /// `--set` expressions.
    Set,
    /// Charts, as `helm template` prints them.
    Charts,
}

impl Generator {
    /// Every generator, in the order in which they take turns.
    pub const ALL: [Self; 5] =
        [Self::Functions, Self::Templates, Self::Yaml, Self::Set, Self::Charts];

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Functions => "functions",
            Self::Templates => "templates",
            Self::Yaml => "yaml",
            Self::Set => "set",
            Self::Charts => "charts",
        }
    }

    /// How many of a hundred cases it makes.
    pub const fn share(self) -> u64 {
        match self {
            Self::Functions => 40,
            Self::Templates => 25,
            Self::Yaml => 20,
            Self::Set => 5,
            Self::Charts => 10,
        }
    }

    /// The case of a number: the number chooses the function, so that none is left out.
    pub fn case(self, number: usize, c: &mut Choices) -> Case {
        match self {
            Self::Functions => function(number, c),
            Self::Templates => template(c),
            Self::Yaml => Case::Yaml(yaml::document(c)),
            Self::Set => Case::Set(set::set(c)),
            Self::Charts => Case::Chart(Box::new(chart::chart(c))),
        }
    }
}

fn function(number: usize, c: &mut Choices) -> Case {
    let forms = forms::all();
    let form = &forms[number % forms.len()];
    let values = values::values(c);
    let mut expressions = Expressions::new(c, values::PATHS);
    // Slow ones are for the first rounds.
    let form = if number >= forms.len() && form.is_slow() { &forms[0] } else { form };
    expressions.fuel = 3;
    expressions.templates = 2;
    expressions.wrong = [0, 0, 6, 20][expressions.c.below(4)];
    let call = expressions.call(form);
    let tails = ["", "", "", " | toJson", " | printf \"%#v\"", " | printf \"%T\"", " | quote"];
    let tail = tails[expressions.c.below(tails.len())];
    let mut templates = BTreeMap::new();
    templates.insert(
        "a".to_owned(),
        "{{ define \"t0\" }}[{{ . }}]{{ end }}{{ define \"t1\" }}{{ .Values.s0 }}{{ end }}"
            .to_owned(),
    );
    let strict = expressions.c.chance(10);
    let template = format!("{{{{ {call}{tail} }}}}");
    Case::Template { template, templates, values: nested(&values), strict }
}

fn template(c: &mut Choices) -> Case {
    let values = values::values(c);
    let mut expressions = Expressions::new(c, values::PATHS);
    expressions.wrong = [0, 0, 0, 2, 8][expressions.c.below(5)];
    let mut templates = BTreeMap::new();
    for number in 0..expressions.c.below(3) {
        expressions.fuel = 10;
        let text = Statements::new(&mut expressions).text(true);
        templates.insert(format!("a{number}"), text);
    }
    expressions.fuel = 40;
    let template = Statements::new(&mut expressions).text(true);
    let strict = c.chance(15);
    Case::Template { template, templates, values: nested(&values), strict }
}

/// The values below `Values`, as a template finds them.
fn nested(values: &str) -> String {
    format!("Values:\n  {}\n", values.trim_end().replace('\n', "\n  "))
}
