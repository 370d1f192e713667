//! What a rendering may cost: Helm has no such limits, so the texts are ours.

use render::{Capabilities, Error, Options};

fn render(template: &str, options: Options) -> Result<String, Error> {
    let file =
        |name: &str, text: &str| chart::File { name: name.into(), data: text.as_bytes().into() };
    let metadata = file("Chart.yaml", "apiVersion: v2\nname: busy\nversion: 1.0.0\n");
    let after = file("templates/after.yaml", "after: {{ .Values.no.value }}\n");
    let files = vec![metadata, file("templates/first.yaml", template), after];
    let chart = chart::load(files).unwrap();
    let (values, capabilities) = (yaml::Map::new(), Capabilities::default());
    let request = super::install(&chart, &values, &capabilities, options);
    render::render(&request).map(|rendered| rendered.template_text())
}

fn shown(error: &Error) -> String {
    let all = error.to_diagnostics();
    all.iter().map(|d| d.render(diagnostic::Style::Plain) + "\n").collect::<Vec<_>>().join("\n")
}

#[test]
fn too_many_steps_are_told_where_they_are_taken() {
    let text = "{{ define \"again\" }}{{ range until 5000 }}{{ . }}{{ end }}{{ end }}\n\
                never: {{ include \"again\" . }}\n";
    let error = render(text, Options { fuel: Some(1_000), ..Options::default() }).unwrap_err();
    let text = shown(&error);
    let first = "error[limit]: rendering takes more than 1000 steps\n --> \
                 busy/templates/first.yaml:1:30\n";
    assert!(text.starts_with(first), "{text}");
    assert!(text.contains("called from \"busy/templates/first.yaml\""), "{text}");
    // What comes behind it has nothing to run on.
    assert!(!text.contains("after.yaml"), "{text}");
}

#[test]
fn what_is_enough_is_enough() {
    let text = "kind: A\ndata: {{ range until 10 }}{{ . }}{{ end }}\n";
    let error = render(text, Options { fuel: Some(1_000), ..Options::default() }).unwrap_err();
    assert!(shown(&error).contains("after.yaml"), "{}", shown(&error));
}
