//! `--verify`: a chart's archive against its provenance and the user's keyring.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use provenance::{Keyring, Verification};

use super::go_files::words;
use crate::context::Context;
use crate::failure::{Failure, Outcome};

/// A keyring that no machine has is larger.
const MAX_KEYRING: u64 = 256 * 1024 * 1024;
const MAX_PROVENANCE: u64 = 4 * 1024 * 1024;

/// Checks a local archive by its clean path; its provenance lies beside it.
pub(super) fn of_file(context: &Context, keyring: Option<&Path>, path: &Path) -> Outcome {
    if path.is_dir() {
        return Err(Failure::message("unpacked charts cannot be verified"));
    }
    check_name(path)?;
    let provenance = PathBuf::from(format!("{}.prov", path.display()));
    if let Err(error) = std::fs::metadata(&provenance) {
        let (path, why) = (provenance.display(), words(&error));
        let text = format!("could not load provenance file {path}: stat {path}: {why}");
        let hint = "a chart that was made with `helm package --sign` has one";
        return Err(Failure::message(text).hint(hint));
    }
    let keyring = read_keyring(context, keyring)?;
    let read = |path: &Path, what: &str, most: u64| {
        let read = read(path, &path.display().to_string(), most);
        read.map_err(|why| Failure::message(format!("failed to read {what}: {why}")))
    };
    let archive = read(path, "chart archive", u64::MAX)?;
    let provenance = read(&provenance, "provenance file", MAX_PROVENANCE)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    check(&keyring, &archive, &provenance, &name).map(|_| ())
}

/// Checks an archive that was fetched with its provenance; `name` is the one it has at its origin.
pub(super) fn of_fetched(
    context: &Context,
    keyring: Option<&Path>,
    archive: &Path,
    provenance: &[u8],
    name: &str,
) -> Outcome {
    check_name(Path::new(name))?;
    let keyring = read_keyring(context, keyring)?;
    let archive = read(archive, &archive.display().to_string(), u64::MAX);
    let archive =
        archive.map_err(|why| Failure::message(format!("failed to read chart archive: {why}")))?;
    check(&keyring, &archive, provenance, name).map(|_| ())
}

fn check(
    keyring: &Keyring,
    archive: &[u8],
    provenance: &[u8],
    name: &str,
) -> Outcome<Verification> {
    let now = jiff::Timestamp::now().as_second();
    let now = u64::try_from(now).unwrap_or_default();
    let verified = ::provenance::verify(keyring, archive, provenance, name, now);
    verified.map_err(|error| Failure::message(error.to_string()))
}

/// Helm goes by the name, and finds out later whether it is true.
fn check_name(path: &Path) -> Outcome {
    match path.extension() {
        Some(extension) if extension.eq_ignore_ascii_case("tgz") => Ok(()),
        _ => Err(Failure::message("chart must be a tgz file")),
    }
}

fn read_keyring(context: &Context, given: Option<&Path>) -> Outcome<Keyring> {
    let path = given.unwrap_or(&context.environment.helm_homes.keyring);
    let name = path.display().to_string();
    // No name is no folder either.
    let found = if name.is_empty() { PathBuf::new() } else { context.path(path) };
    let keyring = read(&found, &name, MAX_KEYRING)
        .and_then(|data| Keyring::read(&name, &data).map_err(|error| error.to_string()));
    keyring.map_err(|why| {
        let failure = Failure::message(format!("failed to load keyring: {why}"));
        match given {
            Some(_) => failure,
            None => failure.hint("--keyring names another; `gpg --export` makes one"),
        }
    })
}

/// A file, or why it cannot be read, in Go's words; `name` is how it is told.
fn read(path: &Path, name: &str, most: u64) -> Result<Vec<u8>, String> {
    let file =
        std::fs::File::open(path).map_err(|error| format!("open {name}: {}", words(&error)))?;
    let mut data = Vec::new();
    file.take(most.saturating_add(1))
        .read_to_end(&mut data)
        .map_err(|error| format!("read {name}: {}", words(&error)))?;
    if data.len() as u64 > most {
        return Err(format!("{name} has more than {most} bytes"));
    }
    Ok(data)
}
