// SPDX-License-Identifier: GPL-2.0-only

//! What an instruction does to control flow and to the stack, seen with the original's eyes.
//!
//! Upstream: the big `switch` of `arch_decode_instruction()`. Some of its arms look at fields an instruction does not have
//! or does not look at fields it has; the result is part of compatibility.

mod narrow;

use super::BP;
use super::SP;
use super::decode::fields::Fields;
use crate::DecodeFlags;
use crate::InsnKind;
use crate::NoteKind;
use crate::OpDest;
use crate::OpSrc;
use crate::StackOp;

/// What the class of an instruction depends on besides its bytes.
pub(super) struct InsnContext<'a> {
    pub(super) flags: DecodeFlags,
    /// Whether the section is init text.
    pub(super) is_init: bool,
    /// Whether a function covers the instruction; asked for `iret` only.
    pub(super) is_in_func: &'a dyn Fn() -> bool,
}

/// The class of an instruction, its stack operations in `ops`, and what there is to say about it.
pub(super) fn effects(f: &Fields, place: &InsnContext<'_>, ops: &mut Vec<StackOp>) -> (InsnKind, Option<NoteKind>) {
    let flags = place.flags;
    let is_narrow = flags.contains(DecodeFlags::NARROW_PATTERNS);
    let kind = match f.opcode[0] {
        0x01 | 0x29 | 0x80..=0x83 | 0x88 | 0x89 | 0x8b | 0x8d | 0xc9 if is_narrow => with(ops, narrow::stack_op(f)),
        0x01 | 0x29 => with(ops, (f.has_w() && f.is_reg(SP)).then(|| set_reg(SP, OpSrc::Add, f.reg(), 0))),
        op @ 0x50..=0x57 => with(ops, Some(push(OpSrc::Reg, f.low_reg(op)))),
        op @ 0x58..=0x5f => with(ops, Some(set_reg(f.low_reg(op), OpSrc::Pop, 0, 0))),
        0x68 | 0x6a => with(ops, Some(PUSH_CONST)),
        0x70..=0x7f => InsnKind::JumpCond,
        0x80..=0x83 => with(ops, arithmetic(f)),
        0x88 | 0x89 => with(ops, store(f, flags)),
        0x8b => with(ops, load(f, flags)),
        0x8d => return lea(f, flags, ops),
        0x8f => with(ops, Some(to(OpDest::Mem, OpSrc::Pop))),
        0x90 => nop(f, flags),
        0x9c => with(ops, Some(to(OpDest::Pushf, OpSrc::Const))),
        0x9d => with(ops, Some(to(OpDest::Mem, OpSrc::Popf))),
        0x0f => return escaped(f, flags, ops),
        // leave: two operations.
        0xc9 => with(ops, [set_reg(SP, OpSrc::Reg, BP, 0), set_reg(BP, OpSrc::Pop, 0, 0)]),
        0xcc => InsnKind::Trap,
        0xe3 => InsnKind::JumpCond,
        0xe0..=0xe2 if flags.contains(DecodeFlags::LOOP_IS_JUMP) => InsnKind::JumpCond,
        0xe9 | 0xeb => InsnKind::JumpUncond,
        0xc2 | 0xc3 => InsnKind::Return,
        // The caller looks for relocations at fixed offsets, which a store of 11 bytes without prefixes has.
        0xc7 if place.is_init && f.len == 11 && !is_narrow => return (InsnKind::Other, Some(NoteKind::PvOpsStore)),
        // sync_core() returns to itself; every other iret is in code that is no function.
        0xcf if (place.is_in_func)() => with(ops, Some(set_reg(SP, OpSrc::Add, SP, 5 * 8))),
        0xca | 0xcb | 0xcf => to_user(flags),
        0xd6 if flags.contains(DecodeFlags::UDB) => InsnKind::Bug,
        0xe8 => {
            ops.push(PUSH_CONST);
            InsnKind::Call
        }
        0xfc => InsnKind::Cld,
        0xfd => InsnKind::Std,
        0xff => return group5(f, flags, ops),
        _ => InsnKind::Other,
    };
    (kind, None)
}

/// An instruction of no class of its own with these stack operations.
fn with(ops: &mut Vec<StackOp>, of_insn: impl IntoIterator<Item = StackOp>) -> InsnKind {
    ops.extend(of_insn);
    InsnKind::Other
}

impl Fields {
    pub(super) fn has_w(&self) -> bool {
        self.rex & 8 != 0
    }

    /// ModRM.reg with REX.R; 0 without ModRM, whatever REX says.
    pub(super) fn reg(&self) -> u8 {
        if self.has_modrm { self.modrm >> 3 & 7 | (self.rex & 4) << 1 } else { 0 }
    }

