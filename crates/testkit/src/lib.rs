//! Fixtures, oracle runners, the real control plane for tests.
