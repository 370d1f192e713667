//! Registries: the real one, and one that wants tokens.

use testkit::web::{Answer, WebServer};
use testkit::{Certificates, Door, Registry};

use super::*;

fn plain() -> Access {
    Access { plain_http: true, ..Access::default() }
}

#[test]
fn what_helm_pushes_is_fetched_by_version_tag_and_digest() {
    let home = Home::new();
    let packages = home.packages(&["1.0.0", "1.1.0+build.1", "2.0.0-rc.1"]);
    let registry = Registry::start(Door::Open, None).unwrap();
    let base = format!("oci://{}/charts", registry.host());
    for version in ["1.0.0", "1.1.0+build.1", "2.0.0-rc.1"] {
        let file = format!("packages/web-{version}.tgz");
        home.helm(&["push", &file, &base, "--plain-http"]);
    }
    let web = format!("{base}/web");
    for (version, expected) in
        [("", "1.1.0+build.1"), ("<1.1", "1.0.0"), (">0.0.0-0", "2.0.0-rc.1"), ("1.0.0", "1.0.0")]
    {
        let fetched = home.fetch(&chart(&web, version), &plain()).unwrap();
        assert_eq!(fetched.file_name, format!("web-{expected}.tgz"));
        same(&fetched, &packages.join(&fetched.file_name));
    }
    let fetched = home.fetch(&chart(&format!("{web}:1.0.0"), ""), &plain()).unwrap();
    let digest = fetched.notes[1].strip_prefix("Digest: ").unwrap().to_owned();
    // By its digest it is had without the registry, too.
    drop(registry);
    let exact = format!("{web}@{digest}");
    same(&home.fetch(&chart(&exact, ""), &plain()).unwrap(), &packages.join("web-1.0.0.tgz"));
    assert!(home.fetch(&chart(&format!("{web}:1.0.0"), ""), &plain()).is_err());
}

#[test]
fn what_is_not_there_is_told_apart() {
    let home = Home::new();
    home.packages(&["1.0.0"]);
    let registry = Registry::start(Door::Open, None).unwrap();
    let base = format!("oci://{}/charts", registry.host());
    home.helm(&["push", "packages/web-1.0.0.tgz", &base, "--plain-http"]);
    let error = |name: &str, version: &str| {
        let error = home.fetch(&chart(&format!("{base}/{name}"), version), &plain()).unwrap_err();
        (error.to_string(), error.hint().unwrap_or_default())
    };
    let (text, _) = error("nope", "");
    assert!(text.contains("404") && text.contains("repository name not known"), "{text}");
    let (text, _) = error("web", "1.0.1");
    assert!(text.contains("manifest unknown"), "{text}");
    let (text, hint) = error("web", "^2");
    assert_eq!(text, "could not locate a version matching provided version string ^2");
    assert_eq!(hint, "the newest versions are 1.0.0");
    let (text, _) = error("web:1.0.0", "1.1.0");
    assert_eq!(text, "chart reference and version mismatch: 1.1.0 is not 1.0.0");
    let (text, _) = error("Web", "");
    assert!(text.starts_with("invalid reference"), "{text}");
    let wrong = format!("web:1.0.0@sha256:{}", "0".repeat(64));
    let (text, _) = error(&wrong, "");
    assert!(text.starts_with("chart reference digest mismatch"), "{text}");
    let tls = home.fetch(&chart(&format!("{base}/web"), ""), &Access::default()).unwrap_err();
    assert!(tls.hint().unwrap().contains("--plain-http"), "{tls}");
}

#[test]
fn passwords_come_from_flags_and_from_files() {
    let home = Home::new();
    let packages = home.packages(&["1.0.0"]);
    let certificates = Certificates::make().unwrap();
    let registry = Registry::start(Door::Locked, Some(&certificates)).unwrap();
    let (host, authority) = (registry.host(), certificates.authority());
    let authority = authority.to_str().unwrap();
    let config = home.path("registry.json");
    let config = config.to_str().unwrap();
    let to = format!("oci://{host}/charts");
    home.helm(&[
        "push",
        "packages/web-1.0.0.tgz",
        &to,
        "--ca-file",
        authority,
        "--username",
        Registry::USER,
        "--password",
        Registry::PASSWORD,
    ]);

    let tls = Tls { ca_file: Some(certificates.authority()), ..Tls::default() };
    let wanted = chart(&format!("oci://{host}/charts/web"), "");
    let with = |access: Access| home.fetch(&wanted, &Access { tls: tls.clone(), ..access });
    same(
        &with(login(Registry::USER, Registry::PASSWORD)).unwrap(),
        &packages.join("web-1.0.0.tgz"),
    );
    let error = with(login(Registry::USER, "wrong")).unwrap_err();
    assert!(error.to_string().contains("401"), "{error}");
    assert!(error.hint().unwrap().contains("--username and --password"), "{error}");
    let error = with(Access::default()).unwrap_err();
    assert!(error.hint().unwrap().contains("no credentials were sent"), "{error}");

    home.helm(&[
        "registry",
        "login",
        &host,
        "--username",
        Registry::USER,
        "--password",
        Registry::PASSWORD,
        "--ca-file",
        authority,
        "--registry-config",
        config,
    ]);
    with(Access::default()).unwrap();
    // A program that keeps the credentials is not run, and named.
    std::fs::write(config, "{\"credsStore\": \"vault\"}").unwrap();
    let error = with(Access::default()).unwrap_err();
    assert!(error.to_string().contains("\"vault\""), "{error}");
}