    /// ModRM.rm with REX.B.
    pub(super) fn rm(&self) -> u8 {
        if self.has_modrm { self.low_reg(self.modrm) } else { 0 }
    }

    /// The register in the low bits of `byte`, with REX.B.
    fn low_reg(&self, byte: u8) -> u8 {
        byte & 7 | (self.rex & 1) << 3
    }

    pub(super) fn mode(&self) -> u8 {
        self.modrm >> 6
    }

    fn is_reg(&self, reg: u8) -> bool {
        self.mode() == 3 && self.rm() == reg
    }

    fn has_sib(&self) -> bool {
        self.mode() != 3 && self.rm() & 7 == 4
    }

    fn sib_base(&self) -> u8 {
        self.low_reg(self.sib)
    }

    /// Whether the SIB byte has no index register.
    fn has_no_index(&self) -> bool {
        self.sib >> 3 & 7 | (self.rex & 2) << 2 == SP
    }

    /// The base register of the memory operand, as far as the original looks into a SIB byte; `None` with an index. For
    /// operands without a base it is the number in the bits that would name one.
    fn base(&self) -> Option<u8> {
        match self.has_sib() {
            true if self.has_no_index() => Some(self.sib_base()),
            true => None,
            false => Some(self.rm()),
        }
    }

    /// Whether `base`, taken from ModRM or SIB, stands for "no register": relative to the instruction, or absolute.
    fn is_no_base(&self, base: u8) -> bool {
        base & 7 == BP && self.mode() == 0
    }

    /// Whether `base` makes the memory operand a place in the frame.
    fn is_frame(&self, base: u8, flags: DecodeFlags) -> bool {
        (base == BP || base == SP) && !(flags.contains(DecodeFlags::SIB_NO_BASE) && self.is_no_base(base))
    }
}

/// `mov`, `add`, `and`, ... into a register.
pub(super) fn set_reg(reg: u8, src: OpSrc, src_reg: u8, src_offset: i32) -> StackOp {
    StackOp { dest: OpDest::Reg, dest_reg: reg, src, src_reg, dest_offset: 0, src_offset }
}

fn push(src: OpSrc, src_reg: u8) -> StackOp {
    StackOp { dest: OpDest::Push, dest_reg: 0, src, src_reg, dest_offset: 0, src_offset: 0 }
}

const fn to(dest: OpDest, src: OpSrc) -> StackOp {
    StackOp { dest, dest_reg: 0, src, src_reg: 0, dest_offset: 0, src_offset: 0 }
}

/// What a call and the push of anything but a register do.
const PUSH_CONST: StackOp = to(OpDest::Push, OpSrc::Const);

/// `add`, `sub` and `and` of a constant and the stack pointer.
fn arithmetic(f: &Fields) -> Option<StackOp> {
    if !f.has_w() || !f.is_reg(SP) {
        return None;
    }
    match f.reg() & 7 {
        0 => Some(set_reg(SP, OpSrc::Add, SP, f.imm)),
        5 => Some(set_reg(SP, OpSrc::Add, SP, f.imm.wrapping_neg())),
        4 => Some(set_reg(SP, OpSrc::And, SP, f.imm)),
        _ => None,
    }
}

/// `mov reg, reg/mem`.
fn store(f: &Fields, flags: DecodeFlags) -> Option<StackOp> {
    if !f.has_w() {
        return None;
    }
    if f.opcode[0] == 0x89 && f.mode() == 3 {
        let involves_sp = f.reg() == SP || f.rm() == SP;
        let counts = involves_sp || flags.contains(DecodeFlags::MOV_REG_REG);
        return counts.then(|| set_reg(f.rm(), OpSrc::Reg, f.reg(), 0));
    }
    if f.mode() == 3 || f.is_no_base(f.rm()) {
        return None;
    }
    let base = f.base()?;
    let is_frame = f.is_frame(base, flags);
    let saves_sp = f.opcode[0] == 0x89 && f.reg() == SP;
    (is_frame || saves_sp).then(|| StackOp {
        dest: OpDest::RegIndirect,
        dest_reg: base,
        src: OpSrc::Reg,
        src_reg: f.reg(),
        dest_offset: f.disp,
        src_offset: 0,
    })
}

/// `mov mem, reg`.
fn load(f: &Fields, flags: DecodeFlags) -> Option<StackOp> {
    if !f.has_w() || f.mode() == 3 || f.is_no_base(f.rm()) {
        return None;
    }
    let base = f.base()?;
    f.is_frame(base, flags).then(|| set_reg(f.reg(), OpSrc::RegIndirect, base, f.disp))
}

