//! Diagnostics as they are shown, whole.

use diagnostic::{Diagnostic, Source, Style};

#[test]
fn carets_stand_below_the_cause_with_advice_after() {
    let file = Source::new("stack.yaml", "name: shop\nrelases:\n  web: {}\ninputs: {}\n");
    let shown = Diagnostic::error("unknown key `relases`")
        .code("unknown-key")
        .label(&file, 11..18, "not a key of a stack")
        .suggest("relases", ["releases", "inputs"])
        .render(Style::Plain);
    assert_eq!(
        shown,
        "\
error[unknown-key]: unknown key `relases`
 --> stack.yaml:2:1
  |
2 | relases:
  | ^^^^^^^ not a key of a stack
  |
  = help: did you mean `releases`?"
    );
}

#[test]
fn one_error_may_point_into_several_files() {
    let caller = Source::new("web/templates/deployment.yaml", "a\nb: {{ include \"name\" . }}\n");
    let helper = Source::new("web/templates/_helpers.tpl", "{{ .Values.nmae }}");
    let shown = Diagnostic::error("nil pointer")
        .label(&helper, 3..15, "is nil")
        .context(&caller, 8..22, "included here")
        .note("in release web")
        .render(Style::Plain);
    assert_eq!(
        shown,
        "\
error: nil pointer
 --> web/templates/_helpers.tpl:1:4
  |
1 | {{ .Values.nmae }}
  |    ^^^^^^^^^^^^ is nil
  |
 ::: web/templates/deployment.yaml:2:7
  |
2 | b: {{ include \"name\" . }}
  |       -------------- included here
  |
  = note: in release web"
    );
}

#[test]
fn spans_outside_the_text_and_control_characters_do_no_harm() {
    let file = Source::new("x", "ä");
    let beyond = std::ops::Range { start: 7, end: 3 };
    let d =
        Diagnostic::error("bad \u{1b}[31m").label(&file, 1..9000, "").label(&file, beyond, "here");
    let shown = d.render(Style::Plain);
    assert!(!shown.contains('\u{1b}'), "{shown}");
    assert_eq!(d.to_json()["location"]["line"], 1);
    assert_eq!(d.to_string(), "x:1:1: bad \u{1b}[31m");
}
