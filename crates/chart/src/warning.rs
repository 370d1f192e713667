//! Something odd that does not stop a chart, with what Helm writes about it to its log.

use std::fmt;

use yaml::quote::quote as go_quote;

/// How loud Helm is about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// `INFO`.
    Info,
    /// `WARN`.
    Warn,
    /// `ERROR`.
    Error,
}

/// Something odd that does not stop a chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// How loud Helm is about it.
    pub level: Level,
    /// What is odd.
    pub message: String,
    /// Where, by name.
    pub attributes: Vec<(&'static str, String)>,
}

impl Warning {
    /// A line of Go's plain logger, which Helm logs as information.
    pub fn plain(message: impl Into<String>) -> Self {
        Self { level: Level::Info, message: message.into(), attributes: vec![] }
    }

    /// A warning.
    pub fn new(message: impl Into<String>) -> Self {
        Self { level: Level::Warn, ..Self::plain(message) }
    }

    /// What Helm logs before it fails.
    pub fn error(message: impl Into<String>) -> Self {
        Self { level: Level::Error, ..Self::plain(message) }
    }

    /// Adds an attribute.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.attributes.push((name, value.into()));
        self
    }

    /// The line that Helm 4.3.1 writes, as Go's `slog.TextHandler` does, without a line break.
    pub fn helm_line(&self) -> String {
        let level = match self.level {
            Level::Info => "INFO",
            Level::Warn => "WARN",
            Level::Error => "ERROR",
        };
        let mut line = format!("level={level} msg={}", quoted(&self.message));
        for (name, value) in &self.attributes {
            line = format!("{line} {name}={}", quoted(value));
        }
        line
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message.strip_prefix("warning: ").unwrap_or(&self.message))?;
        for (at, (name, value)) in self.attributes.iter().enumerate() {
            let separator = if at == 0 { ": " } else { ", " };
            write!(f, "{separator}{name} {value}")?;
        }
        Ok(())
    }
}

/// Text as it is where that is unambiguous, else as a Go string.
fn quoted(text: &str) -> String {
    let plain = |c: char| match c {
        ' ' | '=' | '"' => false,
        c if c.is_ascii() => !c.is_ascii_control() || c == '\u{7f}',
        c => !c.is_whitespace() && c != '\u{fffd}' && yaml::unicode::is_print(c),
    };
    if !text.is_empty() && text.chars().all(plain) { text.to_owned() } else { go_quote(text) }
}

#[cfg(test)]
mod tests {
    use super::Warning;

    #[test]
    fn lines_are_those_of_gos_text_handler() {
        let warning = Warning::new("a b").with("path", "x.y").with("error", "").with("q", "a\"b\\");
        let line = "level=WARN msg=\"a b\" path=x.y error=\"\" q=\"a\\\"b\\\\\"";
        assert_eq!(warning.helm_line(), line);
        assert_eq!(Warning::plain("warning: c\\").helm_line(), "level=INFO msg=\"warning: c\\\\\"");
        assert_eq!(Warning::plain("c\\").helm_line(), "level=INFO msg=c\\");
        assert_eq!(warning.to_string(), "a b: path x.y, error , q a\"b\\");
    }
}
