//! Random text, numbers and order. Invariant: random bytes come from the host, and every symbol
//! is as likely as any other; a source without chance in it is an error, never an endless wait.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use template::{CallError, Context, Function, Host, Param, Value};

use crate::arguments::{Arguments, Outcome, fixed, pay};
use crate::{fault, runes};

const I: Param = Param::Int;

/// So many draws in a row without a use are a broken source: a fair one needs a second draw at most
/// every other time.
const DRAWS: usize = 256;

pub(crate) const FUNCTIONS: &[Function] = &[
    fixed("randAlpha", &[I], |cx, args| text(cx, args, |b| b.is_ascii_alphabetic())),
    fixed("randAlphaNum", &[I], |cx, args| text(cx, args, |b| b.is_ascii_alphanumeric())),
    fixed("randAscii", &[I], |cx, args| text(cx, args, |b| (32..127).contains(&b))),
    fixed("randBytes", &[I], bytes),
    fixed("randInt", &[I, I], int),
    fixed("randNumeric", &[I], |cx, args| text(cx, args, |b| b.is_ascii_digit())),
    fixed("shuffle", &[Param::String], shuffle),
];

fn text(cx: &mut Context<'_>, args: &[Value], wanted: fn(u8) -> bool) -> Outcome {
    // A negative count is an error that Sprig drops.
    let count = usize::try_from(args.int(0)).unwrap_or(0);
    pay(cx, count)?;
    let mut out = Vec::with_capacity(count);
    let mut pool = [0; 256];
    let mut fruitless = 0;
    while out.len() < count {
        cx.host().random(&mut pool)?;
        let before = out.len();
        let symbols = pool.iter().map(|byte| byte & 0x7f).filter(|&byte| wanted(byte));
        out.extend(symbols.take(count - before));
        fruitless = if out.len() == before { fruitless + 1 } else { 0 };
        if fruitless == DRAWS {
            return Err(repeats());
        }
    }
    Ok(Value::str(out))
}

fn bytes(cx: &mut Context<'_>, args: &[Value]) -> Outcome {
    let count = usize::try_from(args.int(0)).map_err(|_| fault::make_slice())?;
    pay(cx, count)?;
    let mut buffer = vec![0; count];
    cx.host().random(&mut buffer)?;
    Ok(Value::str(STANDARD.encode(buffer)))
}

fn int(cx: &mut Context<'_>, args: &[Value]) -> Outcome {
    let (least, most) = (args.int(0), args.int(1));
    let width = most.wrapping_sub(least);
    if width <= 0 {
        return Err(CallError::new("invalid argument to Intn"));
    }
    Ok(Value::int(least.wrapping_add(below(cx.host(), width as u64)? as i64)))
}

fn shuffle(cx: &mut Context<'_>, args: &[Value]) -> Outcome {
    let mut letters: Vec<char> = runes::runes(args.bytes(0)).collect();
    for at in (1..letters.len()).rev() {
        let other = below(cx.host(), at as u64 + 1)? as usize;
        letters.swap(at, other);
    }
    Ok(Value::str(letters.into_iter().collect::<String>()))
}

/// A random number below a limit, every one as likely.
fn below(host: &mut dyn Host, limit: u64) -> Result<u64, CallError> {
    let fair = u64::MAX - u64::MAX % limit;
    for _ in 0..DRAWS {
        let mut buffer = [0; 8];
        host.random(&mut buffer)?;
        let number = u64::from_le_bytes(buffer);
        if number < fair {
            return Ok(number % limit);
        }
    }
    Err(repeats())
}

fn repeats() -> CallError {
    CallError::new("the random source repeats itself")
}
