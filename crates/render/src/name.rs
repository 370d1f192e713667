//! A release's name made from a template, as `--name-template` asks for.
//!
//! The functions are Sprig's alone, with its `env` and `expandenv`: the caller says what the
//! environment holds. The error is Go's text, as Helm prints it.
use std::sync::Arc;
use std::time::SystemTime;

use diagnostic::Source;
use template::{CallError, Function, Library, Session, TemplateSet, Value};

use crate::Host;

const NAME: &str = "name-template";

/// Of the functions that Helm replaces, those that Sprig has, too.
const SPRIGS_OWN: &[&str] = &[
    "fail",
    "fromJson",
    "getHostByName",
    "mustFromJson",
    "mustToJson",
    "mustToPrettyJson",
    "mustToRawJson",
    "toJson",
    "toPrettyJson",
    "toRawJson",
];

/// Runs a template over nothing; what it prints is the name. `time_zone` is an IANA name.
pub fn name_from_template(
    template: &str,
    host: &Host<'_>,
    time_zone: &str,
    environment: &dyn Fn(&str) -> String,
) -> Result<String, String> {
    let is_sprigs = |f: &&Function| SPRIGS_OWN.contains(&f.name);
    let replaced: Vec<Function> = functions::helm().iter().filter(is_sprigs).copied().collect();
    let library =
        Library::new().with(&replaced).with(functions::sprig()).with(functions::environment());
    let mut set = TemplateSet::new(Arc::new(library), NAME);
    set.add(NAME, Source::new(NAME, template)).map_err(|e| e.to_string())?;
    let mut outside = Outside { host, time_zone, environment };
    let mut session = Session::new(&set, &mut outside, template::Options::default());
    let text = session.execute(NAME, &Value::Nil).map_err(|e| unmarked(&e.text()))?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// Sprig's `fail` has no marks around its words.
fn unmarked(text: &str) -> String {
    text.replace("HELM_ERR_START", "").replace("HELM_ERR_END", "")
}

struct Outside<'a> {
    host: &'a Host<'a>,
    time_zone: &'a str,
    environment: &'a dyn Fn(&str) -> String,
}

impl template::Host for Outside<'_> {
    fn now(&self) -> SystemTime {
        self.host.now.into()
    }

    fn time_zone(&self) -> &str {
        self.time_zone
    }

    fn random(&mut self, bytes: &mut [u8]) -> Result<(), CallError> {
        (self.host.entropy)(bytes);
        Ok(())
    }

    fn resolve(&mut self, name: &str) -> String {
        self.host.resolve.map(|resolve| resolve(name)).unwrap_or_default()
    }

    fn variable(&mut self, name: &str) -> String {
        (self.environment)(name)
    }
}

#[cfg(test)]
mod tests {
    use super::name_from_template;
    use crate::Host;

    #[test]
    fn names_are_made_with_sprigs_functions() {
        let now = jiff::Timestamp::UNIX_EPOCH;
        let host = Host { now, entropy: &|_| {}, lookup: None, resolve: None };
        let held = |name: &str| if name == "BRANCH" { "main".to_owned() } else { String::new() };
        let name = |text: &str| name_from_template(text, &host, "UTC", &held);
        assert_eq!(name("{{ env \"BRANCH\" }}-{{ env \"NO\" }}x"), Ok("main-x".to_owned()));
        assert_eq!(name("{{ expandenv \"$BRANCH.${NO}\" }}"), Ok("main.".to_owned()));
        assert_eq!(
            name("{{ lower \"FOO\" }}-{{ now | date \"2006\" }}"),
            Ok("foo-1970".to_owned())
        );
        assert_eq!(
            name("{{ fail \"x\" }}"),
            Err("template: name-template:1:3: executing \"name-template\" at <fail \"x\">: error \
                 calling fail: x"
                .to_owned())
        );
        for missing in ["{{ include \"x\" . }}", "{{ toYaml . }}"] {
            assert!(name(missing).unwrap_err().contains("not defined"), "{missing}");
        }
    }
}
