// SPDX-License-Identifier: GPL-2.0-only

//! The object that is made: sections, symbols and relocations in the order in which they come to be.
//!
//! That order is in the file: sections and names are numbered and stored as they are created. It is kept as plain lists, and
//! becomes edits of an object without contents.
//!
//! Upstream: `elf_create_file()` and the functions that fill it.

use object::elf;
use rustc_hash::FxHashMap;
use rustc_hash::FxHashSet;

use super::super::say::Refusal;
use crate::elf::Edit;
use crate::elf::NewReloc;
use crate::elf::NewSymbol;
use crate::elf::PlainSection;
use crate::elf::RelocTarget;
use crate::elf::SectionId;
use crate::elf::SymbolId;
use crate::objtool::code::is_found_by_full_name;

/// Bits of the original's table of names.
const NAME_BITS: u32 = 13;

/// Sections that every object has: the null section, both tables of names, and the symbols.
const N_FIXED: u32 = 4;
const SYMTAB: u32 = 3;

/// The largest gap between two pieces of a section. A larger one comes from a broken alignment.
const MOST_PADDING: u64 = 1 << 20;

/// A section by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct OutSection(pub u32);

impl OutSection {
    /// None.
    pub const UNDEF: Self = Self(0);
}

/// A symbol by the order in which it was created.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct OutSymbol(pub u32);

/// The header of a section to create.
#[derive(Debug, Clone, Copy)]
pub(super) struct Header {
    /// `sh_type`.
    pub kind: u32,
    /// `sh_flags`.
    pub flags: u32,
    /// `sh_addralign`.
    pub align: u32,
    /// `sh_entsize`.
    pub entsize: u64,
}

#[derive(Debug)]
struct Section {
    name: Vec<u8>,
    header: Header,
    data: Vec<u8>,
    size: u64,
    /// The section that relocations here apply to.
    base: Option<OutSection>,
    /// The section of relocations that apply here.
    relocs: Option<OutSection>,
    entries: Vec<NewReloc>,
    symbol: Option<OutSymbol>,
}

/// A symbol of the object.
#[derive(Debug)]
pub(super) struct OutputSymbol {
    /// Its name.
    pub name: Vec<u8>,
    /// Its section.
    pub section: OutSection,
    /// `STB_*`.
    pub binding: u8,
    /// `STT_*`.
    pub kind: u8,
    /// Offset in the section.
    pub offset: u64,
    /// Length.
    pub len: u64,
    /// The symbol of the patched object that this is a copy of, or stands in for.
    pub origin: Option<SymbolId>,
}

/// The object.
#[derive(Debug)]
pub(super) struct Output {
    /// Numbered from [`N_FIXED`].
    sections: Vec<Section>,
    by_name: FxHashMap<Vec<u8>, OutSection>,
    /// By order of creation.
    pub symbols: Vec<OutputSymbol>,
    symbols_by_name: FxHashMap<Vec<u8>, Vec<OutSymbol>>,
    places: FxHashSet<(OutSection, u64)>,
    /// Bytes that may still be added.
    room: u64,
}

impl Output {
    /// An object without contents, for at most this many bytes.
    pub fn new(room: u64) -> Self {
        let fixed = [&b""[..], b".shstrtab", b".strtab", b".symtab"];
        let by_name = fixed.iter().zip(0..).map(|(name, number)| (name.to_vec(), OutSection(number)));
        Self {
            sections: Vec::new(),
            by_name: by_name.collect(),
            symbols: Vec::new(),
            symbols_by_name: FxHashMap::default(),
            places: FxHashSet::default(),
            room,
        }
    }

    fn get(&mut self, id: OutSection) -> Result<&mut Section, Refusal> {
        let nth = id.0.checked_sub(N_FIXED).map(|nth| nth as usize);
        nth.and_then(|nth| self.sections.get_mut(nth))
            .ok_or_else(|| "a table of the object has the name of a section to copy".to_owned().into())
    }

    /// The section of this name.
    pub fn section(&self, name: &[u8]) -> Option<OutSection> {
        self.by_name.get(name).copied()
    }

    /// Name of a section.
    pub fn section_name(&self, id: OutSection) -> &[u8] {
        let nth = id.0.checked_sub(N_FIXED).map(|nth| nth as usize);
        nth.and_then(|nth| self.sections.get(nth)).map_or(&[], |section| &section.name)
    }

