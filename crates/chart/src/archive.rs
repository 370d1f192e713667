//! Chart archives: gzipped tar, one directory deep, within limits.
//!
//! **Invariant**: no name that leaves here is absolute or climbs out of the chart. As in Helm, links
//! and devices in an archive are never followed: they are files without contents.
use std::io::{BufRead, BufReader, Error as IoError, ErrorKind, Read, Seek, SeekFrom};
use std::sync::Arc;

use flate2::read::MultiGzDecoder;
use tar::{Archive, EntryType};

use crate::{Error, File};

/// Bytes that are inflated at once: each call copies a window of 32 KiB, so few calls are fast.
const INFLATED: usize = 256 * 1024;

/// What an archive may be.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of all files together, decompressed.
    pub total: u64,
    /// How many entries there may be, directories included.
    pub entries: usize,
    /// How many times its size an archive may grow, above [`Limits::FREE`].
    pub ratio: u64,
}

impl Limits {
    /// Decompressed bytes up to which no ratio is too high: text that repeats itself packs well.
    pub const FREE: u64 = 16 * 1024 * 1024;
}

impl Default for Limits {
    /// Helm's 100 MiB; the entries and the ratio are ours, many times what any chart has.
    fn default() -> Self {
        Self { total: 100 * 1024 * 1024, entries: 50_000, ratio: 200 }
    }
}

/// The files of a `.tgz` chart, the leading directory taken off.
pub fn unpack(archive: &[u8], limits: Limits) -> Result<Vec<File>, Error> {
    if !archive.starts_with(&[0x1f, 0x8b]) {
        return Err(Error::Archive("gzip: invalid header".to_owned()));
    }
    // Headers and padding come on top of the contents, but never without bound.
    let bound = limits.total.saturating_mul(2).saturating_add(1 << 20);
    let inflated = BufReader::with_capacity(INFLATED, MultiGzDecoder::new(archive));
    let mut tar = Archive::new(Forward { inner: inflated.take(bound), position: 0 });
    let mut remaining = limits.total;
    let mut files = Vec::new();
    for (number, entry) in tar.entries_with_seek().map_err(unreadable)?.enumerate() {
        let mut entry = entry.map_err(unreadable)?;
        if number >= limits.entries {
            let most = limits.entries;
            return Err(Error::Archive(format!("chart archive has more than {most} entries")));
        }
        let reached = entry.raw_file_position().saturating_add(entry.size());
        if reached > Limits::FREE && reached / limits.ratio > archive.len() as u64 {
            let ratio = limits.ratio;
            return Err(Error::Archive(format!("chart archive grows more than {ratio} times")));
        }
        let raw = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if is_directory(entry.header().entry_type(), &raw) {
            continue;
        }
        if matches!(entry.header().entry_type(), EntryType::XGlobalHeader | EntryType::XHeader) {
            continue;
        }
        let name = clean_name(&raw)?;
        if entry.size() > remaining {
            return Err(too_large(limits));
        }
        let size = usize::try_from(entry.size()).map_err(|_| too_large(limits))?;
        remaining = remaining.saturating_sub(entry.size());
        let Some(data) = contents(&mut entry, size).map_err(unreadable)? else {
            return Err(too_large(limits));
        };
        if remaining == 0 {
            return Err(too_large(limits));
        }
        files.push(File { name, data });
    }
    if files.is_empty() {
        return Err(Error::Archive("no files in chart archive".to_owned()));
    }
    Ok(files)
}

/// A stream that passes over bytes without copying them, which is what `tar` seeks for.
struct Forward<R> {
    inner: R,
    position: u64,
}

impl<R: BufRead> Read for Forward<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.position += read as u64;
        Ok(read)
    }
}

impl<R: BufRead> Seek for Forward<R> {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        let SeekFrom::Current(ahead) = to else { return Err(ErrorKind::Unsupported.into()) };
        let mut left = u64::try_from(ahead).map_err(|_| IoError::from(ErrorKind::Unsupported))?;
        while left > 0 {
            let held = self.inner.fill_buf()?.len() as u64;
            if held == 0 {
                return Err(IoError::new(ErrorKind::UnexpectedEof, "unexpected EOF"));
            }
            let passed = held.min(left);
            self.inner.consume(passed as usize);
            self.position += passed;
            left -= passed;
        }
        Ok(self.position)
    }
}

/// The next `size` bytes, read to where they stay; nothing if there are fewer.
fn contents(entry: &mut impl Read, size: usize) -> std::io::Result<Option<Arc<[u8]>>> {
    let mut data: Arc<[u8]> = std::iter::repeat_n(0, size).collect();
    let Some(buffer) = Arc::get_mut(&mut data) else { return Ok(None) };
    let mut filled = 0;
    while filled < size {
        match entry.read(&mut buffer[filled..])? {
            0 => return Ok(None),
            read => filled += read,
        }
    }
    let text = without_bom(&data);
    Ok(Some(if text.len() == size { data } else { Arc::from(text) }))
}

