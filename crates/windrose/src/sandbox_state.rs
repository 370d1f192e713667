//! Where the sandbox lives between commands: one file of the user's state folder.
//!
//! One command at a time: the file's lock is held from opening to closing. The state is written
//! beside the file and moved over it, while a command runs and at its end, so that a kill loses at
//! most the last moment and never the file.

use std::fs::{self, File, TryLockError};
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use sandbox::{Options, Sandbox, SandboxService};
use tokio::task::JoinHandle;

use crate::context::Context;
use crate::failure::{Failure, Outcome};

/// An opened sandbox.
pub(crate) struct SandboxState {
    sandbox: Sandbox,
    path: PathBuf,
    saver: JoinHandle<()>,
    // Held for its lock.
    _lock: File,
}

/// How often a running command writes the state.
const SAVE_EVERY: Duration = Duration::from_millis(500);

impl SandboxState {
    /// Takes the lock and reads the state; a sandbox that was never used is empty.
    pub(crate) fn open(context: &Context) -> Outcome<Self> {
        let path = path(context)?;
        let lock = lock(&path)?;
        let options = Options::new(jiff::Timestamp::now);
        let sandbox = match fs::read(&path) {
            Ok(state) => Sandbox::load(&state, options).map_err(|e| {
                Failure::from_error(&e)
                    .hint(format!("`windrose sandbox delete` starts over ({})", path.display()))
            })?,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Sandbox::new(options),
            Err(e) => {
                return Err(Failure::message(format!("cannot read {}: {e}", path.display())));
            }
        };
        let saver = tokio::spawn(keep_saved(sandbox.clone(), path.clone()));
        Ok(Self { sandbox, path, saver, _lock: lock })
    }

    /// The API, for a client in this process.
    pub(crate) fn service(&self) -> SandboxService {
        self.sandbox.service()
    }

    /// The cluster itself.
    pub(crate) fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// Writes the state a last time and lets others in.
    pub(crate) async fn close(self) -> Outcome {
        self.saver.abort();
        // It may be in the middle of a write.
        let _ = self.saver.await;
        save(&self.sandbox, &self.path)
            .map_err(|e| Failure::message(format!("cannot write {}: {e}", self.path.display())))
    }

    /// Deletes the state; true if there was one.
    pub(crate) fn delete(context: &Context) -> Outcome<bool> {
        let path = path(context)?;
        let _lock = lock(&path)?;
        match fs::remove_file(&path) {
            Ok(()) => Ok(true),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(false),
            Err(e) => Err(Failure::message(format!("cannot delete {}: {e}", path.display()))),
        }
    }
}

/// Where the state is.
pub(crate) fn path(context: &Context) -> Outcome<PathBuf> {
    let home = context.environment.state_home.as_ref().ok_or_else(|| {
        Failure::message("neither XDG_STATE_HOME nor HOME is set: no place for the sandbox")
    })?;
    Ok(home.join("windrose").join("sandbox.json"))
}

fn lock(path: &std::path::Path) -> Outcome<File> {
    let lock_path = path.with_extension("lock");
    let failed = |e: std::io::Error| {
        Failure::message(format!("cannot lock the sandbox ({}): {e}", lock_path.display()))
    };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&lock_path)
        .map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(Failure::message("another command is using the sandbox").hint("wait until it ends"))
        }
        Err(TryLockError::Error(e)) => Err(failed(e)),
    }
}

async fn keep_saved(sandbox: Sandbox, path: PathBuf) {
    let mut saved = sandbox.revision();
    loop {
        tokio::time::sleep(SAVE_EVERY).await;
        let now = sandbox.revision();
        if now == saved {
            continue;
        }
        // A failing write is reported when the command closes the sandbox.
        if save(&sandbox, &path).is_ok() {
            saved = now;
        }
    }
}

fn save(sandbox: &Sandbox, path: &std::path::Path) -> std::io::Result<()> {
    let next = path.with_extension("next");
    let mut file = File::create(&next)?;
    file.write_all(&sandbox.snapshot())?;
    file.sync_all()?;
    fs::rename(&next, path)
}
