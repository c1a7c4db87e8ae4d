// SPDX-License-Identifier: GPL-2.0-only

//! One of the two inputs, with what is found out about its symbols.

use bitflags::bitflags;
use object::elf;

use super::super::content;
use super::super::say::Refusal;
use super::classes;
use crate::elf::Section;
use crate::elf::SectionId;
use crate::elf::SymbolId;
use crate::objtool::code::Code;
use crate::objtool::code::NO_SYMBOL;
use crate::objtool::code::Sym;
use crate::objtool::code::SymFlags;

bitflags! {
    /// What is found out about a symbol.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
    pub(in super::super) struct Marks: u8 {
        /// Has no counterpart by its nature (`dont_correlate`).
        const APART = 1 << 0;
        /// Its checksum has changed.
        const CHANGED = 1 << 1;
        /// Becomes a part of the livepatch.
        const INCLUDED = 1 << 2;
        /// Made here for an entry of a table.
        const FAKE = 1 << 3;
        /// The compiler made it global, with `.llvm.` and a number behind its name.
        const PROMOTED = 1 << 4;
        /// The padding or type hash before a function.
        const PREFIX = 1 << 5;
    }
}

/// An input.
pub(in super::super) struct Side<'d> {
    /// Its symbols, sections and relocations. It has no instructions.
    pub code: Code<'d>,
    /// Marks by symbol.
    pub marks: Vec<Marks>,
    /// The counterpart on the other side by symbol, or [`NO_SYMBOL`].
    pub twins: Vec<SymbolId>,
    /// The `STT_FILE` symbol of local symbols by symbol, or [`NO_SYMBOL`].
    pub files: Vec<SymbolId>,
    /// Checksums by symbol, 0 for those that have none.
    pub checksums: Vec<u64>,
    /// The symbol of each section, or [`NO_SYMBOL`].
    section_symbols: Vec<SymbolId>,
    /// Names of the symbols that the file does not have.
    made: Vec<Vec<u8>>,
}

impl<'d> Side<'d> {
    /// An input whose `code` knows its symbols. `smp_locks`: entries of `.smp_locks` count as parts of functions.
    pub fn new(code: Code<'d>, smp_locks: bool) -> Self {
        let n_symbols = code.elf.symbols.len();
        let mut side = Self {
            marks: vec![Marks::default(); n_symbols],
            twins: vec![NO_SYMBOL; n_symbols],
            files: Vec::with_capacity(n_symbols),
            checksums: vec![0; n_symbols],
            section_symbols: vec![NO_SYMBOL; code.elf.sections.len()],
            made: Vec::new(),
            code,
        };
        for id in side.code.symbols.ids() {
            side.files.push(side.code.file_of(id).unwrap_or(NO_SYMBOL));
            let raw = side.code.elf.symbol(id);
            if let Some(raw) = raw.filter(|raw| raw.is_section() && raw.section != SectionId::UNDEF)
                && let Some(slot) = side.section_symbols.get_mut(raw.section.index())
            {
                *slot = id;
            }
            let name = side.name(id);
            let mut marks = Marks::default();
            marks.set(Marks::PROMOTED, memchr::memmem::find(name, b".llvm.").is_some());
            marks.set(Marks::PREFIX, raw.is_some_and(crate::elf::Symbol::is_func) && classes::is_prefix(name));
            marks.set(Marks::APART, classes::is_apart(&side, id, marks, smp_locks));
            if let Some(slot) = side.marks.get_mut(id.index()) {
                *slot = marks;
            }
        }
        side
    }

    /// A symbol of the file or one made here.
    pub fn sym(&self, id: SymbolId) -> &Sym {
        self.code.symbols.get(id)
    }

