//! Go's classes of characters: those of Unicode 15.0, the tables of Go 1.26.
//!
//! Invariant: a character that came into Unicode later is in no class, whatever the tables of our
//! own libraries know, because Go quotes it and does not take it for a letter.
//! Not here: case mappings (`functions`), and what YAML calls printable.

use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

/// Whether Unicode 15.0 did not have the character yet.
pub fn is_newer(char: char) -> bool {
    if char < NEWER[0].0 {
        return false;
    }
    let after = NEWER.partition_point(|(first, _)| *first <= char);
    after > 0 && char <= NEWER[after - 1].1
}

/// The characters that came after Unicode 15.0, first and last of each run.
pub const fn newer() -> &'static [(char, char)] {
    NEWER
}

/// `unicode.IsLetter`.
pub fn is_letter(char: char) -> bool {
    if char.is_ascii() {
        return char.is_ascii_alphabetic();
    }
    group(char) == GeneralCategoryGroup::Letter
}

/// `unicode.IsDigit`: category Nd.
pub fn is_digit(char: char) -> bool {
    if char.is_ascii() {
        return char.is_ascii_digit();
    }
    category(char) == GeneralCategory::DecimalNumber
}

/// `unicode.IsNumber`.
pub fn is_number(char: char) -> bool {
    group(char) == GeneralCategoryGroup::Number
}

/// `unicode.IsPunct`.
pub fn is_punctuation(char: char) -> bool {
    group(char) == GeneralCategoryGroup::Punctuation
}

/// `unicode.IsPrint`: letters, marks, numbers, punctuation, symbols and the ASCII space.
pub fn is_print(char: char) -> bool {
    if char.is_ascii() {
        return matches!(char, ' '..='~');
    }
    match group(char) {
        GeneralCategoryGroup::Letter
        | GeneralCategoryGroup::Mark
        | GeneralCategoryGroup::Number
        | GeneralCategoryGroup::Punctuation
        | GeneralCategoryGroup::Symbol => true,
        GeneralCategoryGroup::Separator | GeneralCategoryGroup::Other => false,
    }
}

/// `unicode.IsUpper`: category Lu.
pub fn is_upper(char: char) -> bool {
    if char.is_ascii() {
        return char.is_ascii_uppercase();
    }
    category(char) == GeneralCategory::UppercaseLetter
}

/// `unicode.IsLower`: category Ll.
pub fn is_lower(char: char) -> bool {
    // A small letter until Unicode 16 said that it has no case.
    char == '\u{295}' || category(char) == GeneralCategory::LowercaseLetter
}

/// `unicode.IsTitle`: category Lt.
pub fn is_title(char: char) -> bool {
    category(char) == GeneralCategory::TitlecaseLetter
}

fn category(char: char) -> GeneralCategory {
    if is_newer(char) { GeneralCategory::Unassigned } else { char.general_category() }
}

fn group(char: char) -> GeneralCategoryGroup {
    if is_newer(char) { GeneralCategoryGroup::Other } else { char.general_category_group() }
}

