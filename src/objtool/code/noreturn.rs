//! Which functions never return.
//!
//! Upstream: `dead_end_function()`. Global functions are known by name; local ones are those without a return and
//! without a tail call. The question is asked in the call pass, before jump tables are known, so a function with a switch
//! counts as returning.

use arch::InsnKind;
use object::elf;

use super::Code;
use crate::elf::SymbolId;
use crate::kernel::NameList;

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
            if self.is_rust_noreturn(name) || self.is_known_noreturn(name) {
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
        binding != elf::STB_LOCAL && self.profile.has(crate::kernel::Features::COLD_BY_FILE)
    }

    fn is_known_noreturn(&self, name: &[u8]) -> bool {
        match &self.noreturn_names {
            Some(names) => names.contains(name),
            None => {
                let is_in = |list: &NameList| list.binary_search_by(|known| known.as_bytes().cmp(name)).is_ok();
                self.profile.noreturns.iter().any(is_in)
            }
        }
    }

    /// Rust functions of the core library that panic, by the parts of their names that do not change.
    fn is_rust_noreturn(&self, name: &[u8]) -> bool {
        if !name.starts_with(b"_R") {
            return false;
        }
        let has = |part: &str| memchr::memmem::find(name, part.as_bytes()).is_some();
        let mut suffixes = self.profile.rust_noreturn_suffixes.into_iter().flatten();
        suffixes.any(|suffix| name.ends_with(suffix.as_bytes()))
            || has("_4core9panicking13assert_failed")
            || has("_4core9panicking11panic_const24panic_const_")
            || (has("_4core5slice5index") && has("slice_") && name.ends_with(b"_fail"))
    }
}
