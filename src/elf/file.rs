// SPDX-License-Identifier: GPL-2.0-only

//! Reading a file: headers, names and symbols are decoded and checked once, contents stay borrowed.

use std::sync::OnceLock;

use object::Endianness;
use object::elf;
use object::endian::Endian;
use object::read::elf::FileHeader;
use rayon::prelude::*;

use super::Class;
use super::ElfError;
use super::Relocs;
use super::Section;
use super::SectionHeader;
use super::SectionId;
use super::Symbol;
use super::SymbolId;
use super::error::elf_err;
use super::header::names_index;
use super::header::section_count;

/// Files smaller than this many bytes stay on the calling thread.
const LARGE_FILE: usize = 4 << 20;

/// Sections that a thread looks at before it asks for more.
const SECTIONS_AT_ONCE: usize = 256;

/// A checked, read-only view of an ELF file.
#[derive(Debug)]
pub struct ElfFile<'d> {
    /// The whole file.
    pub data: &'d [u8],
    /// Word size.
    pub class: Class,
    /// Byte order.
    pub endian: Endianness,
    /// `e_type`.
    pub kind: u16,
    /// `e_machine`.
    pub machine: u16,
    /// `e_flags`.
    pub flags: u32,
    /// `e_shoff`: offset of the section header table.
    pub section_headers_offset: u64,
    /// Section that holds the section names.
    pub section_names: SectionId,
    /// All sections; number 0 is the null section.
    pub sections: Vec<Section<'d>>,
    /// The symbol table section (the last one, as in the original), or the null section when there is none.
    pub symtab: SectionId,
    /// The `SHT_SYMTAB_SHNDX` section that belongs to `symtab`, or the null section.
    pub symtab_shndx: SectionId,
    /// All symbols; number 0 is the null symbol. Empty without a symbol table.
    pub symbols: Vec<Symbol>,
    /// The string table of the symbols.
    strings: &'d [u8],
    /// The answer of [`Self::check_overlap`], once it was asked for.
    overlap: OnceLock<Result<(), ElfError>>,
}

impl<'d> ElfFile<'d> {
    /// Decodes and checks the tables of `data`.
    pub fn parse(data: &'d [u8]) -> Result<Self, ElfError> {
        reject_other_formats(data)?;
        match data.get(elf::ELFMAG.len()) {
            Some(&1) => Self::parse_class::<elf::FileHeader32<Endianness>>(data, Class::Elf32),
            Some(&2) => Self::parse_class::<elf::FileHeader64<Endianness>>(data, Class::Elf64),
            Some(&class) => Err(elf_err!("e_ident[EI_CLASS] {class} is neither 32 nor 64 bit")),
            None => Err(elf_err!("the ELF header is truncated ({} bytes)", data.len())),
        }
    }

    fn parse_class<H: FileHeader<Endian = Endianness>>(data: &'d [u8], class: Class) -> Result<Self, ElfError> {
        let header = H::parse(data).map_err(|_| elf_err!("the ELF header is truncated or of an unknown version"))?;
        let endian = header.endian().map_err(|_| elf_err!("e_ident[EI_DATA] names no byte order"))?;
        let sections = section_headers(header, endian, data)?;
        let names = section_names_index(header, endian, &sections)?;
        let mut file = Self {
            data,
            class,
            endian,
            kind: header.e_type(endian),
            machine: header.e_machine(endian),
            flags: header.e_flags(endian),
            section_headers_offset: header.e_shoff(endian).into(),
            section_names: names,
            sections: Vec::with_capacity(sections.len()),
            symtab: SectionId::UNDEF,
            symtab_shndx: SectionId::UNDEF,
            symbols: Vec::new(),
            strings: &[],
            overlap: OnceLock::new(),
        };
        file.read_sections(sections)?;
        file.check_links()?;
        file.read_symbols::<H>()?;
        file.check_relocs()?;
        Ok(file)
    }

    fn read_sections(&mut self, headers: Vec<SectionHeader>) -> Result<(), ElfError> {
        for (index, header) in headers.into_iter().enumerate() {
            let data = contents(&header, self.data, index)?;
            self.sections.push(Section { header, name: &[], data });
        }
        let strings = self.sections.get(self.section_names.index()).map_or(&[][..], |sec| sec.data);
        for (index, sec) in self.sections.iter_mut().enumerate() {
            sec.name = string_at(strings, sec.name_offset)
                .ok_or_else(|| elf_err!("section {index}: sh_name {} is out of range", sec.name_offset))?;
        }
        Ok(())
    }

