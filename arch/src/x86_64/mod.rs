// SPDX-License-Identifier: GPL-2.0-only

//! x86-64.
//!
//! What matters to unwinding: the stack pointer moves with almost every prologue instruction, a frame pointer is optional
//! (functions with `rbp` frames start with `push %rbp; mov %rsp,%rbp`), `call` pushes the return address, so at the first
//! instruction of a function `cfa = rsp + 8` and the return address is at `cfa - 8`. Code with a realigned stack keeps the
//! caller's stack pointer in another register (DRAP). Instructions have 1 to 15 bytes and may follow data, so a wrong
//! length is a wrong instruction stream: lengths are those of the kernel's own decoder (`decode/fields.rs`, `decode/opcode_map.rs`), which
//! differ from any processor's in rare encodings. iced-x86 prints instructions, and the tests hold our lengths against
//! its own where both know an encoding.
//!
//! psABI: <https://gitlab.com/x86-psABIs/x86-64-ABI>

mod decode;
pub mod orc;
mod reloc;
mod stack_ops;
#[cfg(test)]
mod tests;
mod text;

use crate::ArchFacts;
use crate::Decode;
use crate::DecodeError;
use crate::DecodeFlags;
use crate::Decoded;
use crate::Disassemble;
use crate::Fillers;
use crate::InsnText;
use crate::MachineFacts;
use crate::RelocClass;
use crate::RelocTypes;
use crate::TextSection;
use object::elf;

/// Number of `rax`.
const AX: u8 = 0;
const DX: u8 = 2;
/// Number of the stack pointer.
const SP: u8 = 4;
/// Number of the frame pointer.
const BP: u8 = 5;
const DI: u8 = 7;
const R10: u8 = 10;
const R13: u8 = 13;
/// Number of the pseudo register that stands for the return address.
const RA: u8 = 16;

/// No instruction has more bytes; the kernel's decoder refuses them.
const MAX_INSN_LEN: usize = 15;

/// x86-64 as an [`crate::Arch`].
#[derive(Debug)]
pub struct X86_64;

static FACTS: ArchFacts = ArchFacts {
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

impl MachineFacts for X86_64 {
    fn facts(&self) -> &'static ArchFacts {
        &FACTS
    }
}

impl Decode for X86_64 {
    fn decode(&self, text: &TextSection<'_>, start: u32, end: u32, out: &mut Decoded) -> Result<u32, DecodeError> {
        decode::decode(text, start, end, out)
    }
}

impl Fillers for X86_64 {
    fn nop(&self, len: usize) -> Option<&'static [u8]> {
        NOPS.get(len.checked_sub(1)?).copied()
    }

    fn ret(&self, len: usize) -> Option<&'static [u8]> {
        RETS.get(len.checked_sub(1)?).copied()
    }
}

impl RelocTypes for X86_64 {
    fn classify_reloc(&self, kind: u32) -> RelocClass {
        reloc::classify(kind)
    }
}

impl Disassemble for X86_64 {
    fn max_insn_len(&self) -> usize {
        MAX_INSN_LEN
    }

    /// Instructions have any length, so all from `known` on are measured.
    fn insn_start(&self, data: &[u8], known: usize, offset: usize) -> usize {
        let text = TextSection { data, is_in_func: &|_| true, is_init: false, flags: DecodeFlags::all() };
        let mut decoded = Decoded::default();
        let (start, end) = (u32::try_from(known).unwrap_or(0), u32::try_from(offset + 1).unwrap_or(0));
        // Up to a byte that is no instruction, what was decoded still counts.
        let _ = self.decode(&text, start, end, &mut decoded);
        decoded.insns.last().map_or(offset, |insn| (insn.offset as usize).min(offset))
    }

    fn disassemble(&self, bytes: &[u8], address: u64) -> InsnText {
        text::disassemble(bytes, address)
    }
}
