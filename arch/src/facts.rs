//! What a machine is, as data, and what it can do, as methods.

use std::fmt;

use crate::DecodeError;
use crate::Decoded;
use crate::StackOp;
use crate::TextSection;

/// Facts about a machine that the checks need.
#[derive(Debug)]
pub struct ArchFacts {
    /// Name for messages.
    pub name: &'static str,
    /// `e_machine`.
    pub machine: u16,
    /// Whether the kernel's own objtool knows the machine. If not, its passes are not for this machine.
    pub has_upstream: bool,
    /// Length of every instruction in bytes, also what their offsets are multiples of; `None` where lengths differ.
    pub insn_size: Option<u8>,
    /// Register names by register number, for traces and explanations.
    pub reg_names: &'static [&'static str],
    /// Number of the stack pointer.
    pub sp: u8,
    /// Number of the frame pointer.
    pub bp: u8,
    /// Number of the register, perhaps a pseudo register, that stands for the return address.
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

/// One machine.
pub trait Arch: Sync {
    /// Registers, frame conventions, relocation types.
    fn facts(&self) -> &'static ArchFacts;

    /// Decodes `text` from offset `start` until an instruction begins at or past `end`, appending to `out`.
    ///
    /// Returns the offset at which the next instruction would start. `Decoded::first_op` indices are relative to
    /// `out.ops`. An instruction may reach past `end`, never past the section. Where data may stand in text, the caller
    /// passes the ranges between.
    fn decode(&self, text: &TextSection<'_>, start: u32, end: u32, out: &mut Decoded) -> Result<u32, DecodeError>;

    /// What relocation type `kind` means.
    fn classify_reloc(&self, kind: u32) -> RelocClass;

    /// The NOP that fills `len` bytes (`arch_nop_insn()`), or `None` for an impossible length.
    fn nop(&self, len: usize) -> Option<&'static [u8]>;

    /// The return that fills `len` bytes, padded (`arch_ret_insn()`), or `None` for an impossible length.
    fn ret(&self, len: usize) -> Option<&'static [u8]>;

    /// Text of one instruction in the syntax of the machine's GNU assembler, for listings, traces and explanations only. `address` is its offset.
    fn disassemble(&self, bytes: &[u8], address: u64) -> InsnText;

    /// Operations of stack effect for tests and explanations: a short text such as `cfa+8`.
    fn describe_op(&self, op: &StackOp) -> String {
        format!("{op:?}")
    }
}
