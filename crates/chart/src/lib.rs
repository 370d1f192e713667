//! A chart in memory: metadata, files, dependencies, values merging, schema checks, packaging.