fn lea(f: &Fields, flags: DecodeFlags, ops: &mut Vec<StackOp>) -> (InsnKind, Option<NoteKind>) {
    if f.mode() == 3 {
        return (InsnKind::Other, Some(NoteKind::InvalidLea));
    }
    let is_rip = f.is_no_base(f.rm());
    let Some(base) = f.base().filter(|_| f.has_w()) else {
        return (InsnKind::Other, None);
    };
    // 7.3 takes an absolute address without registers for one relative to the instruction, too.
    if flags.contains(DecodeFlags::LEA_RIP) && f.is_no_base(base) {
        return (InsnKind::LeaRip, None);
    }
    if !is_rip {
        let src = if f.disp == 0 { OpSrc::Reg } else { OpSrc::Add };
        ops.push(set_reg(f.reg(), src, base, f.disp));
    }
    (InsnKind::Other, None)
}

/// `90` and its relatives.
fn nop(f: &Fields, flags: DecodeFlags) -> InsnKind {
    let is_xchg_or_pause = f.rex & 1 != 0 || f.prefixes.bytes[0] == 0xf3;
    if is_xchg_or_pause && !flags.contains(DecodeFlags::PAUSE_IS_NOP) { InsnKind::Other } else { InsnKind::Nop }
}

/// Leaves the kernel.
fn to_user(flags: DecodeFlags) -> InsnKind {
    if flags.contains(DecodeFlags::SYSCALL_SPLIT) { InsnKind::Sysret } else { InsnKind::ContextSwitch }
}

/// Enters the kernel.
fn from_user(flags: DecodeFlags) -> InsnKind {
    if flags.contains(DecodeFlags::SYSCALL_SPLIT) { InsnKind::Syscall } else { InsnKind::ContextSwitch }
}

/// Opcodes behind `0f`.
fn escaped(f: &Fields, flags: DecodeFlags, ops: &mut Vec<StackOp>) -> (InsnKind, Option<NoteKind>) {
    let kind = match f.opcode[1] {
        0x01 => smap_or_fred(f, flags),
        0x80..=0x8f => InsnKind::JumpCond,
        0x05 | 0x34 => from_user(flags),
        0x07 | 0x35 => to_user(flags),
        0x0b | 0xb9 => InsnKind::Bug,
        0x0d | 0x1f if flags.contains(DecodeFlags::PREFETCH_IS_NOP) => InsnKind::Nop,
        0x1f if f.reg() == 0 => InsnKind::Nop,
        0x1e if flags.contains(DecodeFlags::ENDBR) && f.prefixes.bytes[0] == 0xf3 && f.modrm & 0xfe == 0xfa => {
            InsnKind::Endbr
        }
        0x38 if flags.contains(DecodeFlags::ENDBR)
            && f.opcode[2] == 0xf8
            && f.prefixes.count == 1
            && f.prefixes.bytes[0] == 0xf2 =>
        {
            return (InsnKind::Other, Some(NoteKind::Enqcmd));
        }
        0xa0 | 0xa8 => with(ops, Some(PUSH_CONST)),
        0xa1 | 0xa9 => with(ops, Some(to(OpDest::Mem, OpSrc::Pop))),
        _ => InsnKind::Other,
    };
    (kind, None)
}

/// `0f 01`: `stac`, `clac`, and `eretu` and `erets`, which look like `clac` with a prefix.
fn smap_or_fred(f: &Fields, flags: DecodeFlags) -> InsnKind {
    let is_fred = flags.contains(DecodeFlags::FRED) && f.prefixes.last_id() >= 2;
    match f.modrm {
        0xca if is_fred => to_user(flags),
        0xca => InsnKind::Clac,
        0xcb if !is_fred => InsnKind::Stac,
        _ => InsnKind::Other,
    }
}

/// `ff`: indirect calls and jumps, and `push`.
fn group5(f: &Fields, flags: DecodeFlags, ops: &mut Vec<StackOp>) -> (InsnKind, Option<NoteKind>) {
    // 5.10 ignores REX.R, which makes these no other instructions.
    let reg = if flags.contains(DecodeFlags::NARROW_PATTERNS) { f.reg() & 7 } else { f.reg() };
    let kind = match reg {
        2 | 3 => InsnKind::CallDyn,
        4 => InsnKind::JumpDyn,
        5 => return (to_user(flags), None),
        6 => return (with(ops, Some(PUSH_CONST)), None),
        _ => return (InsnKind::Other, None),
    };
    let is_notrack = flags.contains(DecodeFlags::ENDBR) && f.prefixes.contains(0x3e);
    (kind, is_notrack.then_some(NoteKind::Notrack))
}
