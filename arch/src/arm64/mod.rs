// SPDX-License-Identifier: GPL-2.0-only

//! AArch64.
//!
//! What matters to unwinding: every instruction is one little-endian word of four bytes, a call leaves the return address
//! in `x30` and moves nothing, so at the first instruction of a function `cfa = sp` and the return address is in `x30`. A
//! frame is a record of two doublewords, the caller's `x29` and the return address, and `x29` points to it. Functions make
//! it with `stp x29, x30, [sp, #-n]!`, or with a `sub` of `sp` and a plain `stp`. The return address may be signed with
//! `sp` before it is stored (`paciasp`), and there may be a second copy on the shadow call stack at `x18`. Constants may
//! stand between functions and even inside: mapping symbols (`$x`, `$d`) say what is code.
//!
//! A word is cheap to look at, so what there is to know are pure functions on a word, by own mask tables: class and target
//! (`decode`), effect on the frame (`stack_ops`), registers written (`written`). Analysis goes over a word several times,
//! and a list of instructions in the machine-neutral model would cost more than looking again. yaxpeax-arm makes text of
//! instructions, where it knows them.
//!
//! psABI: <https://github.com/ARM-software/abi-aa>

mod decode;
pub mod orc;
mod reloc;
mod stack_ops;
pub mod text;
mod written;

pub use decode::Class;
pub use decode::branch;
pub use decode::branch::Branch;
pub use decode::branch::BranchRange;
pub use decode::class;
pub use decode::hint;
pub use decode::hint::Hint;
pub use reloc::is_absolute_reloc;
pub use stack_ops::Effect;
pub use stack_ops::Effects;
pub use stack_ops::effects;
pub use written::is_allocated;
pub use written::written;

use crate::Disassemble;
use crate::InsnText;

/// arm64 as what [`Disassemble`] is asked of.
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

impl Disassemble for Arm64 {
    fn max_insn_len(&self) -> usize {
        INSN_SIZE as usize
    }

    fn insn_start(&self, _: &[u8], _: usize, offset: usize) -> usize {
        offset - offset % INSN_SIZE as usize
    }

    fn disassemble(&self, bytes: &[u8], address: u64) -> InsnText {
        text::disassemble(bytes, address)
    }
}

/// The word at byte `offset` of `text`, or `None` if it is not all there.
pub fn word_at(text: &[u8], offset: usize) -> Option<u32> {
    text.get(offset..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
}

/// Bits `from` and up of `word`, `count` of them.
const fn bits(word: u32, from: u32, count: u32) -> u32 {
    word >> from & ((1 << count) - 1)
}

/// The lowest `count` bits of `value` as a signed number.
const fn signed(value: u32, count: u32) -> i32 {
    (value << (32 - count)) as i32 >> (32 - count)
}
