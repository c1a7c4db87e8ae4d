// SPDX-License-Identifier: GPL-2.0-only

//! What the damages of the gate do to an object beyond single fields.

use std::collections::BTreeSet;

use postlink::elf::ElfFile;
use postlink::elf::SectionId;
use postlink::elf::Symbol;

pub use crate::common::damaged::*;

impl Object {
    /// Gives a symbol another name that is not longer.
    pub fn rename(&mut self, old: &str, new: &str) {
        assert!(new.len() <= old.len(), "names are overwritten in place");
        let at = self.name_place(self.symbol(old));
        self.0[at..at + old.len()].fill(0);
        self.0[at..at + new.len()].copy_from_slice(new.as_bytes());
    }

    /// Place of a symbol's name in the file.
    pub fn name_place(&self, symbol: usize) -> usize {
        let strtab = self.get(self.header(".strtab", SH_OFFSET)) as usize;
        let symtab = self.with(|elf| elf.section(elf.symtab).offset as usize);
        strtab + self.get((symtab + symbol * 24, 4)) as usize
    }

    /// Replaces bytes wherever they are.
    pub fn replace(&mut self, old: &[u8], new: &[u8]) {
        assert_eq!(old.len(), new.len(), "bytes are overwritten in place");
        let at = memchr::memmem::find(&self.0, old).expect("the bytes are there");
        self.0[at..at + new.len()].copy_from_slice(new);
    }

    /// Takes the last records from a table: its contents, and its relocations.
    pub fn shorten(&mut self, section: &str, bytes: u64, relocs: u64) {
        let size = self.header(section, SH_SIZE);
        self.set(size, self.get(size) - bytes);
        if relocs > 0 {
            let size = self.header(&format!(".rela{section}"), SH_SIZE);
            self.set(size, self.get(size) - relocs * 24);
        }
    }

    /// Leaves nothing of a table.
    pub fn empty(&mut self, section: &str) {
        self.set(self.header(section, SH_SIZE), 0);
        let relocs = format!(".rela{section}");
        let has_relocs = self.with(|elf| elf.sections.iter().any(|sec| sec.name == relocs.as_bytes()));
        if has_relocs {
            self.set(self.header(&relocs, SH_SIZE), 0);
        }
    }
}

/// A relocation of code, by the code's section.
#[derive(Debug, Clone)]
pub struct CodeReloc {
    pub section: String,
    /// Number among the section's relocations.
    pub nth: usize,
    /// Offset in the code.
    pub offset: usize,
}

impl Object {
    /// Names of the global functions that it defines in sections that begin so.
    pub fn global_functions(&self, sections: &[u8]) -> BTreeSet<String> {
        let names = |elf: &ElfFile<'_>| {
            let is_there = |sym: &Symbol| !sym.is_undefined() && elf.section(sym.section).name.starts_with(sections);
            let functions = elf.symbols.iter().filter(|sym| sym.is_func() && sym.is_global() && is_there(sym));
            functions.map(|sym| String::from_utf8_lossy(elf.symbol_name(sym)).into_owned()).collect()
        };
        self.with(names)
    }

    /// The first relocation of code in a section that `is_section` accepts, of the field of an instruction that begins with
    /// `code`, and whose symbol fits.
    pub fn code_reloc(
        &self,
        is_section: impl Fn(&str) -> bool,
        code: &[u8],
        fits: impl Fn(&ElfFile<'_>, &Symbol) -> bool,
    ) -> CodeReloc {
        let find = |elf: &ElfFile<'_>| {
            for id in elf.section_ids() {
                let section = elf.section(id);
                let name = String::from_utf8_lossy(section.name).into_owned();
                let Some(own) = name.strip_prefix(".rela").filter(|name| is_section(name)) else { continue };
                let code_at = elf.section(SectionId(section.info)).data;
                for (nth, reloc) in elf.relocs_in(id).expect("relocations").iter().enumerate() {
                    let offset = reloc.offset as usize;
                    let begins = code_at.get(..offset).is_some_and(|before| before.ends_with(code));
                    let is_inside = || {
                        let own = |sym: &&Symbol| sym.is_func() && sym.section.0 == section.info;
                        let mut functions = elf.symbols.iter().filter(own);
                        functions.any(|sym| (sym.value..sym.value + sym.size).contains(&reloc.offset))
                    };
                    if begins && elf.symbol(reloc.symbol).is_some_and(|symbol| fits(elf, symbol)) && is_inside() {
                        return Some(CodeReloc { section: own.to_owned(), nth, offset });
                    }
                }
            }
            None
        };
        self.with(find).expect("some code refers so")
    }

    /// Place of the first of these bytes in a section, at or after an offset.
    pub fn find(&self, section: &str, from: usize, bytes: &[u8]) -> usize {
        let start = self.contents(section);
        let size = self.get(self.header(section, SH_SIZE)) as usize;
        let found = memchr::memmem::find(&self.0[start + from..start + size], bytes);
        from + found.unwrap_or_else(|| panic!("{section} has no {bytes:02x?}"))
    }

    /// Whether there is a section of this name with something in it.
    pub fn has(&self, name: &str) -> bool {
        self.with(|elf| elf.sections.iter().any(|section| section.name == name.as_bytes() && section.size > 0))
    }

    /// Number of the first symbol that fits.
    pub fn symbol_that(&self, fits: impl Fn(&ElfFile<'_>, &Symbol) -> bool) -> usize {
        self.with(|elf| elf.symbols.iter().position(|symbol| fits(elf, symbol))).expect("some symbol fits")
    }

    /// Name of a symbol.
    pub fn name(&self, symbol: usize) -> String {
        self.with(|elf| String::from_utf8_lossy(elf.symbol_name(&elf.symbols[symbol])).into_owned())
    }

    /// Adds an undefined symbol, with the tables moved to the end of the file. Returns its number.
    pub fn add_undefined(&mut self, name: &str) -> usize {
        let (symtab, n_symbols) = self.with(|elf| (elf.section(elf.symtab).data.to_vec(), elf.symbols.len()));
        let strtab_size = self.get(self.header(".strtab", SH_SIZE)) as usize;
        let strings = self.contents(".strtab");
        let strtab = self.0[strings..strings + strtab_size].to_vec();
        let mut entry = [0; 24];
        entry[..4].copy_from_slice(&(strtab_size as u32).to_le_bytes());
        entry[ST_INFO.0] = 0x10;
        self.move_to_end(".strtab", [strtab, name.as_bytes().to_vec(), vec![0]].concat());
        self.move_to_end(".symtab", [symtab, entry.to_vec()].concat());
        n_symbols
    }

    fn move_to_end(&mut self, section: &str, contents: Vec<u8>) {
        let (offset, size) = (self.header(section, SH_OFFSET), self.header(section, SH_SIZE));
        while !self.0.len().is_multiple_of(8) {
            self.0.push(0);
        }
        let (new_offset, new_size) = (self.0.len() as u64, contents.len() as u64);
        self.0.extend_from_slice(&contents);
        self.set(offset, new_offset);
        self.set(size, new_size);
    }
}
