//! Repositories over HTTP and HTTPS, and addresses.

use testkit::Certificates;
use testkit::web::{Answer, Asked, WebServer, files};

use super::*;

const BASIC: &str = "Basic dGVzdGVyOnNlY3JldA==";

#[test]
fn the_version_that_is_meant_is_fetched_and_kept() {
    let home = Home::new();
    let packages = home.packages(&["1.0.0", "1.1.0", "2.0.0-rc.1"]);
    let server = WebServer::folder(&packages);
    for (version, expected) in [("", "1.1.0"), ("~1.0", "1.0.0"), (">0.0.0-0", "2.0.0-rc.1")] {
        let wanted = from_repository(&server.url(), "web", version);
        let fetched = home.fetch(&wanted, &Access::default()).unwrap();
        assert_eq!(fetched.file_name, format!("web-{expected}.tgz"));
        same(&fetched, &packages.join(&fetched.file_name));
    }
    // What is known by its digest is not fetched again.
    let before = server.asked().len();
    home.fetch(&from_repository(&server.url(), "web", ""), &Access::default()).unwrap();
    assert_eq!(server.asked()[before..].iter().filter(|a| a.path.contains(".tgz")).count(), 0);
    // Nor is anything of a repository that was added and whose chart is here.
    home.add_repository(&server.url(), "");
    let before = server.asked().len();
    home.fetch(&chart("r/web", ""), &Access::default()).unwrap();
    assert_eq!(server.asked().len(), before);
}

#[test]
fn a_version_that_is_not_there_is_told_with_those_that_are() {
    let home = Home::new();
    let server = WebServer::folder(home.packages(&["1.0.0"]));
    let wanted = from_repository(&server.url(), "web", "7");
    let error = home.fetch(&wanted, &Access::default()).unwrap_err();
    let expected = format!("chart \"web\" version \"7\" not found in {} repository", server.url());
    assert_eq!(error.to_string(), expected);
    assert_eq!(error.hint().unwrap(), "the newest versions are 1.0.0");
    let wanted = from_repository(&server.url(), "wep", "");
    let error = home.fetch(&wanted, &Access::default()).unwrap_err();
    assert_eq!(error.hint().unwrap(), "did you mean the chart \"web\"?");
}

/// A folder for who knows the password.
fn locked(folder: PathBuf) -> impl Fn(&Asked) -> Answer + Send + Sync {
    move |asked| match asked.authorization.as_deref() {
        Some(BASIC) => files(&folder, asked),
        _ => Answer::status(401),
    }
}

#[test]
fn a_wrong_password_is_told_from_a_missing_one() {
    let home = Home::new();
    let server = WebServer::start(locked(home.packages(&["1.0.0"])));
    let wanted = from_repository(&server.url(), "web", "");
    home.fetch(&wanted, &login("tester", "secret")).unwrap();
    let error = home.fetch(&wanted, &login("tester", "wrong")).unwrap_err();
    assert!(matches!(error, FetchError::NotARepository { .. }), "{error}");
    assert!(error.hint().unwrap().contains("are they right"));
    let error = home.fetch(&wanted, &Access::default()).unwrap_err();
    assert!(error.to_string().ends_with("index.yaml : 401 Unauthorized"), "{error}");
    assert!(error.hint().unwrap().contains("no credentials were sent"));
    // A password in the address, or with the repository, does as well.
    let address = server.url().replace("://", "://tester:secret@");
    home.fetch(&from_repository(&address, "web", ""), &Access::default()).unwrap();
    let other = Home::new();
    other.packages(&["1.0.0"]);
    other.add_repository(&server.url(), "  username: tester\n  password: secret\n");
    std::fs::copy(home.path("packages/index.yaml"), other.path("repository/r-index.yaml")).unwrap();
    other.fetch(&chart("r/web", ""), &Access::default()).unwrap();
}

