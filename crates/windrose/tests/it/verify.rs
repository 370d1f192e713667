//! `--verify` where all is well: an archive that GnuPG's key signed, by a subkey.

use std::path::Path;
use std::process::Command;

#[test]
fn a_signed_chart_is_rendered() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/verify");
    let run = |words: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_windrose"))
            .args(["helm", "template", "r", "web-0.1.0.tgz", "--verify"])
            .args(words)
            .env("GNUPGHOME", "none")
            .current_dir(&folder)
            .output()
            .unwrap();
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    };
    let (good, text) = run(&["--keyring", "ring.asc"]);
    assert!(good);
    assert!(text.starts_with("---\n# Source: web/templates/a.yaml\nkind: ConfigMap\n"), "{text}");
    assert_eq!(run(&[]), (false, String::new()));
}
