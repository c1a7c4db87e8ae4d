//! x86-64.
//!
//! What matters to unwinding: the stack pointer moves with almost every prologue instruction, a frame pointer is optional
//! (functions with `rbp` frames start with `push %rbp; mov %rsp,%rbp`), `call` pushes the return address, so at the first
//! instruction of a function `cfa = rsp + 8` and the return address is at `cfa - 8`. Code with a realigned stack keeps the
//! caller's stack pointer in another register (DRAP). Instructions have 1 to 15 bytes and may follow data, so a wrong
//! length is a wrong instruction stream: lengths are those of the kernel's own decoder (`fields`, `opcode_map`), which
//! differ from any processor's in rare encodings. iced-x86 prints instructions, and the tests hold our lengths against
//! its own where both know an encoding.
//!
//! psABI: <https://gitlab.com/x86-psABIs/x86-64-ABI>

mod cell;
mod decode;
mod effects;
mod fields;
mod interest;
mod narrow;
mod opcode_map;
mod quick;
mod reloc;
pub mod second_opinion;
#[cfg(test)]
mod tests;
mod text;

use crate::Arch;
use crate::ArchFacts;
use crate::DecodeError;
use crate::Decoded;
use crate::InsnText;
use crate::RelocClass;
use crate::StackOp;
use crate::TextSection;
use object::elf;

const SP: u8 = 4;
const BP: u8 = 5;
const RA: u8 = 16;

/// The x86-64 implementation of [`Arch`].
#[derive(Debug)]
pub struct X86_64;

static FACTS: ArchFacts = ArchFacts {
    name: "x86_64",
    machine: elf::EM_X86_64,
    has_upstream: true,
    insn_size: None,
    reg_names: &[
        "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
        "ra",
    ],
    sp: SP,
    bp: BP,
    ra: RA,
    // rbx, rbp, r12 to r15.
    callee_saved: 1 << 3 | 1 << 5 | 0xf << 12,
    reloc_none: elf::R_X86_64_NONE,
    reloc_abs64: elf::R_X86_64_64,
    reloc_text: elf::R_X86_64_PC32,
};

/// NOPs of 1 to 5 bytes.
static NOPS: [&[u8]; 5] =
    [&[0x90], &[0x66, 0x90], &[0x0f, 0x1f, 0x00], &[0x0f, 0x1f, 0x40, 0x00], &[0x0f, 0x1f, 0x44, 0x00, 0x00]];

/// Returns of 1 to 5 bytes: `ret`, `int3`, and a NOP over the rest.
static RETS: [&[u8]; 5] =
    [&[0xc3], &[0xc3, 0xcc], &[0xc3, 0xcc, 0x90], &[0xc3, 0xcc, 0x66, 0x90], &[0xc3, 0xcc, 0x0f, 0x1f, 0x00]];

impl Arch for X86_64 {
    fn facts(&self) -> &'static ArchFacts {
        &FACTS
    }

    fn decode(&self, text: &TextSection<'_>, start: u32, end: u32, out: &mut Decoded) -> Result<u32, DecodeError> {
        decode::decode(text, start, end, out)
    }

    fn classify_reloc(&self, kind: u32) -> RelocClass {
        reloc::classify(kind)
    }

    fn nop(&self, len: usize) -> Option<&'static [u8]> {
        NOPS.get(len.checked_sub(1)?).copied()
    }

    fn ret(&self, len: usize) -> Option<&'static [u8]> {
        RETS.get(len.checked_sub(1)?).copied()
    }

    fn disassemble(&self, bytes: &[u8], address: u64) -> InsnText {
        text::disassemble(bytes, address)
    }

    fn describe_op(&self, op: &StackOp) -> String {
        text::describe(op)
    }
}
