//! The only door to a Kubernetes API: discovery, server-side apply, dry run, readiness.
