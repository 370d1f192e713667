//! Why a rendering failed, in Helm's words and as diagnostics with carets.
use diagnostic::Diagnostic;

/// Why a rendering failed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The chart's dependencies cannot be settled.
    #[error("chart dependencies processing failed: {0}")]
    Dependencies(chart::Error),
    /// The values do not fit the chart.
    #[error("{0}")]
    Values(chart::Error),
    /// Helm's own rules refuse it.
    #[error("{0}")]
    Helm(String),
}

impl Error {
    /// The text that Helm prints after `Error: `.
    pub fn helm_text(&self) -> String {
        self.to_string()
    }

    /// The same as diagnostics: chart, file, line with carets, the chain of includes, hints.
    pub fn to_diagnostics(&self) -> Vec<Diagnostic> {
        vec![Diagnostic::error(self.to_string())]
    }
}
