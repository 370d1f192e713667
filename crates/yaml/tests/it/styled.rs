//! Documents read and printed in their style: what go-yaml 3 made of the same texts, comments and all
//! (`tests/oracle/styled` captures it anew).

use std::path::Path;

use yaml::styled;

#[test]
fn as_go_prints_it() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/styled.jsonl");
    let (mut count, mut report) = (0, String::new());
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = case["text"].as_str().unwrap();
        let document = styled::parse(text).unwrap();
        let printed = styled::print(document.as_slice());
        if case["printed"] != printed.as_str() {
            report += &format!("{line}\n{printed}\n");
        }
        count += 1;
    }
    assert!(count > 100, "{count} cases");
    assert!(report.is_empty(), "{report}");
}
