//! Which functions never return.
//!
//! Upstream: `dead_end_function()`. Global functions are known by name; local ones are those without a return and
//! without a tail call. The question is asked in the call pass, before jump tables are known, so a function with a switch
//! counts as returning.

use arch::InsnKind;
use object::elf;

use super::Code;
use crate::elf::SymbolId;
use crate::kernel::Behaviour;

impl Code<'_> {
    /// Whether calls of `func` end the path.
    pub(super) fn is_noreturn(&mut self, func: SymbolId) -> bool {
        if let Some(&answer) = self.noreturns.get(&func) {
            return answer;
        }
        let answer = self.decide_noreturn(func);
        self.noreturns.insert(func, answer);
        answer
    }

    fn decide_noreturn(&self, func: SymbolId) -> bool {
        let sym = self.symbols.get(func);
        if matches!(sym.binding, elf::STB_GLOBAL | elf::STB_WEAK) || self.is_other_non_local(sym.binding) {
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
        let leaves = |id| self.insns.kind(id) == InsnKind::Return || self.is_sibling_call(id);
        !self.insns_of_func(func).any(leaves)
    }

    /// Bindings beyond the usual three count as non-local from 7.3 on.
    fn is_other_non_local(&self, binding: u8) -> bool {
        binding != elf::STB_LOCAL && self.profile.has(Behaviour::OtherBindingsAreGlobal)
    }
}
