//! Renders one chart through the library, as often as asked: what valgrind counts.
//!
//! `render-library CHART TIMES [VALUES]` prints the bytes of the last rendering. Random bytes and the
//! clock are fixed, so that two runs execute the same instructions; compiled templates are shared, so
//! that every rendering but the first is a cached one. No measuring happens here.
use std::error::Error;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use render::{Capabilities, Host, Operation, Options, Programs, Release, Request};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let usage = "usage: render-library CHART TIMES [VALUES]";
    let chart = arguments.next().ok_or(usage)?;
    let times: u32 = arguments.next().ok_or(usage)?.parse()?;
    let mut values = chart::values::Options::default();
    if let Some(path) = arguments.next() {
        let data = std::fs::read(&path)?;
        values.files.push((path, data));
    }
    let values = values.merge(&|_| Err(String::new()))?;
    let chart = chart::load(source::read_chart(Path::new(&chart))?)?;
    let programs = Programs::default();
    let mut printed = 0;
    for _ in 0..times {
        let request = Request {
            chart: &chart,
            values: &values,
            release: Release {
                name: "rel".to_owned(),
                namespace: "ns1".to_owned(),
                revision: 1,
                operation: Operation::Install,
            },
            capabilities: &Capabilities::default(),
            host: Host {
                now: jiff::Timestamp::UNIX_EPOCH,
                entropy: &random,
                lookup: None,
                resolve: None,
            },
            options: Options { programs: programs.clone(), ..Options::default() },
        };
        let rendered = render::render(&request).map_err(|e| e.helm_text())?;
        printed = rendered.template_text().len();
    }
    #[expect(clippy::print_stdout, reason = "a program for the bench, no library")]
    {
        println!("{printed}");
    }
    Ok(())
}

/// A fixed sequence (splitmix64 over a counter): never random, but it does not repeat itself.
fn random(buffer: &mut [u8]) {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    for chunk in buffer.chunks_mut(8) {
        let mut state = COUNTER.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let bytes = (state ^ (state >> 31)).to_le_bytes();
        chunk.copy_from_slice(&bytes[..chunk.len()]);
    }
}
