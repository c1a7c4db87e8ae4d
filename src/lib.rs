// SPDX-License-Identifier: GPL-2.0-only

//! The Linux kernel's post-link checkers, `objtool` and `modpost`, and the CI gate on top of them.
//!
//! The rooms, lowest first; each imports only from those before it (`DESIGN.md` says more, `tests/layers.rs` holds it).
//!
//! What reads files nobody promised to keep sane asks instead of indexing. The passes of `objtool` come after: their tables
//! are indexed by numbers that they gave themselves, from a file that was checked.

// `stdio` says things without a panic when nobody can read them.
#![warn(clippy::print_stderr)]

#[warn(clippy::indexing_slicing)]
pub mod stdio;

#[warn(clippy::indexing_slicing)]
pub mod elf;

#[warn(clippy::indexing_slicing)]
pub mod contents;

#[warn(clippy::indexing_slicing)]
pub mod kernel;

pub mod objtool;

#[warn(clippy::indexing_slicing)]
pub mod arm64;

#[warn(clippy::indexing_slicing)]
pub mod modpost;

#[warn(clippy::indexing_slicing)]
pub mod gate;

#[warn(clippy::indexing_slicing)]
pub mod cli;
