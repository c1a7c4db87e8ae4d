// SPDX-License-Identifier: GPL-2.0-only

//! References that the kernel resolves when it loads the livepatch.
//!
//! A function that leaves its file can no longer reach the local symbols of it, nor what is not exported. Such a reference stays
//! in place for the tools between here and `klp post-link`, but to a symbol that stands in for the real one; beside it a record in
//! `__klp_relocs.OBJECT` has what the kernel is told: `.klp.sym.MODULE.NAME,POSITION`. OBJECT is what has to be loaded first.
//!
//! Upstream: `klp_reloc_needed()` and `clone_reloc_klp()`.

use object::elf;

use super::super::post_link;
use super::super::say;
use super::super::say::Refusal;
use super::Diff;
use super::correlate::SYMBOL_NAME_LEN;
use super::exports::Export;
use super::output::Header;
use super::output::OutSection;
use super::output::OutSymbol;
use super::output::OutputSymbol;
use super::side::Marks;
use crate::elf::Reloc;
use crate::elf::SymbolId;
use crate::kernel::Behaviour;

impl Diff<'_, '_, '_> {
    /// Whether a reference to a symbol has to be such a one.
    pub(super) fn needs_klp(&self, id: SymbolId, export: Option<&Export>) -> bool {
        if self.patched.has(id, Marks::APART) || self.patched.has(id, Marks::INCLUDED) {
            return false;
        }
        match export {
            // A livepatch may be loaded before the module that exports it.
            Some(export) => export.module != b"vmlinux" || export.is_for_modules,
            // A symbol without counterpart is a new one, here or in another part of the livepatch.
            None => self.patched.twin(id).is_some(),
        }
    }

    /// Refers to a symbol of the running kernel.
    pub(super) fn refer_by_klp(
        &mut self,
        from: OutSection,
        offset: u64,
        reloc: &Reloc,
        export: Option<&Export>,
    ) -> Result<(), Refusal> {
        let twin = self.patched.twin(reloc.symbol);
        if twin.is_none() {
            self.check_new(reloc.symbol, export)?;
        }
        let stand_in = self.stand_in(reloc.symbol)?;
        self.out.create_reloc(from, offset, stand_in, reloc.addend, reloc.kind)?;
        let (module, name, position) = match (export, twin) {
            (Some(export), _) => (export.module.clone(), export.name.clone(), 0),
            (None, Some(twin)) => {
                let module = self.module_name()?;
                (module, self.orig.name(twin).to_vec(), self.positions.of(&self.orig, twin)?)
            }
            (None, None) => return Ok(()),
        };
        let position = format!(",{}", position.cast_signed());
        let name = [b".klp.sym.", &module[..], b".", &name, position.as_bytes()];
        let symbol = self.klp_symbol(say::bounded(&name, SYMBOL_NAME_LEN)?, reloc.symbol);
        let object = if module == b"vmlinux" { module } else { self.module_name()? };
        self.add_record(&object, (from, offset), (symbol, reloc.addend), reloc.kind)
    }

    /// Whether a symbol that the original object does not know may be referred to.
    fn check_new(&self, id: SymbolId, export: Option<&Export>) -> Result<(), Refusal> {
        let name = self.patched.name(id);
        let allows_exports = self.patched.code.profile.has(Behaviour::KlpNewExports);
        let Some(export) = export.filter(|_| allows_exports) else {
            return Err(Refusal::of(&[b"unexpected klp reloc for new symbol ", name]));
        };
        if export.module == b"vmlinux" || self.needs_module(&export.module) {
            return Ok(());
        }
        let why = b") would create an undeclared module dependency";
        Err(Refusal::of(&[name, b": new reference to ", &export.name, b" (exported by ", &export.module, why]))
    }

    /// Whether the original object needs that module already (`has_module_dep()`).
    fn needs_module(&self, module: &[u8]) -> bool {
        self.orig.code.symbols.ids().any(|id| {
            let sym = self.orig.sym(id);
            sym.is_undef()
                && sym.binding != elf::STB_WEAK
                && self.exports.of(&self.orig, id).is_some_and(|export| export.module == module)
        })
    }

    /// What is referred to until `klp post-link`. Its name keeps modpost from looking for it.
    fn stand_in(&mut self, id: SymbolId) -> Result<OutSymbol, Refusal> {
        if let Some(copy) = self.copy_of(id) {
            return Ok(copy);
        }
        let name = say::bounded(&[b".klp.tombstone.", self.patched.name(id)], SYMBOL_NAME_LEN)?;
        let symbol = self.weak(name, id, Some(id));
        self.set_copy(id, symbol);
        Ok(symbol)
    }

    fn klp_symbol(&mut self, name: Vec<u8>, id: SymbolId) -> OutSymbol {
        if let Some(known) = self.out.symbol_by_name(&name) {
            return known;
        }
        self.trace.depth += 1;
        self.trace.clone(&[&name]);
        self.trace.depth -= 1;
        self.weak(name, id, None)
    }

    /// An undefined symbol that modpost does not complain about.
    fn weak(&mut self, name: Vec<u8>, like: SymbolId, origin: Option<SymbolId>) -> OutSymbol {
        let kind = self.patched.sym(like).kind;
        let (section, binding) = (OutSection::UNDEF, elf::STB_WEAK);
        self.out.create_symbol(OutputSymbol { name, section, binding, kind, offset: 0, len: 0, origin })
    }

    /// Adds a record for `klp post-link`: at a place of the object, to a symbol with an addend.
    fn add_record(
        &mut self,
        object: &[u8],
        (from, offset): (OutSection, u64),
        (symbol, addend): (OutSymbol, i64),
        kind: u32,
    ) -> Result<(), Refusal> {
        let name = say::bounded(&[post_link::RELOCS, object], post_link::SECTION_NAME_LEN)?;
        let records = match self.out.section(&name) {
            Some(records) => records,
            None => {
                let header = Header { kind: elf::SHT_PROGBITS, flags: elf::SHF_ALLOC, align: 8, entsize: 0 };
                self.out.create_section(&name, header)?
            }
        };
        let mut record = [0; post_link::RECORD as usize];
        if let Some(place) = record.get_mut(post_link::RECORD_KIND as usize..).and_then(|rest| rest.first_chunk_mut()) {
            *place = kind.to_le_bytes();
        }
        // Not where it really is, should the alignment be larger than that of a record.
        let at = self.out.section_size(records)?;
        self.out.add_data(records, &record, post_link::RECORD)?;
        let abs64 = self.patched.code.arch.facts().reloc_abs64;
        let place = self.out.section_symbol(from)?;
        self.out.create_reloc(records, at, place, offset.cast_signed(), abs64)?;
        self.out.create_reloc(records, at + post_link::RECORD_SYMBOL, symbol, addend, abs64)
    }
}
