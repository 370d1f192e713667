//! Turns a reference into a chart's files; today: local directories and archives.
