//! Whole numbers as decimal text, without an allocation.

/// The digits of a number, with its sign.
pub(crate) struct Decimal {
    /// As many as the longest numbers have.
    text: [u8; 20],
    from: usize,
}

impl Decimal {
    pub(crate) fn signed(value: i64) -> Self {
        let mut decimal = Self::unsigned(value.unsigned_abs());
        if value < 0 {
            decimal.put(b'-');
        }
        decimal
    }

    pub(crate) fn unsigned(value: u64) -> Self {
        let mut decimal = Self { text: [0; 20], from: 20 };
        let mut rest = value;
        loop {
            decimal.put(b'0' + (rest % 10) as u8);
            rest /= 10;
            if rest == 0 {
                return decimal;
            }
        }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.text.get(self.from..).unwrap_or_default()
    }

    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    /// Puts a character before the others.
    fn put(&mut self, byte: u8) {
        self.from = self.from.saturating_sub(1);
        self.text[self.from] = byte;
    }
}

#[cfg(test)]
mod tests {
    use super::Decimal;

    #[test]
    fn as_the_library_prints_them() {
        for value in [0, 1, -1, 10, -987, i64::MAX, i64::MIN] {
            assert_eq!(Decimal::signed(value).as_bytes(), value.to_string().as_bytes());
        }
        assert_eq!(Decimal::unsigned(u64::MAX).as_bytes(), u64::MAX.to_string().as_bytes());
    }
}
