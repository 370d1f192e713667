//! Why a chart could not be fetched.

/// Why a chart could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The files break a chart's rules.
    #[error(transparent)]
    Chart(#[from] chart::Error),
}
