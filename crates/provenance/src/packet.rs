//! OpenPGP's packets: their headers, and which kinds matter here.
//!
//! Invariant: a packet that is not understood is passed over or reported as go-crypto does it; the
//! stream gets shorter with each.

use crate::Error;
use crate::key::PublicKey;
use crate::signature::Signature;

/// Data that holds packets, and what is wrong behind it.
pub(crate) struct Stream {
    data: Vec<u8>,
    at: usize,
    fault: Option<Error>,
    /// A packet that was put back.
    again: Option<Packet>,
}

/// A packet.
#[derive(Debug, Clone)]
pub(crate) enum Packet {
    Key(Box<PublicKey>),
    Subkey(Box<PublicKey>),
    Signature(Box<Signature>),
    UserId(Vec<u8>),
    /// Anything that is neither key, name nor signature.
    Other,
}

/// The inside of a packet while it is read.
pub(crate) struct Content<'d> {
    data: &'d [u8],
    at: usize,
    whole: bool,
    /// What comes instead of more.
    short: Error,
}

impl<'d> Content<'d> {
    pub(crate) fn new(data: &'d [u8]) -> Self {
        Self { data, at: 0, whole: true, short: Error::cut_off() }
    }

    pub(crate) fn take(&mut self, count: usize) -> Result<&'d [u8], Error> {
        let taken = self.data.get(self.at..self.at.saturating_add(count));
        let taken = taken.ok_or_else(|| self.short.clone())?;
        self.at += count;
        Ok(taken)
    }

    pub(crate) fn byte(&mut self) -> Result<u8, Error> {
        Ok(self.take(1)?[0])
    }

    /// A number of this many bytes.
    pub(crate) fn number(&mut self, bytes: usize) -> Result<u32, Error> {
        Ok(self.take(bytes)?.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte)))
    }

    /// A large number with its length in bits before it, as its bytes.
    pub(crate) fn mpi(&mut self) -> Result<&'d [u8], Error> {
        let bits = self.number(2)? as usize;
        self.take(bits.div_ceil(8))
    }

    /// What was taken so far.
    pub(crate) fn taken(&self) -> &'d [u8] {
        &self.data[..self.at]
    }

    fn rest(&mut self) -> Result<&'d [u8], Error> {
        let rest = &self.data[self.at..];
        self.at = self.data.len();
        if self.whole { Ok(rest) } else { Err(self.short.clone()) }
    }
}

/// A header that was read.
struct Header {
    tag: u8,
    /// The content if it is in pieces, put together. Otherwise it lies between `start` and `end`: a copy
    /// of it would be one of all that follows where packets claim to go on to the end.
    pieces: Option<Vec<u8>>,
    start: usize,
    end: usize,
    whole: bool,
}

impl Stream {
    pub(crate) fn new(data: Vec<u8>, fault: Option<Error>) -> Self {
        Self { data, at: 0, fault, again: None }
    }

    /// Gives a packet back, to be read again.
    pub(crate) fn put_back(&mut self, packet: Packet) {
        self.again = Some(packet);
    }

    /// The next packet that is understood; nothing at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Packet>, Error> {
        if let Some(packet) = self.again.take() {
            return Ok(Some(packet));
        }
        loop {
            if self.at >= self.data.len() {
                return self.fault.clone().map_or(Ok(None), Err);
            }
            match self.read() {
                Ok(Some(packet)) => return Ok(Some(packet)),
                Ok(None) | Err(Error::Unsupported(_)) => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn short(&self) -> Error {
        self.fault.clone().unwrap_or_else(Error::cut_off)
    }

    fn read(&mut self) -> Result<Option<Packet>, Error> {
        let Header { tag, pieces, start, end, whole } = self.header()?;
        let short = if whole { Error::cut_off() } else { self.short() };
        let data = pieces.as_deref().unwrap_or(&self.data[start..end]);
        let mut content = Content { data, at: 0, whole, short };
        let packet = parse(tag, &mut content);
        // What a packet did not need is read as the next one, if it was understood.
        self.at = match (&packet, &pieces) {
            (Ok(Some(Packet::Other) | None) | Err(_), _) | (_, Some(_)) => end,
            (Ok(Some(_)), None) => start + content.at,
        };
        packet
    }

    fn header(&mut self) -> Result<Header, Error> {
        let first = self.data[self.at];
        self.at += 1;
        if first & 0x80 == 0 {
            return Err(Error::structure("tag byte does not have MSB set"));
        }
        if first & 0x40 != 0 {
            return self.new_header(first & 0x3f);
        }
        let tag = (first & 0x3f) >> 2;
        let len = match first & 3 {
            3 => self.data.len() - self.at,
            size => self.length_bytes(1 << size)?,
        };
        Ok(self.content(tag, len))
    }

    fn new_header(&mut self, tag: u8) -> Result<Header, Error> {
        let (mut len, mut partial) = self.length()?;
        if !partial {
            return Ok(self.content(tag, len));
        }
        let mut content = Vec::new();
        let mut whole = true;
        loop {
            let end = self.at.saturating_add(len).min(self.data.len());
            whole &= end - self.at == len;
            content.extend_from_slice(&self.data[self.at..end]);
            self.at = end;
            if !partial || !whole {
                break;
            }
            let Ok(next) = self.length() else {
                whole = false;
                break;
            };
            (len, partial) = next;
        }
        Ok(Header { tag, pieces: Some(content), start: self.at, end: self.at, whole })
    }

    fn content(&self, tag: u8, len: usize) -> Header {
        let start = self.at;
        let end = start.saturating_add(len).min(self.data.len());
        Header { tag, pieces: None, start, end, whole: end - start == len }
    }

    /// A length in the new format, and whether more follows.
    fn length(&mut self) -> Result<(usize, bool), Error> {
        match self.length_bytes(1)? {
            first @ 0..192 => Ok((first, false)),
            first @ 192..224 => Ok((((first - 192) << 8) + self.length_bytes(1)? + 192, false)),
            first @ 224..255 => Ok((1 << (first & 0x1f), true)),
            _ => Ok((self.length_bytes(4)?, false)),
        }
    }

    fn length_bytes(&mut self, count: usize) -> Result<usize, Error> {
        let Some(bytes) = self.data.get(self.at..self.at + count) else {
            self.at = self.data.len();
            return Err(self.short());
        };
        self.at += count;
        Ok(bytes.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)))
    }
}

/// Nothing for what is to be passed over.
fn parse(tag: u8, content: &mut Content<'_>) -> Result<Option<Packet>, Error> {
    Ok(Some(match tag {
        2 => Packet::Signature(Box::new(Signature::parse(content)?)),
        6 => Packet::Key(Box::new(PublicKey::parse(content)?)),
        14 => Packet::Subkey(Box::new(PublicKey::parse(content)?)),
        // The secret part of a key is of no use here.
        5 | 7 => {
            let key = Box::new(PublicKey::parse(content)?);
            content.rest()?;
            if tag == 5 { Packet::Key(key) } else { Packet::Subkey(key) }
        }
        13 => Packet::UserId(content.rest()?.to_vec()),
        // Marks, what GnuPG notes for itself, and what need not be known.
        10 | 12 | 40.. => return Ok(None),
        1 | 3 | 4 | 8 | 9 | 11 | 17 | 18 | 20 | 21 => Packet::Other,
        0 | 15 | 16 | 19 | 22..40 => return Err(Error::UnknownPacket(tag)),
    }))
}
