//! Bytes for tests that need random ones.

use std::cell::Cell;

/// Fills a buffer with bytes that look random and are the same in every run.
pub fn random(bytes: &mut [u8]) {
    thread_local!(static STATE: Cell<u64> = const { Cell::new(0x9e37_79b9_7f4a_7c15) });
    for byte in bytes {
        let mut state = STATE.get();
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        STATE.set(state);
        *byte = (state >> 32) as u8;
    }
}
