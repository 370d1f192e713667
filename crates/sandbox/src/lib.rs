//! A Kubernetes API in memory, with controllers that make workloads ready.
