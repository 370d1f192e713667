//! The whole product on the real control plane and on the sandbox: what a user types, what they see.
//!
//! A [`world::World`] is where a story is told; most stories are functions of it, told to both.
//! Nothing here links a room of the product: the binary, `helm` and `kubectl` are the interface.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "it/alternation.rs"]
mod alternation;
#[path = "it/drift.rs"]
mod drift;
#[path = "it/interrupted.rs"]
mod interrupted;
#[path = "it/large.rs"]
mod large;
#[path = "it/observatory.rs"]
mod observatory;
#[path = "it/pair.rs"]
mod pair;
#[path = "it/plan.rs"]
mod plan;
#[path = "it/refused.rs"]
mod refused;
#[path = "it/running.rs"]
mod running;
#[path = "it/scenarios.rs"]
mod scenarios;
#[path = "it/shop.rs"]
mod shop;
#[path = "it/usage.rs"]
mod usage;
#[path = "it/voyage.rs"]
mod voyage;
#[path = "it/world.rs"]
mod world;
