//! Chart archives: gzipped tar, one directory deep, within limits.
//!
//! **Invariant**: no name that leaves here is absolute or climbs out of the chart. As in Helm, links
//! and devices in an archive are never followed: they are files without contents.
use std::cell::Cell;
use std::io::{BufRead, BufReader, Error as IoError, ErrorKind, Read, Seek, SeekFrom};
use std::sync::Arc;

use flate2::bufread::MultiGzDecoder;
use tar::{Archive, EntryType};

use crate::{Error, File};

/// Most bytes that are inflated at once: each call copies a window of 32 KiB, so few calls are fast.
const INFLATED: usize = 256 * 1024;
/// A tar's files begin at multiples of this.
const BLOCK: i64 = 512;

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
    unpack_telling(archive, limits, &mut |_, _| ())
}

/// Hears of each file of a chart once it is there, so that work on it may begin: the file and, for a
/// template that is UTF-8, its text, which lies where the file's data do. Whether there is a sound
/// chart is known in the end only.
pub type Tell<'a> = dyn FnMut(&File, Option<&Arc<str>>) + 'a;

/// The same; each file is told of.
pub fn unpack_telling(
    archive: &[u8],
    limits: Limits,
    tell: &mut Tell<'_>,
) -> Result<Vec<File>, Error> {
    let inflated = BufReader::with_capacity(at_once(archive), MultiGzDecoder::new(archive));
    check_header(archive)?;
    read_all(inflated, archive.len() as u64, limits, tell)
}

/// The same from a stream of `length` bytes, for archives that are large.
pub fn unpack_stream(
    mut archive: impl BufRead,
    length: u64,
    limits: Limits,
    tell: &mut Tell<'_>,
) -> Result<Vec<File>, Error> {
    let begin = archive.fill_buf().map_err(|error| unreadable(&Broken::wrap(error), false))?;
    check_header(begin)?;
    let inflated = BufReader::with_capacity(INFLATED, MultiGzDecoder::new(archive));
    read_all(inflated, length, limits, tell)
}

fn read_all(
    inflated: impl BufRead,
    length: u64,
    limits: Limits,
    tell: &mut Tell<'_>,
) -> Result<Vec<File>, Error> {
    // Headers and padding come on top of the contents, but never without bound.
    let bound = limits.total.saturating_mul(2).saturating_add(1 << 20);
    let ended = Cell::new(false);
    let unreadable = |error: IoError| unreadable(&error, ended.get());
    let mut tar = Archive::new(Forward { inner: inflated.take(bound), position: 0, ended: &ended });
    let mut remaining = limits.total;
    let (mut files, mut scratch) = (Vec::new(), Vec::new());
    for (number, entry) in tar.entries_with_seek().map_err(unreadable)?.enumerate() {
        let mut entry = entry.map_err(unreadable)?;
        if number >= limits.entries {
            let most = limits.entries;
            return Err(Error::Archive(format!("chart archive has more than {most} entries")));
        }
        let reached = entry.raw_file_position().saturating_add(entry.size());
        if reached > Limits::FREE && reached / limits.ratio > length {
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
        let (file, text) = read_file(name, &mut entry, size, &mut scratch).map_err(unreadable)?;
        if remaining == 0 {
            return Err(too_large(limits));
        }
        tell(&file, text.as_ref());
        files.push(file);
    }
    if files.is_empty() {
        return Err(Error::Archive("no files in chart archive".to_owned()));
    }
    Ok(files)
}

/// How much to inflate at once: all that the archive says it holds, if that is little.
fn at_once(archive: &[u8]) -> usize {
    let size = archive.last_chunk().map_or(u32::MAX, |size| u32::from_le_bytes(*size));
    usize::try_from(size).unwrap_or(INFLATED).clamp(4 * 1024, INFLATED)
}

/// A stream that passes over bytes without copying them, which is what `tar` seeks for.
struct Forward<'e, R> {
    inner: R,
    position: u64,
    /// Whether something was wanted of it when it had ended.
    ended: &'e Cell<bool>,
}

impl<R: BufRead> Read for Forward<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer).map_err(Broken::wrap)?;
        self.ended.set(self.ended.get() || read == 0 && !buffer.is_empty());
        self.position += read as u64;
        Ok(read)
    }
}

impl<R: BufRead> Seek for Forward<'_, R> {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        let SeekFrom::Current(ahead) = to else { return Err(ErrorKind::Unsupported.into()) };
        let mut left = u64::try_from(ahead).map_err(|_| IoError::from(ErrorKind::Unsupported))?;
        while left > 0 {
            let held = self.inner.fill_buf().map_err(Broken::wrap)?.len() as u64;
            if held == 0 && ahead < BLOCK {
                // The last file may be without what fills its block.
                return Ok(self.position);
            }
            if held == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            let passed = held.min(left);
            self.inner.consume(passed as usize);
            self.position += passed;
            left -= passed;
        }
        Ok(self.position)
    }
}

