//! What a verb prints for a value.

use super::field::{Base, DECIMAL, Whole};
use super::{ADDRESS, MAX_DEPTH, MAX_LEN, Printer};
use crate::{Complex, Float, Kind, List, Map, NilPointer, Object, Str, Value, duration, stack};

impl Printer {
    /// An operand.
    pub(super) fn arg(&mut self, value: &Value, verb: char) {
        match (value.kind(), verb) {
            (Kind::Invalid, 'T' | 'v') => self.pad(b"<nil>"),
            (Kind::Invalid, _) => self.bad_verb(value, verb),
            (_, 'T') => self.string(value.type_name().as_bytes()),
            (_, 'p') => self.pointer(value, verb),
            (_, 'w') if !matches!(value, Value::Bytes(_)) => self.bad_verb(value, verb),
            _ => self.value(value, verb, 0),
        }
    }

    fn value(&mut self, value: &Value, verb: char, depth: usize) {
        if depth > MAX_DEPTH || self.out.len() > MAX_LEN {
            return self.out.extend_from_slice(b"%!(NESTED TOO DEEP)");
        }
        if let Some(text) = self.method_text(value, verb) {
            return self.text(value, text.as_bytes(), verb);
        }
        match value {
            // An interface inside a container: never padded.
            Value::Missing | Value::Nil if self.flags.sharp_v => {
                self.out.extend_from_slice(b"interface {}(nil)");
            }
            Value::Missing | Value::Nil => self.out.extend_from_slice(b"<nil>"),
            Value::Bool(flag) => match verb {
                't' | 'v' => self.pad(if *flag { b"true" } else { b"false" }),
                _ => self.bad_verb(value, verb),
            },
            Value::Int(number, _) => self.int(value, Number::Signed(*number), verb),
            Value::Uint(number, _) => self.int(value, Number::Unsigned(*number), verb),
            Value::Float(number, float) => self.float(value, *number, *float, verb),
            Value::Str(text) => self.text(value, text.as_bytes(), verb),
            Value::Bytes(bytes) => self.bytes(bytes, verb, depth),
            Value::List(list) => stack::grow(|| self.list(list, verb, depth)),
            Value::Map(map) => stack::grow(|| self.map(map, verb, depth)),
            Value::Object(object) => stack::grow(|| self.object(value, &**object, verb, depth)),
        }
    }

    /// What the value's `String` or `Error` method gives, where the verb takes text.
    fn method_text(&self, value: &Value, verb: char) -> Option<Str> {
        if self.erroring || self.flags.sharp_v || !matches!(verb, 'v' | 's' | 'x' | 'X' | 'q') {
            return None;
        }
        match value {
            Value::Object(object) => object.text(),
            Value::Int(number, kind) => duration::to_text(*number, *kind).map(Str::from),
            Value::Missing
            | Value::Nil
            | Value::Bool(_)
            | Value::Uint(..)
            | Value::Float(..)
            | Value::Str(_)
            | Value::Bytes(_)
            | Value::List(_)
            | Value::Map(_) => None,
        }
    }

    /// `%!d(string=x)`.
    fn bad_verb(&mut self, value: &Value, verb: char) {
        let before = std::mem::replace(&mut self.erroring, true);
        self.out.extend_from_slice(b"%!");
        self.rune(verb);
        self.out.push(b'(');
        if value.kind() == Kind::Invalid {
            self.out.extend_from_slice(b"<nil>");
        } else {
            self.out.extend_from_slice(value.type_name().as_bytes());
            self.out.push(b'=');
            self.value(value, 'v', 0);
        }
        self.out.push(b')');
        self.erroring = before;
    }

    fn text(&mut self, value: &Value, text: &[u8], verb: char) {
        match verb {
            'v' if self.flags.sharp_v => self.quoted(text),
            'v' | 's' => self.string(text),
            'x' => self.hex(text, false),
            'X' => self.hex(text, true),
            'q' => self.quoted(text),
            _ => self.bad_verb(value, verb),
        }
    }

