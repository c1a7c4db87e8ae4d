//! The machine-neutral instruction model and the decoders behind it.
//!
//! Everything that differs between machines is behind [`Arch`], one `&'static dyn Arch` chosen from the ELF header. Facts
//! are data ([`ArchFacts`]), behaviour is methods, missing abilities are `None`.

pub mod arm64;
mod facts;
mod insn;
pub mod x86_64;

pub use facts::Arch;
pub use facts::ArchFacts;
pub use facts::InsnText;
pub use facts::Mention;
pub use facts::RelocClass;
pub use insn::DecodeError;
pub use insn::DecodeFlags;
pub use insn::Decoded;
pub use insn::Insn;
pub use insn::InsnKind;
pub use insn::Note;
pub use insn::NoteKind;
pub use insn::OpDest;
pub use insn::OpSrc;
pub use insn::StackOp;
pub use insn::TextSection;

/// The implementation for the ELF machine number `e_machine`, or `None` where there is none.
pub fn for_machine(e_machine: u16) -> Option<&'static dyn Arch> {
    match e_machine {
        object::elf::EM_X86_64 => Some(&x86_64::X86_64),
        object::elf::EM_AARCH64 => Some(&arm64::Arm64),
        _ => None,
    }
}

/// As [`for_machine`], but only for machines that the kernel's own objtool knows, whose passes are then those to follow.
pub fn with_upstream(e_machine: u16) -> Option<&'static dyn Arch> {
    for_machine(e_machine).filter(|arch| arch.facts().has_upstream)
}
