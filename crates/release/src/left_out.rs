//! What the record of a large chart leaves out, so that it fits into a Secret.
//!
//! Nothing reads the files of a stored chart again: a rollback takes manifest, hooks and values. Their
//! data make room first, then those of templates; a sentence with the digest stands in their place, so
//! that it is still known whether another chart is the same one. Helm reads such a record as any other.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// What a Secret holds: Kubernetes' `MaxSecretSize`.
pub(crate) const MOST: usize = 1 << 20;

/// The lists of a chart whose data can be left out, the least missed first.
pub(crate) const LISTS: [&str; 2] = ["files", "templates"];

const MARK: &str = "left out: the release would not fit into a Secret; sha256:";

/// Leaves out the data of all files of a list.
pub(crate) fn leave_out(chart: &mut Value, list: &str) {
    let files = chart.get_mut(list).and_then(Value::as_array_mut);
    for file in files.into_iter().flatten() {
        let Some(data) = file.get("data").and_then(Value::as_str) else { continue };
        let mark = format!("{MARK}{}", digest(data));
        file["data"] = STANDARD.encode(mark).into();
    }
}

/// Whether two files' data are the same as far as is known: one or both may be left out.
pub(crate) fn is_same(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    let named = |data: &str| {
        let text = String::from_utf8(STANDARD.decode(data).ok()?).ok()?;
        text.strip_prefix(MARK).map(str::to_owned)
    };
    match (named(a), named(b)) {
        (None, None) => false,
        (a_named, b_named) => {
            a_named.unwrap_or_else(|| digest(a)) == b_named.unwrap_or_else(|| digest(b))
        }
    }
}

/// Of what base64 stands for; of the text itself where it is none.
fn digest(data: &str) -> String {
    let bytes = STANDARD.decode(data).unwrap_or_else(|_| data.as_bytes().to_vec());
    format!("{:x}", Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_left_out_is_known_by_its_digest() {
        let mut chart = json!({
            "files": [{"name": "a", "data": STANDARD.encode("one")}, {"name": "empty"}],
            "templates": null,
        });
        let whole = chart["files"][0]["data"].as_str().unwrap().to_owned();
        leave_out(&mut chart, "files");
        leave_out(&mut chart, "templates");
        let left = chart["files"][0]["data"].as_str().unwrap();
        assert!(is_same(left, &whole) && is_same(&whole, left) && is_same(left, left));
        assert!(!is_same(left, &STANDARD.encode("two")));
        assert!(!is_same(&whole, &STANDARD.encode("two")));
    }
}