/// What is wrong with the compressed stream, in Go's words.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Broken(&'static str);

impl Broken {
    #[expect(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
    fn wrap(error: IoError) -> IoError {
        let text = error.to_string();
        let words = if error.kind() == ErrorKind::UnexpectedEof || text.starts_with("incomplete") {
            "unexpected EOF"
        } else if text.contains("checksum") {
            "gzip: invalid checksum"
        } else if text.contains("gzip header") {
            "gzip: invalid header"
        } else {
            "flate: corrupt input"
        };
        IoError::other(Self(words))
    }
}

/// The next `size` bytes, read to where they stay.
fn contents(entry: &mut impl Read, size: usize) -> std::io::Result<Arc<[u8]>> {
    let mut data: Arc<[u8]> = std::iter::repeat_n(0, size).collect();
    if let Some(buffer) = Arc::get_mut(&mut data) {
        entry.read_exact(buffer)?;
    }
    let text = without_bom(&data);
    Ok(if text.len() == size { data } else { Arc::from(text) })
}

/// Reads a file of `size` bytes. What may be a template is read by way of `scratch`, so that it is
/// written once to where it stays; its text, where it is one, lies where the file's data do.
fn read_file(
    name: String,
    entry: &mut impl Read,
    size: usize,
    scratch: &mut Vec<u8>,
) -> std::io::Result<(File, Option<Arc<str>>)> {
    let mut file = File { name, data: Arc::default() };
    if !file.may_be_template() {
        file.data = contents(entry, size)?;
        return Ok((file, None));
    }
    if scratch.len() < size {
        scratch.resize(size, 0);
    }
    let buffer = &mut scratch[..size];
    entry.read_exact(buffer)?;
    let data = without_bom(buffer);
    let text: Option<Arc<str>> = std::str::from_utf8(data).ok().map(Arc::from);
    file.data = text.as_ref().map_or_else(|| Arc::from(data), |text| Arc::from(Arc::clone(text)));
    Ok((file, text))
}

/// The contents without a UTF-8 byte order mark.
pub(crate) fn without_bom(data: &[u8]) -> &[u8] {
    data.strip_prefix(b"\xef\xbb\xbf").unwrap_or(data)
}

fn is_directory(kind: EntryType, name: &str) -> bool {
    kind.is_dir() || (kind.is_file() && name.ends_with('/'))
}

/// What Go's reader says first of all.
fn check_header(archive: &[u8]) -> Result<(), Error> {
    const HEADER: usize = 10;
    let why = match archive {
        [] => "EOF",
        short if short.len() < HEADER => "unexpected EOF",
        [0x1f, 0x8b, 8, ..] => return Ok(()),
        _ => "gzip: invalid header",
    };
    Err(Error::Archive(why.to_owned()))
}

/// Why the archive cannot be read on, in Go's words; `ended` if there was nothing more to read.
fn unreadable(error: &IoError, ended: bool) -> Error {
    let broken = error.get_ref().and_then(|inner| inner.downcast_ref::<Broken>());
    let words = match broken {
        Some(Broken(words)) => words,
        None if ended || error.kind() == ErrorKind::UnexpectedEof => "unexpected EOF",
        None => "archive/tar: invalid tar header",
    };
    Error::Archive(words.to_owned())
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
    use std::io::{Read, Write};

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
        let whole = archive(&[("web/a", 700)]);
        let packed = |tar: &[u8]| {
            let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            packed.write_all(tar).unwrap();
            packed.finish().unwrap()
        };
        let mut tar = Vec::new();
        flate2::read::GzDecoder::new(&*whole).read_to_end(&mut tar).unwrap();
        for (data, why) in [
            (vec![], "EOF"),
            (b"name: web".to_vec(), "unexpected EOF"),
            (b"name: website".to_vec(), "gzip: invalid header"),
            (whole[..20].to_vec(), "unexpected EOF"),
            (packed(b"name: web"), "unexpected EOF"),
            (packed(&[b'x'; 600]), "archive/tar: invalid tar header"),
            (packed(&tar[..600]), "unexpected EOF"),
            (packed(b""), "no files in chart archive"),
        ] {
            let found = unpack(&data, Limits::default()).unwrap_err().to_string();
            assert_eq!(found, why);
        }
        for end in [512 + 700, 512 + 1024] {
            assert!(unpack(&packed(&tar[..end]), Limits::default()).is_ok(), "{end}");
        }
    }
}