    fn int(&mut self, value: &Value, number: Number, verb: char) {
        let base = |radix| Base { radix, ..DECIMAL };
        match verb {
            'v' if self.flags.sharp_v && matches!(number, Number::Unsigned(_)) => {
                self.address(number.bits(), true);
            }
            'v' | 'd' => self.whole(number.whole(), DECIMAL),
            'b' => self.whole(number.whole(), base(2)),
            'o' => self.whole(number.whole(), base(8)),
            'O' => self.whole(number.whole(), Base { octal_prefix: true, ..base(8) }),
            'x' => self.whole(number.whole(), base(16)),
            'X' => self.whole(number.whole(), Base { upper: true, ..base(16) }),
            'c' => self.char(number.bits()),
            'q' => self.quoted_char(number.bits()),
            'U' => self.code_point(number.bits()),
            _ => self.bad_verb(value, verb),
        }
    }

    fn float(&mut self, value: &Value, number: f64, float: Float, verb: char) {
        match verb {
            'v' => self.float_field(number, float, 'g', None),
            'b' | 'g' | 'G' | 'x' | 'X' => self.float_field(number, float, verb, None),
            'f' | 'e' | 'E' => self.float_field(number, float, verb, Some(6)),
            'F' => self.float_field(number, float, 'f', Some(6)),
            _ => self.bad_verb(value, verb),
        }
    }

    /// Both parts in a field of their own, the second one with its sign.
    fn complex(&mut self, value: &Value, complex: Complex, verb: char) {
        if !matches!(verb, 'v' | 'b' | 'g' | 'G' | 'x' | 'X' | 'f' | 'F' | 'e' | 'E') {
            return self.bad_verb(value, verb);
        }
        self.out.push(b'(');
        self.float(value, complex.real, Float::Float64, verb);
        let plus = std::mem::replace(&mut self.flags.plus, true);
        self.float(value, complex.imaginary, Float::Float64, verb);
        self.flags.plus = plus;
        self.out.extend_from_slice(b"i)");
    }

    fn bytes(&mut self, bytes: &Str, verb: char, depth: usize) {
        let bytes = bytes.as_bytes();
        match verb {
            's' => self.string(bytes),
            'q' => self.quoted(bytes),
            'x' => self.hex(bytes, false),
            'X' => self.hex(bytes, true),
            _ => {
                let name: &[u8] =
                    if depth == 0 && matches!(verb, 'v' | 'd') { b"[]byte" } else { b"[]uint8" };
                let items =
                    bytes.iter().map(|&byte| Value::Uint(byte.into(), crate::UintKind::Uint8));
                let list: Vec<Value> = items.collect();
                self.sequence(name, &list, verb, depth);
            }
        }
    }

    fn list(&mut self, list: &List, verb: char, depth: usize) {
        let name = list.list_type().name();
        if self.flags.sharp_v && list.is_nil() {
            return self.named_nil(name);
        }
        self.sequence(name.as_bytes(), list, verb, depth);
    }

