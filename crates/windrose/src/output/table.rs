//! Tables of text: Helm's form, which scripts cut at tabs, and our own for people.

use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

/// Rows as Helm prints them: cells padded to their column and joined by tabs; without any a blank line.
pub(crate) fn helm(rows: &[Vec<String>]) -> String {
    if rows.is_empty() { "\n".to_owned() } else { lines(&cut(rows), "\t", Padding::All) }
}

/// Helm's table is as wide as the longest line, and a cell of several lines is cut to that.
fn cut(rows: &[Vec<String>]) -> Vec<Vec<String>> {
    let longest = |cell: &String| cell.lines().map(visible).max().unwrap_or(0);
    let width = |c: usize| rows.iter().filter_map(|r| r.get(c)).map(longest).max().unwrap_or(0);
    let shorten = |(c, cell): (usize, &String)| {
        let width = width(c);
        if !cell.contains('\n') || visible(&cell.replace('\n', "")) <= width {
            return cell.clone();
        }
        let mut kept = String::new();
        for letter in cell.chars() {
            kept.push(letter);
            if kept.replace('\n', "").width() + 3 >= width {
                break;
            }
        }
        kept + "..."
    };
    rows.iter().map(|row| row.iter().enumerate().map(shorten).collect()).collect()
}

/// Rows for people: cells padded to their column, two spaces between.
pub(crate) fn plain(rows: &[Vec<String>]) -> String {
    lines(rows, "  ", Padding::ButLast)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Padding {
    All,
    ButLast,
}

fn lines(rows: &[Vec<String>], separator: &str, padding: Padding) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |c: usize| {
        rows.iter().filter_map(|r| r.get(c)).map(|cell| visible(cell)).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        for (c, cell) in row.iter().enumerate() {
            if c > 0 {
                text.push_str(separator);
            }
            text.push_str(cell);
            if padding == Padding::All || c + 1 < row.len() {
                let missing = widths[c].saturating_sub(visible(cell));
                let _ = write!(text, "{:missing$}", "");
            }
        }
        text.push('\n');
    }
    text
}

/// The width on a terminal, colour sequences left out.
fn visible(cell: &str) -> usize {
    if cell.contains('\u{1b}') {
        anstream::adapter::strip_str(cell).to_string().width()
    } else {
        cell.width()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<Vec<String>> {
        [["NAME", "STATUS"], ["web", "deployed"]].map(|r| r.map(str::to_owned).to_vec()).to_vec()
    }

    #[test]
    fn helm_pads_every_cell_and_joins_by_tabs() {
        assert_eq!(helm(&rows()), "NAME\tSTATUS  \nweb \tdeployed\n");
    }

    #[test]
    fn plain_leaves_no_trailing_space() {
        assert_eq!(plain(&rows()), "NAME  STATUS\nweb   deployed\n");
    }

    #[test]
    fn colours_have_no_width() {
        let rows = vec![
            vec!["\u{1b}[32mok\u{1b}[0m".to_owned(), "x".to_owned()],
            vec!["four".to_owned(), "y".to_owned()],
        ];
        assert_eq!(plain(&rows), "\u{1b}[32mok\u{1b}[0m    x\nfour  y\n");
    }
}
