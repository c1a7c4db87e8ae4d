// SPDX-License-Identifier: GPL-2.0-only

//! Which functions never return.
//!
//! Upstream: `dead_end_function()`. Global functions are known by name; local ones are those without a return and
//! without a tail call. The question is asked in the call pass, before jump tables are known, so a function with a switch
//! counts as returning.

use std::sync::atomic::Ordering::Relaxed;

use arch::InsnKind;
use object::elf;

use super::Code;
use crate::elf::SymbolId;
use crate::kernel::Behaviour;

/// How many tail calls are followed to find out whether a function returns.
const TAIL_CALL_LIMIT: u32 = 5;

impl Code<'_> {
    /// Whether calls of `func` end the path. May be asked on all threads: they come to the same answer.
    pub(super) fn is_noreturn(&self, func: SymbolId) -> bool {
        const NO: u8 = 1;
        const YES: u8 = 2;
        let known = self.noreturns.get(func.index());
        match known.map(|known| known.load(Relaxed)) {
            Some(NO) => return false,
            Some(YES) => return true,
            _ => {}
        }
        let answer = self.decide_noreturn(func, 0);
        if let Some(known) = known {
            known.store(if answer { YES } else { NO }, Relaxed);
        }
        answer
    }

    /// The answer as things stand; `depth` is how many tail calls led here.
    pub fn decide_noreturn(&self, func: SymbolId, depth: u32) -> bool {
        let sym = self.symbols.get(func);
        let is_weak = sym.binding == elf::STB_WEAK && self.profile.has(Behaviour::WeakNoreturns);
        if sym.binding == elf::STB_GLOBAL || is_weak || self.is_other_non_local(sym.binding) {
            let name = self.name(func);
            if self.noreturn_names.contains(name) {
                return true;
            }
        }
        if sym.binding == elf::STB_WEAK || sym.len == 0 {
            return false;
        }
        let first = self.insns.at(sym.section, sym.offset);
        if first.and_then(|first| self.func_of(first)).is_none() {
            return false;
        }
        let returns = |id| self.insns.kind(id) == InsnKind::Return;
        if self.insns_of_func(func).any(returns) {
            return false;
        }
        // What is known of a tail call within the file decides, unless it goes round in circles.
        match self.insns_of_func(func).find(|id| self.is_sibling_call(*id)) {
            None => true,
            Some(tail) => {
                let dest = self.tail_dests.get(&tail).and_then(|dest| self.func_of(*dest));
                dest.is_some_and(|dest| depth < TAIL_CALL_LIMIT && self.decide_noreturn(dest, depth + 1))
            }
        }
    }

    /// Bindings beyond the usual three count as non-local from 7.3 on.
    fn is_other_non_local(&self, binding: u8) -> bool {
        binding != elf::STB_LOCAL && self.profile.has(Behaviour::OtherBindingsAreGlobal)
    }
}
