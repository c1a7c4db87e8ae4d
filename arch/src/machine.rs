// SPDX-License-Identifier: GPL-2.0-only

//! What a machine can do, one trait for each ability.

use std::fmt;

use crate::DecodeError;
use crate::Decoded;
use crate::TextSection;

/// A machine that objtool's passes run on: it has all that they ask for.
pub trait Arch: MachineFacts + Decode + Fillers + RelocTypes + Disassemble + Sync {}

impl<T: MachineFacts + Decode + Fillers + RelocTypes + Disassemble + Sync> Arch for T {}

/// What the frame rules and the creation of sections have to know of a machine.
pub trait MachineFacts {
    /// Registers, frame conventions, relocation types.
    fn facts(&self) -> &'static ArchFacts;
}

/// What [`MachineFacts`] says, in the machine's own register numbers.
#[derive(Debug)]
pub struct ArchFacts {
    /// Register names by number, for traces and explanations.
    pub reg_names: &'static [&'static str],
    /// Number of the stack pointer.
    pub sp: u8,
    /// Number of the frame pointer.
    pub bp: u8,
    /// Number of the pseudo register that stands for the return address.
    pub ra: u8,
    /// Bit `n` is set if register `n` keeps its value over a call (`arch_callee_saved_reg()`).
    pub callee_saved: u32,
    /// Type of the relocation that means "nothing here", `R_*_NONE`.
    pub reloc_none: u32,
    /// Type of the 64-bit absolute relocation.
    pub reloc_abs64: u32,
    /// Type of the 32-bit relocation relative to its place.
    pub reloc_text: u32,
}

/// Bytes into the machine-neutral model.
pub trait Decode {
    /// Decodes `text` from offset `start` until an instruction begins at or past `end`, appending to `out`.
    ///
    /// Returns the offset at which the next instruction would start. [`crate::Insn::first_op`] indices are relative to
    /// `out.ops`. An instruction may reach past `end`, never past the section. Where data may stand in text, the caller
    /// passes the ranges between.
    fn decode(&self, text: &TextSection<'_>, start: u32, end: u32, out: &mut Decoded) -> Result<u32, DecodeError>;
}

/// What the passes write over instructions.
pub trait Fillers {
    /// The NOP that fills `len` bytes (`arch_nop_insn()`), or `None` for an impossible length.
    fn nop(&self, len: usize) -> Option<&'static [u8]>;

    /// The return that fills `len` bytes, padded (`arch_ret_insn()`), or `None` for an impossible length.
    fn ret(&self, len: usize) -> Option<&'static [u8]>;
}

/// What relocation types mean.
pub trait RelocTypes {
    /// The class of relocation type `kind`.
    fn classify_reloc(&self, kind: u32) -> RelocClass;
}

/// What a relocation type means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RelocClass {
    /// Relative to its place, with the offset of the field's end in the addend (`arch_pc_relative_reloc()`).
    pub is_pc_relative: bool,
    /// An absolute address (`arch_absolute_reloc()`).
    pub is_absolute: bool,
    /// Bytes that an entry of a jump table with this type has (`arch_reloc_size()`).
    pub size: u8,
}

/// Instructions as people read them: for listings, traces, comparisons and explanations.
pub trait Disassemble {
    /// No instruction is longer, in bytes.
    fn max_insn_len(&self) -> usize;

    /// Offset of the instruction in `data` that covers `offset`, when one is known to start at `known`, not behind it. Where
    /// there is no instruction it is `offset` itself.
    fn insn_start(&self, data: &[u8], known: usize, offset: usize) -> usize;

    /// One instruction in the syntax of the machine's GNU assembler. `address` is its offset.
    fn disassemble(&self, bytes: &[u8], address: u64) -> InsnText;
}

/// An instruction as text, but for the address that it mentions: only its file tells what is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InsnText {
    /// Mnemonic and operands.
    pub text: String,
    /// The address.
    pub mention: Mention,
}

impl fmt::Display for InsnText {
    /// Without names: an operand is a bare number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        match self.mention {
            Mention::Operand(address) => write!(f, "{address:#x}"),
            Mention::Aside(_) | Mention::Nothing => Ok(()),
        }
    }
}

/// How an instruction mentions an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mention {
    /// Not at all.
    Nothing,
    /// As its operand, which the text lacks.
    Operand(u64),
    /// Relative to itself; the text is complete, and the address is a remark after it.
    Aside(u64),
}
