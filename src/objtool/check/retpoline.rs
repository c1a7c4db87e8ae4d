// SPDX-License-Identifier: GPL-2.0-only

//! Indirect branches and returns that go through no thunk.
//!
//! Upstream: `validate_retpoline()`.

use arch::InsnKind;
use object::elf;

use crate::kernel::Behaviour;
use crate::objtool::code::Code;
use crate::objtool::code::InsnFlags;
use crate::objtool::code::InsnId;
use crate::objtool::code::SecFlags;
use crate::objtool::code::SymFlags;
use crate::objtool::code::Text;
use crate::objtool::finding::Finding;
use crate::objtool::finding::Message;

/// Reports unprotected branches, then indirect calls without a kCFI check.
pub fn check(code: &Code<'_>) -> Vec<Finding> {
    let in_piece = |piece: &Vec<Text>| {
        let texts = piece.iter().filter(|text| !code.sec_flags[text.section.index()].contains(SecFlags::INIT));
        texts.flat_map(Text::ids).filter_map(|insn| check_insn(code, insn)).collect::<Vec<_>>()
    };
    let mut findings = code.elf.map(&code.insns.pieces(|_| true), in_piece).concat();
    if code.opts.cfi && code.profile.has(Behaviour::KcfiCallCheck) {
        findings.extend(code.sites.retpolines.iter().filter_map(|insn| check_kcfi(code, *insn)));
    }
    findings
}

fn check_insn(code: &Code<'_>, insn: InsnId) -> Option<Finding> {
    let message = match code.insns.kind(insn) {
        InsnKind::Return if code.opts.rethunk => Message::NakedReturn,
        InsnKind::JumpDyn => Message::IndirectBranch { is_jump: true },
        InsnKind::CallDyn => Message::IndirectBranch { is_jump: false },
        _ => return None,
    };
    (!code.has(insn, InsnFlags::RETPOLINE_SAFE)).then(|| Finding::warn_insn(insn, message))
}

/// A kCFI call site compares the callee's type hash and traps before it calls.
fn check_kcfi(code: &Code<'_>, insn: InsnId) -> Option<Finding> {
    let sym = code.symbols.get(code.symbol_of(insn)?);
    let is_code = matches!(sym.kind, elf::STT_NOTYPE | elf::STT_FUNC);
    if !is_code || sym.flags.contains(SymFlags::NOCFI) {
        return None;
    }
    let has_trap = code.prev_in_symbol(insn).is_some_and(|prev| code.insns.kind(prev) == InsnKind::Bug);
    (!has_trap).then(|| Finding::warn_insn(insn, Message::NoCfiIndirectCall))
}
