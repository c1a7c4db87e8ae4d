//! Validators: each reads code and returns findings.

pub mod reachable;
pub mod walk;

pub use walk::Walk;