/// A registry with one chart, for who has a token that the same server sells for a password.
fn with_tokens(archive: Vec<u8>, corrupt: bool) -> WebServer {
    let digest = sha256(&archive);
    let config = "application/vnd.cncf.helm.config.v1+json";
    let layer = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
    let manifest = format!(
        r#"{{"schemaVersion":2,"config":{{"mediaType":"{config}","digest":"sha256:{digest}","size":1}},
        "layers":[{{"mediaType":"{layer}","digest":"sha256:{digest}","size":{}}}]}}"#,
        archive.len()
    );
    WebServer::start(move |asked| {
        let path = asked.path.split('?').next().unwrap_or_default();
        if path == "/token" {
            assert!(
                asked.path.contains("service=s")
                    && asked.path.contains("scope=repository%3Ax%2Fweb%3Apull")
            );
            return match &asked.authorization {
                Some(value) if value == "Basic dGVzdGVyOnNlY3JldA==" => {
                    Answer::ok(r#"{"token": "t0k"}"#)
                }
                _ => Answer::status(401),
            };
        }
        if asked.authorization.as_deref() != Some("Bearer t0k") {
            let challenge = format!(
                "Bearer realm=\"http://{}/token\",service=\"s\",scope=\"repository:x/web:pull\"",
                asked.host
            );
            return Answer::status(401).header("WWW-Authenticate", challenge);
        }
        match path {
            "/v2/x/web/manifests/1.0.0" => Answer::ok(manifest.clone()),
            "/v2/x/web/tags/list" if asked.path.contains("last=") => {
                Answer::ok(r#"{"tags": ["1.0.0", "latest"]}"#)
            }
            "/v2/x/web/tags/list" => Answer::ok(r#"{"tags": ["0.9.0"]}"#)
                .header("Link", "</v2/x/web/tags/list?last=0.9.0>; rel=\"next\""),
            _ if path.starts_with("/v2/x/web/blobs/") && corrupt => Answer::ok("something else"),
            _ if path.starts_with("/v2/x/web/blobs/") => Answer::ok(archive.clone()),
            _ => Answer::status(404),
        }
    })
}

fn sha256(data: &[u8]) -> String {
    use sha2::Digest;
    format!("{:x}", sha2::Sha256::digest(data))
}

#[test]
fn tokens_are_bought_and_tags_come_in_pages() {
    let home = Home::new();
    let archive = std::fs::read(home.packages(&["1.0.0"]).join("web-1.0.0.tgz")).unwrap();
    let server = with_tokens(archive.clone(), false);
    let name = format!("oci://{}/x/web", server.url().trim_start_matches("http://"));
    let access = Access { plain_http: true, ..login("tester", "secret") };
    let fetched = home.fetch(&chart(&name, ""), &access).unwrap();
    assert_eq!(fetched.file_name, "web-1.0.0.tgz");
    assert_eq!(std::fs::read(fetched.path).unwrap(), archive);
    // One token does for all.
    assert_eq!(server.asked().iter().filter(|a| a.path.starts_with("/token")).count(), 1);
    let access = Access { plain_http: true, ..login("tester", "wrong") };
    let error = Home::new().fetch(&chart(&name, "1.0.0"), &access).unwrap_err();
    assert!(error.hint().unwrap().contains("are they right"), "{error}");
}

#[test]
fn a_layer_that_was_changed_is_refused() {
    let home = Home::new();
    let archive = std::fs::read(home.packages(&["1.0.0"]).join("web-1.0.0.tgz")).unwrap();
    let server = with_tokens(archive, true);
    let name = format!("oci://{}/x/web:1.0.0", server.url().trim_start_matches("http://"));
    let access = Access { plain_http: true, ..login("tester", "secret") };
    let error = home.fetch(&chart(&name, ""), &access).unwrap_err();
    assert!(matches!(error, FetchError::Digest { .. }), "{error}");
}
