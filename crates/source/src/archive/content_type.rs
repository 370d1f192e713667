//! What a file looks like, by the rules of Go's `http.DetectContentType`.
//!
//! As Helm asks: of the first 512 bytes, and of zeros where there are fewer, so that a short text
//! is none.

/// Bytes that are looked at.
const LOOKED: usize = 512;
const UNKNOWN: &str = "application/octet-stream";
const TAGS: [&[u8]; 17] = [
    b"<!DOCTYPE HTML",
    b"<HTML",
    b"<HEAD",
    b"<SCRIPT",
    b"<IFRAME",
    b"<H1",
    b"<DIV",
    b"<FONT",
    b"<TABLE",
    b"<A",
    b"<STYLE",
    b"<TITLE",
    b"<B",
    b"<BODY",
    b"<BR",
    b"<P",
    b"<!--",
];
/// How a file of a type begins, the first that fits; `.` is any byte.
const BEGINNINGS: [(&[u8], &str); 32] = [
    (b"%PDF-", "application/pdf"),
    (b"%!PS-Adobe-", "application/postscript"),
    (b"\xfe\xff..", "text/plain; charset=utf-16be"),
    (b"\xff\xfe..", "text/plain; charset=utf-16le"),
    (b"\xef\xbb\xbf.", "text/plain; charset=utf-8"),
    (b"\0\0\x01\0", "image/x-icon"),
    (b"\0\0\x02\0", "image/x-icon"),
    (b"BM", "image/bmp"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"RIFF....WEBPVP", "image/webp"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"FORM....AIFF", "audio/aiff"),
    (b"ID3", "audio/mpeg"),
    (b"OggS\0", "application/ogg"),
    (b"MThd\0\0\0\x06", "audio/midi"),
    (b"RIFF....AVI ", "video/avi"),
    (b"RIFF....WAVE", "audio/wave"),
    (MP4, "video/mp4"),
    (b"\x1a\x45\xdf\xa3", "video/webm"),
    (b"..................................LP", "application/vnd.ms-fontobject"),
    (b"\0\x01\0\0", "font/ttf"),
    (b"OTTO", "font/otf"),
    (b"ttcf", "font/collection"),
    (b"wOFF", "font/woff"),
    (b"wOF2", "font/woff2"),
    (b"\x1f\x8b\x08", "application/x-gzip"),
    (b"PK\x03\x04", "application/zip"),
    (b"Rar!\x1a\x07\0", "application/x-rar-compressed"),
    (b"Rar!\x1a\x07\x01\0", "application/x-rar-compressed"),
    (b"\0asm", "application/wasm"),
];
/// A box of brands, which says itself how long it is.
const MP4: &[u8] = b"....ftyp";

/// The content type of a file that begins so.
pub(super) fn of(file: &[u8]) -> &'static str {
    let mut data = [0; LOOKED];
    let length = file.len().min(LOOKED);
    data[..length].copy_from_slice(&file[..length]);
    let blank = |b: &&u8| matches!(b, b'\t' | b'\n' | b'\x0c' | b'\r' | b' ');
    let word = &data[data.iter().take_while(blank).count()..];
    if TAGS.iter().any(|tag| is_tag(word, tag)) {
        return "text/html; charset=utf-8";
    }
    if word.starts_with(b"<?xml") {
        return "text/xml; charset=utf-8";
    }
    let fits = |(pattern, _): &&(&[u8], &str)| begins(&data, pattern);
    BEGINNINGS.iter().find(fits).map_or_else(|| text(&data), |(_, name)| name)
}

fn is_tag(data: &[u8], tag: &[u8]) -> bool {
    let word = data.get(..tag.len()).unwrap_or_default();
    word.eq_ignore_ascii_case(tag) && matches!(data.get(tag.len()), Some(b' ' | b'>'))
}

fn begins(data: &[u8], pattern: &[u8]) -> bool {
    let same = pattern.iter().zip(data).all(|(wanted, byte)| *wanted == b'.' || wanted == byte);
    same && (pattern != MP4 || has_mp4_brand(data))
}

fn has_mp4_brand(data: &[u8]) -> bool {
    let size = data.first_chunk().map_or(0, |size| u32::from_be_bytes(*size)) as usize;
    let brands = data.get(..size).unwrap_or_default().chunks(4).enumerate().skip(2);
    // The fourth is the version of the first one.
    size.is_multiple_of(4)
        && brands.into_iter().any(|(at, brand)| at != 3 && brand.starts_with(b"mp4"))
}

/// Text, unless a byte cannot be in one.
fn text(data: &[u8]) -> &'static str {
    let binary = |b: &u8| matches!(b, 0..=8 | 0x0b | 0x0e..=0x1a | 0x1c..=0x1f);
    if data.iter().any(binary) { UNKNOWN } else { "text/plain; charset=utf-8" }
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn types_are_told_by_the_first_bytes() {
        let long = [b'a'; 600];
        for (data, expected) in [
            (&b""[..], "application/octet-stream"),
            (b"short text", "application/octet-stream"),
            (&long, "text/plain; charset=utf-8"),
            (b" \n<!doctype html>", "text/html; charset=utf-8"),
            (b"<br/>", "application/octet-stream"),
            (b"<p class", "text/html; charset=utf-8"),
            (b"<?xml ?>", "text/xml; charset=utf-8"),
            (b"\xef\xbb\xbfabc", "text/plain; charset=utf-8"),
            (b"\x00\x00\x00\x18ftypisom\0\0\0\0avc1mp42", "video/mp4"),
            (b"\x00\x00\x00\x10ftypisommp42", "application/octet-stream"),
            (b"PK\x03\x04", "application/zip"),
            (b"\x1f\x8b\x09", "application/octet-stream"),
            (b"RIFF1234WAVE", "audio/wave"),
        ] {
            assert_eq!(of(data), expected, "{data:?}");
        }
    }
}
