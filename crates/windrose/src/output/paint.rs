//! Colours by meaning, or none.

use anstyle::{AnsiColor, Effects, Style as Ansi};
use diagnostic::Style;

/// What a piece of text means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    /// Done, created, ready.
    Good,
    /// Changed, waiting.
    Notice,
    /// Failed, deleted.
    Bad,
    /// A name to find again.
    Strong,
    /// Beside the point.
    Faint,
}

/// The text in the colour of its meaning.
pub(crate) fn paint(style: Style, ink: Ink, text: &str) -> String {
    match style {
        Style::Plain => text.to_owned(),
        Style::Coloured => {
            let ansi = match ink {
                Ink::Good => AnsiColor::Green.on_default(),
                Ink::Notice => AnsiColor::Yellow.on_default(),
                Ink::Bad => AnsiColor::Red.on_default(),
                Ink::Strong => Ansi::new().effects(Effects::BOLD),
                Ink::Faint => Ansi::new().effects(Effects::DIMMED),
            };
            format!("{ansi}{text}{ansi:#}")
        }
    }
}
