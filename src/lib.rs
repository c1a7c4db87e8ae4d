//! The Linux kernel's post-link checkers, `objtool` and `modpost`, and the CI gate on top of them.
//!
//! The rooms, lowest first; each imports only from those before it (`DESIGN.md` says more, `tests/layers.rs` holds it).

pub mod elf;

pub mod contents;

pub mod kernel;

pub mod objtool;

pub mod arm64;

pub mod modpost;

pub mod gate;

pub mod cli;
