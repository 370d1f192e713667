//! `--output json`: everything that was found, as one document.

use serde_json::{Value, json};

use super::Result;

/// The document; `docs/lint.md` lists its fields.
pub(super) fn report(results: &[(String, Result)]) -> Value {
    json!({ "charts": results.iter().map(|(path, result)| chart(path, result)).collect::<Vec<_>>() })
}

fn chart(path: &str, result: &Result) -> Value {
    match result {
        Err(error) => json!({ "path": path, "error": error, "messages": [], "findings": [] }),
        Ok((linted, found)) => json!({
            "path": path,
            "error": null,
            "messages": linted.messages.iter().map(|message| json!({
                "severity": message.severity.as_str().to_lowercase(),
                "path": message.path,
                "message": message.text,
            })).collect::<Vec<_>>(),
            "findings": found.iter().map(|finding| {
                let mut value = finding.diagnostic.to_json();
                if finding.code.is_information() {
                    value["severity"] = json!("info");
                }
                value
            }).collect::<Vec<_>>(),
        }),
    }
}
