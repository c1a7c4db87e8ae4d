//! Functions as listings: those that were warned about (`--verbose`), and those that fit a pattern (`--disas`).
//!
//! Upstream: `disas_func()`, `disas_warned_funcs()` and `disas_funcs()`.

use super::Layout;
use super::alternatives::Table;
use super::pattern;
use crate::code::Code;
use crate::code::InsnId;
use crate::diag::Finding;
use crate::diag::Report;
use crate::elf::SymbolId;

/// Lists what the options ask for, and returns what there is to be said about alternatives that cannot be shown.
pub fn list(out: &mut Vec<u8>, code: &Code<'_>, report: &Report, warned: bool) -> Vec<Finding> {
    let mut lister = Lister { code, layout: Layout::of(code), out, findings: Vec::new() };
    if warned {
        for symbol in code.symbols.ids().filter(|symbol| report.has_warned(*symbol)) {
            lister.list(symbol);
        }
    }
    if let Some(pattern) = &code.opts.disas {
        for section in code.elf.section_ids().filter(|section| code.elf.section(*section).is_exec()) {
            for &symbol in code.symbols.in_section(section) {
                let is_listed = code.opts.verbose && report.has_warned(symbol);
                if !is_listed && pattern::matches(pattern.as_bytes(), code.name(symbol)) {
                    lister.list(symbol);
                }
            }
        }
    }
    lister.findings
}

struct Lister<'a, 'd> {
    code: &'a Code<'d>,
    layout: Layout,
    out: &'a mut Vec<u8>,
    findings: Vec<Finding>,
}

impl Lister<'_, '_> {
    fn list(&mut self, symbol: SymbolId) {
        let code = self.code;
        let sym = code.symbols.get(symbol);
        self.out.extend_from_slice(code.name(symbol));
        self.out.extend_from_slice(b":\n");
        let mut next = code.insns.at(sym.section, sym.offset);
        while let Some(insn) = next.filter(|insn| u64::from(code.insns.get(*insn).offset) < sym.end()) {
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