    /// Checks the header fields that name other sections, so that later phases may follow them.
    fn check_links(&self) -> Result<(), ElfError> {
        let count = self.sections.len();
        for (index, sec) in self.sections.iter().enumerate() {
            let links = matches!(
                sec.kind,
                elf::SHT_SYMTAB
                    | elf::SHT_DYNSYM
                    | elf::SHT_REL
                    | elf::SHT_RELA
                    | elf::SHT_GROUP
                    | elf::SHT_SYMTAB_SHNDX
            );
            if links && sec.link as usize >= count {
                return Err(elf_err!("section {index}: sh_link {} is out of range", sec.link));
            }
            if sec.is_reloc() && sec.info as usize >= count {
                return Err(elf_err!("section {index}: sh_info {} is out of range", sec.info));
            }
        }
        Ok(())
    }

    fn read_symbols<H: FileHeader<Endian = Endianness>>(&mut self) -> Result<(), ElfError> {
        let Some(symtab) = self.sections.iter().rposition(|sec| sec.kind == elf::SHT_SYMTAB) else { return Ok(()) };
        self.symtab = section_id(symtab)?;
        let table = self.section(self.symtab);
        let strings = self.section(SectionId(table.link)).data;
        let entry = size_of::<H::Sym>();
        if !table.data.len().is_multiple_of(entry) {
            return Err(elf_err!("section {symtab}: sh_size {} is not a multiple of {entry}", table.size));
        }
        let (raw, _) = object::slice_from_bytes::<H::Sym>(table.data, table.data.len() / entry)
            .map_err(|()| elf_err!("section {symtab}: the symbol table is not readable"))?;
        let extended = self.extended_indices(symtab, raw.len())?;
        let mut symbols = Vec::with_capacity(raw.len());
        for (index, sym) in raw.iter().enumerate() {
            symbols.push(self.read_symbol(index, sym, strings, extended)?);
        }
        self.strings = strings;
        self.symbols = symbols;
        Ok(())
    }

