//! A test case as one text: sections, each below a line `-- NAME --`.

use std::path::Path;

/// The sections of a case, in their order.
#[derive(Clone, Debug)]
pub struct Sections(pub Vec<(String, String)>);

impl Sections {
    /// Reads a case; panics where a text stands before the first section.
    #[must_use]
    pub fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut sections: Vec<(String, String)> = vec![];
        for line in text.split_inclusive('\n') {
            let name = line.trim_end().strip_prefix("-- ").and_then(|l| l.strip_suffix(" --"));
            match (name, sections.last_mut()) {
                (Some(name), _) => sections.push((name.to_owned(), String::new())),
                (None, Some((_, body))) => body.push_str(line),
                (None, None) => panic!("{}: text before the first section", path.display()),
            }
        }
        Self(sections)
    }

    /// The text of a section.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, body)| body.as_str())
    }

    /// The sections whose names are wanted, as they are written.
    pub fn text(&self, wanted: impl Fn(&str) -> bool) -> String {
        let sections = self.0.iter().filter(|(name, _)| wanted(name));
        sections.map(|(name, body)| ["-- ", name, " --\n", body].concat()).collect()
    }
}
