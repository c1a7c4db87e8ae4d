//! Names for the padding before functions, `__pfx_<function>`: it may be patched and run, so it belongs to something.
//!
//! Upstream: `add_prefix_symbols()` (6.12), which looks for NOPs before every function, and `create_prefix_symbols()`
//! (7.3), which goes by the tracer's table.

use arch::InsnKind;

use super::sites::Created;
use crate::cfi::CfiId;
use crate::check::Walk;
use crate::code::Code;
use crate::code::InsnId;
use crate::diag::Finding;
use crate::diag::Message;
use crate::elf::Edit;
use crate::elf::NewSymbol;
use crate::elf::SymbolId;
use crate::profile::Features;

/// Longest symbol name of the kernel, with its NUL.
const SYM_NAME_LEN: usize = 512;
const PREFIX: &[u8] = b"__pfx_";

/// Prefix symbols, and the states that their padding takes over from the functions.
#[derive(Debug, Default)]
pub struct Prefixes {
    /// Symbols to add, and what is to be said.
    pub created: Created,
    /// Padding instructions with their new states, in order.
    pub states: Vec<(InsnId, CfiId)>,
    /// How often a state was looked up, for `--stats`.
    pub n_found: u64,
}

/// Makes the symbols.
pub fn create(code: &Code<'_>, walk: &Walk) -> Prefixes {
    let mut pass = Pass { code, walk, len: i64::from(code.opts.prefix).cast_unsigned(), out: Prefixes::default() };
    match code.profile.has(Features::PREFIX_BY_ENTRIES) {
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
    out: Prefixes,
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
                if let Some(func) = code.symbols.func_at(target, offset.wrapping_add(self.len)) {
                    self.add_checked(func);
                }
            }
        }
    }

    /// 7.3 looks at the length of the name, not at the padding.
    fn add_checked(&mut self, func: SymbolId) {
        let code = self.code;
        if code.name(func).len() + PREFIX.len() + 1 > SYM_NAME_LEN {
            self.out.created.findings.push(Finding::warn(Message::PrefixNameTooLong { symbol: func }));
            return;
        }
        self.add_symbol(func);
        let sym = code.symbols.get(func);
        let Some(first) = code.insns.at(sym.section, sym.offset) else { return };
        let start = code.insns.at(sym.section, sym.offset.wrapping_sub(self.len));
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
                self.add_symbol(func);
                self.pass_state(first, Some(prev));
                return;
            }
            next = code.insns.prev(prev);
        }
    }

    fn add_symbol(&mut self, func: SymbolId) {
        let sym = self.code.symbols.get(func);
        let raw = &self.code.elf.symbols[func.index()];
        self.out.created.edits.push(Edit::AddSymbol(Box::new(NewSymbol {
            name: [PREFIX, self.code.name(func)].concat(),
            section: sym.section,
            value: sym.offset.wrapping_sub(self.len),
            size: self.len,
            info: raw.info,
            other: 0,
        })));
    }

    /// Gives the padding the state of the function's first instruction.
    fn pass_state(&mut self, first: InsnId, start: Option<InsnId>) {
        let state = self.walk.cfi[first.index()];
        if state == CfiId::NONE {
            return;
        }
        self.out.n_found += 1;
        let mut next = start;
        while let Some(insn) = next.filter(|insn| *insn != first) {
            self.out.states.push((insn, state));
            next = self.code.insns.next(insn);
        }
    }
}
