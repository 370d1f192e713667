//! "Did you mean": the candidate that a mistyped word most likely stands for.

/// The candidate nearest to `word`, if it is near enough to be meant.
///
/// Distance is the number of inserted, deleted, replaced or swapped characters, letters compared
/// without case; at most a third of the longer word may differ. The first of equals wins.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted: Vec<char> = word.chars().flat_map(char::to_lowercase).take(LONGEST).collect();
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let other: Vec<char> =
            candidate.chars().flat_map(char::to_lowercase).take(LONGEST).collect();
        let allowed = (wanted.len().max(other.len()) / 3).max(1);
        let distance = distance(&wanted, &other, Swap::OneEdit);
        if distance <= allowed && best.is_none_or(|(d, _)| distance < d) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Words are cut here, so that a hostile key costs nothing.
const LONGEST: usize = 80;

/// What two neighbours that stand in each other's place count for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Swap {
    /// One edit: optimal string alignment.
    OneEdit,
    /// Two, for both are replaced: Levenshtein's distance.
    TwoEdits,
}

/// How many characters must be inserted, deleted, replaced or swapped to make one text of the other.
///
/// Takes time by the product of both lengths.
pub fn distance(a: &[char], b: &[char], swap: Swap) -> usize {
    let swap = match swap {
        Swap::OneEdit => 1,
        Swap::TwoEdits => 2,
    };
    let mut before: Vec<usize> = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + swap);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::{Swap, distance, nearest};

    #[test]
    fn finds_what_was_meant_or_nothing() {
        let keys = ["releases", "environments", "inputs", "charts"];
        assert_eq!(nearest("relases", keys), Some("releases"));
        assert_eq!(nearest("Releases", keys), Some("releases"));
        assert_eq!(nearest("inptus", keys), Some("inputs"));
        assert_eq!(nearest("enviroment", keys), Some("environments"));
        assert_eq!(nearest("kustomize", keys), None);
        assert_eq!(nearest("", keys), None);
        assert_eq!(nearest("tga", ["tag", "digest"]), Some("tag"));
    }
    #[test]
    fn a_swap_is_one_edit_or_two() {
        let edits = |a: &str, b: &str, swap| {
            let [a, b] = [a, b].map(|text| text.chars().collect::<Vec<_>>());
            distance(&a, &b, swap)
        };
        for (a, b, one, two) in [
            ("tempalte", "template", 1, 2),
            ("", "abc", 3, 3),
            ("abc", "", 3, 3),
            ("kitten", "sitting", 3, 3),
            ("äb", "bä", 1, 2),
        ] {
            assert_eq!(edits(a, b, Swap::OneEdit), one, "{a} {b}");
            assert_eq!(edits(a, b, Swap::TwoEdits), two, "{a} {b}");
        }
    }
}
