// SPDX-License-Identifier: GPL-2.0-only

//! Straight-line speculation: an `int3` after every return and indirect jump.
//!
//! Upstream: `validate_sls()`.

use arch::InsnKind;

use crate::objtool::code::Code;
use crate::objtool::code::InsnFlags;
use crate::objtool::code::InsnId;
use crate::objtool::code::Text;
use crate::objtool::finding::Finding;
use crate::objtool::finding::Message;

/// Reports returns and indirect jumps that are not followed by `int3`.
pub fn check(code: &Code<'_>) -> Vec<Finding> {
    let in_piece = |piece: &Vec<Text>| {
        piece.iter().flat_map(Text::ids).filter_map(|insn| check_insn(code, insn)).collect::<Vec<_>>()
    };
    code.elf.map(&code.insns.pieces(|_| true), in_piece).concat()
}

fn check_insn(code: &Code<'_>, insn: InsnId) -> Option<Finding> {
    let message = match code.insns.kind(insn) {
        InsnKind::Return => Message::MissingInt3AfterRet,
        InsnKind::JumpDyn => Message::MissingInt3AfterJump,
        _ => return None,
    };
    let is_trap = code.insns.next(insn).is_some_and(|next| code.insns.kind(next) == InsnKind::Trap);
    (!is_trap && !code.has(insn, InsnFlags::RETPOLINE_SAFE)).then(|| Finding::warn_insn(insn, message))
}
