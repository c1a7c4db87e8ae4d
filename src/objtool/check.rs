// SPDX-License-Identifier: GPL-2.0-only

//! Validators: each reads code and returns findings.

pub mod ibt;
pub mod noabs;
pub mod reachable;
pub mod retpoline;
pub mod sls;
pub mod unret;
pub mod walk;

pub use walk::Walk;
