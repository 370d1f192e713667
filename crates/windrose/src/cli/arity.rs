//! How many words follow the name of each of Helm's commands, and what Helm says of more or fewer.
//!
//! **Invariant**: it is asked after the flags were read, as cobra does, and its answer goes before
//! whatever else clap finds wrong with the words. Helm's commands that are not here have no rule.

use std::ffi::OsString;

use Arity::{AtLeast, AtMost, Exactly, Nothing};

/// A command's words, from the least to the most.
#[derive(Clone, Copy, Debug)]
enum Arity {
    Nothing,
    Exactly(usize),
    AtLeast(usize),
    AtMost(usize),
}

/// The command, its words in the usage line, and how many there are.
const RULES: [(&str, &str, Arity); 27] = [
    ("completion bash", "", Nothing),
    ("completion fish", "", Nothing),
    ("completion powershell", "", Nothing),
    ("completion zsh", "", Nothing),
    ("create", " NAME", Exactly(1)),
    ("env", "", AtMost(1)),
    ("get all", " RELEASE_NAME", Exactly(1)),
    ("get hooks", " RELEASE_NAME", Exactly(1)),
    ("get manifest", " RELEASE_NAME", Exactly(1)),
    ("get metadata", " RELEASE_NAME", Exactly(1)),
    ("get notes", " RELEASE_NAME", Exactly(1)),
    ("get values", " RELEASE_NAME", Exactly(1)),
    ("history", " RELEASE_NAME", Exactly(1)),
    ("install", " [NAME] [CHART]", AtLeast(1)),
    ("list", "", Nothing),
    ("rollback", " <RELEASE> [REVISION]", AtLeast(1)),
    ("show all", " [CHART]", Exactly(1)),
    ("show chart", " [CHART]", Exactly(1)),
    ("show crds", " [CHART]", Exactly(1)),
    ("show readme", " [CHART]", Exactly(1)),
    ("show values", " [CHART]", Exactly(1)),
    ("status", " RELEASE_NAME", Exactly(1)),
    ("template", " [NAME] [CHART]", AtLeast(1)),
    ("test", " [RELEASE]", Exactly(1)),
    ("uninstall", " RELEASE_NAME [...]", AtLeast(1)),
    ("upgrade", " [RELEASE] [CHART]", Exactly(2)),
    ("version", "", Nothing),
];

/// What Helm says of a command line in canonical form whose words are too many or too few.
pub(super) fn mistake(line: &[OsString]) -> Option<String> {
    let line: Vec<&str> = line.iter().map(|word| word.to_str()).collect::<Option<_>>()?;
    let below = line.get(2..).filter(|_| line[1] == "helm")?;
    let path = below.split(|word| word.starts_with('-')).next().unwrap_or_default().join(" ");
    if path == "template" && below.iter().any(|word| word.starts_with("--post-renderer=")) {
        // A post-renderer is looked for while flags are read; the command counts its words after that.
        return None;
    }
    let words = below.iter().position(|word| *word == "--").map_or(0, |at| below.len() - at - 1);
    let (_, usage, arity) = RULES.iter().find(|(name, ..)| *name == path)?;
    let wants = |what: &str, count: usize| {
        let plural = if count == 1 { "" } else { "s" };
        format!("{what} {count} argument{plural}")
    };
    let wanted = match *arity {
        Nothing if words > 0 => "accepts no arguments".to_owned(),
        Exactly(count) if words != count => wants("requires", count),
        AtLeast(count) if words < count => wants("requires at least", count),
        AtMost(count) if words > count => wants("accepts at most", count),
        Nothing | Exactly(_) | AtLeast(_) | AtMost(_) => return None,
    };
    Some(format!("\"helm {path}\" {wanted}\n\nUsage:  helm {path}{usage} [flags]"))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    /// What Helm 4.3.1 says.
    #[test]
    fn words_are_counted_as_helm_counts_them() {
        for (line, expected) in [
            ("w plan a b", None),
            ("w helm status -- a", None),
            ("w helm status --revision=1", Some("\"helm status\" requires 1 argument")),
            ("w helm get values --all -- a b", Some("\"helm get values\" requires 1 argument")),
            ("w helm upgrade -- a", Some("\"helm upgrade\" requires 2 arguments")),
            ("w helm list -- a", Some("\"helm list\" accepts no arguments")),
            ("w helm env -- a b", Some("\"helm env\" accepts at most 1 argument")),
            ("w helm install", Some("\"helm install\" requires at least 1 argument")),
            ("w helm install -- -- a", None),
        ] {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            let said = super::mistake(&words);
            let first = said.as_deref().and_then(|text| text.lines().next());
            assert_eq!(first, expected, "{line}");
        }
        let words = ["w", "helm", "get", "all"].map(OsString::from);
        let said = super::mistake(&words).unwrap();
        assert!(said.ends_with("\n\nUsage:  helm get all RELEASE_NAME [flags]"), "{said}");
    }
}
