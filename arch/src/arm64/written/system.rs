//! Branches, exceptions and system instructions.

use super::gpr;
use super::rd;
use crate::arm64::LR;
use crate::arm64::bits;
use crate::arm64::branch::BranchKind;
use crate::arm64::class::Class;
use crate::arm64::class::class;
use crate::arm64::hint::Hint;
use crate::arm64::hint::Signing;

const LINK: u32 = 1 << LR;

/// What a word of this group writes.
pub(super) fn branches(word: u32) -> Option<u32> {
    match class(word) {
        Class::Branch(branch) => Some(if branch.kind == BranchKind::Call { LINK } else { 0 }),
        Class::CallReg { .. } => Some(LINK),
        Class::JumpReg { .. } | Class::Return { .. } | Class::ExceptionReturn | Class::DebugReturn => Some(0),
        Class::Break(_) | Class::Halt(_) | Class::SystemCall | Class::OtherException => Some(0),
        Class::Hint(hint) => Some(of_hint(hint)),
        _ if word >> 24 == 0xd5 => system(word),
        _ => None,
    }
}

fn of_hint(hint: Hint) -> u32 {
    match hint {
        Hint::SignLr(Signing { .. }) | Hint::AuthLr(Signing { .. }) | Hint::StripLr => LINK,
        Hint::SignX17 | Hint::AuthX17 => 1 << 17,
        Hint::CheckFeature => 1 << 16,
        Hint::Nop | Hint::Bti(_) | Hint::PacModifier | Hint::Other(_) => 0,
    }
}

/// Barriers, processor state, system registers, system operations.
fn system(word: u32) -> Option<u32> {
    let is_read = bits(word, 21, 1) != 0;
    match bits(word, 19, 5) {
        0 => plain(word),
        // tstart, ttest.
        0b00100 if word & 0x00ff_fee0 == 0x0023_3060 => Some(rd(word)),
        // sys, sysl.
        0b00001 => Some(0),
        0b00101 => Some(rd(word)),
        // msr, mrs.
        0b00010 | 0b00011 => Some(0),
        0b00110 | 0b00111 => Some(rd(word)),
        // sysp.
        0b01001 => (word & 1 == 0 || word & 31 == 31).then_some(0),
        // msrr, mrrs.
        0b01010 | 0b01011 | 0b01110 | 0b01111 if word & 1 == 0 => {
            Some(if is_read { rd(word) | gpr(word + 1, 0) } else { 0 })
        }
        _ => None,
    }
}

/// What has no system register: barriers, waits, `msr` with an immediate, and the flag instructions.
fn plain(word: u32) -> Option<u32> {
    let (op1, number, crm, op2) = (bits(word, 16, 3), bits(word, 12, 4), bits(word, 8, 4), bits(word, 5, 3));
    let is_plain = match number {
        // wfet, wfit.
        1 => op1 == 3 && crm == 0 && op2 <= 1,
        3 if op1 == 3 && word & 31 == 31 => match op2 {
            1 => crm & 3 == 2,
            2 | 4 | 5 | 6 => true,
            3 | 7 => crm == 0,
            _ => false,
        },
        4 if word & 31 == 31 => is_state(op1, crm, op2),
        _ => false,
    };
    is_plain.then_some(0)
}

/// The fields of the processor's state that have an `msr` with an immediate; `cfinv`, `xaflag`, `axflag`.
const fn is_state(op1: u32, crm: u32, op2: u32) -> bool {
    match (op1, op2) {
        (0, 0..=5) | (3, 1 | 2 | 4 | 6 | 7) => true,
        (1, 0) => crm <= 3,
        (3, 3) => crm >= 2 && crm <= 7,
        _ => false,
    }
}
