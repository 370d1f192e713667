//! YAML and JSON exactly as Go's libraries read and write them.
