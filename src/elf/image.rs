// SPDX-License-Identifier: GPL-2.0-only

//! The file with all edits applied: unchanged sections stay borrowed from the input, changed ones are lists of patches.
//!
//! Sections, names and symbols are created in the order of the edits, as the original does it while it runs. What depends
//! on the final symbol numbers (the symbol table, relocations of new sections, old relocations to symbols that moved) is
//! made once, at the end.

use std::collections::BTreeMap;
use std::collections::HashSet;

use object::elf;
use object::endian::Endian as _;
use rustc_hash::FxHashSet;

use super::Class;
use super::Edit;
use super::ElfError;
use super::ElfFile;
use super::ImageError;
use super::NewSection;
use super::NewSymbol;
use super::PlainSection;
use super::RelocTarget;
use super::SectionId;
use super::SymbolId;
use super::WriteRules;
use super::change::Changes;
use super::change::Rest;
use super::error::elf_err;
use super::renumber::renumbered_relocs;
use super::symtab::AddedSymbol;
use super::symtab::SymbolRecord;
use super::symtab::SymbolRef;
use super::symtab::SymtabGrowth;
use super::write::Layout;

/// A changed file, ready to be written.
#[derive(Debug)]
pub struct Image<'f, 'd> {
    pub(super) file: &'f ElfFile<'d>,
    pub(super) changes: Changes,
    pub(super) added: Vec<AddedSection>,
    pub(super) layout: Layout,
}

impl<'f, 'd> Image<'f, 'd> {
    /// Applies `edits` to `file` and lays the result out.
    ///
    /// Upstream: everything between the first `elf_create_section()` and the end of `elf_write()`.
    pub fn build(file: &'f ElfFile<'d>, edits: Vec<Edit>, rules: WriteRules) -> Result<Self, ImageError> {
        let mut builder = Builder::new(file, rules)?;
        for edit in edits {
            builder.apply(edit)?;
        }
        let (changes, added) = builder.finish()?;
        let layout = Layout::compute(file, &changes, &added, rules)?;
        Ok(Self { file, changes, added, layout })
    }
}

/// A section that the input does not have.
#[derive(Debug)]
pub(super) struct AddedSection {
    /// Where its name is in the section names.
    pub name_offset: u32,
    /// The section. Its relocations become its contents when all symbols have their final numbers.
    pub section: PlainSection,
}

struct Builder<'f, 'd> {
    file: &'f ElfFile<'d>,
    rules: WriteRules,
    changes: Changes,
    added: Vec<AddedSection>,
    /// Names of the input's sections, filled when first needed.
    names: Option<FxHashSet<&'d [u8]>>,
    /// Names of `added`, to refuse a second one.
    added_names: HashSet<Vec<u8>>,
    symtab: SymtabGrowth,
    /// Sections' symbols, filled when first needed.
    section_symbols: Vec<Option<SymbolRef>>,
    /// The symbols that edits asked for.
    named_symbols: Vec<SymbolRef>,
    resized: BTreeMap<SymbolId, u64>,
    /// String table of symbol names.
    symbol_strings: Option<SectionId>,
    /// String table of section names.
    section_strings: Option<SectionId>,
}

impl<'f, 'd> Builder<'f, 'd> {
    fn new(file: &'f ElfFile<'d>, rules: WriteRules) -> Result<Self, ElfError> {
        if file.class != Class::Elf64 {
            return Err(elf_err!("e_ident[EI_CLASS] is not 64 bit, and only such files can be rewritten"));
        }
        if file.sections.is_empty() {
            return Err(elf_err!("e_shnum is 0: the file has no sections"));
        }
        file.check_overlap()?;
        let symbol_strings = last_named(file, b".strtab");
        let n_symbols = u32::try_from(file.symbols.len()).map_err(|_| elf_err!("too many symbols"))?;
        Ok(Self {
            file,
            rules,
            changes: Changes::none(file.sections.len()),
            added: Vec::new(),
            names: None,
            added_names: HashSet::new(),
            symtab: SymtabGrowth::new(n_symbols, file.section(file.symtab).info),
            section_symbols: Vec::new(),
            named_symbols: Vec::new(),
            resized: BTreeMap::new(),
            symbol_strings,
            // Clang keeps both kinds of names in `.strtab`.
            section_strings: last_named(file, b".shstrtab").or(symbol_strings),
        })
    }

    fn apply(&mut self, edit: Edit) -> Result<(), ElfError> {
        match edit {
            Edit::PatchBytes { section, offset, bytes } => self.patch_bytes(section, offset, bytes),
            Edit::SetRelocType { section, index, kind } => self.set_reloc_type(section, index, kind),
            Edit::ResizeSymbol { symbol, size } => {
                self.input_symbol(symbol)?;
                self.resized.insert(symbol, size);
                Ok(())
            }
            Edit::AddSymbol(symbol) => self.add_symbol(&symbol),
            Edit::AddSection(section) => self.add_section(*section),
            Edit::AddPlainSection(section) => self.add_plain_section(*section).map(|_| ()),
        }
    }