    /// Upstream: `elf_create_section()`.
    pub fn create_section(&mut self, name: &[u8], header: Header) -> Result<OutSection, Refusal> {
        if self.section(name).is_some() {
            return Err(Refusal::of(&[b"section '", name, b"' already exists"]));
        }
        let id = OutSection(N_FIXED + self.sections.len() as u32);
        self.sections.push(Section {
            name: name.to_vec(),
            header,
            data: Vec::new(),
            size: 0,
            base: None,
            relocs: None,
            entries: Vec::new(),
            symbol: None,
        });
        self.by_name.insert(name.to_vec(), id);
        Ok(id)
    }

    /// A section with one for its relocations (`elf_create_section_pair()`).
    pub fn create_pair(&mut self, name: &[u8], entsize: u64) -> Result<OutSection, Refusal> {
        let header = Header { kind: elf::SHT_PROGBITS, flags: elf::SHF_ALLOC, align: 1, entsize };
        let id = self.create_section(name, header)?;
        self.create_relocs(id)?;
        Ok(id)
    }

    /// Upstream: `elf_create_rela_section()`.
    fn create_relocs(&mut self, base: OutSection) -> Result<OutSection, Refusal> {
        let name = [b".rela", self.section_name(base)].concat();
        let header = Header { kind: elf::SHT_RELA, flags: elf::SHF_INFO_LINK, align: 8, entsize: 24 };
        let id = self.create_section(&name, header)?;
        self.get(id)?.base = Some(base);
        self.get(base)?.relocs = Some(id);
        Ok(id)
    }

    /// Bytes that a section has so far.
    pub fn section_size(&mut self, id: OutSection) -> Result<u64, Refusal> {
        Ok(self.get(id)?.size)
    }

    /// Where the next piece of a section goes.
    pub fn next_offset(&mut self, id: OutSection) -> Result<u64, Refusal> {
        let section = self.get(id)?;
        Ok(aligned(section.size, section.header.align))
    }

    /// Adds bytes, or room where there are none. Returns where they are (`elf_add_data()`).
    pub fn add_data(&mut self, id: OutSection, data: &[u8], size: u64) -> Result<u64, Refusal> {
        let room = self.room;
        let section = self.get(id)?;
        let name = section.name.clone();
        if section.header.align == 0 {
            return Err(Refusal::of(&[b"'", &name, b"': invalid sh_addralign"]));
        }
        let offset = aligned(section.size, section.header.align);
        let end = offset.checked_add(size).filter(|_| offset.wrapping_sub(section.size) <= MOST_PADDING);
        let Some(end) = end else {
            return Err(Refusal::of(&[b"'", &name, b"': sh_addralign would leave too large a gap"]));
        };
        if section.header.kind != elf::SHT_NOBITS {
            let grown = end.wrapping_sub(section.size);
            if grown > room {
                return Err(Refusal::of(&[b"'", &name, b"': there is too much to copy"]));
            }
            section.data.resize(offset as usize, 0);
            section.data.extend_from_slice(data);
            section.data.resize(end as usize, 0);
            section.size = end;
            self.room = room.wrapping_sub(grown);
        } else {
            section.size = end;
        }
        Ok(offset)
    }

    /// Adds a string and its end (`elf_add_string()`).
    pub fn add_string(&mut self, id: OutSection, string: &[u8]) -> Result<u64, Refusal> {
        self.add_data(id, &[string, b"\0"].concat(), string.len() as u64 + 1)
    }

    /// Overwrites bytes that were added.
    pub fn put(&mut self, id: OutSection, offset: u64, bytes: &[u8]) -> Result<(), Refusal> {
        let place = self.get(id)?.data.get_mut(offset as usize..).and_then(|rest| rest.get_mut(..bytes.len()));
        if let Some(place) = place {
            place.copy_from_slice(bytes);
        }
        Ok(())
    }

    /// Upstream: `elf_create_symbol()`.
    pub fn create_symbol(&mut self, symbol: OutputSymbol) -> OutSymbol {
        let id = OutSymbol(self.symbols.len() as u32);
        self.symbols_by_name.entry(symbol.name.clone()).or_default().push(id);
        self.symbols.push(symbol);
        id
    }

    /// A new symbol for a section, which is from now on *the* symbol of it (`elf_create_section_symbol()`).
    pub fn create_section_symbol(&mut self, id: OutSection, origin: Option<SymbolId>) -> Result<OutSymbol, Refusal> {
        let name = self.section_name(id).to_vec();
        let (binding, kind) = (elf::STB_LOCAL, elf::STT_SECTION);
        let symbol = self.create_symbol(OutputSymbol { name, section: id, binding, kind, offset: 0, len: 0, origin });
        self.get(id)?.symbol = Some(symbol);
        Ok(symbol)
    }

