// SPDX-License-Identifier: GPL-2.0-only

//! Branches, exceptions and system instructions.

use super::gpr;
use super::rd;
use crate::arm64::LR;
use crate::arm64::bits;
use crate::arm64::decode::Class;
use crate::arm64::decode::branch::BranchKind;
use crate::arm64::decode::class;
use crate::arm64::decode::hint::Hint;
use crate::arm64::decode::hint::Signing;

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

/// System registers and operations, and what has an encoding among them: barriers, waits, the processor's state, flags.
///
/// Few of all these numbers mean something, and which ones is different from processor to processor. As for LLVM, every
/// one is an instruction, that of `sys` and `sysl` too.
fn system(word: u32) -> Option<u32> {
    let is_read = bits(word, 21, 1) != 0;
    match bits(word, 22, 2) {
        0 => Some(if is_read { rd(word) } else { 0 }),
        // sysp.
        1 if !is_read && bits(word, 19, 2) == 1 => (word & 1 == 0 || word & 31 == 31).then_some(0),
        // msrr, mrrs: a pair that begins with an even register.
        1 if word & 1 == 0 => Some(if is_read { rd(word) | gpr(word + 1, 0) } else { 0 }),
        _ => None,
    }
}