    fn patch_bytes(&mut self, section: SectionId, offset: u64, bytes: &[u8]) -> Result<(), ElfError> {
        let size = self.input_section(section)?.data.len() as u64;
        if offset.checked_add(bytes.len() as u64).is_none_or(|end| end > size) {
            return Err(elf_err!("section {}: a patch at offset {offset} is out of range", section.0));
        }
        self.changes.patch(section, offset, bytes);
        Ok(())
    }

    fn set_reloc_type(&mut self, section: SectionId, index: u32, kind: u32) -> Result<(), ElfError> {
        self.input_section(section)?;
        let relocs = self.file.relocs_in(section).filter(|relocs| (index as usize) < relocs.len());
        let Some(relocs) = relocs else {
            return Err(elf_err!("section {}: there is no relocation {index}", section.0));
        };
        let e = self.file.endian;
        // `r_info` is the symbol's number in the high and the type in the low half.
        let within = if e.is_little_endian() { 8 } else { 12 };
        let offset = u64::from(index) * relocs.entry_size() as u64 + within;
        self.changes.patch(section, offset, &e.write_u32_bytes(kind));
        Ok(())
    }

    fn add_symbol(&mut self, symbol: &NewSymbol) -> Result<(), ElfError> {
        self.need_symtab()?;
        let n_sections = self.file.sections.len() + self.added.len();
        if symbol.section.index() >= n_sections {
            return Err(no_section(symbol.section));
        }
        let mut name_offset = 0;
        if symbol.info & 0xf != elf::STT_SECTION {
            let strings = self.symbol_strings.ok_or_else(|| elf_err!("can't find .strtab section"))?;
            let used = self.file.section(self.file.symtab).link;
            if used != strings.0 {
                return Err(elf_err!("section {}: sh_link {used} is not .strtab", self.file.symtab.0));
            }
            name_offset = self.add_string(strings, &symbol.name)?;
        }
        let new = self.symtab.add(AddedSymbol {
            name_offset,
            section: symbol.section.0,
            value: symbol.value,
            size: symbol.size,
            info: symbol.info,
            other: symbol.other,
        })?;
        self.named_symbols.push(new);
        Ok(())
    }

    fn add_section(&mut self, section: NewSection) -> Result<(), ElfError> {
        let rela_name = [b".rela", &*section.name].concat();
        let base = self.add_plain_section(PlainSection {
            name: section.name,
            kind: section.kind,
            flags: section.flags,
            link: 0,
            info: 0,
            align: section.align,
            entsize: section.entsize,
            data: section.data,
            nobits_size: 0,
            relocs: Vec::new(),
        })?;
        let Some(relocs) = section.relocs else { return Ok(()) };
        let name_offset = self.add_section_name(&rela_name)?;
        self.need_symtab()?;
        for reloc in &relocs {
            self.check_target(reloc.target)?;
        }
        let section = PlainSection {
            name: rela_name,
            kind: elf::SHT_RELA,
            flags: u64::from(elf::SHF_INFO_LINK),
            link: self.file.symtab.0,
            info: base,
            align: 8,
            entsize: 24,
            data: Vec::new(),
            nobits_size: 0,
            relocs,
        };
        self.push_section(AddedSection { name_offset, section })?;
        Ok(())
    }

    /// Adds a section and returns its number.
    fn add_plain_section(&mut self, section: PlainSection) -> Result<u32, ElfError> {
        let name_offset = self.add_section_name(&section.name)?;
        self.push_section(AddedSection { name_offset, section })
    }

    fn push_section(&mut self, section: AddedSection) -> Result<u32, ElfError> {
        let number = u32::try_from(self.file.sections.len() + self.added.len());
        self.added.push(section);
        number.map_err(|_| elf_err!("there would be more than {} sections", u32::MAX))
    }

    fn add_section_name(&mut self, name: &[u8]) -> Result<u32, ElfError> {
        if self.rules.section_names_are_unique
            && (self.names().contains(name) || !self.added_names.insert(name.to_vec()))
        {
            return Err(elf_err!("section '{}' already exists", String::from_utf8_lossy(name)));
        }
        let strings = self.section_strings.ok_or_else(|| elf_err!("can't find .shstrtab or .strtab"))?;
        if strings != self.file.section_names {
            return Err(elf_err!("e_shstrndx {} is not .shstrtab or .strtab", self.file.section_names.0));
        }
        self.add_string(strings, name)
    }

