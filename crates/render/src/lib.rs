//! Helm's engine rules: chart, values and capabilities to ordered manifests, hooks, notes.