/// The contents without a UTF-8 byte order mark.
pub(crate) fn without_bom(data: &[u8]) -> &[u8] {
    data.strip_prefix(b"\xef\xbb\xbf").unwrap_or(data)
}

fn is_directory(kind: EntryType, name: &str) -> bool {
    kind.is_dir() || (kind.is_file() && name.ends_with('/'))
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
fn unreadable(error: std::io::Error) -> Error {
    Error::Archive(error.to_string())
}

fn too_large(limits: Limits) -> Error {
    let total = limits.total;
    Error::Archive(format!("decompressed chart is larger than the maximum size {total}"))
}

/// Takes the leading directory off and refuses names that leave the chart.
fn clean_name(raw: &str) -> Result<String, Error> {
    let refuse = |why: &str| Err(Error::Archive(why.to_owned()));
    // Archives made on Windows may have the other separator.
    let delimiter = if raw.contains('\\') { '\\' } else { '/' };
    let (first, rest) = raw.split_once(delimiter).unwrap_or((raw, ""));
    let name = rest.replace(delimiter, "/");
    if name.starts_with('/') {
        return refuse("chart illegally contains absolute paths");
    }
    let name = clean_path(&name);
    if name == "." {
        return Err(Error::Archive(format!(
            "chart illegally contains content outside the base directory: {raw:?}"
        )));
    }
    if name.starts_with("..") {
        return refuse("chart illegally references parent directory");
    }
    if let [drive, b':', b'/', ..] = name.as_bytes()
        && drive.is_ascii_alphabetic()
    {
        return refuse("chart contains illegally named files");
    }
    if first == "Chart.yaml" {
        return refuse("chart yaml not in base directory");
    }
    Ok(name)
}

/// Go's `path.Clean` for relative paths.
fn clean_path(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|p| *p != "..") => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

#[cfg(test)]
mod tests {
    use super::{Limits, clean_name, unpack};

    #[test]
    fn names_stay_inside() {
        assert_eq!(clean_name("web/templates/./a.yaml").unwrap(), "templates/a.yaml");
        assert_eq!(clean_name("web\\templates\\a.yaml").unwrap(), "templates/a.yaml");
        for (name, why) in [
            ("web//etc/passwd", "chart illegally contains absolute paths"),
            ("web/../../x", "chart illegally references parent directory"),
            ("web/C:/x", "chart contains illegally named files"),
            (
                "Chart.yaml",
                "chart illegally contains content outside the base directory: \"Chart.yaml\"",
            ),
            ("Chart.yaml/x", "chart yaml not in base directory"),
        ] {
            assert_eq!(clean_name(name).unwrap_err().to_string(), why, "{name}");
        }
    }

    /// An archive of these files, which are all zeros.
    fn archive(files: &[(&str, usize)]) -> Vec<u8> {
        let packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        let mut tar = tar::Builder::new(packed);
        for (name, size) in files {
            let mut header = tar::Header::new_gnu();
            header.set_size(*size as u64);
            tar.append_data(&mut header, name, vec![0; *size].as_slice()).unwrap();
        }
        tar.into_inner().unwrap().finish().unwrap()
    }

    fn refusal(files: &[(&str, usize)], limits: Limits) -> String {
        unpack(&archive(files), limits).unwrap_err().to_string()
    }

    #[test]
    fn limits_are_kept() {
        let three = [("web/a", 10), ("web/b", 0), ("web/c", 10)];
        let entries = |entries| Limits { entries, ..Limits::default() };
        assert_eq!(unpack(&archive(&three), entries(3)).unwrap().len(), 3);
        let found = refusal(&three, entries(2));
        assert_eq!(found, "chart archive has more than 2 entries");
        let total = Limits { total: 15, ..Limits::default() };
        let found = refusal(&three, total);
        assert_eq!(found, "decompressed chart is larger than the maximum size 15");
    }

    #[test]
    fn what_grows_too_much_is_refused() {
        let free = usize::try_from(Limits::FREE).unwrap();
        assert!(unpack(&archive(&[("web/a", free / 2)]), Limits::default()).is_ok());
        let found = refusal(&[("web/a", free)], Limits::default());
        assert_eq!(found, "chart archive grows more than 200 times");
        let found = refusal(&[("web/a", free / 2), ("web/b", free / 2)], Limits::default());
        assert_eq!(found, "chart archive grows more than 200 times");
    }

    #[test]
    fn what_is_no_archive_is_refused() {
        assert!(unpack(b"name: web\n", Limits::default()).is_err());
        assert!(unpack(&[0x1f, 0x8b, 8, 0, 1], Limits::default()).is_err());
    }
}
