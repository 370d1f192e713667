//! Go text/template: text in, compiled program out; values in, text out.
