//! Post-rendering: the manifests and hooks of a chart go through a program of the user's before they
//! are sorted, as one stream in which annotations say which file a document comes from.
//!
//! What Helm 4 does with kyaml: documents are read, annotated and printed in their own style; what
//! comes back is put into files by the annotation, which goes again.
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use yaml::styled::{self, Document, Kind, Node};

use self::annotations::{annotate, clean, clear, migrate};
use crate::documents::split_documents;

mod annotations;

const FILE_NAME: &str = "postrenderer.helm.sh/postrender-filename";

/// What a post-renderer makes of the manifests, or why it did not.
pub type PostRender = dyn Fn(&str) -> Result<String, String> + Send + Sync;

/// A program of the user's that changes manifests.
#[derive(Clone)]
pub struct PostRenderer(Arc<PostRender>);

impl PostRenderer {
    /// Wraps what is called once a rendering.
    pub fn new(run: impl Fn(&str) -> Result<String, String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(run))
    }

    /// Sends the texts through the program.
    pub(crate) fn run(
        &self,
        texts: &BTreeMap<String, String>,
    ) -> Result<BTreeMap<String, String>, String> {
        let merged = merge(texts).map_err(|why| format!("error merging manifests: {why}"))?;
        let changed = (self.0)(&merged)
            .map_err(|why| format!("error while running post render on files: {why}"))?;
        split(&changed).map_err(|why| format!("error while parsing post rendered output: {why}"))
    }
}

impl fmt::Debug for PostRenderer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PostRenderer(…)")
    }
}

/// One stream of all documents, each with the name of its file.
fn merge(texts: &BTreeMap<String, String>) -> Result<String, String> {
    let mut all = Vec::new();
    for (path, text) in texts {
        let name = path.rsplit('/').next().unwrap_or_default();
        if name.starts_with('_') || text.trim().is_empty() {
            continue;
        }
        for document in split_documents(text) {
            for mut document in read(document).map_err(|why| format!("parsing {path}: {why}"))? {
                annotate(&mut document.root, FILE_NAME, path)
                    .map_err(|why| format!("annotating {path}: {why}"))?;
                all.push(document);
            }
        }
    }
    write(all).map_err(|why| format!("writing merged docs: {why}"))
}

/// The files of a stream; what has no file's name gets one of its own.
fn split(text: &str) -> Result<BTreeMap<String, String>, String> {
    let mut files: BTreeMap<String, Vec<Document>> = BTreeMap::new();
    let documents = read(text).map_err(|why| format!("error parsing YAML: {why}"))?;
    for (at, mut document) in documents.into_iter().enumerate() {
        let name = clear(&mut document.root, FILE_NAME)
            .map_err(|why| format!("clearing filename annotation: {why}"))?
            .unwrap_or_else(|| format!("generated-by-postrender-{at}.yaml"));
        files.entry(name).or_default().push(document);
    }
    let print = |(name, documents): (String, Vec<Document>)| {
        let text = write(documents).map_err(|why| format!("re-writing {name}: {why}"))?;
        Ok((name, text))
    };
    files.into_iter().map(print).collect()
}

/// The documents of a text; a single list of objects is its objects.
fn read(text: &str) -> Result<Vec<Document>, String> {
    let texts = styled::split(text).map_err(|error| error.to_string())?;
    let mut documents = Vec::new();
    for text in &texts {
        let malformed =
            |error: yaml::Error| format!("MalformedYAMLError: yaml: {}", error.problem().message);
        let read = styled::parse(text).map_err(malformed)?;
        let Some(mut document) = read.filter(|document| !document.root.is_null()) else { continue };
        let root = &mut document.root;
        migrate(root)?;
        let kind = root.get("kind").and_then(Node::text);
        let list = texts.len() == 1 && matches!(kind, Some("List" | "ResourceList"));
        if list && (root.get("items").is_some() || root.get("functionConfig").is_some()) {
            documents.extend(items(document));
        } else {
            documents.push(document);
        }
    }
    Ok(documents)
}

/// What is in a list of objects; in a map, its keys and values.
fn items(list: Document) -> Vec<Document> {
    let entries = if let Kind::Map { entries, .. } = list.root.kind { entries } else { Vec::new() };
    let items = entries.into_iter().find(|(key, _)| key.text() == Some("items"));
    match items.map(|(_, items)| items.kind) {
        Some(Kind::List { items, .. }) => items.into_iter().map(Document::from).collect(),
        Some(Kind::Map { entries, .. }) => {
            entries.into_iter().flat_map(|(key, value)| [key.into(), value.into()]).collect()
        }
        Some(Kind::Scalar { .. } | Kind::Alias(_)) | None => Vec::new(),
    }
}

/// Documents without what kyaml notes in them for itself.
fn write(mut documents: Vec<Document>) -> Result<String, String> {
    for document in &mut documents {
        clean(&mut document.root)?;
    }
    Ok(styled::print(&documents))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{PostRenderer, merge, split};

    /// What a post-renderer of Helm's sees of a text, and what is left if it changes nothing
    /// (`tests/oracle` captures it anew).
    #[test]
    fn as_helm_does_it() {
        let path = "c/templates/a.yaml".to_owned();
        let mut report = Vec::new();
        for line in include_str!("../tests/post.jsonl").lines() {
            let case = yaml::json::from_str(line, yaml::Numbers::Exact).unwrap();
            let said = |key: &str| case.get(key).and_then(yaml::Value::as_str);
            let text = said("text").unwrap().to_owned();
            let merged = merge(&BTreeMap::from([(path.clone(), text)]));
            let file =
                merged.as_deref().ok().and_then(|merged| split(merged).unwrap().remove(&path));
            let expected = match said("error") {
                Some(error) => Err(error.to_owned()),
                None => Ok(said("merged").unwrap_or_default().to_owned()),
            };
            if merged != expected || file.as_deref() != said("file") {
                report.push(format!("{line}\n{merged:?}\n{file:?}\n"));
            }
        }
        assert!(report.is_empty(), "{}", report.join("\n"));
    }

    #[test]
    fn documents_find_their_files_again() {
        let texts = BTreeMap::from([
            ("web/templates/_helpers.tpl".to_owned(), "x".to_owned()),
            (
                "web/templates/a.yaml".to_owned(),
                "kind: A\nmetadata: {name: a}\n---\nkind: B\n".to_owned(),
            ),
            ("web/templates/b.yaml".to_owned(), "\n".to_owned()),
        ]);
        let seen = merge(&texts).unwrap();
        assert_eq!(
            seen,
            "kind: A\nmetadata: {name: a, annotations: {postrenderer.helm.sh/postrender-filename: 'web/templates/a.yaml'}}\n---\nkind: B\nmetadata:\n  annotations:\n    postrenderer.helm.sh/postrender-filename: 'web/templates/a.yaml'\n"
        );
        let more = PostRenderer::new(|text| Ok(format!("{text}---\nkind: C\n")));
        let files = more.run(&texts).unwrap();
        assert_eq!(files.len(), 2);
        assert!(
            files["web/templates/a.yaml"]
                .starts_with("kind: A\nmetadata: {name: a}\n---\nkind: B\n")
        );
        assert!(files["generated-by-postrender-2.yaml"].starts_with("kind: C\n"));
        let failing = PostRenderer::new(|_| Err("no".to_owned()));
        assert_eq!(
            failing.run(&texts).unwrap_err(),
            "error while running post render on files: no"
        );
    }
}