    /// The `SHT_SYMTAB_SHNDX` words of the symbol table, empty when there are none.
    fn extended_indices(&mut self, symtab: usize, n_symbols: usize) -> Result<&'d [u8], ElfError> {
        let belongs = |sec: &Section<'_>| sec.kind == elf::SHT_SYMTAB_SHNDX && sec.link as usize == symtab;
        let Some(index) = self.sections.iter().position(belongs) else { return Ok(&[]) };
        self.symtab_shndx = section_id(index)?;
        let data = self.section(self.symtab_shndx).data;
        if data.len() / 4 < n_symbols {
            return Err(elf_err!("section {index}: {} extended indices for {n_symbols} symbols", data.len() / 4));
        }
        Ok(data)
    }

    fn read_symbol<S>(&self, index: usize, sym: &S, strings: &[u8], extended: &[u8]) -> Result<Symbol, ElfError>
    where
        S: object::read::elf::Sym<Endian = Endianness>,
    {
        let e = self.endian;
        let name_offset = sym.st_name(e);
        let name = string_at(strings, name_offset)
            .ok_or_else(|| elf_err!("symbol {index}: st_name {name_offset} is out of range"))?;
        let shndx = sym.st_shndx(e);
        let section = match shndx {
            elf::SHN_XINDEX => extended
                .get(index * 4..)
                .and_then(<[u8]>::first_chunk)
                .map(|word| e.read_u32(u32::from_ne_bytes(*word)))
                .ok_or_else(|| elf_err!("symbol {index}: st_shndx is SHN_XINDEX without extended indices"))?,
            0..elf::SHN_LORESERVE => shndx.into(),
            _ => 0,
        };
        if section as usize >= self.sections.len() {
            return Err(elf_err!("symbol {index}: st_shndx {section} is out of range"));
        }
        Ok(Symbol {
            value: sym.st_value(e).into(),
            size: sym.st_size(e).into(),
            name_offset,
            name_len: name.len() as u32,
            section: SectionId(section),
            shndx,
            info: sym.st_info(),
            other: sym.st_other(),
        })
    }

    /// Checks that relocation records are whole and refer to existing symbols.
    fn check_relocs(&self) -> Result<(), ElfError> {
        let ids: Vec<SectionId> = (0..self.sections.len() as u32).map(SectionId).collect();
        let batches: Vec<&[SectionId]> = ids.chunks(SECTIONS_AT_ONCE).collect();
        let checked = self.map(&batches, |ids| ids.iter().try_for_each(|id| self.check_relocs_in(*id)));
        checked.into_iter().collect()
    }

    fn check_relocs_in(&self, id: SectionId) -> Result<(), ElfError> {
        let Some(relocs) = self.relocs_in(id) else { return Ok(()) };
        let (index, sec, entry) = (id.0, self.section(id), relocs.entry_size());
        if !sec.data.len().is_multiple_of(entry) {
            return Err(elf_err!("section {index}: sh_size {} is not a multiple of {entry}", sec.size));
        }
        if sec.link as usize != self.symtab.index() || relocs.is_empty() {
            return Ok(());
        }
        let count = self.symbols.len();
        match relocs.iter().enumerate().find(|(_, reloc)| reloc.symbol.index() >= count) {
            None => Ok(()),
            Some((n, bad)) => {
                Err(elf_err!("section {index}: relocation {n}: symbol index {} is out of range", bad.symbol.0))
            }
        }
    }

    /// Name of a symbol as the file stores it; empty for section symbols.
    pub fn symbol_name(&self, symbol: &Symbol) -> &'d [u8] {
        let start = symbol.name_offset as usize;
        self.strings.get(start..start + symbol.name_len as usize).unwrap_or_default()
    }

    /// Name of a section, for people.
    pub fn section_text(&self, id: SectionId) -> String {
        let section = self.sections.get(id.index());
        section.map_or_else(String::new, |section| String::from_utf8_lossy(section.name).into_owned())
    }

    /// Name of a symbol, for people; of its section for a section symbol.
    pub fn symbol_text(&self, id: SymbolId) -> String {
        match self.symbol(id) {
            Some(symbol) if symbol.is_section() => self.section_text(symbol.section),
            Some(symbol) => String::from_utf8_lossy(self.symbol_name(symbol)).into_owned(),
            None => String::new(),
        }
    }

    /// The symbol with number `id`; the null symbol's fields when there is no symbol table.
    pub fn symbol(&self, id: SymbolId) -> Option<&Symbol> {
        self.symbols.get(id.index())
    }

    /// The section with number `id`, which must come from this file.
    #[expect(clippy::indexing_slicing, reason = "all numbers of sections were checked")]
    pub fn section(&self, id: SectionId) -> &Section<'d> {
        &self.sections[id.index()]
    }

    /// The relocations that section `id` holds, or `None` if it is not a relocation section.
    pub fn relocs_in(&self, id: SectionId) -> Option<Relocs<'d>> {
        let sec = self.section(id);
        sec.is_reloc().then(|| Relocs {
            section: id,
            target: SectionId(sec.info),
            data: sec.data,
            class: self.class,
            endian: self.endian,
            has_addend: sec.kind == elf::SHT_RELA,
            is_mips64el: self.machine == elf::EM_MIPS && self.class == Class::Elf64 && self.endian.is_little_endian(),
        })
    }

    /// Does two things about this file, at the same time if it is large: kbuild runs many of us side by side on small files,
    /// and the pool costs more to start than those take.
    pub fn join<A: Send, B: Send>(&self, a: impl FnOnce() -> A + Send, b: impl FnOnce() -> B + Send) -> (A, B) {
        if self.is_large() { rayon::join(a, b) } else { (a(), b()) }
    }

    /// What `of` makes of each item, in order; on all threads if this file is large.
    pub fn map<T: Sync, R: Send>(&self, items: &[T], of: impl Fn(&T) -> R + Send + Sync) -> Vec<R> {
        if self.is_large() { items.par_iter().map(of).collect() } else { items.iter().map(of).collect() }
    }

    /// Whether work on this file is worth more than one thread.
    pub fn is_large(&self) -> bool {
        self.data.len() >= LARGE_FILE
    }

    /// Section ids in file order, the null section excluded.
    pub fn section_ids(&self) -> impl DoubleEndedIterator<Item = SectionId> + use<> {
        (1..self.sections.len() as u32).map(SectionId)
    }

    /// Refuses files in which two sections share bytes, since a rewrite would write them twice.
    pub fn check_overlap(&self) -> Result<(), ElfError> {
        self.overlap.get_or_init(|| self.find_overlap()).clone()
    }

    fn find_overlap(&self) -> Result<(), ElfError> {
        let mut ranges: Vec<_> = self
            .sections
            .iter()
            .enumerate()
            .filter(|(_, sec)| !sec.data.is_empty())
            .map(|(index, sec)| (sec.offset, sec.offset + sec.size, index))
            .collect();
        ranges.sort_unstable();
        for pair in ranges.windows(2) {
            if let [(_, end, first), (start, _, second)] = pair
                && start < end
            {
                return Err(elf_err!("section {second}: sh_offset overlaps section {first}"));
            }
        }
        Ok(())
    }
}

