// SPDX-License-Identifier: GPL-2.0-only

//! Code that no path leads to.
//!
//! Upstream: `validate_reachable_instructions()`, `ignore_unreachable_insn()`.

use arch::InsnKind;
use rustc_hash::FxHashSet;

use super::Walk;
use crate::elf::SymbolId;
use crate::kernel::Behaviour;
use crate::objtool::code::Code;
use crate::objtool::code::Hole;
use crate::objtool::code::HoleFinder;
use crate::objtool::code::InsnFlags;
use crate::objtool::code::InsnId;
use crate::objtool::code::SecFlags;
use crate::objtool::code::SymFlags;
use crate::objtool::finding::Fatal;
use crate::objtool::finding::Finding;
use crate::objtool::finding::Message;

/// Reports every instruction that the walk did not come to and that has no excuse.
pub fn check(code: &Code<'_>, walk: &Walk) -> (Vec<Finding>, Result<(), Fatal>) {
    let holes = HoleFinder::new(&code.symbols);
    let mut pass = Reachable {
        code,
        walk,
        searched: None,
        ignored: FxHashSet::default(),
        ignored_parts: FxHashSet::default(),
        holes,
        fatal: None,
    };
    let mut findings = Vec::new();
    if code.ignore_unreachables {
        return (findings, Ok(()));
    }
    // Nearly all were visited, and most others are padding, which is always excused.
    let is_padding = |insn| matches!(code.insns.kind(insn), InsnKind::Nop | InsnKind::Trap);
    for insn in code.filter_insns(|insn| !walk.has_visited(*insn) && !is_padding(*insn)) {
        if pass.is_excused(insn) {
            continue;
        }
        if let Some(fatal) = pass.fatal.take() {
            return (findings, Err(fatal));
        }
        if !code.profile.has(Behaviour::UnreachableAll) {
            findings.push(Finding::warn_insn(insn, Message::UnreachableInsn));
            break;
        }
        let mut callee = pass.noreturn_callee_before(insn);
        if callee.is_some_and(|callee| pass.excuses(callee)) {
            // Whether it returns depends on the configuration, so the caller is not warned about at all.
            callee = None;
            findings.extend(code.insns.prev(insn).map(Finding::marks_warned));
        }
        let message = callee.map_or(Message::UnreachableInsn, |symbol| Message::MissingNoreturn { symbol });
        findings.push(Finding::warn_insn(insn, message));
    }
    (findings, Ok(()))
}

struct Reachable<'a, 'd> {
    code: &'a Code<'d>,
    walk: &'a Walk,
    /// The last hole that was searched: up to which instruction, where it ends, and what came of it (before 7.3).
    searched: Option<(InsnId, u64, bool)>,
    /// Instructions of cold parts that a hole jumps to (before 7.3).
    ignored: FxHashSet<InsnId>,
    /// Cold parts likewise, where they are ignored as a whole.
    ignored_parts: FxHashSet<SymbolId>,
    holes: HoleFinder<'a>,
    /// What the original does not get past.
    fatal: Option<Fatal>,
}

impl Reachable<'_, '_> {
    /// The callee of a call right before that is known not to return.
    fn noreturn_callee_before(&self, insn: InsnId) -> Option<SymbolId> {
        let prev = self.code.insns.prev(insn).filter(|prev| self.code.has(*prev, InsnFlags::DEAD_END))?;
        self.code.call_dest(prev)
    }

    /// Upstream: `ignore_noreturn_call()` (6.6).
    fn excuses(&self, callee: SymbolId) -> bool {
        self.code.profile.has(Behaviour::DoubleFaultExcused) && self.code.name(callee) == b"exc_double_fault"
    }

    fn is_excused(&mut self, insn: InsnId) -> bool {
        let code = self.code;
        let func = code.func_of(insn);
        if self.is_ignored(insn) {
            return true;
        }
        let section = code.section_flags_of(insn);
        if section.intersects(SecFlags::REPLACEMENT | SecFlags::ALT_AUX) {
            return true;
        }
        if code.profile.has(Behaviour::FixupExcused) && code.elf.section(code.insns.section_of(insn)).name == b".fixup"
        {
            return true;
        }
        let has_holes = code.profile.has(Behaviour::HolesExcused) && !code.profile.has(Behaviour::HolesMarkedFirst);
        if code.opts.link && func.is_none() && has_holes {
            return self.is_in_hole(insn);
        }
        let Some(func) = func else { return false };
        let is_trampoline = code.symbols.get(func).flags.contains(SymFlags::STATIC_CALL_TRAMP);
        if is_trampoline && code.profile.has(Behaviour::TrampolinesExcused) {
            return true;
        }
        self.is_trap_after_dead_end(insn) || self.leads_to_sanitizer(insn, func)
    }