    fn sequence(&mut self, name: &[u8], items: &[Value], verb: char, depth: usize) {
        let (open, between, close) = self.brackets(b'[', b']');
        if self.flags.sharp_v {
            self.out.extend_from_slice(name);
        }
        self.out.push(open);
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                self.out.extend_from_slice(between);
            }
            self.value(item, verb, depth + 1);
        }
        self.out.push(close);
    }

    fn map(&mut self, map: &Map, verb: char, depth: usize) {
        let name = map.map_type().name();
        if self.flags.sharp_v && map.is_nil() {
            return self.named_nil(name);
        }
        let (open, between, close) = self.brackets(b'[', b']');
        let name = if self.flags.sharp_v { name } else { "map" };
        self.out.extend_from_slice(name.as_bytes());
        self.out.push(open);
        for (at, (key, value)) in map.to_vec().into_iter().enumerate() {
            if at > 0 {
                self.out.extend_from_slice(between);
            }
            self.value(&Value::Str(key), verb, depth + 1);
            self.out.push(b':');
            self.value(&value, verb, depth + 1);
        }
        self.out.push(close);
    }

    fn object(&mut self, value: &Value, object: &dyn Object, verb: char, depth: usize) {
        if let Some(text) = object.go_syntax().filter(|_| self.flags.sharp_v) {
            return self.string(text.as_bytes());
        }
        if object.as_any().is::<NilPointer>() {
            return self.nil_pointer(value, verb);
        }
        if let Some(complex) = object.as_any().downcast_ref() {
            return self.complex(value, *complex, verb);
        }
        match object.kind() {
            Kind::Ptr if depth == 0 => self.out.push(b'&'),
            Kind::Ptr | Kind::Func => return self.pointer(value, verb),
            _ => {}
        }
        if self.flags.sharp_v {
            let name = object.type_name().trim_start_matches('*');
            self.out.extend_from_slice(name.as_bytes());
        }
        let (_, between, _) = self.brackets(b'{', b'}');
        self.out.push(b'{');
        for (at, (name, field)) in object.printed_fields().into_iter().enumerate() {
            if at > 0 {
                self.out.extend_from_slice(between);
            }
            if self.flags.plus_v || self.flags.sharp_v {
                self.out.extend_from_slice(name.as_bytes());
                self.out.push(b':');
            }
            self.value(&field, verb, depth + 1);
        }
        self.out.push(b'}');
    }

    /// An address; Go's differ from run to run, ours never do.
    fn pointer(&mut self, value: &Value, verb: char) {
        let address = ADDRESS.get();
        match value.kind() {
            Kind::Func | Kind::Map | Kind::Ptr | Kind::Slice => {}
            _ => return self.bad_verb(value, verb),
        }
        match verb {
            'v' if self.flags.sharp_v => {
                self.out.push(b'(');
                self.out.extend_from_slice(value.type_name().as_bytes());
                self.out.extend_from_slice(b")(");
                self.address(address, true);
                self.out.push(b')');
            }
            'v' | 'p' => self.address(address, !self.flags.sharp),
            'b' | 'o' | 'd' | 'x' | 'X' => self.int(value, Number::Unsigned(address), verb),
            _ => self.bad_verb(value, verb),
        }
    }

    fn nil_pointer(&mut self, value: &Value, verb: char) {
        match verb {
            'v' if self.flags.sharp_v => {
                self.out.push(b'(');
                self.out.extend_from_slice(value.type_name().as_bytes());
                self.out.extend_from_slice(b")(nil)");
            }
            'v' => self.pad(b"<nil>"),
            'p' => self.address(0, !self.flags.sharp),
            'b' | 'o' | 'd' | 'x' | 'X' => self.int(value, Number::Unsigned(0), verb),
            _ => self.bad_verb(value, verb),
        }
    }

    fn brackets(&self, open: u8, close: u8) -> (u8, &'static [u8], u8) {
        if self.flags.sharp_v { (b'{', b", ", b'}') } else { (open, b" ", close) }
    }

    fn named_nil(&mut self, name: &str) {
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"(nil)");
    }

    pub(super) fn rune(&mut self, char: char) {
        self.out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

/// A whole number of either sign.
#[derive(Clone, Copy)]
enum Number {
    Signed(i64),
    Unsigned(u64),
}

impl Number {
    fn bits(self) -> u64 {
        match self {
            Self::Signed(number) => number as u64,
            Self::Unsigned(number) => number,
        }
    }

    fn whole(self) -> Whole {
        match self {
            Self::Signed(number) => {
                Whole { negative: number < 0, magnitude: number.unsigned_abs() }
            }
            Self::Unsigned(number) => Whole { negative: false, magnitude: number },
        }
    }
}
