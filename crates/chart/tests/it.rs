//! Schemas that are none, and values that break good ones: what Helm says is what we say.
//!
//! `tests/cases/schema/*.txt` hold cases; `HELM=/path/to/helm cargo test -p chart --test it` asks the
//! real Helm 4.3.1 again and rewrites what it said.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

/// A case: its name, the schema, the values, and what is said of them.
struct Case {
    name: String,
    schema: String,
    values: String,
    said: String,
}

#[test]
fn schemas_are_judged_as_helm_judges_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/schema");
    let mut broken = String::new();
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let mut cases = read(&std::fs::read_to_string(&path).unwrap());
        if let Some(helm) = std::env::var_os("HELM") {
            for case in &mut cases {
                case.said = ask(Path::new(&helm), case);
            }
            std::fs::write(&path, write(&cases)).unwrap();
        }
        for case in &cases {
            count += 1;
            let values = yaml::map_from_str(&case.values, yaml::Numbers::Float64).unwrap();
            let result = chart::schema::validate_single(case.schema.as_bytes(), &values);
            let said = result.err().unwrap_or_default();
            if said.trim_end() != case.said.trim_end() {
                let Case { name, said: wanted, .. } = case;
                let file = path.display();
                let _ = writeln!(broken, "{file}: {name}\nours:\n{said}\nHelm's:\n{wanted}");
            }
        }
    }
    assert!(count > 60, "only {count} cases were found");
    assert!(broken.is_empty(), "{broken}");
}

fn read(text: &str) -> Vec<Case> {
    let cases = text.split("=== ").skip(1).map(|block| {
        let (name, rest) = block.split_once('\n').unwrap();
        let (schema, rest) = rest.split_once("--- values\n").unwrap();
        let (values, said) = rest.split_once("--- said\n").unwrap();
        let [name, schema, values, said] = [name, schema, values, said].map(str::to_owned);
        Case { name, schema, values, said }
    });
    cases.collect()
}

fn write(cases: &[Case]) -> String {
    let mut text = String::new();
    for Case { name, schema, values, said } in cases {
        let _ = writeln!(text, "=== {name}\n{schema}--- values\n{values}--- said\n{said}");
    }
    text
}

/// What Helm says of a chart with this schema and these values.
fn ask(helm: &Path, case: &Case) -> String {
    let chart = std::env::temp_dir().join(format!("windrose-schema-{}", std::process::id()));
    std::fs::create_dir_all(&chart).unwrap();
    let file = |name: &str, text: &str| std::fs::write(chart.join(name), text).unwrap();
    file("Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n");
    file("values.schema.json", &case.schema);
    file("values.yaml", &case.values);
    let output = Command::new(helm).arg("template").arg("rel").arg(&chart).output().unwrap();
    std::fs::remove_dir_all(&chart).unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    let said = text.split_once("chart(s):\nweb:\n").map_or("", |(_, said)| said);
    assert!(output.status.success() == said.is_empty(), "{}: {text}", case.name);
    if said.is_empty() { String::new() } else { format!("{}\n", said.trim_end()) }
}
