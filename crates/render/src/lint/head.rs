//! The few fields of an object that the rules read, as Go decodes them.
use yaml::{Map, Value};

/// Which text fields take numbers and bools.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scalars {
    /// They become text: YAML through `sigs.k8s.io/yaml`.
    BecomeText,
    /// They are an error: JSON.
    AreRefused,
}

/// What an object says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) api_version: String,
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) namespace: String,
}

impl Head {
    /// Decodes a document; nothing for null.
    pub(super) fn decode(value: &Value, scalars: Scalars) -> Result<Option<Self>, String> {
        let map = match value {
            Value::Null => return Ok(None),
            Value::Map(map) => map,
            other => return Err(mismatch(other, "value of type rules.k8sYamlStruct")),
        };
        let mut head = Self::default();
        let mut first = Ok(());
        for (key, value) in map {
            let result = if key.eq_ignore_ascii_case("metadata") {
                head.metadata(value, scalars)
            } else if key.eq_ignore_ascii_case("apiVersion") {
                set(&mut head.api_version, value, "k8sYamlStruct.apiVersion", scalars)
            } else if key.eq_ignore_ascii_case("kind") {
                set(&mut head.kind, value, "k8sYamlStruct.Kind", scalars)
            } else {
                Ok(())
            };
            first = first.and(result);
        }
        first.map(|()| Some(head))
    }

    fn metadata(&mut self, value: &Value, scalars: Scalars) -> Result<(), String> {
        let map: &Map = match value {
            Value::Null => return Ok(()),
            Value::Map(map) => map,
            other => {
                let target = "struct field k8sYamlStruct.Metadata of type rules.k8sYamlMetadata";
                return Err(mismatch(other, target));
            }
        };
        let mut first = Ok(());
        for (key, value) in map {
            let result = if key.eq_ignore_ascii_case("namespace") {
                set(&mut self.namespace, value, "k8sYamlMetadata.Metadata.Namespace", scalars)
            } else if key.eq_ignore_ascii_case("name") {
                set(&mut self.name, value, "k8sYamlMetadata.Metadata.Name", scalars)
            } else {
                Ok(())
            };
            first = first.and(result);
        }
        first
    }
}

/// Sets a text field; null leaves it alone.
fn set(field: &mut String, value: &Value, name: &str, scalars: Scalars) -> Result<(), String> {
    let text = match (value, scalars) {
        (Value::Null, _) => return Ok(()),
        (Value::String(text), _) => Some(text.clone()),
        (value, Scalars::BecomeText) => value.to_text(),
        (_, Scalars::AreRefused) => None,
    };
    match text {
        Some(text) => *field = text,
        None => return Err(mismatch(value, &format!("struct field {name} of type string"))),
    }
    Ok(())
}

pub(super) fn mismatch(value: &Value, target: &str) -> String {
    format!("json: cannot unmarshal {} into Go {target}", value.json_type())
}
