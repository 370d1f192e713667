//! End-to-end tests: the same story told to the real control plane and to the sandbox.
