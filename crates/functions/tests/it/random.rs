//! A source of randomness without chance in it: functions use what they get of it or fail, they do
//! not wait for better.

use template::{CallError, Host, Options, Session, TemplateSet, Value};

/// Always the same byte.
struct Constant(u8);

impl Host for Constant {
    fn random(&mut self, bytes: &mut [u8]) -> Result<(), CallError> {
        bytes.fill(self.0);
        Ok(())
    }
}

fn execute(text: &str, byte: u8) -> Result<String, String> {
    let mut set = TemplateSet::new(functions::library(), "gotpl");
    set.add("t", diagnostic::Source::new("t", text)).map_err(|error| error.to_string())?;
    let mut host = Constant(byte);
    let output = Session::new(&set, &mut host, Options::default()).execute("t", &Value::Nil);
    output.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).map_err(|error| error.text())
}

#[test]
fn a_source_that_repeats_itself_is_an_error_where_it_gives_nothing() {
    let calls = [
        ("randAlpha 3", 0),
        ("randAlphaNum 3", b'-'),
        ("randAscii 3", 7),
        ("randNumeric 3", b'x'),
        ("randInt 0 10", 255),
        (r#"shuffle "abc""#, 255),
    ];
    for (call, byte) in calls {
        let error = execute(&format!("{{{{ {call} }}}}"), byte).unwrap_err();
        assert!(error.ends_with("the random source repeats itself"), "{call}: {error}");
    }
}

#[test]
fn a_source_that_repeats_itself_ends_every_other_function_too() {
    let calls = [
        "randBytes 3",
        "uuidv4",
        r#"bcrypt "x""#,
        r#"encryptAES "k" "x""#,
        r#"genPrivateKey "ecdsa""#,
        r#"genPrivateKey "ed25519""#,
    ];
    for call in calls {
        for byte in [0, 7, 255] {
            let text = execute(&format!("{{{{ {call} }}}}"), byte).unwrap();
            assert!(!text.is_empty(), "{call}");
        }
    }
    assert_eq!(execute("{{ randAlpha 3 }}", b'a').unwrap(), "aaa");
}