    fn is_ignored(&self, insn: InsnId) -> bool {
        let code = self.code;
        let is_part = |func: SymbolId| code.symbols.get(func).flags.contains(SymFlags::IGNORE);
        let by_symbol = || code.func_of(insn).is_some_and(|func| is_part(func) || self.ignored_parts.contains(&func));
        code.has(insn, InsnFlags::HOLE)
            || code.has(insn, InsnFlags::IGNORE)
            || self.ignored.contains(&insn)
            || by_symbol()
    }

    /// What the linker left of a dropped weak function (before 7.3).
    fn is_in_hole(&mut self, insn: InsnId) -> bool {
        let code = self.code;
        let start = code.insns.get(insn).offset.into();
        let end = match self.holes.at(code.insns.section_of(insn), start) {
            Hole::None => return false,
            Hole::ToEnd => return true,
            Hole::Until(end) => end,
        };
        // All unvisited instructions up to where a search stopped have its answer.
        if let Some((.., answer)) = self.searched.filter(|(stop, to, _)| insn < *stop && *to == end) {
            return answer;
        }
        let mut next = code.insns.next(insn);
        let mut last = insn;
        let mut answer = false;
        while let Some(insn) = next {
            last = insn;
            if self.walk.has_visited(insn) {
                answer = true;
                break;
            }
            if u64::from(code.insns.get(insn).offset) >= end {
                break;
            }
            let cold = code.jump_dest(insn).and_then(|dest| code.func_of(dest));
            if let Some(cold) = cold.filter(|cold| memchr::memmem::find(code.name(*cold), b".cold").is_some()) {
                match code.profile.has(Behaviour::IgnoreBySymbol) {
                    true => drop(self.ignored_parts.insert(cold)),
                    false => self.ignored.extend(code.insns_of_func(cold)),
                }
            }
            next = code.insns.next(insn);
        }
        self.searched = Some((last, end, answer));
        answer
    }

    /// Compilers put traps, or jumps to them, after what never returns.
    fn is_trap_after_dead_end(&self, insn: InsnId) -> bool {
        let code = self.code;
        let is_trap = |id: InsnId| code.insns.kind(id) == InsnKind::Bug;
        let is_jump = code.insns.kind(insn) == InsnKind::JumpUncond && code.jump_dest(insn).is_some_and(is_trap);
        (is_trap(insn) || is_jump) && self.is_after_dead_end(insn)
    }

    /// Before 6.2 the instruction before may be in another section, and what it calls counts as well.
    fn is_after_dead_end(&self, insn: InsnId) -> bool {
        let code = self.code;
        let is_dead_end = |prev: InsnId| code.has(prev, InsnFlags::DEAD_END);
        if !code.profile.has(Behaviour::FlatInsnList) {
            return code.insns.prev(insn).is_some_and(is_dead_end);
        }
        code.insns.prev_in_file(insn).is_some_and(|prev| {
            is_dead_end(prev) || code.call_dest(prev).is_some_and(|callee| code.decide_noreturn(callee, 0))
        })
    }

    /// One of the next five instructions reports to a sanitizer.
    fn leads_to_sanitizer(&mut self, insn: InsnId, func: SymbolId) -> bool {
        let code = self.code;
        let end = code.symbols.get(func).end();
        let mut insn = insn;
        for round in 0..5 {
            if code.insns.kind(insn) == InsnKind::Call && self.is_sanitizer_call(insn) {
                return true;
            }
            if code.insns.kind(insn) == InsnKind::JumpUncond {
                match code.jump_dest(insn).filter(|dest| code.func_of(*dest) == Some(func)) {
                    Some(dest) => insn = dest,
                    None => return false,
                }
                continue;
            }
            if u64::from(code.insns.get(insn).end()) >= end {
                return false;
            }
            let next = match code.profile.has(Behaviour::FlatInsnList) {
                true => code.insns.next_in_file(insn),
                false => code.insns.next(insn),
            };
            let Some(next) = next else {
                // The original looks at what is not there, unless this was the last one anyway.
                self.fatal = (round != 4).then(|| Fatal::new(Message::FuncPastSection { symbol: func }));
                return false;
            };
            insn = next;
        }
        false
    }

    fn is_sanitizer_call(&self, insn: InsnId) -> bool {
        let name = self.code.call_dest(insn).map(|dest| self.code.name(dest));
        matches!(name, Some(b"__asan_handle_no_return" | b"__ubsan_handle_builtin_unreachable"))
    }
}
