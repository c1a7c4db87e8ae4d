// SPDX-License-Identifier: GPL-2.0-only

//! Names for the padding before functions, `__pfx_<function>`: it may be patched and run, so it belongs to something.
//!
//! Upstream: `add_prefix_symbols()` (6.12), which looks for NOPs before every function, and `create_prefix_symbols()`
//! (7.3), which goes by the tracer's table.

use arch::InsnKind;
use object::elf;
use rustc_hash::FxHashMap;

use super::sites::Created;
use crate::elf::Edit;
use crate::elf::NewSymbol;
use crate::elf::SectionId;
use crate::elf::SymbolId;
use crate::kernel::Behaviour;
use crate::objtool::cfi::CfiId;
use crate::objtool::check::Walk;
use crate::objtool::code::Code;
use crate::objtool::code::InsnId;
use crate::objtool::finding::Finding;
use crate::objtool::finding::Message;

/// Longest symbol name of the kernel, with its NUL.
const SYM_NAME_LEN: usize = 512;
const PREFIX: &[u8] = b"__pfx_";

/// Prefix symbols, and the states that their padding takes over from the functions.
#[derive(Debug, Default)]
pub struct PrefixSymbols {
    /// Symbols to add, and what is to be said.
    pub created: Created,
    /// Padding instructions with their new states, in order.
    pub states: Vec<(InsnId, CfiId)>,
    /// How often a state was looked up, for `--stats`.
    pub n_found: u64,
}

/// Makes the symbols.
pub fn create(code: &Code<'_>, walk: &Walk) -> PrefixSymbols {
    let len = i64::from(code.opts.prefix).cast_unsigned();
    let (made, is_padding) = (FxHashMap::default(), vec![false; walk.cfi.len()]);
    let mut pass = Pass { code, walk, len, out: PrefixSymbols::default(), made, is_padding, latest: None };
    match code.profile.has(Behaviour::PrefixByEntries) {
        true => pass.by_entries(),
        false => pass.by_padding(),
    }
    pass.out
}

struct Pass<'a, 'd> {
    code: &'a Code<'d>,
    walk: &'a Walk,
    /// Bytes of padding.
    len: u64,
    out: PrefixSymbols,
    /// Where prefix symbols that are functions begin, as numbers of edits: the tracer's table may name one as well.
    made: FxHashMap<(SectionId, u64), usize>,
    /// Which instructions are among `out.states`: a function may begin in padding.
    is_padding: Vec<bool>,
    /// The latest of `out.states` by instruction, once it was asked for.
    latest: Option<FxHashMap<InsnId, CfiId>>,
}

impl Pass<'_, '_> {
    fn by_entries(&mut self) {
        let code = self.code;
        for section in code.elf.section_ids() {
            if code.elf.section(section).name != b"__patchable_function_entries" {
                continue;
            }
            let Some(relocs) = code.relocs.of(section) else { continue };
            for reloc in relocs.relocs.iter() {
                let (target, offset) = code.reloc_target(&reloc);
                if let Some(func) = self.func_at(target, offset.wrapping_add(self.len)) {
                    self.add_checked(func);
                }
            }
        }
    }

    /// The function at a place: one of the file, or one that was made here. A later one of the same length is its alias.
    fn func_at(&self, section: SectionId, offset: u64) -> Option<NewSymbol> {
        let code = self.code;
        let made = self.made.get(&(section, offset)).and_then(|at| match self.out.created.edits.get(*at) {
            Some(Edit::AddSymbol(symbol)) => Some(NewSymbol::clone(symbol)),
            _ => None,
        });
        let Some(func) = code.symbols.func_at(section, offset) else { return made };
        if code.symbols.get(func).len == self.len && made.is_some() {
            return made;
        }
        Some(self.symbol(func))
    }

    /// A symbol of the file as one to name a prefix after.
    fn symbol(&self, func: SymbolId) -> NewSymbol {
        let sym = self.code.symbols.get(func);
        let info = self.code.elf.symbols.get(func.index()).map_or(0, |raw| raw.info);
        let name = self.code.name(func).to_vec();
        NewSymbol { name, section: sym.section, value: sym.offset, size: sym.len, info, other: 0 }
    }

    /// 7.3 looks at the length of the name, not at the padding.
    fn add_checked(&mut self, func: NewSymbol) {
        let code = self.code;
        if func.name.len() + PREFIX.len() + 1 > SYM_NAME_LEN {
            let name = String::from_utf8_lossy(&func.name).into_owned();
            self.out.created.findings.push(Finding::warn(Message::PrefixNameTooLong { name }));
            return;
        }
        self.add_symbol(&func);
        let Some(first) = code.insns.at(func.section, func.value) else { return };
        let start = code.insns.at(func.section, func.value.wrapping_sub(self.len));
        self.pass_state(first, start);
    }

    fn by_padding(&mut self) {
        let code = self.code;
        for text in &code.insns.texts {
            for &func in code.symbols.in_section(text.section) {
                if code.symbols.get(func).is_func() {
                    self.add_if_padded(func);
                }
            }
        }
    }

    fn add_if_padded(&mut self, func: SymbolId) {
        let code = self.code;
        let sym = code.symbols.get(func);
        let Some(first) = code.insns.at(sym.section, sym.offset) else { return };
        let mut next = code.insns.prev(first);
        while let Some(prev) = next {
            let distance = sym.offset - u64::from(code.insns.get(prev).offset);
            if code.insns.kind(prev) != InsnKind::Nop || distance > self.len {
                return;
            }
            if distance == self.len {
                self.add_symbol(&self.symbol(func));
                self.pass_state(first, Some(prev));
                return;
            }
            next = code.insns.prev(prev);
        }
    }

    fn add_symbol(&mut self, func: &NewSymbol) {
        let value = func.value.wrapping_sub(self.len);
        let name = [PREFIX, &func.name].concat();
        if func.info & 0xf == elf::STT_FUNC {
            self.made.insert((func.section, value), self.out.created.edits.len());
        }
        let symbol = NewSymbol { name, value, size: self.len, ..func.clone() };
        self.out.created.edits.push(Edit::AddSymbol(Box::new(symbol)));
    }

    /// Gives the padding the state of the function's first instruction.
    fn pass_state(&mut self, first: InsnId, start: Option<InsnId>) {
        let state = self.state_of(first);
        if state == CfiId::NONE {
            return;
        }
        self.out.n_found += 1;
        let mut next = start;
        while let Some(insn) = next.filter(|insn| *insn != first) {
            self.out.states.push((insn, state));
            self.is_padding[insn.index()] = true;
            if let Some(latest) = &mut self.latest {
                latest.insert(insn, state);
            }
            next = self.code.insns.next(insn);
        }
    }

    fn state_of(&mut self, insn: InsnId) -> CfiId {
        if !self.is_padding[insn.index()] {
            return self.walk.cfi[insn.index()];
        }
        let latest = self.latest.get_or_insert_with(|| self.out.states.iter().copied().collect());
        latest.get(&insn).copied().unwrap_or(self.walk.cfi[insn.index()])
    }
}