    /// *The* symbol of a section, created if it has none.
    pub fn section_symbol(&mut self, id: OutSection) -> Result<OutSymbol, Refusal> {
        match self.get(id)?.symbol {
            Some(symbol) => Ok(symbol),
            None => self.create_section_symbol(id, None),
        }
    }

    /// A symbol of the object.
    pub fn symbol(&self, id: OutSymbol) -> Option<&OutputSymbol> {
        self.symbols.get(id.0 as usize)
    }

    /// The symbol that the original finds under a name (`find_symbol_by_name()`): functions and objects whose name has a
    /// number at its end only by accident, so there may be many of one name.
    pub fn symbol_by_name(&self, name: &[u8]) -> Option<OutSymbol> {
        let all = self.symbols_by_name.get(name)?;
        let is_found = |id: &&OutSymbol| {
            self.symbol(**id).is_some_and(|symbol| is_found_by_full_name(name, symbol.kind, NAME_BITS))
        };
        all.iter().rev().find(is_found).copied()
    }

    /// Adds a relocation to a section (`elf_create_reloc()`).
    pub fn create_reloc(
        &mut self,
        base: OutSection,
        offset: u64,
        symbol: OutSymbol,
        addend: i64,
        kind: u32,
    ) -> Result<(), Refusal> {
        let relocs = match self.get(base)?.relocs {
            Some(relocs) => relocs,
            None => self.create_relocs(base)?,
        };
        if !self.places.insert((base, offset)) {
            return Err(Refusal::of(&[&self.place_text(base, offset), b": duplicate reloc"]));
        }
        let target = RelocTarget::NewSymbol(symbol.0);
        self.get(relocs)?.entries.push(NewReloc { offset, target, kind, addend });
        Ok(())
    }

    /// The relocation at exactly this place.
    pub fn reloc_at(&mut self, base: OutSection, offset: u64) -> Option<NewReloc> {
        let relocs = self.get(base).ok()?.relocs?;
        self.get(relocs).ok()?.entries.iter().find(|reloc| reloc.offset == offset).copied()
    }

    /// A place as messages name it (`offstr()`).
    fn place_text(&self, section: OutSection, offset: u64) -> Vec<u8> {
        let covers = |symbol: &&OutputSymbol| {
            symbol.section == section && symbol.offset <= offset && offset < symbol.offset.saturating_add(symbol.len)
        };
        let mut covering: Vec<&OutputSymbol> = self.symbols.iter().filter(covers).collect();
        covering.sort_by_key(|symbol| (symbol.kind != elf::STT_FUNC, symbol.len));
        match covering.first() {
            Some(symbol) => [&symbol.name[..], format!("+0x{:x}", offset - symbol.offset).as_bytes()].concat(),
            None => [self.section_name(section), format!("+0x{offset:x}").as_bytes()].concat(),
        }
    }

    /// Everything as edits of an object without contents.
    pub fn into_edits(self) -> Vec<Edit> {
        let mut edits = Vec::with_capacity(self.sections.len() + self.symbols.len());
        for section in self.sections {
            let Header { kind, flags, align, entsize } = section.header;
            let is_empty_in_file = kind == elf::SHT_NOBITS;
            edits.push(Edit::AddPlainSection(Box::new(PlainSection {
                name: section.name,
                kind,
                flags: flags.into(),
                link: section.base.map_or(0, |_| SYMTAB),
                info: section.base.map_or(0, |base| base.0),
                align: align.into(),
                entsize,
                data: section.data,
                nobits_size: if is_empty_in_file { section.size } else { 0 },
                relocs: section.entries,
            })));
        }
        for symbol in self.symbols {
            edits.push(Edit::AddSymbol(Box::new(NewSymbol {
                name: symbol.name,
                section: SectionId(symbol.section.0),
                value: symbol.offset,
                size: symbol.len,
                info: symbol.binding << 4 | symbol.kind & 0xf,
                other: 0,
            })));
        }
        edits
    }
}

/// `ALIGN()`: without an alignment everything begins at 0.
fn aligned(size: u64, align: u32) -> u64 {
    let mask = u64::from(align).wrapping_sub(1);
    size.wrapping_add(mask) & !mask
}
