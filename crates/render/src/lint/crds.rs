//! Rules about `crds/`: every document is a custom resource definition, and no template.
use super::stream::Stream;
use super::{Entry, Folder, Kind, Linted, Severity};

pub(super) fn check(linted: &mut Linted, folder: &Folder) {
    const FOLDER: &str = "crds/";
    let valid = match &folder.crds {
        Entry::Missing => return,
        Entry::Unreadable(error) => Err(error.clone()),
        Entry::Present(Kind::Other) => Err("not a directory".to_owned()),
        Entry::Present(Kind::Directory) => Ok(()),
    };
    if !linted.rule(Severity::Error, FOLDER, valid) {
        return;
    }
    let chart = match &folder.chart {
        Ok((chart, warnings)) => {
            linted.log(warnings);
            chart
        }
        Err(cause) => {
            linted.rule(Severity::Error, FOLDER, Err(cause.clone()));
            return;
        }
    };
    for crd in chart.crds() {
        let mut stream = Stream::new(&crd.data);
        while let Some(document) = stream.next() {
            let head = match document {
                Ok(Some(head)) => head,
                Ok(None) => continue,
                Err(cause) => {
                    let text = format!("unable to parse YAML: {cause}");
                    linted.rule(Severity::Error, &crd.name, Err(text));
                    return;
                }
            };
            if !head.api_version.starts_with("apiextensions.k8s.io") {
                let text = "apiVersion is not in 'apiextensions.k8s.io'".to_owned();
                linted.rule(Severity::Error, &crd.name, Err(text));
            }
            if head.kind != "CustomResourceDefinition" {
                let text = "object kind is not 'CustomResourceDefinition'".to_owned();
                linted.rule(Severity::Error, &crd.name, Err(text));
            }
        }
    }
}
