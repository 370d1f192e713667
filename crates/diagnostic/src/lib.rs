//! Where an error points: source spans, hints, codes; shown as carets on a terminal or as JSON.
