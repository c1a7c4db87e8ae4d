// SPDX-License-Identifier: GPL-2.0-only

//! What an opcode alone tells about an instruction, so that most of them need no closer look.

use crate::InsnKind;
use crate::OpDest;
use crate::OpSrc;
use crate::StackOp;

/// What an opcode without legacy prefixes tells, in 16 bits.
///
/// Bits 0-2: the class, unless a closer look says otherwise; bits 3-4: a stack operation, 0 for none; bits 5-15: a closer
/// look is needed if the instruction has one of these traits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Interest(u16);

/// Stack operations of instructions without ModRM: something of no interest pushed, the register in the opcode pushed or
/// popped.
const PUSH_CONST: u16 = 1;
const PUSH_REG: u16 = 2;
const POP_REG: u16 = 3;

/// Every instruction, even without ModRM.
const ANY: u16 = 1 << 5;
/// Has ModRM, and the section is init text.
pub(super) const IN_INIT: u16 = 1 << 6;
/// The operand is a register.
const REG: u16 = 1 << 7;
/// The reg field is not 0.
const REG_FIELD: u16 = 1 << 8;
/// The reg field is 2 to 6: the branches and the push of opcode `ff`.
const GROUP5: u16 = 1 << 9;
/// Has ModRM, and REX.W. This and the others with `W_` need REX.W.
const W_ANY: u16 = 1 << 10;
/// The operand is a register.
const W_REG: u16 = 1 << 11;
/// The operand is `rsp` or `r12`.
const W_REG_SP: u16 = 1 << 12;
/// The operand is memory whose base may be `rsp` or `rbp`.
const W_FRAME: u16 = 1 << 13;
/// The reg field is 4: `rsp` or `r12`.
const W_FROM_SP: u16 = 1 << 14;
/// The operand is memory whose base may be `rbp`.
const FRAME: u16 = 1 << 15;
/// All that do not need REX.W.
const WITHOUT_W: u16 = (W_ANY - 1) | FRAME;

/// Classes that need no closer look, by number.
const KINDS: [InsnKind; 8] = [
    InsnKind::Other,
    InsnKind::JumpCond,
    InsnKind::JumpUncond,
    InsnKind::Call,
    InsnKind::Return,
    InsnKind::Trap,
    InsnKind::Nop,
    InsnKind::Other,
];
const OTHER: u16 = 0;
const JUMP_COND: u16 = 1;
const JUMP_UNCOND: u16 = 2;
const CALL: u16 = 3;
const RETURN: u16 = 4;
const TRAP: u16 = 5;
const NOP: u16 = 6;

impl Interest {
    /// Nothing at all.
    pub(super) const NONE: Interest = Interest(OTHER);

    const fn kind_only(kind: u16) -> Interest {
        Interest(kind)
    }

    const fn with_op(kind: u16, op: u16) -> Interest {
        Interest(kind | op << 3)
    }

    const fn look(kind: u16, traits: u16) -> Interest {
        Interest(kind | traits)
    }

    pub(super) const fn bits(self) -> u16 {
        self.0
    }

    #[inline]
    pub(super) const fn from_bits(bits: u16) -> Interest {
        Interest(bits)
    }

    /// Traits of a ModRM byte.
    pub(super) const fn traits_of(modrm: u8) -> u16 {
        let (mode, reg, rm) = (modrm >> 6, modrm >> 3 & 7, modrm & 7);
        let operand = match (mode, rm) {
            (3, 4) => REG | W_REG | W_REG_SP,
            (3, _) => REG | W_REG,
            (_, 4) => W_FRAME,
            (_, 5) => W_FRAME | FRAME,
            _ => 0,
        };
        let register = match reg {
            0 => 0,
            1 | 7 => REG_FIELD,
            4 => REG_FIELD | GROUP5 | W_FROM_SP,
            _ => REG_FIELD | GROUP5,
        };
        IN_INIT | W_ANY | operand | register
    }

    /// Whether an instruction with this REX prefix (0: none) and these traits needs a closer look.
    #[inline]
    pub(super) const fn applies(self, rex: u8, traits: u16) -> bool {
        let with_w = (rex as u16 >> 3 & 1).wrapping_neg();
        self.0 & (traits & (with_w | WITHOUT_W) | ANY) & !(ANY - 1) != 0
    }

    /// The class, unless a closer look is needed.
    #[inline]
    pub(super) fn kind(self) -> InsnKind {
        KINDS[(self.0 & 7) as usize]
    }

    /// Whether the opcode alone makes a stack operation.
    #[inline]
    pub(super) const fn has_op(self) -> bool {
        self.0 & 3 << 3 != 0
    }

    /// The stack operation, with `reg` for the register in the opcode.
    pub(super) fn stack_op(self, reg: u8) -> StackOp {
        let op = |dest, dest_reg, src, src_reg| StackOp { dest, dest_reg, src, src_reg, dest_offset: 0, src_offset: 0 };
        match self.0 >> 3 & 3 {
            PUSH_REG => op(OpDest::Push, 0, OpSrc::Reg, reg),
            POP_REG => op(OpDest::Reg, reg, OpSrc::Pop, 0),
            _ => op(OpDest::Push, 0, OpSrc::Const, 0),
        }
    }
}

/// What the opcode bytes `opcode` tell, the second of them only behind `0f`. [`crate::x86_64::stack_ops`] knows it in detail.
pub(super) const fn interest(opcode: [u8; 2]) -> Interest {
    match opcode {
        [0x0f, 0x80..=0x8f] | [0x70..=0x7f | 0xe3, _] => Interest::kind_only(JUMP_COND),
        [0xe9 | 0xeb, _] => Interest::kind_only(JUMP_UNCOND),
        [0xe8, _] => Interest::with_op(CALL, PUSH_CONST),
        [0xc2 | 0xc3, _] => Interest::kind_only(RETURN),
        [0xcc, _] => Interest::kind_only(TRAP),
        [0x50..=0x57, _] => Interest::with_op(OTHER, PUSH_REG),
        [0x58..=0x5f, _] => Interest::with_op(OTHER, POP_REG),
        [0x68 | 0x6a, _] => Interest::with_op(OTHER, PUSH_CONST),
        [0x90, _] => Interest::kind_only(NOP),
        [0x0f, 0x1f] => Interest::look(NOP, REG_FIELD),
        [0x01 | 0x29 | 0x80..=0x83, _] => Interest::look(OTHER, W_REG_SP),
        // 5.10 does not ask for REX.W in stores to the frame.
        [0x89, _] => Interest::look(OTHER, W_REG | W_FRAME | W_FROM_SP | FRAME),
        [0x88, _] => Interest::look(OTHER, W_FRAME | FRAME),
        [0x8b, _] => Interest::look(OTHER, W_FRAME),
        [0x8d, _] => Interest::look(OTHER, REG | W_ANY),
        [0xc7, _] => Interest::look(OTHER, IN_INIT),
        [0xff, _] => Interest::look(OTHER, GROUP5),
        [0x0f, 0x01 | 0x05 | 0x07 | 0x0b | 0x0d | 0x1e | 0x34 | 0x35 | 0x38 | 0xa0 | 0xa1 | 0xa8 | 0xa9 | 0xb9]
        | [0x8f | 0x9c | 0x9d | 0xc9..=0xcb | 0xcf | 0xd6 | 0xe0..=0xe2 | 0xea | 0xfc | 0xfd, _] => {
            Interest::look(OTHER, ANY)
        }
        _ => Interest::NONE,
    }
}
