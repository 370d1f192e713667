//! Post-rendering: the manifests and hooks of a chart go through a program of the user's before they
//! are sorted, as one stream in which annotations say which file a document comes from.
//!
//! What Helm 4 does with kyaml: documents are read, annotated and printed in their own style; what
//! comes back is put into files by the annotation, which goes again.
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use yaml::node::Style;
use yaml::styled::{self, Kind, Node};

use crate::documents::split_documents;

const FILE_NAME: &str = "postrenderer.helm.sh/postrender-filename";
const ANNOTATIONS: &str = "annotations";

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
            let read = read(document).map_err(|error| format!("parsing {path}: {error}"))?;
            for mut node in read {
                annotate(&mut node, path).map_err(|why| format!("annotating {path}: {why}"))?;
                all.push(node);
            }
        }
    }
    Ok(styled::print(&all))
}

/// The files of a stream; what has no file's name gets one of its own.
fn split(text: &str) -> Result<BTreeMap<String, String>, String> {
    let mut files: BTreeMap<String, Vec<Node>> = BTreeMap::new();
    for (at, mut node) in
        read(text).map_err(|error| format!("error parsing YAML: {error}"))?.into_iter().enumerate()
    {
        let name = take_file_name(&mut node)
            .unwrap_or_else(|| format!("generated-by-postrender-{at}.yaml"));
        files.entry(name).or_default().push(node);
    }
    Ok(files.into_iter().map(|(name, nodes)| (name, styled::print(&nodes))).collect())
}

/// The documents of a text; a single list of objects is its objects.
fn read(text: &str) -> Result<Vec<Node>, yaml::Error> {
    let documents = styled::split(text)?;
    let mut nodes = Vec::new();
    for document in &documents {
        let Some(node) = styled::parse(document)?.filter(|node| !node.is_null()) else { continue };
        let kind = node.get("kind").and_then(Node::text);
        if documents.len() == 1
            && matches!(kind, Some("List" | "ResourceList"))
            && let Some(items) = node.get("items")
        {
            if let Kind::List { items, .. } = &items.kind {
                nodes.extend(items.iter().cloned());
            }
            continue;
        }
        nodes.push(node);
    }
    Ok(nodes)
}

fn annotate(node: &mut Node, path: &str) -> Result<(), String> {
    let wrong = || "wrong node kind: expected a map with metadata and annotations".to_owned();
    let annotations = node
        .map_below("metadata")
        .and_then(|metadata| metadata.map_below(ANNOTATIONS))
        .and_then(Node::entries_mut)
        .ok_or_else(wrong)?;
    annotations.retain(|(key, _)| key.text() != Some(FILE_NAME));
    let (key, value) =
        (Node::string(FILE_NAME, Style::Plain), Node::string(path, Style::SingleQuoted));
    annotations.push((key, value));
    Ok(())
}

/// Takes the annotation out, and the annotations where no other is left.
fn take_file_name(node: &mut Node) -> Option<String> {
    let metadata = node.map_below("metadata")?;
    let annotations = metadata.get_mut(ANNOTATIONS).and_then(Node::entries_mut);
    let mut name = None;
    if let Some(annotations) = annotations {
        let at = annotations.iter().position(|(key, _)| key.text() == Some(FILE_NAME));
        name = at.map(|at| annotations.remove(at)).and_then(|(_, v)| v.text().map(str::to_owned));
    }
    let left = |value: &Node| {
        !value.is_null() && value.entries().is_none_or(|entries| !entries.is_empty())
    };
    metadata.entries_mut()?.retain(|(key, value)| key.text() != Some(ANNOTATIONS) || left(value));
    name.filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{PostRenderer, merge};

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
