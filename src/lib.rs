//! The Linux kernel's post-link checkers, `objtool` and `modpost`, and the CI gate on top of them.

pub mod elf;
pub mod opts;