#[test]
fn credentials_stay_with_the_server_they_are_for() {
    let home = Home::new();
    let packages = home.packages(&["1.0.0"]);
    let other = WebServer::folder(&packages);
    // An index that names another server.
    let index = std::fs::read_to_string(packages.join("index.yaml")).unwrap();
    let index = index.replace("- web-1.0.0.tgz", &format!("- {}/web-1.0.0.tgz", other.url()));
    let server = WebServer::start(move |_| Answer::ok(index.clone()));
    let wanted = from_repository(&server.url(), "web", "");
    home.fetch(&wanted, &login("tester", "secret")).unwrap();
    assert_eq!(server.asked()[0].authorization.as_deref(), Some(BASIC));
    assert_eq!(other.asked()[0].authorization, None);
    // Unless that is asked for.
    let access = Access { pass_credentials: true, ..login("tester", "secret") };
    Home::new().fetch(&wanted, &access).unwrap();
    assert_eq!(other.asked()[1].authorization.as_deref(), Some(BASIC));
}

#[test]
fn a_redirect_to_another_server_loses_the_credentials() {
    let home = Home::new();
    let other = WebServer::folder(home.packages(&["1.0.0"]));
    let target = other.url();
    let server = WebServer::start(move |asked| Answer::redirect(format!("{target}{}", asked.path)));
    let address = format!("{}/web-1.0.0.tgz", server.url());
    home.fetch(&chart(&address, ""), &login("tester", "secret")).unwrap();
    assert_eq!(server.asked()[0].authorization.as_deref(), Some(BASIC));
    assert_eq!(other.asked()[0].authorization, None);
    // To itself they go along.
    let server = WebServer::start(|asked| match (asked.path.as_str(), &asked.authorization) {
        ("/a", _) => Answer::redirect("/b"),
        ("/b", Some(_)) => Answer::ok("values"),
        _ => Answer::status(401),
    });
    let address = format!("{}/a", server.url().replace("://", "://u:p@"));
    assert_eq!(home.file(&address).unwrap(), b"values");
}

#[test]
fn a_busy_server_is_asked_again() {
    let home = Home::new();
    let busy = |times: usize| {
        let asked = std::sync::atomic::AtomicUsize::new(0);
        WebServer::start(move |_| match asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
            before if before < times => Answer::status(429).header("Retry-After", "0"),
            _ => Answer::ok("values"),
        })
    };
    let server = busy(3);
    assert_eq!(home.file(&format!("{}/x", server.url())).unwrap(), b"values");
    let server = busy(4);
    let error = home.file(&format!("{}/x", server.url())).unwrap_err();
    assert!(matches!(error, FetchError::Status { status, .. } if status == 429), "{error}");
    assert_eq!(server.asked().len(), 4);
}

#[test]
fn redirects_end() {
    let home = Home::new();
    let server = WebServer::start(|_| Answer::redirect("/again"));
    let error = home.file(&format!("{}/x", server.url())).unwrap_err();
    assert!(matches!(error, FetchError::Redirects { .. }), "{error}");
    let server = WebServer::start(|_| Answer::redirect("file:///etc/passwd"));
    let error = home.file(&format!("{}/x", server.url())).unwrap_err();
    assert!(matches!(error, FetchError::Redirect { .. }), "{error}");
}

#[test]
fn what_was_changed_on_its_way_is_refused() {
    let home = Home::new();
    let packages = home.packages(&["1.0.0", "1.1.0"]);
    std::fs::copy(packages.join("web-1.0.0.tgz"), packages.join("web-1.1.0.tgz")).unwrap();
    let server = WebServer::folder(&packages);
    let wanted = from_repository(&server.url(), "web", "1.1.0");
    let error = home.fetch(&wanted, &Access::default()).unwrap_err();
    assert!(matches!(error, FetchError::Digest { .. }), "{error}");
    assert!(!home.path("content").exists(), "nothing is kept");
}

#[test]
fn half_a_download_is_none() {
    let home = Home::new();
    let server = WebServer::start(|_| Answer { missing: 10, ..Answer::ok("half") });
    let error =
        home.fetch(&chart(&format!("{}/web-1.0.0.tgz", server.url()), ""), &Access::default());
    let error = error.unwrap_err();
    assert!(matches!(error, FetchError::Truncated { .. }), "{error}");
    assert!(!home.path("content").exists(), "nothing is kept");
    let server = WebServer::start(|_| Answer::status(0));
    let error = home.file(&server.url()).unwrap_err();
    assert!(matches!(error, FetchError::Truncated { .. }), "{error}");
}

