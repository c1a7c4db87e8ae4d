// SPDX-License-Identifier: GPL-2.0-only

//! Tables of places: one record for each instruction of a list.
//!
//! Upstream: `create_retpoline_sites_sections()` and its sisters.

use super::add;
use super::place_reloc;
use super::section;
use super::text_reloc;
use crate::elf::Edit;
use crate::elf::NewReloc;
use crate::elf::SectionId;
use crate::elf::SymbolId;
use crate::kernel::Behaviour;
use crate::objtool::code::Code;
use crate::objtool::code::InsnId;
use crate::objtool::finding::Fatal;
use crate::objtool::finding::Finding;
use crate::objtool::finding::Message;

const CFI_SITES: &str = ".cfi_sites";

/// What a creator has to say and to add.
#[derive(Debug, Default)]
pub struct Created {
    /// Edits in order.
    pub edits: Vec<Edit>,
    /// Findings in order.
    pub findings: Vec<Finding>,
}

impl Created {
    fn already(what: &'static str) -> Self {
        Self { findings: vec![Finding::warn(Message::AlreadyHas { section: what })], ..Self::default() }
    }
}

/// A table of 32-bit places.
struct SiteTable {
    name: &'static str,
    /// How the message calls a section that is there already.
    already: &'static str,
}

fn table(code: &Code<'_>, what: &SiteTable, insns: &[InsnId]) -> Created {
    if code.section_names.get(what.name).is_some() {
        return Created::already(what.already);
    }
    if insns.is_empty() {
        return Created::default();
    }
    let relocs = insns.iter().enumerate().map(|(index, insn)| text_reloc(code, index as u64 * 4, *insn));
    Created { edits: vec![add(section(what.name, 4, insns.len(), relocs.collect()))], findings: Vec::new() }
}

/// `.retpoline_sites`.
pub fn retpolines(code: &Code<'_>) -> Created {
    let what = SiteTable { name: ".retpoline_sites", already: ".retpoline_sites" };
    table(code, &what, &code.sites.retpolines)
}

/// `.return_sites`.
pub fn returns(code: &Code<'_>) -> Created {
    table(code, &SiteTable { name: ".return_sites", already: ".return_sites" }, &code.sites.returns)
}

/// `.call_sites`. 6.12 forgets the calls when it skips `.cfi_sites`, which is there already.
pub fn calls(code: &Code<'_>) -> Created {
    let by_cfi = code.opts.cfi && code.profile.has(Behaviour::OldCfiSitesDropCalls);
    let is_forgotten = by_cfi && code.section_names.get(CFI_SITES).is_some();
    let insns = if is_forgotten { &[] } else { &code.sites.calls[..] };
    table(code, &SiteTable { name: ".call_sites", already: ".call_sites section" }, insns)
}

/// `__mcount_loc`: 64-bit addresses. A livepatch module may bring its own.
pub fn mcount(code: &Code<'_>) -> Created {
    if code.section_names.get("__mcount_loc").is_some() {
        return if code.is_livepatch { Created::default() } else { Created::already("__mcount_loc section") };
    }
    let insns = &code.sites.mcount;
    if insns.is_empty() {
        return Created::default();
    }
    let kind = code.arch.facts().reloc_abs64;
    let relocs = insns.iter().enumerate();
    let relocs = relocs.map(|(index, insn)| NewReloc { kind, ..text_reloc(code, index as u64 * 8, *insn) });
    let mut created = section("__mcount_loc", 8, insns.len(), relocs.collect());
    if code.profile.has(Behaviour::McountAligned) {
        created.align = 8;
    }
    Created { edits: vec![add(created)], findings: Vec::new() }
}

/// `.ibt_endbr_seal`: landing pads that are turned into NOPs at boot.
///
/// A module's `init_module` without a pointer to it would be sealed though the module loader jumps there.
pub fn seals(code: &Code<'_>, insns: &[InsnId]) -> (Created, Result<(), Fatal>) {
    let what = SiteTable { name: ".ibt_endbr_seal", already: ".ibt_endbr_seal" };
    let mut created = table(code, &what, insns);
    if created.edits.is_empty() || !code.profile.has(Behaviour::MagicInitSaid) {
        return (created, Ok(()));
    }
    for &insn in insns {
        let Some(symbol) = code.func_of(insn).filter(|symbol| is_magic(code, insn, *symbol)) else { continue };
        let message = Message::MagicInitModule { symbol };
        if code.profile.has(Behaviour::MagicInitFatal) {
            return (created, Err(Fatal::new(message)));
        }
        created.findings.push(Finding::warn(message));
    }
    (created, Ok(()))
}

fn is_magic(code: &Code<'_>, insn: InsnId, symbol: SymbolId) -> bool {
    code.opts.module
        && u64::from(code.insns.get(insn).offset) == code.symbols.get(symbol).offset
        && matches!(code.name(symbol), b"init_module" | b"cleanup_module")
}

/// `.cfi_sites`: the type hash before every function; made even when there are none.
///
/// A hash that is not in code ends the run. The section with what was made so far comes back: before 7.3 it is written.
pub fn cfi(code: &Code<'_>) -> (Created, Result<(), Fatal>) {
    if code.section_names.get(CFI_SITES).is_some() {
        return (Created::already(".cfi_sites section"), Ok(()));
    }
    let symbols = cfi_symbols(code);
    let mut relocs = Vec::with_capacity(symbols.len());
    let result = symbols.iter().enumerate().try_for_each(|(index, symbol)| {
        let sym = code.symbols.get(*symbol);
        let section = code.elf.section(sym.section);
        if !section.is_exec() {
            let name = String::from_utf8_lossy(section.name);
            let text = format!("bad call to elf_init_reloc_text_sym() for data symbol {name}");
            return Err(Fatal::new(Message::Raw { text }));
        }
        relocs.push(place_reloc(code, index as u64 * 4, sym.section, sym.offset));
        Ok(())
    });
    relocs.resize(symbols.len(), NewReloc::UNSET);
    let created = Created { edits: vec![add(section(CFI_SITES, 4, symbols.len(), relocs))], findings: Vec::new() };
    (created, result)
}

/// The symbols of the type hashes that `.cfi_sites` lists, in its order.
pub fn cfi_symbols(code: &Code<'_>) -> Vec<SymbolId> {
    let is_hash = |id: &SymbolId| code.symbols.get(*id).is_func() && code.name(*id).starts_with(b"__cfi_");
    if code.profile.has(Behaviour::SymbolsInTableOrder) {
        return code.symbols.ids().filter(is_hash).collect();
    }
    let sections = (0..code.elf.sections.len() as u32).map(SectionId);
    sections.flat_map(|section| code.symbols.in_section(section)).copied().filter(is_hash).collect()
}

/// Grows the symbols of type hashes over the padding up to their functions (`grow_cfi_symbols()`, 7.3).
pub fn grow_cfi(code: &Code<'_>) -> Vec<Edit> {
    let prefix = i64::from(code.opts.prefix).cast_unsigned();
    let mut edits = Vec::new();
    for symbol in cfi_symbols(code) {
        let sym = code.symbols.get(symbol);
        let function = sym.end().wrapping_add(prefix);
        if sym.len == 5 && code.symbols.func_at(sym.section, function).is_some() {
            edits.push(Edit::ResizeSymbol { symbol, size: sym.len.wrapping_add(prefix) });
        }
    }
    edits
}
