//! Any archive, and any bytes as a tar: it is refused, or its names stay inside and it loads or not.
#![no_main]

use chart::Limits;

const TOTAL: u64 = 1 << 20;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    try_archive(bytes);
    // Past the compression, which a fuzzer rarely gets right by chance.
    try_archive(&stored(bytes));
});

fn try_archive(bytes: &[u8]) {
    let Ok(files) = chart::unpack(bytes, Limits { total: TOTAL, ..Limits::default() }) else {
        return;
    };
    let mut size = 0;
    for file in &files {
        size += file.data.len() as u64;
        assert!(!file.name.starts_with('/') && file.name.split('/').all(|part| part != ".."));
    }
    assert!(size <= TOTAL);
    drop(chart::load(files));
}

/// Gzip around bytes that are not compressed.
fn stored(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let mut chunks = bytes.chunks(65_535).peekable();
    if chunks.peek().is_none() {
        out.extend([1, 0, 0, 0xff, 0xff]);
    }
    while let Some(chunk) = chunks.next() {
        let len = chunk.len() as u16;
        out.push(u8::from(chunks.peek().is_none()));
        out.extend(len.to_le_bytes());
        out.extend((!len).to_le_bytes());
        out.extend(chunk);
    }
    out.extend(crc32(bytes).to_le_bytes());
    out.extend((bytes.len() as u32).to_le_bytes());
    out
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc: u32, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    })
}