/// Says what the file is when it is evidently something else than an ELF file.
fn reject_other_formats(data: &[u8]) -> Result<(), ElfError> {
    const KNOWN: [(&[u8], &str); 6] = [
        (b"BC\xc0\xde", "LLVM bitcode, run the LTO link first"),
        (b"\xde\xc0\x17\x0b", "LLVM bitcode (wrapped), run the LTO link first"),
        (b"!<arch>\n", "an archive; name its members, or link it first"),
        (b"!<thin>\n", "a thin archive; name its members, or link it first"),
        (b"\x28\xb5\x2f\xfd", "compressed with zstd; decompress it first"),
        (b"\xfd7zXZ\0", "compressed with xz; decompress it first"),
    ];
    if data.is_empty() {
        return Err(elf_err!("the file is empty"));
    }
    if let Some((_, what)) = KNOWN.iter().find(|(magic, _)| data.starts_with(magic)) {
        return Err(elf_err!("not an ELF object: {what}"));
    }
    if !data.starts_with(&elf::ELFMAG) {
        return Err(elf_err!("not an ELF object: e_ident has no ELF magic"));
    }
    Ok(())
}

fn section_headers<H: FileHeader<Endian = Endianness>>(
    header: &H,
    endian: Endianness,
    data: &[u8],
) -> Result<Vec<SectionHeader>, ElfError> {
    let entry = size_of::<H::SectionHeader>();
    let offset: u64 = header.e_shoff(endian).into();
    if offset == 0 {
        return Err(elf_err!("e_shoff is 0: there are no section headers"));
    }
    if usize::from(header.e_shentsize(endian)) != entry {
        return Err(elf_err!("e_shentsize {} is not {entry}", header.e_shentsize(endian)));
    }
    let rest = usize::try_from(offset).ok().and_then(|start| data.get(start..)).unwrap_or_default();
    let first = rest.get(..entry).ok_or_else(|| elf_err!("e_shoff {offset} is past the end of the file"))?;
    let count = section_count(header, endian, SectionHeader::decode_all::<H>(first, endian).first());
    let size = usize::try_from(count).ok().and_then(|count| count.checked_mul(entry));
    let table = size.and_then(|size| rest.get(..size));
    let table = table.ok_or_else(|| elf_err!("e_shnum: the section header table at {offset} is truncated"))?;
    Ok(SectionHeader::decode_all::<H>(table, endian))
}

fn section_names_index(
    header: &impl FileHeader<Endian = Endianness>,
    endian: Endianness,
    sections: &[SectionHeader],
) -> Result<SectionId, ElfError> {
    let index = names_index(header, endian, sections.first());
    if index as usize >= sections.len() && index != 0 {
        return Err(elf_err!("e_shstrndx {index} is out of range"));
    }
    Ok(SectionId(index))
}

fn contents<'d>(header: &SectionHeader, data: &'d [u8], index: usize) -> Result<&'d [u8], ElfError> {
    if !header.has_contents() {
        return Ok(&[]);
    }
    let (offset, size) = (header.offset, header.size);
    let range = || {
        let start = usize::try_from(offset).ok()?;
        let end = start.checked_add(usize::try_from(size).ok()?)?;
        data.get(start..end)
    };
    range().ok_or_else(|| elf_err!("section {index}: sh_offset {offset} + sh_size {size} is past the end of the file"))
}

/// The NUL-terminated string at `offset`; the empty string for offset 0 of an empty table.
fn string_at(strings: &[u8], offset: u32) -> Option<&[u8]> {
    if offset == 0 && strings.is_empty() {
        return Some(&[]);
    }
    let rest = strings.get(offset as usize..)?;
    memchr::memchr(0, rest).and_then(|end| rest.get(..end))
}

fn section_id(index: usize) -> Result<SectionId, ElfError> {
    u32::try_from(index).map(SectionId).map_err(|_| elf_err!("section number {index} does not fit 32 bits"))
}
