// SPDX-License-Identifier: GPL-2.0-only

//! Functions as listings: those that were warned about (`--verbose`), and those that fit a pattern (`--disas`).
//!
//! Upstream: `disas_func()`, `disas_warned_funcs()` and `disas_funcs()`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use object::elf;
use rustc_hash::FxHashSet;

use super::disas::Layout;
use super::disas::alternatives::Table;
use super::disas::layout::Added;
use super::disas::pattern;
use crate::elf::Edit;
use crate::elf::RelocTarget;
use crate::elf::SectionId;
use crate::elf::SymbolId;
use crate::objtool::code::Code;
use crate::objtool::code::InsnId;
use crate::objtool::finding::Finding;
use crate::objtool::report::Report;

/// Lists what the options ask for, and returns what there is to be said about alternatives that cannot be shown.
///
/// `edits` are those of the whole run: the symbols that they add are listed too.
pub fn list(out: &mut Vec<u8>, code: &Code<'_>, report: &Report, warned: bool, edits: &[Edit]) -> Vec<Finding> {
    let changed = Changed::by(code, edits);
    let layout = Layout::with_added(code, changed.functions(code));
    let mut lister = Lister { code, layout, out, findings: Vec::new() };
    if warned {
        for symbol in code.symbols.ids().filter(|symbol| report.has_warned(*symbol)) {
            lister.list(&changed.with_size(code, symbol));
        }
    }
    if let Some(pattern) = &code.opts.disas {
        let texts = code.elf.section_ids().filter(|section| code.elf.section(*section).is_exec());
        for symbol in texts.flat_map(|section| changed.symbols_of(code, section, report)) {
            if pattern::matches(pattern.as_bytes(), &symbol.name) {
                lister.list(&symbol);
            }
        }
    }
    lister.findings
}

/// A symbol that is listed.
#[derive(Debug, Clone)]
struct Listed<'a> {
    name: Cow<'a, [u8]>,
    section: SectionId,
    offset: u64,
    end: u64,
    is_func: bool,
}

impl<'a> Listed<'a> {
    fn of(code: &Code<'a>, symbol: SymbolId) -> Self {
        let sym = code.symbols.get(symbol);
        let name = Cow::Borrowed(code.name(symbol));
        Self { name, section: sym.section, offset: sym.offset, end: sym.end(), is_func: sym.is_func() }
    }
}

/// How edits change the symbols.
#[derive(Debug, Default)]
struct Changed<'a> {
    /// Added symbols, by section and then in order.
    added: Vec<Listed<'a>>,
    /// Sizes of those that have grown.
    sizes: BTreeMap<SymbolId, u64>,
}

impl<'a> Changed<'a> {
    /// Collects named symbols, and those of sections that a new relocation needs.
    fn by(code: &Code<'a>, edits: &[Edit]) -> Self {
        let with_symbol = code.symbols.table.iter().filter(|sym| sym.is_section()).map(|sym| sym.section);
        let mut has_symbol: FxHashSet<SectionId> = with_symbol.collect();
        let mut changed = Self::default();
        for edit in edits {
            match edit {
                Edit::AddSymbol(symbol) => changed.added.push(Listed {
                    name: Cow::Owned(symbol.name.clone()),
                    section: symbol.section,
                    offset: symbol.value,
                    end: symbol.value.wrapping_add(symbol.size),
                    is_func: symbol.info & 0xf == elf::STT_FUNC,
                }),
                Edit::AddSection(new) => {
                    let targets = new.relocs.iter().flatten().map(|reloc| reloc.target);
                    for target in targets {
                        if let RelocTarget::Section(section) = target
                            && has_symbol.insert(section)
                        {
                            let name = Cow::Borrowed(code.elf.section(section).name);
                            changed.added.push(Listed { name, section, offset: 0, end: 0, is_func: false });
                        }
                    }
                }
                Edit::ResizeSymbol { symbol, size } => {
                    changed.sizes.insert(*symbol, *size);
                }
                Edit::AddPlainSection(_) | Edit::PatchBytes { .. } | Edit::SetRelocType { .. } => {}
            }
        }
        changed.added.sort_by_key(|symbol| symbol.section);
        changed
    }

    /// The functions among the changed symbols, in order of their places.
    fn functions(&self, code: &Code<'a>) -> Vec<Added> {
        let grown = self.sizes.keys().map(|symbol| self.with_size(code, *symbol));
        let all = self.added.iter().cloned().chain(grown).filter(|symbol| symbol.is_func);
        let mut functions: Vec<Added> = all
            .map(|symbol| Added {
                section: symbol.section,
                start: symbol.offset,
                end: symbol.end,
                name: symbol.name.into_owned(),
            })
            .collect();
        functions.sort();
        functions
    }

    /// A section's symbols in order of their places, of several at one place added ones last; without those that were
    /// listed as warned about.
    fn symbols_of(&self, code: &Code<'a>, section: SectionId, report: &Report) -> Vec<Listed<'a>> {
        let is_listed = |symbol: &SymbolId| code.opts.verbose && report.has_warned(*symbol);
        let own = code.symbols.in_section(section).iter().filter(|symbol| !is_listed(symbol));
        let mut symbols: Vec<Listed<'a>> = own.map(|symbol| self.with_size(code, *symbol)).collect();
        let from = self.added.partition_point(|symbol| symbol.section < section);
        let added = self.added.get(from..).unwrap_or_default().iter();
        let n_own = symbols.len();
        symbols.extend(added.take_while(|symbol| symbol.section == section).cloned());
        if symbols.len() != n_own {
            symbols.sort_by_key(|symbol| symbol.offset);
        }
        symbols
    }

    fn with_size(&self, code: &Code<'a>, symbol: SymbolId) -> Listed<'a> {
        let listed = Listed::of(code, symbol);
        match self.sizes.get(&symbol) {
            Some(size) => Listed { end: listed.offset.wrapping_add(*size), ..listed },
            None => listed,
        }
    }
}

struct Lister<'a, 'd> {
    code: &'a Code<'d>,
    layout: Layout,
    out: &'a mut Vec<u8>,
    findings: Vec<Finding>,
}

impl Lister<'_, '_> {
    fn list(&mut self, symbol: &Listed<'_>) {
        let code = self.code;
        self.out.extend_from_slice(&symbol.name);
        self.out.extend_from_slice(b":\n");
        let mut next = code.insns.at(symbol.section, symbol.offset);
        while let Some(insn) = next.filter(|insn| u64::from(code.insns.get(*insn).offset) < symbol.end) {
            let last = self.list_insn(insn);
            next = code.insns.next(last);
        }
        self.out.push(b'\n');
    }

    /// Lists an instruction or the alternatives that begin there, and returns the last instruction this covers.
    fn list_insn(&mut self, insn: InsnId) -> InsnId {
        let code = self.code;
        if !code.alts_of(insn).is_empty()
            && let Some(table) = Table::of(code, insn, &mut self.findings)
        {
            table.write(self.out, code, &self.layout);
            let group = code.group_of(insn).and_then(|group| code.groups.get(group.index()));
            return group.and_then(|group| group.last).filter(|last| *last >= insn).unwrap_or(insn);
        }
        // Alternatives that cannot be shown are left out; the original code is listed.
        self.layout.write_insn(self.out, code, insn, 0);
        self.out.push(b'\n');
        insn
    }
}
