// SPDX-License-Identifier: GPL-2.0-only

//! The machine-neutral instruction model and the decoders behind it.
//!
//! What a caller may ask of any machine is behind small traits, one for each ability: [`MachineFacts`], [`Decode`],
//! [`Disassemble`], [`Fillers`] and [`RelocTypes`]. A machine has those that something calls. x86-64 has all of them and is
//! thereby an [`Arch`], what objtool's passes run on. arm64 has [`Disassemble`]; its checks are written against functions on
//! instruction words.
//!
//! What is only data needs no trait: how ORC entries number registers is an [`OrcNumbering`].

#![warn(clippy::indexing_slicing)]

pub mod arm64;
mod insn;
mod machine;
mod orc;
pub mod x86_64;

pub use insn::DecodeError;
pub use insn::DecodeFlags;
pub use insn::Decoded;
pub use insn::Insn;
pub use insn::InsnId;
pub use insn::InsnKind;
pub use insn::Note;
pub use insn::NoteKind;
pub use insn::OpDest;
pub use insn::OpSrc;
pub use insn::StackOp;
pub use insn::TextSection;
pub use machine::Arch;
pub use machine::ArchFacts;
pub use machine::Decode;
pub use machine::Disassemble;
pub use machine::Fillers;
pub use machine::InsnText;
pub use machine::MachineFacts;
pub use machine::Mention;
pub use machine::RelocClass;
pub use machine::RelocTypes;
pub use orc::OrcBase;
pub use orc::OrcNumbering;

use object::elf;

/// The machine that the kernel's own objtool knows by the ELF header's `e_machine`, so that its passes are for it.
pub fn with_upstream(e_machine: u16) -> Option<&'static dyn Arch> {
    match e_machine {
        elf::EM_X86_64 => Some(&x86_64::X86_64),
        _ => None,
    }
}

/// How instructions for `e_machine` are shown, or `None` for a machine whose are not.
pub fn text_of(e_machine: u16) -> Option<&'static dyn Disassemble> {
    match e_machine {
        elf::EM_X86_64 => Some(&x86_64::X86_64),
        elf::EM_AARCH64 => Some(&arm64::Arm64),
        _ => None,
    }
}
