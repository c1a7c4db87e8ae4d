// SPDX-License-Identifier: GPL-2.0-only

//! `.klp.symid`: which symbols of `vmlinux.o` share their names, for `klp diff`.
//!
//! A livepatch names a local symbol whose name is not unique by its position among the namesakes in the final `vmlinux`,
//! and the final link reorders sections. Each record is a number, copied as it is by the linker, and an address, to which
//! the linker resolves a relocation: so the numbers of `vmlinux.o` meet the addresses of `vmlinux`.
//!
//! Upstream: `klp_create_symid_sections()`.

use object::elf;
use rustc_hash::FxHashMap;

use crate::elf::Edit;
use crate::elf::NewReloc;
use crate::elf::NewSection;
use crate::elf::RelocTarget;
use crate::elf::SectionId;
use crate::elf::SymbolId;
use crate::objtool::code::Code;
use crate::objtool::code::SymFlags;
use crate::objtool::finding::Fatal;
use crate::objtool::finding::Message;

const NAME: &str = ".klp.symid";
/// Bytes of a record: u64 number, u64 address.
const RECORD: u64 = 16;

/// Sections that the final link drops or makes into something else, by the start of their names.
const DISCARDED: [&[u8]; 5] = [b".discard", b".exitcall.exit", b".modinfo", b".no_trim_symbol", b"__tracepoint_check"];

/// Makes the section if the file is `vmlinux.o` and has such symbols.
pub fn create(code: &Code<'_>, object: &[u8]) -> Result<Option<Edit>, Fatal> {
    if !object.ends_with(b"vmlinux.o") {
        return Ok(None);
    }
    let symbols = ambiguous(code);
    if symbols.is_empty() {
        return Ok(None);
    }
    for name in [NAME, ".rela.klp.symid"] {
        if code.section_names.get(name).is_some() {
            return Err(Fatal::new(Message::Raw { text: format!("section '{name}' already exists") }));
        }
    }
    Ok(Some(Edit::AddSection(Box::new(section(code, &symbols)))))
}

fn section(code: &Code<'_>, symbols: &[SymbolId]) -> NewSection {
    let kind = code.arch.facts().reloc_abs64;
    let mut data = Vec::with_capacity(symbols.len().saturating_mul(RECORD as usize));
    let mut relocs = Vec::with_capacity(symbols.len());
    for (number, symbol) in (0_u64..).zip(symbols) {
        data.extend_from_slice(&number.to_le_bytes());
        data.extend_from_slice(&[0; 8]);
        let offset = number * RECORD + 8;
        relocs.push(NewReloc { offset, target: RelocTarget::Symbol(*symbol), kind, addend: 0 });
    }
    NewSection {
        name: NAME.as_bytes().to_vec(),
        kind: elf::SHT_PROGBITS,
        flags: 0,
        align: 8,
        entsize: RECORD,
        data,
        relocs: Some(relocs),
    }
}

/// Local functions and objects with a namesake, in symbol table order (`symid_needed()`).
fn ambiguous(code: &Code<'_>) -> Vec<SymbolId> {
    let mut n_named: FxHashMap<&[u8], u32> = FxHashMap::default();
    for id in code.symbols.ids().filter(|id| is_namesake(code, *id)) {
        *n_named.entry(code.name(id)).or_default() += 1;
    }
    let has_other = |id: &SymbolId| {
        let n_all = n_named.get(code.name(*id)).copied().unwrap_or(0);
        n_all > u32::from(is_namesake(code, *id))
    };
    code.symbols.ids().filter(|id| is_candidate(code, *id) && has_other(id)).collect()
}

/// Whether the symbol counts as another one of its name.
fn is_namesake(code: &Code<'_>, id: SymbolId) -> bool {
    let sym = code.symbols.get(id);
    let has_place = !sym.is_section() && sym.kind != elf::STT_FILE && !sym.is_undef();
    has_place && code.symbol_names().is_found_demangled(code.elf, id)
}

fn is_candidate(code: &Code<'_>, id: SymbolId) -> bool {
    let sym = code.symbols.get(id);
    sym.binding == elf::STB_LOCAL
        && !sym.is_undef()
        && matches!(sym.kind, elf::STT_FUNC | elf::STT_OBJECT)
        && !sym.flags.contains(SymFlags::PREFIX)
        && !is_discarded(code, sym.section)
}

fn is_discarded(code: &Code<'_>, section: SectionId) -> bool {
    let section = code.elf.section(section);
    section.flags & u64::from(elf::SHF_ALLOC) == 0 || DISCARDED.iter().any(|start| section.name.starts_with(start))
}
