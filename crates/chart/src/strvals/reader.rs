//! The characters of a `--set` argument, read left to right, and the ways reading stops.

/// Why a step did not come to its end.
#[derive(Debug)]
pub(super) enum Stop {
    /// The text ended; what was set counts.
    End,
    /// The text is malformed.
    Failed(String),
    /// A list or map was expected where the values hold something else.
    WrongType(String),
}

pub(super) fn fail<T>(why: String) -> Result<T, Stop> {
    Err(Stop::Failed(why))
}

pub(super) struct Reader<'a> {
    text: &'a str,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text }
    }

    /// What is left.
    pub(super) fn remaining(&self) -> &'a str {
        self.text
    }

    /// What is left, taken.
    pub(super) fn rest(&mut self) -> String {
        std::mem::take(&mut self.text).to_owned()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.text.chars().next()
    }

    pub(super) fn skip(&mut self) {
        self.next();
    }

    pub(super) fn advance(&mut self, bytes: usize) {
        self.text = self.text.get(bytes..).unwrap_or_default();
    }

    /// The text up to one of `stops`, which is taken too; a backslash takes the next as it is.
    pub(super) fn until(&mut self, stops: &[char]) -> (String, Option<char>) {
        let mut text = String::new();
        while let Some(c) = self.next() {
            if stops.contains(&c) {
                return (text, Some(c));
            }
            let taken = if c == '\\' { self.next() } else { Some(c) };
            text.extend(taken);
        }
        (text, None)
    }

    /// As [`Self::until`], backslashes being like any other.
    pub(super) fn until_raw(&mut self, stops: &[char]) -> (String, Option<char>) {
        let mut text = String::new();
        while let Some(c) = self.next() {
            if stops.contains(&c) {
                return (text, Some(c));
            }
            text.push(c);
        }
        (text, None)
    }

    /// Takes blanks and one comma behind them; whether the comma or the end was reached.
    pub(super) fn blank_up_to_comma(&mut self) -> bool {
        loop {
            match self.peek() {
                None => return true,
                Some(',') => {
                    self.skip();
                    return true;
                }
                Some(c) if c.is_whitespace() => self.skip(),
                Some(_) => return false,
            }
        }
    }

    fn next(&mut self) -> Option<char> {
        let mut chars = self.text.chars();
        let c = chars.next();
        self.text = chars.as_str();
        c
    }
}
