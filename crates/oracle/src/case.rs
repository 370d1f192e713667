//! One case: what the oracle is asked, and what our engine says to the same.

use std::collections::BTreeMap;
use std::time::SystemTime;

use serde_json::{Value as Json, json};
use template::{CallError, MissingKey, Session, TemplateSet, Value};

use crate::generate::Chart;

/// Something that both engines can be asked.
#[derive(Debug, Clone)]
pub enum Case {
    /// A template beside others, with Helm's functions; the values are YAML.
    Template {
        /// The text that runs, named `t`.
        template: String,
        /// Name to text, added before it in the order of names.
        templates: BTreeMap<String, String>,
        /// The data, as YAML.
        values: String,
        /// Whether a missing key is an error.
        strict: bool,
    },
    /// A YAML text, read and written in every form.
    Yaml(String),
    /// An expression of `--set` and its kind.
    Set((&'static str, String)),
    /// A chart, rendered as by `helm template`.
    Chart(Box<Chart>),
}

/// Output, or the text of an error.
pub type Answer = Result<Json, String>;

impl Case {
    /// The question for [`testkit::Oracle`].
    pub fn request(&self) -> Json {
        match self {
            Self::Template { template, templates, values, strict } => json!({
                "op": "template", "name": "t", "template": template, "templates": templates,
                "dataYaml": values, "missingKey": if *strict { "error" } else { "" },
            }),
            Self::Yaml(text) => json!({ "op": "yaml-forms", "text": text }),
            Self::Set((kind, text)) => json!({ "op": "set", "kind": kind, "text": text }),
            Self::Chart(chart) => json!({
                "op": "template-command", "files": chart.files, "release": "rel", "namespace": "ns1",
                "valueFiles": chart.values, "set": chart.set, "setString": chart.set_string,
                "kubeVersion": chart.kube_version.as_deref().unwrap_or(""),
                "apiVersions": chart.api_versions, "includeCrds": chart.include_crds,
                "upgrade": chart.upgrade,
            }),
        }
    }

    /// What our engine says.
    pub fn ours(&self) -> Answer {
        match self {
            Self::Template { template, templates, values, strict } => {
                run_template(template, templates, values, *strict).map(Json::from)
            }
            Self::Yaml(text) => yaml_forms(text),
            Self::Set((kind, text)) => set(kind, text),
            Self::Chart(chart) => template_command(chart).map(Json::from),
        }
    }

    /// An answer without what nobody can see: of `--set-json` Helm prints the argument, not what is
    /// wrong with it.
    pub fn comparable(&self, answer: Answer) -> Answer {
        match self {
            Self::Set(("json", _)) => answer.map_err(|_| "failed".to_owned()),
            Self::Set(_) | Self::Template { .. } | Self::Yaml(_) | Self::Chart(_) => answer,
        }
    }

    /// The texts of templates in it.
    pub fn templates(&self) -> Vec<&str> {
        match self {
            Self::Template { template, templates, .. } => {
                templates.values().chain([template]).map(String::as_str).collect()
            }
            Self::Chart(chart) => chart.files.values().map(String::as_str).collect(),
            Self::Yaml(_) | Self::Set(_) => Vec::new(),
        }
    }
}

fn run_template(
    template: &str,
    templates: &BTreeMap<String, String>,
    values: &str,
    strict: bool,
) -> Result<String, String> {
    let data = yaml::from_str(values, yaml::Numbers::Float64).map_err(|e| e.to_string())?;
    let mut set = TemplateSet::new(functions::library(), "gotpl");
    for (name, text) in templates {
        set.add(name, diagnostic::Source::new(name.as_str(), text.as_str()))
            .map_err(|e| e.to_string())?;
    }
    set.add("t", diagnostic::Source::new("t", template)).map_err(|e| e.to_string())?;
    let missing_key = if strict { MissingKey::Error } else { MissingKey::Zero };
    let options = template::Options { missing_key, ..template::Options::default() };
    let output = Session::new(&set, &mut World, options).execute("t", &Value::from_yaml(&data));
    output.map(|bytes| shown(&bytes)).map_err(|error| error.text())
}

/// The text as the oracle's JSON carries it: each byte that is no UTF-8 is U+FFFD.
fn shown(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    text
}

fn yaml_forms(text: &str) -> Answer {
    let value = yaml::from_str(text, yaml::Numbers::Float64).map_err(|e| e.to_string())?;
    let mut forms = serde_json::Map::new();
    if let Err(error) = yaml::from_str_strict(text, yaml::Numbers::Float64) {
        forms.insert("strict".to_owned(), error.to_string().into());
    }
    let compact = yaml::json::try_to_string(&value, yaml::json::Escape::Html);
    forms.insert("json".to_owned(), compact.map_err(|e| e.to_string())?.into());
    let plain = yaml::emit::try_v2(&value).map_err(|e| e.to_string())?;
    forms.insert("yaml".to_owned(), plain.into());
    forms.insert("pretty".to_owned(), yaml::emit::v3_indent2(&value).into());
    Ok(forms.into())
}

fn set(kind: &str, text: &str) -> Answer {
    let mut values = yaml::Map::new();
    let read = match kind {
        "string" => chart::strvals::Kind::String,
        "json" => chart::strvals::Kind::Json,
        "literal" => chart::strvals::Kind::Literal,
        _ => chart::strvals::Kind::Typed,
    };
    chart::strvals::parse_into(text, read, &mut values).map_err(|e| e.to_string())?;
    let text = yaml::json::to_string(&yaml::Value::Map(values));
    serde_json::from_str(&text).map_err(|e| e.to_string())
}

fn template_command(of: &Chart) -> Result<String, String> {
    let values = chart::values::Options {
        files: (of.values.iter().enumerate())
            .map(|(at, text)| (format!("values-{at}.yaml"), text.as_bytes().to_vec()))
            .collect(),
        set: of.set.clone(),
        set_string: of.set_string.clone(),
        ..chart::values::Options::default()
    };
    let values = values.merge(&|_| Err("no such file".to_owned())).map_err(|e| e.to_string())?;
    let files = of
        .files
        .iter()
        .map(|(name, text)| chart::File { name: name.clone(), data: text.as_bytes().into() });
    let chart = chart::load(files.collect()).map_err(|e| e.to_string())?;
    chart.installable().map_err(|e| e.to_string())?;
    let mut capabilities = render::Capabilities::default();
    if let Some(version) = &of.kube_version {
        capabilities.kube_version =
            version.parse().map_err(|e| format!("invalid kube version '{version}': {e}"))?;
    }
    capabilities.api_versions.extend(of.api_versions.iter().cloned());
    let operation =
        if of.upgrade { render::Operation::Upgrade } else { render::Operation::Install };
    let request = render::Request {
        chart: &chart,
        values: &values,
        release: render::Release {
            name: "rel".to_owned(),
            namespace: "ns1".to_owned(),
            revision: 1,
            operation,
        },
        capabilities: &capabilities,
        host: render::Host {
            now: jiff::Timestamp::now(),
            entropy: &testkit::random,
            lookup: None,
            resolve: None,
        },
        options: render::Options { include_crds: of.include_crds, ..render::Options::default() },
    };
    let rendered = render::render(&request).map_err(|e| e.helm_text())?;
    let mut text = rendered.template_text();
    if let Some(notes) = rendered.notes.filter(|notes| !notes.is_empty()) {
        text.push_str(&format!("NOTES:\n{notes}\n"));
    }
    Ok(text)
}

/// The clock and bytes that look random.
struct World;

impl template::Host for World {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn random(&mut self, bytes: &mut [u8]) -> Result<(), CallError> {
        testkit::random(bytes);
        Ok(())
    }
}
