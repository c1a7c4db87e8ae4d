// SPDX-License-Identifier: GPL-2.0-only

//! The stack operations that 5.10 finds: it knows the byte patterns of its time's compilers and little else.
//!
//! Upstream: 5.10's `arch_decode_instruction()`, for opcodes with ModRM and for `leave`.

use super::set_reg;
use crate::OpDest;
use crate::OpSrc;
use crate::StackOp;
use crate::x86_64::BP;
use crate::x86_64::SP;
use crate::x86_64::decode::fields::Fields;

/// The stack operation of an instruction with one of the opcodes `01 29 80-83 88 89 8b 8d c9`, if it has any.
pub(super) fn stack_op(f: &Fields) -> Option<StackOp> {
    match f.opcode[0] {
        0x01 | 0x29 if f.has_w() && is_sp(f) => Some(set_reg(SP, OpSrc::Add, f.reg(), 0)),
        0x81 | 0x83 if f.rex == 0x48 => arithmetic(f),
        0x88 | 0x89 => store(f),
        0x8b => load(f),
        0x8d => lea(f),
        0xc9 => Some(StackOp { dest: OpDest::Leave, ..set_reg(0, OpSrc::Reg, 0, 0) }),
        _ => None,
    }
}

/// Whether the operand is the register `rsp`.
fn is_sp(f: &Fields) -> bool {
    f.mode() == 3 && f.rm() == SP
}

/// Whether the operand is memory at `rsp`, as compilers encode it.
fn is_at_sp(f: &Fields) -> bool {
    f.mode() != 3 && f.rm() == SP && f.sib == 0x24
}

fn arithmetic(f: &Fields) -> Option<StackOp> {
    match f.modrm {
        0xe4 => Some(set_reg(SP, OpSrc::And, SP, f.imm)),
        0xc4 => Some(set_reg(SP, OpSrc::Add, SP, f.imm)),
        0xec => Some(set_reg(SP, OpSrc::Add, SP, f.imm.wrapping_neg())),
        _ => None,
    }
}

fn store(f: &Fields) -> Option<StackOp> {
    if f.opcode[0] == 0x89 && f.has_w() && f.mode() == 3 && (f.reg() == SP || f.rm() == SP) {
        return Some(set_reg(f.rm(), OpSrc::Reg, f.reg(), 0));
    }
    let base = match f.mode() {
        1 | 2 if f.rm() == BP => BP,
        _ if f.has_w() && is_at_sp(f) => SP,
        _ => return None,
    };
    Some(StackOp {
        dest: OpDest::RegIndirect,
        dest_reg: base,
        src: OpSrc::Reg,
        src_reg: f.reg(),
        dest_offset: f.disp,
        src_offset: 0,
    })
}

fn load(f: &Fields) -> Option<StackOp> {
    let base = match f.mode() {
        _ if !f.has_w() => return None,
        1 if f.rm() == BP => BP,
        _ if is_at_sp(f) => SP,
        _ => return None,
    };
    Some(set_reg(f.reg(), OpSrc::RegIndirect, base, f.disp))
}

/// Of `lea` it knows addresses at `rsp`, and the ends of functions with a frame pointer or a realigned stack.
fn lea(f: &Fields) -> Option<StackOp> {
    let is_plain = f.has_w() && f.rex & 3 == 0;
    match (f.rex, f.modrm, f.disp) {
        _ if f.sib == 0x24 && is_plain => {
            let src = if f.disp == 0 { OpSrc::Reg } else { OpSrc::Add };
            Some(set_reg(f.reg(), src, SP, f.disp))
        }
        (0x48, 0x65, disp) => Some(set_reg(SP, OpSrc::Add, BP, disp)),
        (0x49, 0x62, -8) => Some(set_reg(SP, OpSrc::Add, 10, -8)),
        (0x49, 0x65, -16) => Some(set_reg(SP, OpSrc::Add, 13, -16)),
        _ => None,
    }
}
