//! Go's `string`: any bytes, usually UTF-8, shared or inline.
//!
//! Invariant: never changes; 24 bytes; up to 22 bytes are held inline, so that keys and short
//! values allocate nothing.

use std::borrow::{Borrow, Cow};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::rc::Rc;
use std::sync::Arc;

use yaml::json::lossy;

const INLINE: usize = 22;

/// A Go string.
#[derive(Clone)]
pub struct Str(Repr);

#[derive(Clone)]
enum Repr {
    Inline(u8, [u8; INLINE]),
    Local(Rc<[u8]>),
    Shared(Arc<[u8]>),
}

impl Str {
    /// The empty string.
    pub const fn empty() -> Self {
        Self(Repr::Inline(0, [0; INLINE]))
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Repr::Inline(len, bytes) => &bytes[..usize::from(*len)],
            Repr::Local(bytes) => bytes,
            Repr::Shared(bytes) => bytes,
        }
    }

    /// The text, if it is valid UTF-8.
    pub fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(self.as_bytes()).ok()
    }

    /// The text, with U+FFFD for what is not UTF-8.
    pub fn to_str_lossy(&self) -> Cow<'_, str> {
        lossy(self.as_bytes())
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.as_bytes().len()
    }

    /// Whether there is no byte.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The first bytes as one number, zeros where there are none: strings are in the order of these
    /// numbers, and where two are equal, of the bytes.
    #[inline]
    pub(crate) fn prefix(&self) -> u64 {
        match &self.0 {
            // Behind the text there are zeros.
            Repr::Inline(_, bytes) => prefix(bytes),
            Repr::Local(bytes) => prefix(bytes),
            Repr::Shared(bytes) => prefix(bytes),
        }
    }

    /// Whether so many bytes are held inline.
    pub(crate) fn is_short(len: usize) -> bool {
        len <= INLINE
    }

    fn inline(bytes: &[u8]) -> Option<Self> {
        let mut buffer = [0; INLINE];
        buffer.get_mut(..bytes.len())?.copy_from_slice(bytes);
        Some(Self(Repr::Inline(bytes.len() as u8, buffer)))
    }
}

/// As [`Str::prefix`].
#[inline]
pub(crate) fn prefix(bytes: &[u8]) -> u64 {
    if let Some(first) = bytes.first_chunk() {
        return u64::from_be_bytes(*first);
    }
    let shifted = bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
    // Fewer than eight, and none at all is 0 already.
    shifted.checked_shl(64 - 8 * bytes.len() as u32).unwrap_or_default()
}

impl From<&[u8]> for Str {
    fn from(bytes: &[u8]) -> Self {
        Self::inline(bytes).unwrap_or_else(|| Self(Repr::Local(bytes.into())))
    }
}

impl From<&Arc<[u8]>> for Str {
    fn from(bytes: &Arc<[u8]>) -> Self {
        Self::inline(bytes).unwrap_or_else(|| Self(Repr::Shared(Arc::clone(bytes))))
    }
}

impl From<&Arc<str>> for Str {
    fn from(text: &Arc<str>) -> Self {
        Self::inline(text.as_bytes())
            .unwrap_or_else(|| Self(Repr::Shared(Arc::from(Arc::clone(text)))))
    }
}

impl From<&str> for Str {
    fn from(text: &str) -> Self {
        text.as_bytes().into()
    }
}

impl From<&String> for Str {
    fn from(text: &String) -> Self {
        text.as_bytes().into()
    }
}

impl From<String> for Str {
    fn from(text: String) -> Self {
        text.as_bytes().into()
    }
}

impl From<Cow<'_, str>> for Str {
    fn from(text: Cow<'_, str>) -> Self {
        text.as_bytes().into()
    }
}

impl From<Vec<u8>> for Str {
    fn from(bytes: Vec<u8>) -> Self {
        bytes.as_slice().into()
    }
}

impl Default for Str {
    fn default() -> Self {
        Self::empty()
    }
}

impl AsRef<[u8]> for Str {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl Borrow<[u8]> for Str {
    fn borrow(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl PartialEq for Str {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl PartialEq<str> for Str {
    fn eq(&self, other: &str) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl PartialEq<&str> for Str {
    fn eq(&self, other: &&str) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Str {}

impl PartialOrd for Str {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Str {
    fn cmp(&self, other: &Self) -> Ordering {
        let first = self.prefix().cmp(&other.prefix());
        first.then_with(|| self.as_bytes().cmp(other.as_bytes()))
    }
}

impl Hash for Str {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

impl fmt::Debug for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.to_str_lossy(), f)
    }
}

impl fmt::Display for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.to_str_lossy(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_in_the_order_of_their_bytes() {
        let texts = ["", "\0", "a", "a\0", "a\0\0", "ab", "abcdefgh", "abcdefgh\0", "abcdefghi"];
        let long = ["x".repeat(22), "x".repeat(23), "x".repeat(24), format!("{}y", "x".repeat(22))];
        let all: Vec<&str> = texts.into_iter().chain(long.iter().map(String::as_str)).collect();
        for one in &all {
            assert_eq!(Str::from(*one).prefix(), prefix(one.as_bytes()));
            for other in &all {
                assert_eq!(
                    Str::from(*one).cmp(&Str::from(*other)),
                    one.cmp(other),
                    "{one:?} {other:?}"
                );
            }
        }
    }

    #[test]
    fn short_and_long_strings_are_equal_by_content() {
        for len in [0, 1, 22, 23, 100] {
            let text = "x".repeat(len);
            let shared: Arc<[u8]> = Arc::from(text.as_bytes());
            assert_eq!(Str::from(text.as_str()), Str::from(&shared));
            assert_eq!(Str::from(&shared).as_str(), Some(text.as_str()));
        }
    }
}
