//! Dependencies of charts: the same files and the same lock as Helm makes them.

use testkit::web::WebServer;

use super::*;

/// A chart with a dependency in a repository and one beside it.
fn parent(home: &Home, name: &str, url: &str) -> PathBuf {
    let folder = home.path(name);
    std::fs::create_dir_all(&folder).unwrap();
    let text = format!(
        "apiVersion: v2\nname: parent\nversion: 1.0.0\ndependencies:\n- {{name: web, version: ^1.0, repository: {url}, condition: web.enabled, tags: [a], import-values: [x, {{child: a, parent: b<}}]}}\n- {{name: near, version: '>=0.1', repository: 'file://../near', alias: other}}\n"
    );
    std::fs::write(folder.join("Chart.yaml"), text).unwrap();
    folder
}

fn update(home: &Home, folder: &Path) -> Result<Vec<String>, FetchError> {
    let chart = ::chart::load(source::read_chart(folder).unwrap()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let now = "2026-01-01T00:00:00Z";
    runtime.block_on(home.fetcher().update_dependencies(folder, &chart, now))
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> =
        entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn lock(folder: &Path) -> String {
    let text = std::fs::read_to_string(folder.join("Chart.lock")).unwrap();
    text.lines().filter(|l| !l.starts_with("generated")).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_same_is_fetched_and_locked_as_by_helm() {
    let home = Home::new();
    let server = WebServer::folder(home.packages(&["1.0.0", "1.2.0", "2.0.0"]));
    std::fs::create_dir(home.path("near")).unwrap();
    let near = "apiVersion: v2\nname: near\nversion: 0.3.0\n";
    std::fs::write(home.path("near/Chart.yaml"), near).unwrap();
    let (theirs, ours) = (parent(&home, "a", &server.url()), parent(&home, "b", &server.url()));
    home.helm(&["dependency", "update", "a"]);
    std::fs::create_dir(ours.join("charts")).unwrap();
    let old = home.path("packages/web-1.0.0.tgz");
    std::fs::copy(old, ours.join("charts/web-1.0.0.tgz")).unwrap();
    update(&home, &ours).unwrap();
    assert_eq!(names(&theirs.join("charts")), ["near-0.3.0.tgz", "web-1.2.0.tgz"]);
    assert_eq!(names(&ours.join("charts")), ["near-0.3.0.tgz", "web-1.2.0.tgz"]);
    assert_eq!(lock(&ours), lock(&theirs));
    let loaded = ::chart::load(source::read_chart(&ours).unwrap()).unwrap();
    assert_eq!(loaded.dependencies.len(), 2);
    assert_eq!(names(&ours), ["Chart.lock", "Chart.yaml", "charts"]);
}

#[test]
fn nothing_is_touched_where_one_is_missing() {
    let home = Home::new();
    let server = WebServer::folder(home.packages(&["2.0.0"]));
    std::fs::create_dir(home.path("near")).unwrap();
    let near = "apiVersion: v2\nname: near\nversion: 0.3.0\n";
    std::fs::write(home.path("near/Chart.yaml"), near).unwrap();
    let folder = parent(&home, "a", &server.url());
    let error = update(&home, &folder).unwrap_err();
    assert!(
        error.to_string().starts_with("can't get a valid version for 1 subchart(s)"),
        "{error}"
    );
    assert_eq!(error.hint().unwrap(), "the newest versions are 2.0.0");
    assert_eq!(names(&folder), ["Chart.yaml"]);
    let folder = parent(&home, "b", "stable");
    let error = update(&home, &folder).unwrap_err();
    assert!(error.to_string().starts_with("no repository definition for stable"), "{error}");
}
