//! AArch64.
//!
//! What matters to unwinding: every instruction is one little-endian word of four bytes, a call leaves the return address
//! in `x30` and moves nothing, so at the first instruction of a function `cfa = sp` and the return address is in `x30`. A
//! frame is a record of two doublewords, the caller's `x29` and the return address, and `x29` points to it. Functions make
//! it with `stp x29, x30, [sp, #-n]!`, or with a `sub` of `sp` and a plain `stp`. The return address may be signed with
//! `sp` before it is stored (`paciasp`), and there may be a second copy on the shadow call stack at `x18`. Constants may
//! stand between functions and even inside: mapping symbols (`$x`, `$d`) say what is code.
//!
//! A word is cheap to look at, so the facts are pure functions on a word, by own mask tables: class and target, effect on
//! the frame, registers written. [`Arm64`] puts them behind [`Arch`]; analysis that goes over a word several times calls
//! them directly. yaxpeax-arm makes text of instructions, where it knows them.
//!
//! psABI: <https://github.com/ARM-software/abi-aa>

mod bitmask;
pub mod branch;
pub mod class;
mod decode;
pub mod effects;
pub mod hint;
mod reloc;
pub mod text;
pub mod written;

pub use branch::Branch;
pub use branch::BranchRange;
pub use branch::branch;
pub use class::Class;
pub use class::class;
pub use effects::Effect;
pub use effects::Effects;
pub use effects::effects;
pub use hint::Hint;
pub use written::is_allocated;
pub use written::written;

use crate::Arch;
use crate::ArchFacts;
use crate::DecodeError;
use crate::Decoded;
use crate::InsnText;
use crate::RelocClass;
use crate::StackOp;
use crate::TextSection;
use object::elf;

/// The implementation of [`Arch`] for arm64.
#[derive(Debug)]
pub struct Arm64;

/// Size of an instruction in bytes.
pub const INSN_SIZE: u32 = 4;

/// `nop`.
pub const NOP: u32 = 0xd503_201f;

/// Number of the frame pointer.
pub const FP: u8 = 29;

/// Number of the link register, where a call leaves the return address.
pub const LR: u8 = 30;

/// Number of the stack pointer. The zero register, which shares its encoding, has no number.
pub const SP: u8 = 31;

static FACTS: ArchFacts = ArchFacts {
    name: "arm64",
    machine: elf::EM_AARCH64,
    has_upstream: false,
    insn_size: Some(INSN_SIZE as u8),
    reg_names: &[
        "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16",
        "x17", "x18", "x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x29", "x30", "sp", "d0",
        "d1", "d2", "d3", "d4", "d5", "d6", "d7", "d8", "d9", "d10", "d11", "d12", "d13", "d14", "d15", "d16", "d17",
        "d18", "d19", "d20", "d21", "d22", "d23", "d24", "d25", "d26", "d27", "d28", "d29", "d30", "d31",
    ],
    sp: SP,
    bp: FP,
    ra: LR,
    // x19 to x29. Of vector registers the kernel uses none.
    callee_saved: 0x7ff << 19,
    reloc_none: elf::R_AARCH64_NONE,
    reloc_abs64: elf::R_AARCH64_ABS64,
    reloc_text: elf::R_AARCH64_PREL32,
};

impl Arch for Arm64 {
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
        (len == INSN_SIZE as usize).then_some(&[0x1f, 0x20, 0x03, 0xd5])
    }

    fn ret(&self, len: usize) -> Option<&'static [u8]> {
        (len == INSN_SIZE as usize).then_some(&[0xc0, 0x03, 0x5f, 0xd6])
    }

    fn disassemble(&self, bytes: &[u8], address: u64) -> InsnText {
        text::disassemble(bytes, address)
    }

    fn describe_op(&self, op: &StackOp) -> String {
        decode::describe(op)
    }
}

/// The word at byte `offset` of `text`, or `None` if it is not all there.
pub fn word_at(text: &[u8], offset: usize) -> Option<u32> {
    text.get(offset..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
}

/// Whether this is `nop` itself. Other hints that do nothing on some processors are not.
pub const fn is_nop(word: u32) -> bool {
    word == NOP
}

/// Bits `from` and up of `word`, `count` of them.
const fn bits(word: u32, from: u32, count: u32) -> u32 {
    word >> from & ((1 << count) - 1)
}

/// The lowest `count` bits of `value` as a signed number.
const fn signed(value: u32, count: u32) -> i32 {
    (value << (32 - count)) as i32 >> (32 - count)
}
