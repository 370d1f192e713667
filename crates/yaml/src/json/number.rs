//! Numbers as Go's `encoding/json` writes them.

/// A finite float: the shortest digits that read back, with an exponent below 1e-6 and from 1e21 on.
pub(crate) fn format(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-6..1e21).contains(&size) {
        let text = format!("{value:e}");
        // Rust writes 1e21, Go 1e+21; both leave out a leading zero of the exponent here.
        match text.split_once('e') {
            Some((digits, exponent)) if !exponent.starts_with('-') => {
                format!("{digits}e+{exponent}")
            }
            Some(_) | None => text,
        }
    } else {
        format!("{value}")
    }
}
