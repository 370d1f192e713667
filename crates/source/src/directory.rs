//! A chart in a directory, read in name order, `.helmignore` honoured.
//!
//! **Invariant**: at most Helm's 100 MiB are read, and a symbolic link is followed as Helm does but
//! never in a circle. What is neither a file nor a directory is refused.
use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use chart::File;
use chart::ignore::{Entry, Rules};

use crate::{Error, Links};

const MAX_TOTAL: u64 = 100 * 1024 * 1024;
/// More directories below each other than any chart has: a link that leads back to its own parent.
const MAX_DEPTH: usize = 64;

pub(crate) fn read(
    root: &Path,
    links: Links,
    tell: &mut dyn FnMut(&Path, &Path),
) -> Result<Vec<File>, Error> {
    let chart_file = root.join("Chart.yaml");
    fs::metadata(&chart_file).map_err(|cause| Error::NoChart { path: chart_file, cause })?;
    let ignore = root.join(".helmignore");
    let rules = match fs::read(&ignore) {
        Ok(text) => Rules::parse(&text)?,
        Err(e) if e.kind() == ErrorKind::NotFound => Rules::parse(b"")?,
        Err(cause) => return Err(Error::Read { path: ignore, cause }),
    };
    let inside = match links {
        Links::Follow => None,
        Links::StayInside => Some(
            fs::canonicalize(root).map_err(|cause| Error::Read { path: root.to_owned(), cause })?,
        ),
    };
    let mut walk = Walk { rules, inside, tell, remaining: MAX_TOTAL, files: Vec::new() };
    walk.directory(root, "", 0)?;
    Ok(walk.files)
}

struct Walk<'t> {
    rules: Rules,
    tell: &'t mut dyn FnMut(&Path, &Path),
    /// The directory that links may not leave.
    inside: Option<PathBuf>,
    remaining: u64,
    files: Vec<File>,
}

impl Walk<'_> {
    fn directory(&mut self, path: &Path, name: &str, depth: usize) -> Result<(), Error> {
        if depth > MAX_DEPTH {
            return Err(Error::TooDeep { path: path.to_owned() });
        }
        let failed = |cause| Error::Read { path: path.to_owned(), cause };
        let mut names = Vec::new();
        for entry in fs::read_dir(path).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let is_link = entry.file_type().map_err(failed)?.is_symlink();
            names.push((entry.file_name(), is_link));
        }
        names.sort();
        for (entry, is_link) in names {
            let inner = path.join(&entry);
            let entry = entry.to_string_lossy();
            let name = if name.is_empty() { entry.into_owned() } else { format!("{name}/{entry}") };
            if is_link {
                self.link(&inner)?;
            }
            self.entry(inner, name, depth)?;
        }
        Ok(())
    }

    /// Checks where a symbolic link leads to.
    fn link(&mut self, path: &Path) -> Result<(), Error> {
        let resolved = fs::canonicalize(path).map_err(|cause| match cause.kind() {
            ErrorKind::NotFound => {
                let (path, to) = (path.to_owned(), first_missing(path));
                Error::BrokenLink { path, to, cause }
            }
            _ => Error::Read { path: path.to_owned(), cause },
        })?;
        if self.inside.as_ref().is_some_and(|inside| !resolved.starts_with(inside)) {
            return Err(Error::LeavesChart { path: path.to_owned() });
        }
        (self.tell)(path, &resolved);
        Ok(())
    }

    fn entry(&mut self, path: PathBuf, name: String, depth: usize) -> Result<(), Error> {
        let metadata = match fs::metadata(&path) {
            Ok(metadata) => metadata,
            Err(cause) => return Err(Error::Read { path, cause }),
        };
        if metadata.is_dir() {
            if self.rules.ignores(&name, Entry::Directory) {
                return Ok(());
            }
            return self.directory(&path, &name, depth + 1);
        }
        if self.rules.ignores(&name, Entry::File) {
            return Ok(());
        }
        if !metadata.is_file() {
            return Err(Error::Irregular { path });
        }
        let too_large = || Error::TooLarge { name: name.clone(), limit: MAX_TOTAL };
        if metadata.len() > self.remaining {
            return Err(too_large());
        }
        let mut data = Vec::new();
        fs::File::open(&path)
            .and_then(|file| file.take(self.remaining + 1).read_to_end(&mut data))
            .map_err(|cause| Error::ReadFile { name: name.clone(), path, cause })?;
        self.remaining = self.remaining.checked_sub(data.len() as u64).ok_or_else(too_large)?;
        let data = data.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&data);
        self.files.push(File { name, data: Arc::from(data) });
        Ok(())
    }
}

/// The first name on the way of a link that is not there, links on the way followed.
fn first_missing(link: &Path) -> PathBuf {
    let folder = link.parent().and_then(|folder| fs::canonicalize(folder).ok()).unwrap_or_default();
    let Ok(target) = fs::read_link(link) else { return link.to_owned() };
    let mut reached = folder;
    for part in target.components() {
        match part {
            Component::ParentDir => _ = reached.pop(),
            other => reached.push(other),
        }
        match fs::canonicalize(&reached) {
            Ok(next) => reached = next,
            Err(_) if reached.is_symlink() => return first_missing(&reached),
            Err(_) => return reached,
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Links, read};
    use crate::Error;

    #[test]
    fn a_directory_is_read_in_name_order() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write("Chart.yaml", "\u{feff}name: x");
        write(".helmignore", "*.md\nci/\n");
        write("README.md", "");
        write("ci/a.yaml", "");
        write("templates/b.yaml", "b");
        write("templates/.hidden", "");
        write("a.txt", "a");
        let files = read(folder.path(), Links::StayInside, &mut |_, _| {}).unwrap();
        let names: Vec<&str> = files.iter().map(|f| f.name.as_str()).collect();
        assert_eq!(names, [".helmignore", "Chart.yaml", "a.txt", "templates/b.yaml"]);
        assert_eq!(&*files[1].data, b"name: x");
    }

    #[cfg(unix)]
    #[test]
    fn links_that_leave_are_followed_only_if_asked() {
        let folder = tempfile::tempdir().unwrap();
        let chart = folder.path().join("chart");
        std::fs::create_dir(&chart).unwrap();
        std::fs::write(chart.join("Chart.yaml"), "name: x").unwrap();
        std::fs::write(folder.path().join("secret"), "s").unwrap();
        std::os::unix::fs::symlink(folder.path().join("secret"), chart.join("link")).unwrap();
        let mut told = Vec::new();
        let mut tell = |path: &Path, to: &Path| told.push((path.to_owned(), to.to_owned()));
        assert_eq!(read(&chart, Links::Follow, &mut tell).unwrap().len(), 2);
        let secret = folder.path().canonicalize().unwrap().join("secret");
        assert_eq!(told, [(chart.join("link"), secret)]);
        let stay = read(&chart, Links::StayInside, &mut |_, _| {});
        assert!(matches!(stay, Err(Error::LeavesChart { .. })));
        std::fs::remove_file(folder.path().join("secret")).unwrap();
        let broken = read(&chart, Links::StayInside, &mut |_, _| {});
        assert!(matches!(broken, Err(Error::BrokenLink { to, .. }) if to.ends_with("secret")));
        std::fs::remove_file(chart.join("link")).unwrap();
        std::os::unix::fs::symlink(&chart, chart.join("circle")).unwrap();
        assert!(read(&chart, Links::Follow, &mut |_, _| {}).is_err());
    }
}
