//! The Linux kernel's post-link checkers, `objtool` and `modpost`, and the CI gate on top of them.

pub mod annotate;
pub mod arm64;
pub mod bitcode;
pub mod cfi;
pub mod check;
pub mod cli;
pub mod code;
pub mod compare;
pub mod diag;
pub mod disas;
pub mod dwarf_oracle;
pub mod elf;
pub mod explain;
pub mod gate;
pub mod insn;
pub mod modpost;
pub mod objtool;
pub mod opts;
pub mod orc;
pub mod output;
pub mod profile;
pub mod source;
pub mod threads;
pub mod trace;