#[test]
fn what_announces_too_much_is_not_read() {
    let home = Home::new();
    let server = WebServer::start(|_| Answer { missing: 1 << 40, ..Answer::ok("x") });
    let error = home.fetch(&from_repository(&server.url(), "web", ""), &Access::default());
    let error = error.unwrap_err();
    assert!(error.to_string().contains("is larger than"), "{error}");
}

#[test]
fn an_index_of_thousands_is_read_over() {
    let home = Home::new();
    let packages = home.packages(&["1.0.0"]);
    let text = std::fs::read_to_string(packages.join("index.yaml")).unwrap();
    let (head, tail) = text.split_once("  web:\n").unwrap();
    let many: String = (0..4000)
        .flat_map(|chart| {
            let head = [format!("  chart-{chart}:\n")];
            head.into_iter().chain((0..5).map(move |version| {
                format!("  - {{name: chart-{chart}, version: 1.0.{version}, urls: [x]}}\n")
            }))
        })
        .collect();
    let index = [head, &many, "  web:\n", tail].concat();
    std::fs::write(packages.join("index.yaml"), index).unwrap();
    let server = WebServer::folder(&packages);
    let wanted = from_repository(&server.url(), "web", "");
    same(&home.fetch(&wanted, &Access::default()).unwrap(), &packages.join("web-1.0.0.tgz"));
}

#[test]
fn certificates_are_checked() {
    let home = Home::new();
    let certificates = Certificates::make().unwrap();
    let packages = home.packages(&["1.0.0"]);
    let server = WebServer::start_tls(&certificates, move |asked| files(&packages, asked));
    let wanted = from_repository(&server.url(), "web", "");
    let error = home.fetch(&wanted, &Access::default()).unwrap_err();
    assert!(error.to_string().contains("TLS failed"), "{error}");
    assert!(error.hint().unwrap().contains("--ca-file"));
    let tls = Tls { ca_file: Some(certificates.authority()), ..Tls::default() };
    home.fetch(&wanted, &Access { tls, ..Access::default() }).unwrap();
    let tls = Tls { insecure: true, ..Tls::default() };
    Home::new().fetch(&wanted, &Access { tls, ..Access::default() }).unwrap();
    let tls = Tls { ca_file: Some(certificates.server_key()), ..Tls::default() };
    let error = home.fetch(&wanted, &Access { tls, ..Access::default() }).unwrap_err();
    assert!(error.to_string().contains("server.key"), "{error}");
}

#[test]
fn what_cannot_be_reached_is_told_apart() {
    let home = Home::new();
    let error = home.file("http://no-such-host.invalid/x").unwrap_err();
    assert!(matches!(error, FetchError::Unresolved { .. }), "{error}");
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = home.file(&format!("http://{free}/x")).unwrap_err();
    assert!(error.to_string().contains("refused"), "{error}");
    let server = WebServer::start(|_| Answer::ok(""));
    let error = home.file(&server.url().replace("http:", "https:")).unwrap_err();
    assert!(matches!(error, FetchError::NotTls { .. }), "{error}");
    assert!(matches!(home.file("git://h/x").unwrap_err(), FetchError::Scheme { .. }));
    let error = home.fetch(&chart("web", ""), &Access::default()).unwrap_err();
    assert!(matches!(error, FetchError::NotAReference { .. }), "{error}");
    let error = home.fetch(&chart("r/web", ""), &Access::default()).unwrap_err();
    assert_eq!(error.to_string(), "repo r not found");
}

#[test]
fn provenance_comes_along_or_is_missed() {
    let home = Home::new();
    let packages = home.packages(&["1.0.0"]);
    let server = WebServer::folder(&packages);
    let wanted = ChartReference {
        provenance: Provenance::Require,
        ..from_repository(&server.url(), "web", "")
    };
    let error = home.fetch(&wanted, &Access::default()).unwrap_err();
    assert!(error.to_string().starts_with("failed to fetch provenance"), "{error}");
    std::fs::write(packages.join("web-1.0.0.tgz.prov"), "signed").unwrap();
    let fetched = home.fetch(&wanted, &Access::default()).unwrap();
    assert_eq!(fetched.provenance.as_deref(), Some(&b"signed"[..]));
}
