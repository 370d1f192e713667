//! Label and field selectors, as query strings and as objects.

use serde_json::{Map, Value};

use crate::object::{self, text};

/// A conjunction of requirements on labels.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Labels(Vec<(String, Rule)>);

#[derive(Debug, Clone, PartialEq)]
enum Rule {
    In(Vec<String>),
    NotIn(Vec<String>),
    Exists,
    Absent,
    Greater(i64),
    Less(i64),
}

/// A conjunction of comparisons of fields.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Fields(Vec<(String, bool, String)>);

impl Labels {
    /// Reads `a=b,c!=d,e in (f,g),h,!i`; the error is for a bad request.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut rules = vec![];
        for part in split_outside_parentheses(text) {
            let part = part.trim();
            if !part.is_empty() {
                rules.push(parse_rule(part)?);
            }
        }
        Ok(Self(rules))
    }

    /// Reads a `LabelSelector` object.
    pub(crate) fn of(selector: &Value) -> Self {
        let mut rules: Vec<(String, Rule)> = equalities(selector.get("matchLabels"));
        for expression in object::list(selector, "/matchExpressions") {
            let values = object::list(expression, "/values");
            let values = values.iter().filter_map(Value::as_str).map(str::to_owned).collect();
            let rule = match text(expression, "/operator") {
                "In" => Rule::In(values),
                "NotIn" => Rule::NotIn(values),
                "Exists" => Rule::Exists,
                _ => Rule::Absent,
            };
            rules.push((text(expression, "/key").to_owned(), rule));
        }
        Self(rules)
    }

    /// Whether the selector asks for nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether an object's labels fit.
    pub(crate) fn matches(&self, object: &Value) -> bool {
        self.matches_labels(object.pointer("/metadata/labels").and_then(Value::as_object))
    }

    /// Whether labels fit.
    pub(crate) fn matches_labels(&self, labels: Option<&Map<String, Value>>) -> bool {
        self.0.iter().all(|(key, rule)| {
            let value = labels.and_then(|labels| labels.get(key)).and_then(Value::as_str);
            let number = || value.and_then(|value| value.parse::<i64>().ok());
            match rule {
                Rule::In(values) => value.is_some_and(|v| values.iter().any(|w| w == v)),
                Rule::NotIn(values) => value.is_none_or(|v| values.iter().all(|w| w != v)),
                Rule::Exists => value.is_some(),
                Rule::Absent => value.is_none(),
                Rule::Greater(bound) => number().is_some_and(|n| n > *bound),
                Rule::Less(bound) => number().is_some_and(|n| n < *bound),
            }
        })
    }
}

impl Fields {
    /// Reads `a=b,c!=d`; the error is for a bad request.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut rules = vec![];
        for part in text.split(',').filter(|part| !part.is_empty()) {
            let (key, equal, value) = if let Some((key, value)) = part.split_once("!=") {
                (key, false, value)
            } else if let Some((key, value)) = part.split_once("==") {
                (key, true, value)
            } else if let Some((key, value)) = part.split_once('=') {
                (key, true, value)
            } else {
                return Err(format!("invalid selector: '{part}'; can't understand '{part}'"));
            };
            rules.push((key.to_owned(), equal, value.to_owned()));
        }
        Ok(Self(rules))
    }

    /// Whether an object's fields fit; absent fields are empty.
    pub(crate) fn matches(&self, object: &Value) -> bool {
        self.0.iter().all(|(key, equal, wanted)| {
            let found = match object.pointer(&format!("/{}", key.replace('.', "/"))) {
                Some(Value::String(text)) => text.clone(),
                Some(scalar @ (Value::Bool(_) | Value::Number(_))) => scalar.to_string(),
                Some(Value::Null | Value::Array(_) | Value::Object(_)) | None => String::new(),
            };
            (found == *wanted) == *equal
        })
    }
}

fn equalities(labels: Option<&Value>) -> Vec<(String, Rule)> {
    labels
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(key, value)| {
            (key.clone(), Rule::In(vec![value.as_str().unwrap_or_default().to_owned()]))
        })
        .collect()
}

fn split_outside_parentheses(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (vec![], 0_u32, 0);
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

fn parse_rule(part: &str) -> Result<(String, Rule), String> {
    let refuse = || format!("unable to parse requirement: found '{part}'");
    let key = |text: &str| text.trim().to_owned();
    let one = |text: &str| vec![text.trim().to_owned()];
    if let Some(name) = part.strip_prefix('!') {
        return Ok((key(name), Rule::Absent));
    }
    if let Some((head, tail)) = part.split_once('(') {
        let values = tail.strip_suffix(')').ok_or_else(refuse)?;
        let values = values.split(',').map(|v| v.trim().to_owned()).collect();
        let mut words = head.split_whitespace();
        return match (words.next(), words.next(), words.next()) {
            (Some(name), Some("in"), None) => Ok((key(name), Rule::In(values))),
            (Some(name), Some("notin"), None) => Ok((key(name), Rule::NotIn(values))),
            _ => Err(refuse()),
        };
    }
    if let Some((name, value)) = part.split_once("!=") {
        return Ok((key(name), Rule::NotIn(one(value))));
    }
    if let Some((name, value)) = part.split_once("==").or_else(|| part.split_once('=')) {
        return Ok((key(name), Rule::In(one(value))));
    }
    if let Some((name, value)) = part.split_once('>') {
        return Ok((key(name), Rule::Greater(value.trim().parse().map_err(|_| refuse())?)));
    }
    if let Some((name, value)) = part.split_once('<') {
        return Ok((key(name), Rule::Less(value.trim().parse().map_err(|_| refuse())?)));
    }
    if let Some((_, rest)) = part.split_once(char::is_whitespace) {
        let found = rest.trim();
        Err(format!(
            "unable to parse requirement: found '{found}', expected: in, notin, =, ==, !=, gt, lt"
        ))
    } else {
        Ok((key(part), Rule::Exists))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn label_selectors_as_the_api_reads_them() {
        let object = json!({"metadata": {"labels": {"app": "web", "n": "3"}}});
        let cases = [
            ("app=web", true),
            ("app==web,n", true),
            ("app!=web", false),
            ("app in (a, web),!missing", true),
            ("app notin (web)", false),
            ("missing notin (x)", true),
            ("n>2", true),
            ("n<2", false),
            ("", true),
        ];
        for (selector, fits) in cases {
            assert_eq!(Labels::parse(selector).unwrap().matches(&object), fits, "{selector}");
        }
        assert!(Labels::parse("a b").is_err());
    }

    #[test]
    fn field_selectors_compare_absent_fields_as_empty() {
        let pod = json!({"metadata": {"name": "a"}, "status": {"phase": "Running"}});
        assert!(Fields::parse("metadata.name=a,status.phase!=Failed").unwrap().matches(&pod));
        assert!(Fields::parse("spec.nodeName=").unwrap().matches(&pod));
        assert!(!Fields::parse("metadata.name=b").unwrap().matches(&pod));
    }
}
