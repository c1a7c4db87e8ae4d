//! The Linux kernel's post-link checkers, `objtool` and `modpost`, and the CI gate on top of them.

pub mod cli;
pub mod elf;
pub mod opts;
pub mod profile {
    //! What differs between kernel series.
    pub mod series;
}