/// What Unicode 15.1 to 18 added, first and last of each run.
#[rustfmt::skip]
const NEWER: &[(char, char)] = &[
    ('\u{558}', '\u{558}'), ('\u{58b}', '\u{58c}'), ('\u{5c8}', '\u{5c9}'), ('\u{88f}', '\u{88f}'), ('\u{897}', '\u{897}'), ('\u{b53}', '\u{b54}'), ('\u{c5c}', '\u{c5c}'), ('\u{cdc}', '\u{cdc}'), ('\u{1acf}', '\u{1af0}'), ('\u{1b4e}', '\u{1b4f}'), ('\u{1b7f}', '\u{1b7f}'), ('\u{1c89}', '\u{1c8a}'), ('\u{208f}', '\u{208f}'), ('\u{209d}', '\u{209f}'), ('\u{20c1}', '\u{20c4}'), ('\u{2427}', '\u{2429}'), ('\u{2b96}', '\u{2b96}'), ('\u{2e60}', '\u{2e63}'), ('\u{2ffc}', '\u{2fff}'), ('\u{31e4}', '\u{31e5}'), ('\u{31ef}', '\u{31ef}'), ('\u{a7cb}', '\u{a7cf}'), ('\u{a7d2}', '\u{a7d2}'), ('\u{a7d4}', '\u{a7d4}'), ('\u{a7da}', '\u{a7dd}'), ('\u{a7e2}', '\u{a7e2}'), ('\u{a7f1}', '\u{a7f1}'), ('\u{ab6c}', '\u{ab6d}'), ('\u{fbc3}', '\u{fbd2}'), ('\u{fd90}', '\u{fd91}'), ('\u{fdc8}', '\u{fdce}'), ('\u{105c0}', '\u{105f3}'), ('\u{107bb}', '\u{107bf}'), ('\u{10940}', '\u{10959}'), ('\u{10d40}', '\u{10d65}'), ('\u{10d69}', '\u{10d85}'), ('\u{10d8e}', '\u{10d8f}'), ('\u{10ec2}', '\u{10ec7}'), ('\u{10ec9}', '\u{10eee}'), ('\u{10ef0}', '\u{10efc}'), ('\u{11380}', '\u{11389}'), ('\u{1138b}', '\u{1138b}'), ('\u{1138e}', '\u{1138e}'), ('\u{11390}', '\u{113b5}'), ('\u{113b7}', '\u{113c0}'), ('\u{113c2}', '\u{113c2}'), ('\u{113c5}', '\u{113c5}'), ('\u{113c7}', '\u{113ca}'), ('\u{113cc}', '\u{113d5}'), ('\u{113d7}', '\u{113d8}'), ('\u{113e1}', '\u{113e2}'), ('\u{116d0}', '\u{116e3}'), ('\u{11b0a}', '\u{11b0a}'), ('\u{11b60}', '\u{11b67}'), ('\u{11bc0}', '\u{11be1}'), ('\u{11bf0}', '\u{11bf9}'), ('\u{11db0}', '\u{11ddb}'), ('\u{11de0}', '\u{11de9}'), ('\u{11df0}', '\u{11df1}'), ('\u{11f5a}', '\u{11f5a}'), ('\u{1246f}', '\u{1246f}'), ('\u{12475}', '\u{1247f}'), ('\u{12550}', '\u{12686}'), ('\u{13460}', '\u{143fa}'), ('\u{16100}', '\u{16139}'), ('\u{16d40}', '\u{16d79}'), ('\u{16ea0}', '\u{16eb8}'), ('\u{16ebb}', '\u{16ed3}'), ('\u{16ff2}', '\u{16ff6}'), ('\u{187f8}', '\u{187ff}'), ('\u{18cd6}', '\u{18cda}'), ('\u{18cff}', '\u{18cff}'), ('\u{18d09}', '\u{18d20}'), ('\u{18d80}', '\u{18df2}'), ('\u{18e00}', '\u{19191}'), ('\u{191a0}', '\u{191d2}'), ('\u{1b123}', '\u{1b128}'), ('\u{1b168}', '\u{1b168}'), ('\u{1cc00}', '\u{1ccfc}'), ('\u{1cd00}', '\u{1ceb3}'), ('\u{1ceba}', '\u{1ced0}'), ('\u{1ced2}', '\u{1ced4}'), ('\u{1cedd}', '\u{1cefd}'), ('\u{1d127}', '\u{1d128}'), ('\u{1d1eb}', '\u{1d1ff}'), ('\u{1d250}', '\u{1d281}'), ('\u{1d6a6}', '\u{1d6a6}'), ('\u{1db00}', '\u{1db1c}'), ('\u{1df1f}', '\u{1df24}'), ('\u{1df2b}', '\u{1df81}'), ('\u{1df90}', '\u{1df96}'), ('\u{1dfcd}', '\u{1dfff}'), ('\u{1e5d0}', '\u{1e5fa}'), ('\u{1e5ff}', '\u{1e5ff}'), ('\u{1e6c0}', '\u{1e6de}'), ('\u{1e6e0}', '\u{1e6f5}'), ('\u{1e6fe}', '\u{1e6ff}'), ('\u{1f1ae}', '\u{1f1ae}'), ('\u{1f6d8}', '\u{1f6d9}'), ('\u{1f777}', '\u{1f77a}'), ('\u{1f7da}', '\u{1f7db}'), ('\u{1f7f1}', '\u{1f7ff}'), ('\u{1f8b2}', '\u{1f8bb}'), ('\u{1f8c0}', '\u{1f8c1}'), ('\u{1f8d0}', '\u{1f8d8}'), ('\u{1fa54}', '\u{1fa57}'), ('\u{1fa89}', '\u{1fa8f}'), ('\u{1fabe}', '\u{1fabe}'), ('\u{1fac6}', '\u{1fac6}'), ('\u{1fac8}', '\u{1fac8}'), ('\u{1facc}', '\u{1facd}'), ('\u{1fadc}', '\u{1fadd}'), ('\u{1fadf}', '\u{1fadf}'), ('\u{1fae9}', '\u{1faeb}'), ('\u{1faef}', '\u{1faef}'), ('\u{1faf9}', '\u{1fafa}'), ('\u{1fbcb}', '\u{1fbef}'), ('\u{1fbfa}', '\u{1fbfa}'), ('\u{2b73a}', '\u{2b73f}'), ('\u{2b81e}', '\u{2b81e}'), ('\u{2cea2}', '\u{2cead}'), ('\u{2ebf0}', '\u{2ee5d}'), ('\u{323b0}', '\u{33479}'), ('\u{3d000}', '\u{3fc3f}'),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_after_unicode_15_are_in_no_class() {
        // Garay and a cased Latin pair of Unicode 16, an emoji of 16, ideographs of 15.1 and 17.
        for char in ['\u{10d50}', '\u{a7cb}', '\u{1c89}', '\u{1fae9}', '\u{2ebf0}', '\u{323b0}'] {
            assert!(!is_letter(char) && !is_print(char) && !is_upper(char), "{char:?}");
        }
        for char in ['\u{1faa8}', '\u{31350}', 'ß', '日'] {
            assert!(is_print(char), "{char:?}");
        }
        assert!(is_lower('\u{295}') && NEWER.is_sorted());
    }
}
