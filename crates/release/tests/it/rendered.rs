//! Charts rendered by us and installed by the real `helm` are the same release.

use std::path::Path;
use std::sync::Arc;

use release::{Content, Intent, Rendering, Stage};
use render::Operation;

use crate::bed::Bed;

async fn render(bed: &Bed, chart: &Path, values: &str) -> Content {
    let chart = chart::load(source::read_chart(chart).unwrap()).unwrap();
    let upcoming =
        release::upcoming(&bed.client, &bed.namespace, &bed.name, &Intent::Apply).await.unwrap();
    let operation = if upcoming.is_install { Operation::Install } else { Operation::Upgrade };
    let rendering = Rendering {
        chart: Arc::new(chart),
        values: yaml::map_from_str(values, yaml::Numbers::Float64).unwrap(),
        name: bed.name.clone(),
        namespace: bed.namespace.clone(),
        revision: upcoming.revision,
        operation,
        options: render::Options::default(),
        now: bed.client.now(),
        entropy: |bytes| bytes.fill(7),
    };
    let stage = Stage::of(&bed.client).await.unwrap();
    Content::from_rendered(&stage.render(rendering).await.unwrap())
}

#[tokio::test]
async fn what_helm_installed_we_find_unchanged_and_the_other_way_round() {
    let bed = Bed::new().await;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/charts/web");
    let chart = path.display().to_string();
    bed.helm(&["install", "web", &chart, "--set-string", "extra=1", "--wait"]);
    let content = render(&bed, &path, "extra: '1'").await;
    let theirs = bed.storage().get("web", None).await.unwrap();
    assert_eq!(content.manifest, theirs.manifest);
    assert_eq!(content.config, theirs.config);
    assert!(bed.plan(Intent::Apply, Some(content)).await.unwrap().is_nothing());

    let ours = bed.apply(render(&bed, &path, "color: green").await).await.unwrap();
    bed.helm(&["upgrade", "web", &chart, "--set", "color=green", "--wait"]);
    let theirs = bed.storage().get("web", None).await.unwrap();
    assert_eq!((ours.version, theirs.version), (2, 3));
    assert_eq!(ours.manifest, theirs.manifest);
    assert_eq!(ours.config, theirs.config);
    let content = render(&bed, &path, "color: green").await;
    assert!(bed.plan(Intent::Apply, Some(content)).await.unwrap().is_nothing());
}