    fn names(&mut self) -> &FxHashSet<&'d [u8]> {
        let sections = &self.file.sections;
        self.names.get_or_insert_with(|| sections.iter().skip(1).map(|section| section.name).collect())
    }

    /// Appends a string to a string table, without looking whether it is there already. Upstream: `elf_add_string()`.
    fn add_string(&mut self, strings: SectionId, string: &[u8]) -> Result<u32, ElfError> {
        let table = self.file.section(strings);
        let appended = &mut self.changes.rest_of(strings).appended;
        let mut offset = table.data.len() as u64 + appended.len() as u64;
        if self.rules.strings_are_aligned {
            if table.align == 0 {
                return Err(elf_err!("'{}': invalid sh_addralign", String::from_utf8_lossy(table.name)));
            }
            let aligned = offset.checked_next_multiple_of(table.align).unwrap_or(u64::MAX);
            let padding = aligned - offset;
            if padding >= 1 << 16 {
                return Err(elf_err!("section {}: sh_addralign {} is absurd for strings", strings.0, table.align));
            }
            appended.resize(appended.len() + padding as usize, 0);
            offset = aligned;
        }
        appended.extend_from_slice(string);
        appended.push(0);
        u32::try_from(offset).map_err(|_| elf_err!("section {}: the string table exceeds 4 GiB", strings.0))
    }

    /// Checks that a relocation's target exists, and creates the section symbol if it is one that does not exist yet.
    fn check_target(&mut self, target: RelocTarget) -> Result<(), ElfError> {
        match target {
            RelocTarget::Section(section) => self.need_section_symbol(section),
            RelocTarget::Symbol(symbol) => self.input_symbol(symbol),
            RelocTarget::NewSymbol(nth) if (nth as usize) < self.named_symbols.len() => Ok(()),
            RelocTarget::NewSymbol(nth) => Err(elf_err!("a relocation refers to new symbol {nth} before it exists")),
            RelocTarget::Nothing => Ok(()),
        }
    }

    /// Checks what may have come after the relocations that refer to it.
    fn check_later_targets(&self) -> Result<(), ElfError> {
        for target in self.added.iter().flat_map(|added| &added.section.relocs).map(|reloc| reloc.target) {
            match target {
                RelocTarget::NewSymbol(nth) if nth as usize >= self.named_symbols.len() => {
                    return Err(elf_err!("a relocation refers to new symbol {nth}, which does not exist"));
                }
                RelocTarget::Symbol(symbol) => self.input_symbol(symbol)?,
                RelocTarget::Section(_) | RelocTarget::NewSymbol(_) | RelocTarget::Nothing => {}
            }
        }
        Ok(())
    }

    /// Upstream: `elf_create_section_symbol()`, when `sec->sym` is not set.
    fn need_section_symbol(&mut self, section: SectionId) -> Result<(), ElfError> {
        if self.section_symbols.is_empty() {
            self.section_symbols = section_symbols(self.file);
        }
        match self.section_symbols.get(section.index()) {
            None => Err(no_section(section)),
            Some(Some(_)) => Ok(()),
            Some(None) => {
                let symbol = self.symtab.add(AddedSymbol {
                    name_offset: 0,
                    section: section.0,
                    value: 0,
                    size: 0,
                    info: elf::STT_SECTION,
                    other: 0,
                })?;
                if let Some(slot) = self.section_symbols.get_mut(section.index()) {
                    *slot = Some(symbol);
                }
                Ok(())
            }
        }
    }

    fn need_symtab(&self) -> Result<(), ElfError> {
        if self.file.symtab == SectionId::UNDEF { Err(elf_err!("no .symtab")) } else { Ok(()) }
    }

    fn input_section(&self, id: SectionId) -> Result<&'f super::Section<'d>, ElfError> {
        self.file.sections.get(id.index()).ok_or_else(|| no_section(id))
    }

    fn input_symbol(&self, id: SymbolId) -> Result<(), ElfError> {
        self.file.symbol(id).map(|_| ()).ok_or_else(|| elf_err!("symbol {} does not exist", id.0))
    }

    fn finish(mut self) -> Result<(Changes, Vec<AddedSection>), ElfError> {
        self.check_later_targets()?;
        self.encode_symbols()?;
        self.encode_new_relocs();
        if self.symtab.has_moves() {
            self.renumber_groups();
            let found = renumbered_relocs(self.file, &self.symtab);
            self.changes.reserve(found.iter().map(Vec::len).sum(), 4);
            for (section, offset, symbol) in found.into_iter().flatten() {
                self.changes.patch(section, offset, &self.file.endian.write_u32_bytes(symbol));
            }
        }
        self.changes.settle(self.file);
        Ok((self.changes, self.added))
    }

    /// Writes new, moved and resized symbols to the symbol table and to `.symtab_shndx`.
    fn encode_symbols(&mut self) -> Result<(), ElfError> {
        let growth = &self.symtab;
        let replaced = (growth.replaced_start()..).zip(growth.replaced().iter().copied());
        let resized = self.resized.keys().filter(|id| growth.moved_to(**id).is_none());
        let mut in_place: Vec<(u32, SymbolRef)> = resized.map(|id| (id.0, SymbolRef::Input(*id))).collect();
        in_place.extend(replaced);
        if in_place.is_empty() && growth.appended().is_empty() {
            return Ok(());
        }
        let (symtab, words) = (self.file.symtab, self.file.symtab_shndx);
        self.changes.forget(symtab);
        self.changes.forget(words);
        let (mut more_entries, mut more_words) = (Vec::new(), Vec::new());
        for (index, symbol) in in_place {
            let record = self.record(symbol)?;
            self.changes.patch(symtab, u64::from(index) * 24, &record.entry);
            if words != SectionId::UNDEF {
                self.changes.patch(words, u64::from(index) * 4, &record.section_word);
            }
        }
        for symbol in self.symtab.appended() {
            let record = self.record(*symbol)?;
            more_entries.extend_from_slice(&record.entry);
            more_words.extend_from_slice(&record.section_word);
        }
        let info = Some(self.symtab.first_global_now);
        *self.changes.rest_of(symtab) = Rest { appended: more_entries, info };
        if words != SectionId::UNDEF {
            *self.changes.rest_of(words) = Rest { appended: more_words, info: None };
        }
        Ok(())
    }

    fn record(&self, symbol: SymbolRef) -> Result<SymbolRecord, ElfError> {
        let size = match symbol {
            SymbolRef::Input(id) => self.resized.get(&id).copied(),
            SymbolRef::Added(_) => None,
        };
        SymbolRecord::new(self.file, &self.symtab, symbol, size)
    }

    fn encode_new_relocs(&mut self) {
        let e = self.file.endian;
        let mut added = std::mem::take(&mut self.added);
        for section in added.iter_mut().map(|added| &mut added.section) {
            let relocs = std::mem::take(&mut section.relocs);
            if relocs.is_empty() {
                continue;
            }
            let mut data = Vec::with_capacity(relocs.len() * 24);
            for reloc in &relocs {
                let info = u64::from(self.target_index(reloc.target)) << 32 | u64::from(reloc.kind);
                data.extend_from_slice(&e.write_u64_bytes(reloc.offset));
                data.extend_from_slice(&e.write_u64_bytes(info));
                data.extend_from_slice(&e.write_u64_bytes(reloc.addend.cast_unsigned()));
            }
            section.data = data;
        }
        self.added = added;
    }

    /// Final number of a relocation's symbol. The target was checked when the relocation was added.
    fn target_index(&self, target: RelocTarget) -> u32 {
        let symbol = match target {
            RelocTarget::Section(section) => self.section_symbols.get(section.index()).copied().flatten(),
            RelocTarget::Symbol(symbol) => Some(SymbolRef::Input(symbol)),
            RelocTarget::NewSymbol(nth) => self.named_symbols.get(nth as usize).copied(),
            RelocTarget::Nothing => None,
        };
        symbol.map_or(0, |symbol| self.symtab.index_of(symbol))
    }

    /// Lets groups follow their signature symbols, in the series that do.
    fn renumber_groups(&mut self) {
        if !self.rules.group_follows_signature {
            return;
        }
        // One symbol remembers one group; of several with the same signature it is the last.
        let mut group_of = BTreeMap::new();
        for id in self.file.section_ids() {
            let section = self.file.section(id);
            if section.kind == elf::SHT_GROUP && section.link == self.file.symtab.0 {
                group_of.insert(SymbolId(section.info), id);
            }
        }
        for (signature, group) in group_of {
            if let Some(index) = self.symtab.moved_to(signature) {
                self.changes.rest_of(group).info = Some(index);
            }
        }
    }
}

fn no_section(id: SectionId) -> ElfError {
    elf_err!("section {} does not exist", id.0)
}

/// The section of this name; the last one if there are several, as in the original's hash chains.
fn last_named(file: &ElfFile<'_>, name: &[u8]) -> Option<SectionId> {
    file.section_ids().rev().find(|id| file.section(*id).name == name)
}

/// The section symbol of each section; the last one if there are several.
fn section_symbols(file: &ElfFile<'_>) -> Vec<Option<SymbolRef>> {
    let mut symbols = vec![None; file.sections.len()];
    for (id, symbol) in (0..).map(SymbolId).zip(&file.symbols) {
        if symbol.is_section()
            && symbol.section != SectionId::UNDEF
            && let Some(slot) = symbols.get_mut(symbol.section.index())
        {
            *slot = Some(SymbolRef::Input(id));
        }
    }
    symbols
}
