// SPDX-License-Identifier: GPL-2.0-only

//! What the livepatch module's own code and its loading need: which functions it replaces, and which namespaces it imports.
//!
//! `.init.klp_objects` has one record of 64 bytes: name of the object (none for the kernel itself), its functions, four callbacks
//! of 8 bytes each from 16 on, their number at 56. `.init.klp_funcs` has records of 24 bytes: name, function, position.
//!
//! Upstream: `create_klp_sections()`, `copy_import_ns()`.

use object::elf;

use super::super::content;
use super::super::say;
use super::super::say::Refusal;
use super::Diff;
use super::correlate::SYMBOL_NAME_LEN;
use super::output::Header;
use super::output::OutSection;
use super::output::OutSymbol;
use super::side::Marks;
use crate::elf::SymbolId;

const OBJECT: u64 = 64;
const OBJECT_NAME: u64 = 0;
const OBJECT_FUNCS: u64 = 8;
const OBJECT_N_FUNCS: u64 = 56;
const FUNC: u64 = 24;
const FUNC_NAME: u64 = 0;
const FUNC_NEW: u64 = 8;
const FUNC_POSITION: u64 = 16;

/// Callbacks: the start of the name of the variable that holds one, and its place in the object's record.
const CALLBACKS: [(&[u8], u64); 4] = [
    (b"__klp_pre_patch_callback_", 16),
    (b"__klp_post_patch_callback_", 24),
    (b"__klp_pre_unpatch_callback_", 32),
    (b"__klp_post_unpatch_callback_", 40),
];

/// The section of the names.
struct Names {
    section: OutSection,
    symbol: OutSymbol,
}

impl Diff<'_, '_, '_> {
    /// Makes the records of the object and of its functions.
    pub(super) fn add_tables(&mut self) -> Result<(), Refusal> {
        let abs64 = self.patched.code.arch.facts().reloc_abs64;
        let objects = self.out.create_pair(b".init.klp_objects", OBJECT)?;
        let funcs = self.out.create_pair(b".init.klp_funcs", FUNC)?;
        let funcs_symbol = self.out.create_section_symbol(funcs, None)?;
        let flags = elf::SHF_ALLOC | elf::SHF_STRINGS | elf::SHF_MERGE;
        let header = Header { kind: elf::SHT_PROGBITS, flags, align: 1, entsize: 0 };
        let section = self.out.create_section(b".rodata.klp.str1.1", header)?;
        self.out.add_string(section, b"")?;
        let names = Names { section, symbol: self.out.create_section_symbol(section, None)? };
        let object = self.out.add_data(objects, &[], OBJECT)?;
        let module = self.module_name()?;
        if module != b"vmlinux" {
            let name = self.out.add_string(names.section, &module)?;
            self.out.create_reloc(objects, OBJECT_NAME, names.symbol, name.cast_signed(), abs64)?;
        }
        self.out.create_reloc(objects, OBJECT_FUNCS, funcs_symbol, 0, abs64)?;
        let n_funcs = self.add_funcs(funcs, &names, abs64)?;
        self.out.put(objects, object + OBJECT_N_FUNCS, &n_funcs.to_le_bytes())?;
        self.add_callbacks(objects, &module, abs64)
    }

    /// A record for each function that replaces one. Cold parts come with theirs.
    fn add_funcs(&mut self, funcs: OutSection, names: &Names, abs64: u32) -> Result<u32, Refusal> {
        let replacing: Vec<(OutSymbol, SymbolId)> = (0..)
            .map(OutSymbol)
            .zip(&self.out.symbols)
            .filter_map(|(id, symbol)| {
                let is_klp = symbol.name.starts_with(b".klp.sym");
                let is_cold = !is_klp && memchr::memmem::find(&symbol.name, b".cold").is_some();
                let origin = symbol.origin.filter(|_| symbol.kind == elf::STT_FUNC && !is_cold)?;
                let twin = self.patched.twin(origin).filter(|_| self.patched.has(origin, Marks::CHANGED))?;
                Some((id, twin))
            })
            .collect();
        let mut n_funcs = 0_u32;
        for (symbol, twin) in replacing {
            let record = u64::from(n_funcs) * FUNC;
            self.out.add_data(funcs, &[], FUNC)?;
            let name = self.out.add_string(names.section, self.orig.name(twin))?;
            self.out.create_reloc(funcs, record + FUNC_NAME, names.symbol, name.cast_signed(), abs64)?;
            self.out.create_reloc(funcs, record + FUNC_NEW, symbol, 0, abs64)?;
            let position = self.positions.of(&self.orig, twin)?;
            self.out.put(funcs, record + FUNC_POSITION, &position.to_le_bytes())?;
            n_funcs = n_funcs.saturating_add(1);
        }
        Ok(n_funcs)
    }

    /// What the patch wants called before and after it is applied or removed.
    fn add_callbacks(&mut self, objects: OutSection, module: &[u8], abs64: u32) -> Result<(), Refusal> {
        for (prefix, place) in CALLBACKS {
            let name = say::bounded(&[prefix, module], SYMBOL_NAME_LEN)?;
            let found = self.out.symbol_by_name(&name).and_then(|id| self.out.symbol(id));
            let Some((section, offset)) = found.map(|symbol| (symbol.section, symbol.offset)) else { continue };
            let reloc = self.out.reloc_at(section, offset);
            let reloc = reloc.ok_or_else(|| Refusal::of(&[&name, b" points to nothing"]))?;
            if let crate::elf::RelocTarget::NewSymbol(symbol) = reloc.target {
                self.out.create_reloc(objects, place, OutSymbol(symbol), reloc.addend, abs64)?;
            }
        }
        Ok(())
    }

    /// Copies the `import_ns=` tags of the patched object.
    pub(super) fn copy_namespaces(&mut self) -> Result<(), Refusal> {
        let elf = self.patched.code.elf;
        let Some(id) = self.patched.code.section_names.get(".modinfo") else { return Ok(()) };
        let section = elf.section(id);
        let mut rest = content::bytes(elf, id).unwrap_or_default();
        while let Some(at) = memchr::memmem::find(rest, b"import_ns=") {
            let tag = rest.get(at..).unwrap_or_default();
            let end = memchr::memchr(0, tag).ok_or_else(|| Refusal::broken(elf, id, 0, "its last tag has no end"))?;
            let with_end = tag.get(..=end).unwrap_or_default();
            let out = match self.out.section(b".modinfo") {
                Some(out) => out,
                None => {
                    let (kind, flags, align) = (section.kind, section.flags as u32, section.align as u32);
                    self.out.create_section(b".modinfo", Header { kind, flags, align, entsize: section.entsize })?
                }
            };
            self.out.add_data(out, with_end, with_end.len() as u64)?;
            rest = tag.get(with_end.len()..).unwrap_or_default();
        }
        Ok(())
    }
}