    /// The section of a symbol.
    pub fn section_of(&self, id: SymbolId) -> &Section<'d> {
        self.code.elf.section(self.sym(id).section)
    }

    /// Name of a symbol.
    pub fn name(&self, id: SymbolId) -> &[u8] {
        match id.index().checked_sub(self.code.elf.symbols.len()) {
            Some(nth) => self.made.get(nth).map_or(&[], Vec::as_slice),
            None => self.code.name(id),
        }
    }

    /// Name of a symbol as messages give it: with `()` behind functions.
    pub fn call_name(&self, id: SymbolId) -> Vec<u8> {
        let call: &[u8] = if self.sym(id).is_func() { b"()" } else { b"" };
        [self.name(id), call].concat()
    }

    /// Appends a place as messages name it (`offstr()`).
    pub fn write_place(&self, out: &mut Vec<u8>, section: SectionId, offset: u64) {
        let (symbols, sec) = (&self.code.symbols, self.code.elf.section(section));
        let func = symbols.func_containing(section, offset).filter(|_| sec.is_exec());
        let (name, from) = match func.or_else(|| symbols.containing(section, offset)) {
            Some(id) => (self.name(id), symbols.get(id).offset),
            None => (sec.name, 0),
        };
        out.extend_from_slice(name);
        out.extend_from_slice(format!("+0x{:x}", offset.wrapping_sub(from)).as_bytes());
    }

    /// Marks of a symbol.
    pub fn has(&self, id: SymbolId, marks: Marks) -> bool {
        self.marks.get(id.index()).is_some_and(|found| found.contains(marks))
    }

    /// Adds marks to a symbol.
    pub fn mark(&mut self, id: SymbolId, marks: Marks) {
        if let Some(slot) = self.marks.get_mut(id.index()) {
            *slot |= marks;
        }
    }

    /// The counterpart of a symbol.
    pub fn twin(&self, id: SymbolId) -> Option<SymbolId> {
        self.twins.get(id.index()).copied().filter(|twin| *twin != NO_SYMBOL)
    }

    /// Sets the counterpart of a symbol.
    pub fn set_twin(&mut self, id: SymbolId, twin: SymbolId) {
        if let Some(slot) = self.twins.get_mut(id.index()) {
            *slot = twin;
        }
    }

    /// The source file of a symbol.
    pub fn file(&self, id: SymbolId) -> Option<SymbolId> {
        self.files.get(id.index()).copied().filter(|file| *file != NO_SYMBOL)
    }

    /// The checksum of a symbol, or 0.
    pub fn checksum(&self, id: SymbolId) -> u64 {
        self.checksums.get(id.index()).copied().unwrap_or(0)
    }

    /// Whether the symbol is local, or was so before the compiler promoted it (`is_tu_local_sym()`).
    pub fn is_of_unit(&self, id: SymbolId) -> bool {
        self.sym(id).binding == elf::STB_LOCAL || self.has(id, Marks::PROMOTED)
    }

    /// The padding or type hash before a function (`get_func_prefix()`).
    pub fn prefix_of(&self, func: SymbolId) -> Option<SymbolId> {
        let sym = self.sym(func);
        let before = sym.offset.checked_sub(1).filter(|_| sym.is_func())?;
        self.code.symbols.func_containing(sym.section, before).filter(|prev| self.has(*prev, Marks::PREFIX))
    }

    /// The symbol of a section, made if there is none.
    pub fn section_symbol(&mut self, section: SectionId) -> SymbolId {
        let known = self.section_symbols.get(section.index()).copied().unwrap_or(NO_SYMBOL);
        if known != NO_SYMBOL {
            return known;
        }
        let name = self.code.elf.section(section).name.to_vec();
        let id = self.push(name, section, elf::STT_SECTION, 0, 0);
        if let Some(slot) = self.section_symbols.get_mut(section.index()) {
            *slot = id;
        }
        id
    }

    /// Adds symbols for parts of sections: name, section, type, offset and length of each.
    pub fn add_fakes(&mut self, fakes: Vec<(Vec<u8>, SectionId, u8, u64, u64)>) {
        let first = self.code.symbols.table.len();
        for (name, section, kind, offset, len) in fakes {
            let id = self.push(name, section, kind, offset, len);
            self.mark(id, Marks::FAKE);
        }
        self.code.symbols.place_added(first);
    }

    fn push(&mut self, name: Vec<u8>, section: SectionId, kind: u8, offset: u64, len: u64) -> SymbolId {
        let id = SymbolId(self.code.symbols.table.len() as u32);
        self.code.symbols.table.push(Sym {
            offset,
            len: u64::from(len as u32),
            section,
            alias: id,
            pfunc: id,
            cfunc: id,
            kind,
            binding: elf::STB_LOCAL,
            flags: SymFlags::default(),
        });
        self.made.push(name);
        self.marks.push(Marks::default());
        self.twins.push(NO_SYMBOL);
        self.files.push(NO_SYMBOL);
        self.checksums.push(0);
        id
    }

    /// Reads the checksums that `klp checksum` has written (`read_sym_checksums()`). `file` is the input's name.
    pub fn read_checksums(&mut self, file: &[u8]) -> Result<(), Refusal> {
        use super::super::checksum::RECORD;
        use super::super::checksum::SECTION;
        let Some(section) = self.code.section_names.get(SECTION) else {
            let text = b" section, file not processed by 'objtool klp checksum'?";
            return Err(Refusal::of(&[b"'", file, b"' missing ", SECTION.as_bytes(), text]));
        };
        if self.code.relocs.of(section).is_none() {
            return Err(format!("missing reloc section for {SECTION}").into());
        }
        let size = self.code.elf.section(section).size;
        if !size.is_multiple_of(RECORD) {
            return Err("struct sym_checksum size mismatch".to_owned().into());
        }
        for nth in 0..size / RECORD {
            let found = self.code.relocs.at(section, nth * RECORD);
            let found = found.ok_or_else(|| format!("can't find reloc for sym_checksum[{nth}]"))?;
            let id = found.reloc.symbol;
            if self.sym(id).is_section() {
                return Err(Refusal::of(&[b"not sure how to handle section ", self.name(id)]));
            }
            let raw = content::range(self.code.elf, section, nth * RECORD + 8, 8)?;
            if matches!(self.sym(id).kind, elf::STT_FUNC | elf::STT_OBJECT)
                && let Some(slot) = self.checksums.get_mut(id.index())
            {
                *slot = raw.first_chunk().map_or(0, |raw| u64::from_le_bytes(*raw));
            }
        }
        Ok(())
    }
}
