//! The charts of `../shared/charts`: 199 that other people wrote, with what Helm printed.
use std::io::Read as _;
use std::path::{Path, PathBuf};

use render::{Capabilities, Options};

/// How many match today; raise it with the engine, never lower it.
const REACHED: usize = 199;

#[test]
fn real_charts_render_as_in_helm() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/charts");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("skipped: there is no {}", folder.display());
        return;
    };
    let mut cases: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    cases.retain(|case| case.join("expected.yaml.gz").exists());
    cases.sort();
    let results = super::on_a_roomy_stack(move || {
        cases.iter().map(|case| (case.clone(), compare(case))).collect::<Vec<_>>()
    });
    let good = results.iter().filter(|(_, result)| result.is_ok()).count();
    for (case, result) in &results {
        if let Err(why) = result {
            println!("{}: {why}", case.file_name().unwrap().to_string_lossy());
        }
    }
    assert!(good >= REACHED, "{good} of {} charts match, {REACHED} did before", results.len());
}

fn compare(case: &Path) -> Result<(), String> {
    let mut expected = Vec::new();
    let packed = std::fs::read(case.join("expected.yaml.gz")).unwrap();
    flate2::read::GzDecoder::new(packed.as_slice()).read_to_end(&mut expected).unwrap();
    let found = render(case)?;
    let (expected, found): (Vec<_>, Vec<_>) =
        (expected.split(|b| *b == b'\n').collect(), found.split('\n').collect());
    for (at, (expected, found)) in expected.iter().zip(&found).enumerate() {
        // A line that ends in NUL counts only up to there: the rest is random or a date.
        let same = match expected.strip_suffix(b"\0") {
            Some(prefix) => found.as_bytes().starts_with(prefix),
            None => *expected == found.as_bytes(),
        };
        if !same {
            let expected = String::from_utf8_lossy(expected);
            return Err(format!("line {}: expected {expected:?}, got {found:?}", at + 1));
        }
    }
    if expected.len() == found.len() { Ok(()) } else { Err("lengths differ".to_owned()) }
}

fn render(case: &Path) -> Result<String, String> {
    let archive = std::fs::read(case.join("chart.tgz")).unwrap();
    let files = chart::unpack(&archive, chart::Limits::default()).map_err(|e| e.to_string())?;
    let chart = chart::load(files).map_err(|e| e.to_string())?;
    let mut values = chart::values::Options::default();
    if let Ok(data) = std::fs::read(case.join("values.yaml")) {
        values.files.push(("values.yaml".to_owned(), data));
    }
    let values = values.merge(&|_| Err(String::new())).map_err(|e| e.to_string())?;
    let capabilities = Capabilities::default();
    let request = super::install(&chart, &values, &capabilities, Options::default());
    render::render(&request).map(|r| r.template_text()).map_err(|e| e.helm_text())
}
