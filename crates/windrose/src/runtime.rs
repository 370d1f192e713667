//! The reactor that async commands run on.

use std::time::Duration;

use crate::failure::Outcome;

/// Runs a command to its end; what it left running is dropped.
pub(crate) fn block_on<T>(future: impl Future<Output = Outcome<T>>) -> Outcome<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let result = runtime.block_on(future);
    runtime.shutdown_timeout(Duration::from_millis(100));
    result
}

/// The same for a command that waits for the network and does nothing beside it.
pub(crate) fn block_on_network<T>(future: impl Future<Output = Outcome<T>>) -> Outcome<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(future)
}
