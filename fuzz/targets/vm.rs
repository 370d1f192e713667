//! Any template over some values: within its budgets it prints or fails, and it always ends.
#![no_main]

use std::sync::{Arc, LazyLock};

use diagnostic::Source;
use template::{Host, Library, MissingKey, Options, Session, TemplateSet, Value};

static LIBRARY: LazyLock<Arc<Library>> = LazyLock::new(functions::library);

const VALUES: &str = "\
Values:
  a: {b: {c: 1, d: null}, list: [1, two, 3.5, null, {x: y}, [1]]}
  s: some text
  t: '{{ .Values.s | upper }}'
  n: 3
  big: 1e300
  yes: true
  empty: {}
Release: {Name: rel, Namespace: ns}
Chart: {Name: chart, Version: 1.2.3}
";

const HELPERS: &str = "\
{{- define \"one\" }}{{ .Values.s }}{{ end }}
{{- define \"two\" }}{{ include \"one\" . }}{{ end }}
{{- define \"again\" }}{{ include \"again\" . }}{{ end }}";

/// No clock, no cluster; random bytes that are all the same would never end some functions.
struct World(u64);

impl Host for World {
    fn random(&mut self, bytes: &mut [u8]) -> Result<(), template::CallError> {
        for byte in bytes {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            *byte = (self.0 >> 56) as u8;
        }
        Ok(())
    }
}

libfuzzer_sys::fuzz_target!(|text: &str| {
    let mut set = TemplateSet::new(Arc::clone(&LIBRARY), "gotpl");
    if set.add("fuzz", Source::new("fuzz", text)).is_err() {
        return;
    }
    set.add("_helpers.tpl", Source::new("_helpers.tpl", HELPERS)).expect("they are correct");
    let values = yaml::from_str(VALUES, yaml::Numbers::Float64).expect("they are correct");
    let options = Options {
        missing_key: if text.len() % 2 == 0 { MissingKey::Zero } else { MissingKey::Error },
        fuel: 50_000,
        output: 1 << 20,
        ..Options::default()
    };
    let mut world = World(7);
    let mut session = Session::new(&set, &mut world, options);
    match session.execute("fuzz", &Value::from_yaml(&values)) {
        Ok(printed) => assert!(printed.len() <= 1 << 20),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
