//! The names of classes (`\p{…}`) that Go's regular expressions know.
//!
//! Invariant: those of Go 1.26, which is Unicode 15; a script of two words is none of them, because
//! Go drops the `_` of what it looks for. What is in a class is the `regex` crate's to say.

/// The name as Go looks for it: without `_`, `-` and spaces, only its first letter a capital.
pub(super) fn canonical(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for letter in name.chars().filter(|c| !matches!(c, '_' | '-' | ' ')) {
        out.push(if out.is_empty() {
            letter.to_ascii_uppercase()
        } else {
            letter.to_ascii_lowercase()
        });
    }
    out
}

/// The property of which a canonical name is a value, as the `regex` crate calls it.
pub(super) fn property(name: &str) -> Option<&'static str> {
    let listed = |names: &str| names.split_ascii_whitespace().any(|own| own == name);
    if listed(CATEGORIES) {
        return Some("gc");
    }
    listed(SCRIPTS).then_some("sc")
}

/// Whether the class of a canonical name holds the characters that are not assigned.
pub(super) fn holds_unassigned(name: &str) -> bool {
    matches!(name, "Any" | "C" | "Other" | "Cn" | "Unassigned")
}

/// Whether a canonical name is that of the surrogates.
pub(super) fn is_surrogates(name: &str) -> bool {
    matches!(name, "Cs" | "Surrogate")
}

/// Whether Go lets letters in the other case into the class of a canonical name where a pattern asks
/// for it: where it does not, none is missing, but for cased letters and those of later Unicodes.
pub(super) fn takes_either_case(name: &str) -> bool {
    matches!(
        name,
        "L" | "Letter"
            | "Ll"
            | "Lowercaseletter"
            | "Lt"
            | "Titlecaseletter"
            | "Lu"
            | "Uppercaseletter"
            | "M"
            | "Mark"
            | "Combiningmark"
            | "Mn"
            | "Nonspacingmark"
            | "Common"
            | "Greek"
            | "Inherited"
    )
}

const CATEGORIES: &str = "\
    Any Ascii Assigned C Casedletter Cc Cf Closepunctuation Cn Cntrl Co Combiningmark \
    Connectorpunctuation Control Cs Currencysymbol Dashpunctuation Decimalnumber Digit \
    Enclosingmark Finalpunctuation Format Initialpunctuation L Lc Letter Letternumber \
    Lineseparator Ll Lm Lo Lowercaseletter Lt Lu M Mark Mathsymbol Mc Me Mn Modifierletter \
    Modifiersymbol N Nd Nl No Nonspacingmark Number Openpunctuation Other Otherletter Othernumber \
    Otherpunctuation Othersymbol P Paragraphseparator Pc Pd Pe Pf Pi Po Privateuse Ps Punct \
    Punctuation S Sc Separator Sk Sm So Spaceseparator Spacingmark Surrogate Symbol \
    Titlecaseletter Unassigned Uppercaseletter Z Zl Zp Zs";

const SCRIPTS: &str = "\
    Adlam Ahom Arabic Armenian Avestan Balinese Bamum Batak Bengali Bhaiksuki Bopomofo Brahmi \
    Braille Buginese Buhid Carian Chakma Cham Cherokee Chorasmian Common Coptic Cuneiform Cypriot \
    Cyrillic Deseret Devanagari Dogra Duployan Elbasan Elymaic Ethiopic Georgian Glagolitic Gothic \
    Grantha Greek Gujarati Gurmukhi Han Hangul Hanunoo Hatran Hebrew Hiragana Inherited Javanese \
    Kaithi Kannada Katakana Kawi Kharoshthi Khmer Khojki Khudawadi Lao Latin Lepcha Limbu Lisu \
    Lycian Lydian Mahajani Makasar Malayalam Mandaic Manichaean Marchen Medefaidrin Miao Modi \
    Mongolian Mro Multani Myanmar Nabataean Nandinagari Newa Nko Nushu Ogham Oriya Osage Osmanya \
    Palmyrene Phoenician Rejang Runic Samaritan Saurashtra Sharada Shavian Siddham SignWriting \
    Sinhala Sogdian Soyombo Sundanese Syriac Tagalog Tagbanwa Takri Tamil Tangsa Tangut Telugu \
    Thaana Thai Tibetan Tifinagh Tirhuta Toto Ugaritic Vai Vithkuqi Wancho Yezidi Yi";
