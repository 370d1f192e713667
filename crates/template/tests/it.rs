//! Cases that Go's own `text/template` ran (see `oracle/main.go`), and what the engine promises
//! beyond Go.

#[path = "it/cases.rs"]
mod cases;
#[path = "it/library.rs"]
mod library;
#[path = "it/limits.rs"]
mod limits;
