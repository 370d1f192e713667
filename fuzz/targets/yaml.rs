//! Any bytes: a document is read or refused; what was read and printed reads as the same.
#![no_main]

use yaml::Numbers;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    for document in yaml::documents_in_slice(bytes) {
        drop(document);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        // Nodes are read by the full reader, values mostly by the quick one.
        let nodes = yaml::node::parse(text);
        let value = yaml::from_str_strict(text, Numbers::Exact);
        if let (Ok(nodes), Ok(value)) = (nodes, value) {
            let node = nodes.first().map(yaml::node::Node::to_value).unwrap_or_default();
            assert_eq!(yaml::json::to_string(&node), yaml::json::to_string(&value));
        }
        drop(yaml::json::from_str(text, Numbers::Exact));
    }
    let Ok(value) = yaml::from_slice(bytes, Numbers::Float64) else { return };
    // Some values have no form, as in Go: a key that is too long for a line of JSON.
    let Ok(printed) = yaml::emit::try_v2(&value) else { return };
    drop(yaml::emit::v3_indent2(&value));
    let again = yaml::from_str(&printed, Numbers::Float64);
    let again = again.unwrap_or_else(|error| panic!("{error}\n{printed:?}\n{value:?}"));
    // Not-a-number is not equal to itself; its text is.
    assert_eq!(yaml::to_string(&again), printed, "{value:?}");
});
