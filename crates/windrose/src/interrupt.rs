//! Ctrl-C and termination: the first asks everything to stop cleanly, the second ends at once.

use kubernetes::CancellationToken;
use tokio::signal::unix::{SignalKind, signal};

use crate::context::say;
use crate::failure::Exit;

/// A token that is cancelled when the user asks to stop; needs a running reactor.
pub(crate) fn listen() -> std::io::Result<CancellationToken> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let token = CancellationToken::new();
    let cancel = token.clone();
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            if cancel.is_cancelled() {
                let _ = say("\nstopped at once\n");
                std::process::exit(Exit::Interrupted as i32);
            }
            let _ = say("\nstopping: running steps finish first (again to stop at once)\n");
            cancel.cancel();
        }
    });
    Ok(token)
}
